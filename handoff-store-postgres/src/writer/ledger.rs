//! Reads what a batch must be judged by.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use handoff_core::id::ConversationId;
use handoff_core::store::Receipt;
use sqlx::postgres::PgRow;
use sqlx::{PgConnection, Row};

use super::entry::Entry;
use super::judge::{Head, Ledger};
use crate::columns::unsigned;
use crate::error::Failure;

/// What the database holds of everything that these commits touch. Their conversations are locked first: what other nodes
/// committed until then is seen by the reads after it, and what is read stays true until the transaction ends. A
/// conversation or an open key that another node makes meanwhile meets this transaction's in a unique index.
pub(super) async fn read(
    connection: &mut PgConnection,
    entries: &[&Entry],
) -> Result<Ledger, Failure> {
    let heads = lock_heads(connection, entries).await?;
    let receipts = read_receipts(connection, &heads, entries).await?;
    let holders = read_holders(connection, &heads, entries).await?;
    Ok(Ledger {
        heads,
        receipts,
        holders,
    })
}

async fn lock_heads(
    connection: &mut PgConnection,
    entries: &[&Entry],
) -> Result<HashMap<ConversationId, Head>, Failure> {
    let ids: BTreeSet<uuid::Uuid> = entries.iter().map(|entry| entry.id.as_uuid()).collect();
    let rows = sqlx::query(include_str!("../../queries/lock_heads.sql"))
        .bind(ids.into_iter().collect::<Vec<_>>())
        .fetch_all(connection)
        .await?;
    let mut heads = HashMap::with_capacity(rows.len());
    for row in rows {
        let open_key: Option<String> = row.try_get(2)?;
        let head = Head {
            version: unsigned(row.try_get(1)?),
            open_key: open_key.map(Arc::from),
        };
        heads.insert(ConversationId::from_uuid(row.try_get(0)?), head);
    }
    Ok(heads)
}

async fn read_receipts(
    connection: &mut PgConnection,
    heads: &HashMap<ConversationId, Head>,
    entries: &[&Entry],
) -> Result<HashMap<(ConversationId, String), Receipt>, Failure> {
    let mut receipts = HashMap::new();
    let (mut ids, mut keys) = (Vec::new(), Vec::new());
    for entry in entries {
        if let (true, Some(receipt)) = (heads.contains_key(&entry.id), &entry.receipt) {
            ids.push(entry.id.as_uuid());
            keys.push(receipt.key.as_bytes());
        }
    }
    if keys.is_empty() {
        return Ok(receipts);
    }
    let rows = sqlx::query(include_str!("../../queries/receipts.sql"))
        .bind(ids)
        .bind(keys)
        .fetch_all(connection)
        .await?;
    for row in rows {
        let id = ConversationId::from_uuid(row.try_get(0)?);
        let receipt = receipt_of(&row)?;
        receipts.insert((id, receipt.key.clone()), receipt);
    }
    Ok(receipts)
}

/// A receipt from the columns after the first.
pub(crate) fn receipt_of(row: &PgRow) -> Result<Receipt, sqlx::Error> {
    let key: Vec<u8> = row.try_get(1)?;
    Ok(Receipt {
        key: String::from_utf8(key).map_err(|error| sqlx::Error::Decode(error.into()))?,
        digest: row.try_get::<i64, _>(2)?.cast_unsigned(),
        first: unsigned(row.try_get(3)?),
        version: unsigned(row.try_get(4)?),
    })
}

/// Who has the keys that conversations of this batch want and do not have.
async fn read_holders(
    connection: &mut PgConnection,
    heads: &HashMap<ConversationId, Head>,
    entries: &[&Entry],
) -> Result<HashMap<Arc<str>, ConversationId>, Failure> {
    let mut holders = HashMap::new();
    for (id, head) in heads {
        holders.extend(head.open_key.clone().map(|key| (key, *id)));
    }
    let wanted: BTreeSet<&str> = entries
        .iter()
        .filter_map(|entry| entry.open_key.as_deref())
        .filter(|key| !holders.contains_key(*key))
        .collect();
    if wanted.is_empty() {
        return Ok(holders);
    }
    let rows = sqlx::query(include_str!("../../queries/holders.sql"))
        .bind(wanted.into_iter().collect::<Vec<_>>())
        .fetch_all(connection)
        .await?;
    for row in rows {
        let key: String = row.try_get(1)?;
        holders.insert(key.into(), ConversationId::from_uuid(row.try_get(0)?));
    }
    Ok(holders)
}
