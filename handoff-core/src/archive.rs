//! The [`Archive`] and [`RecordArchive`] traits: what moves from one store to another.

use std::sync::Arc;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::Xxh3;

use crate::conversation::{Conversation, Event};
use crate::directory::{Directory, Record};
use crate::error::StoreError;
use crate::id::ConversationId;
use crate::store::{ConversationStore, OutboxRow, Receipt};

/// Events are read in pages of this many.
const PAGE: usize = 1_000;

/// An outbox row, and whether it is still tried.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KeptRow {
    /// The row.
    pub row: OutboxRow,
    /// It is a dead letter.
    pub dead: bool,
}

/// What belongs to one conversation beside its events, as it was at one moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Belongings {
    /// The state. Card, wake and [`open_key`](Conversation::open_key) are functions of it.
    pub state: Arc<Conversation>,
    /// Every receipt, by key.
    pub receipts: Vec<Receipt>,
    /// Every outbox row, by id.
    pub outbox: Vec<KeptRow>,
}

/// One conversation with everything that belongs to it.
#[derive(Debug, Clone, PartialEq)]
pub struct Whole {
    /// All but the events.
    pub belongings: Belongings,
    /// The events, dense from 1 to the state's version.
    pub events: Vec<Event>,
}

impl Whole {
    /// Reads a conversation; none where there is none. It is whole also where the conversation goes on meanwhile.
    ///
    /// # Errors
    /// [`StoreError`] where the store can't be read, or holds a log with a gap.
    pub async fn read(
        archive: &dyn Archive,
        id: ConversationId,
    ) -> Result<Option<Self>, StoreError> {
        let Some(belongings) = archive.belongings(id).await? else {
            return Ok(None);
        };
        let version = belongings.state.version;
        let mut events: Vec<Event> = Vec::new();
        while let after = events.last().map_or(0, |event| event.seq)
            && after < version
        {
            let page = archive.events(id, after, PAGE).await?;
            if page.is_empty() {
                break;
            }
            events.extend(page.into_iter().filter(|event| event.seq <= version));
        }
        let whole = Self { belongings, events };
        whole.validate().map_err(StoreError::corrupt)?;
        Ok(Some(whole))
    }

    /// Checks that the events go from 1 to the state's version without a gap. Every archive does this before it restores.
    ///
    /// # Errors
    /// The text says which conversation does not fit.
    pub fn validate(&self) -> Result<(), String> {
        let state = &self.belongings.state;
        let dense = self
            .events
            .iter()
            .map(|event| event.seq)
            .eq(1..=state.version);
        if dense && state.version > 0 {
            Ok(())
        } else {
            Err(format!("the log of conversation {} has a gap", state.id))
        }
    }

    /// A digest of all of it, the same whatever the store: two conversations of one digest are the same.
    ///
    /// # Errors
    /// [`StoreError::Backend`] where something can't be written as JSON.
    pub fn digest(&self) -> Result<u128, StoreError> {
        let Self { belongings, events } = self;
        let mut digest = Xxh3::new();
        for part in [
            serde_json::to_vec(&*belongings.state),
            serde_json::to_vec(events),
            serde_json::to_vec(&belongings.receipts),
            serde_json::to_vec(&belongings.outbox),
        ] {
            let part = part.map_err(StoreError::backend)?;
            digest.update(&(part.len() as u64).to_le_bytes());
            digest.update(&part);
        }
        Ok(digest.digest128())
    }
}

/// A [`ConversationStore`] whose conversations can be moved to another one, whole.
///
/// # What an implementation must guarantee
/// - [`belongings`](Self::belongings) is read at one moment: no commit falls between its parts.
/// - [`restore`](Self::restore) is atomic, as durable as a commit, and seen by every later read; no read shows part of
///   it. Afterwards everything that a store answers (boards, search, counters, wakes, outbox, receipts) is as if the
///   conversation had been committed there.
#[async_trait]
pub trait Archive: ConversationStore {
    /// Ids after `after`, in their order (that of their 16 bytes), at most `limit`.
    async fn conversations(
        &self,
        after: Option<ConversationId>,
        limit: usize,
    ) -> Result<Vec<ConversationId>, StoreError>;

    /// What belongs to a conversation beside its events.
    async fn belongings(&self, id: ConversationId) -> Result<Option<Belongings>, StoreError>;

    /// Stores a whole conversation in place of what is there under its id, whatever its version. Where another
    /// conversation holds its [`open_key`](Conversation::open_key), that one loses it: the source allowed one of the two
    /// only, and the other one's newer state is still to come.
    ///
    /// # Errors
    /// [`StoreError`]; nothing was stored, unless it [`is_temporary`](StoreError::is_temporary): then restore it again.
    async fn restore(&self, whole: &Whole) -> Result<(), StoreError>;
}

/// A [`Directory`] whose records can be moved to another one with their versions.
#[async_trait]
pub trait RecordArchive: Directory {
    /// Stores a record with the version that it has, in place of what is there under its key or its second key.
    async fn restore_record(&self, record: Record) -> Result<(), StoreError>;
}
