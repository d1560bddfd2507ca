//! What the store holds in the end, as the commits that it was written in.

use std::collections::BTreeMap;

use anyhow::Result;
use handoff_core::archive::{Archive, Whole};
use handoff_core::conversation::{Conversation, Event, EventBody, apply};
use handoff_core::id::{ConversationId, VisitorId};
use handoff_core::notifier::{Notification, Occasion};
use handoff_core::store::{OutboxRow, Receipt};
use handoff_core::testing::history::Committed;
use handoff_core::time::Timestamp;
use uuid::Uuid;

/// Conversations are read in pages of so many.
const PAGE: usize = 200;

/// Everything that the store holds.
#[derive(Debug, Default)]
pub(super) struct Stored {
    pub(super) conversations: BTreeMap<ConversationId, Whole>,
    by_visitor: BTreeMap<VisitorId, Vec<ConversationId>>,
}

impl Stored {
    /// Reads all of it.
    pub(super) async fn read(archive: &dyn Archive) -> Result<Self> {
        let mut stored = Self::default();
        let mut after = None;
        loop {
            let ids = archive.conversations(after, PAGE).await?;
            after = ids.last().copied();
            for id in &ids {
                if let Some(whole) = Whole::read(archive, *id).await? {
                    let visitor = whole.belongings.state.visitor.clone();
                    stored.by_visitor.entry(visitor).or_default().push(*id);
                    stored.conversations.insert(*id, whole);
                }
            }
            if ids.len() < PAGE {
                return Ok(stored);
            }
        }
    }

    /// The visitor's conversation with this receipt, or the first one.
    pub(super) fn of_visitor(&self, visitor: &VisitorId, key: &str) -> Option<ConversationId> {
        let ids = self.by_visitor.get(visitor)?;
        let with_receipt = ids.iter().find(|id| self.receipt(**id, key).is_some());
        with_receipt.or(ids.first()).copied()
    }

    pub(super) fn receipt(&self, id: ConversationId, key: &str) -> Option<&Receipt> {
        let receipts = &self.conversations.get(&id)?.belongings.receipts;
        receipts.iter().find(|receipt| receipt.key == key)
    }

    pub(super) fn event(&self, id: ConversationId, seq: u64) -> Option<&Event> {
        let events = &self.conversations.get(&id)?.events;
        events.iter().find(|event| event.seq == seq)
    }

    /// The state after the event with this seq.
    pub(super) fn state_at(&self, id: ConversationId, version: u64) -> Option<Conversation> {
        let whole = self.conversations.get(&id)?;
        let mut state = blank(whole);
        let until = whole.events.iter().take_while(|event| event.seq <= version);
        until.for_each(|event| apply(&mut state, event));
        Some(state)
    }

    /// Every commit with its time, those of one conversation in their order; and what the stored states lack.
    pub(super) fn commits(&self) -> (Vec<(Timestamp, Committed)>, Vec<String>) {
        let mut commits = Vec::new();
        let mut wrong = Vec::new();
        for (id, whole) in &self.conversations {
            let mut state = blank(whole);
            // Nodes' clocks may differ by a moment.
            let mut latest = Timestamp::default();
            for events in parted(whole) {
                for event in &events {
                    apply(&mut state, event);
                }
                latest = events
                    .iter()
                    .map(|event| event.at)
                    .fold(latest, Timestamp::max);
                let receipt = whole.belongings.receipts.iter();
                let mut receipt = receipt.filter(|receipt| receipt.version == state.version);
                commits.push((
                    latest,
                    Committed {
                        conversation: *id,
                        outbox: events
                            .iter()
                            .filter_map(|event| owed(whole, event))
                            .collect(),
                        events: events.into(),
                        receipt: receipt.next_back().cloned(),
                        wake: state.wake(),
                    },
                ));
            }
            let kept = &whole.belongings.state;
            if **kept != state {
                wrong.push(format!(
                    "I18: the stored state of {id} is not what its log adds up to"
                ));
            }
        }
        commits.sort_by_key(|(at, _)| *at);
        (commits, wrong)
    }
}

fn blank(whole: &Whole) -> Conversation {
    let state = &whole.belongings.state;
    Conversation::unopened(state.id, state.service.clone(), state.visitor.clone())
}

/// A store keeps events, not commits. Events of one commit have one time, and a receipt tells where its commit ended; two
/// commits of one moment without a receipt between them are taken for one.
fn parted(whole: &Whole) -> Vec<Vec<Event>> {
    let ends = |seq: u64| {
        whole
            .belongings
            .receipts
            .iter()
            .any(|receipt| receipt.version == seq)
    };
    let mut commits: Vec<Vec<Event>> = Vec::new();
    for event in &whole.events {
        match commits.last_mut() {
            Some(commit)
                if commit
                    .last()
                    .is_some_and(|last| last.at == event.at && !ends(last.seq)) =>
            {
                commit.push(event.clone());
            }
            _ => commits.push(vec![event.clone()]),
        }
    }
    commits
}

/// The server has nobody to notify yet, so it owes nothing; the checker wants the one notification of a fallback.
fn owed(whole: &Whole, event: &Event) -> Option<OutboxRow> {
    let EventBody::FallbackSent { .. } = event.body else {
        return None;
    };
    let state = &whole.belongings.state;
    Some(OutboxRow {
        id: Uuid::from_u128(state.id.as_uuid().as_u128() ^ u128::from(event.seq)),
        notification: Notification {
            service: state.service.clone(),
            conversation: state.id,
            seq: event.seq,
            at: event.at,
            what: Occasion::Unattended,
        },
        attempts: 0,
        due: event.at,
    })
}

/// Texts of messages that came from outside, with the number of times that they are stored.
pub(super) fn copies(stored: &Stored) -> BTreeMap<&str, u64> {
    let mut copies = BTreeMap::new();
    let events = stored
        .conversations
        .values()
        .flat_map(|whole| &whole.events);
    for event in events {
        if let EventBody::MessageReceived { text } = &event.body {
            *copies.entry(text.as_str()).or_default() += 1;
        }
    }
    copies
}

/// What the checker takes.
pub(super) fn notified(commit: &Committed) -> impl Iterator<Item = Uuid> + '_ {
    commit.outbox.iter().map(|row| row.id)
}
