//! Storing a whole conversation.

use handoff_core::archive::Whole;
use handoff_core::error::StoreError;
use handoff_core::store::Receipt;
use sqlx::PgPool;

use crate::error::Failure;
use crate::writer::{Entry, Log, insert};

/// So many events are written by one statement.
const CHUNK: usize = 1_000;

/// Stores a whole conversation in place of what is there.
#[derive(Debug)]
pub(crate) struct Restore {
    entry: Entry,
    receipts: Vec<Receipt>,
}

impl Restore {
    pub(crate) fn new(whole: &Whole) -> Result<Self, StoreError> {
        Ok(Self {
            entry: Entry::of(whole)?,
            receipts: whole.belongings.receipts.clone(),
        })
    }

    /// One try, in a transaction. The row is locked first, so that a commit at the same moment comes before or after.
    pub(crate) async fn make(&self, pool: &PgPool) -> Result<(), Failure> {
        let Self { entry, receipts } = self;
        let ids = vec![entry.id.as_uuid()];
        let mut transaction = pool.begin().await?;
        sqlx::query(include_str!("../queries/lock_heads.sql"))
            .bind(&ids)
            .execute(&mut *transaction)
            .await?;
        sqlx::query(include_str!("../queries/erase.sql"))
            .bind(&ids)
            .execute(&mut *transaction)
            .await?;
        sqlx::query("UPDATE handoff_conversations SET open_key = NULL WHERE open_key = $1")
            .bind(entry.open_key.as_deref())
            .execute(&mut *transaction)
            .await?;
        insert(&[entry]).execute(&mut *transaction).await?;
        let mut log = Log::default();
        log.add(entry, &[], receipts, &entry.outbox);
        log.insert().execute(&mut *transaction).await?;
        for events in entry.events.chunks(CHUNK) {
            let mut log = Log::default();
            log.add(entry, events, [], &[]);
            log.insert().execute(&mut *transaction).await?;
        }
        transaction.commit().await.map_err(Failure::unknown)
    }
}
