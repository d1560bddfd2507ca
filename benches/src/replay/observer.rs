//! An agent's dashboard that only looks: when does it show each message?

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use anyhow::Result;
use handoff_axum::ws::protocol::{PROTOCOL, TeamFrame, TeamRequest};
use handoff_core::conversation::{Card, Status};
use handoff_core::id::ConversationId;
use hdrhistogram::Histogram;
use tokio::sync::watch;

use crate::client::{Access, Socket};
use crate::compare::clock;

/// A dashboard says that it lives so often.
const HEARTBEAT: std::time::Duration = std::time::Duration::from_secs(10);

#[derive(Debug, Default)]
struct Seen {
    /// The version that the board shows, and since when it shows each message: (version, when).
    cards: HashMap<ConversationId, Vec<(u64, Instant)>>,
    statuses: HashMap<ConversationId, (Status, bool)>,
}

/// What the board shows.
#[derive(Debug)]
pub(super) struct Observer {
    seen: Mutex<Seen>,
    changed: watch::Sender<u64>,
}

impl Observer {
    pub(super) fn new() -> Self {
        Self {
            seen: Mutex::default(),
            changed: watch::Sender::new(0),
        }
    }

    /// Looks at the board until the socket ends.
    pub(super) async fn look(&self, access: &Access, cookie: &str) -> Result<()> {
        let headers = [("cookie", cookie), ("origin", access.origin())];
        let mut socket = Socket::connect(&access.socket_url("team/socket"), &headers).await?;
        socket
            .send(&TeamRequest::Hello { protocol: PROTOCOL })
            .await?;
        let mut heartbeat = tokio::time::interval(HEARTBEAT);
        loop {
            tokio::select! {
                frame = socket.next() => match frame? {
                    TeamFrame::Cards { cards } | TeamFrame::Board { cards, .. } => cards.iter().for_each(|card| self.note(card)),
                    _ => {}
                },
                _ = heartbeat.tick() => socket.send(&TeamRequest::Ping).await?,
            }
        }
    }

    fn note(&self, card: &Card) {
        let now = clock::now();
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.cards
            .entry(card.id)
            .or_default()
            .push((card.version, now));
        seen.statuses.insert(card.id, (card.status, card.replying));
        drop(seen);
        self.changed.send_modify(|changes| *changes += 1);
    }

    /// A conversation that agents could look into.
    pub(super) fn pick(&self, random: &mut fastrand::Rng) -> Option<ConversationId> {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let open: Vec<_> = seen
            .statuses
            .iter()
            .filter(|(_, (status, _))| status.is_open())
            .map(|(id, _)| *id)
            .collect();
        drop(seen);
        (!open.is_empty())
            .then(|| open.get(random.usize(..open.len())).copied())
            .flatten()
    }

    /// Waits until no reply is being written.
    pub(super) async fn quiet(&self) {
        let mut changes = self.changed.subscribe();
        loop {
            let replying = {
                let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
                seen.statuses
                    .values()
                    .filter(|(_, replying)| *replying)
                    .count()
            };
            if replying == 0 || changes.changed().await.is_err() {
                return;
            }
        }
    }

    /// From a visitor's send to the first card that shows it, in microseconds.
    pub(super) fn latencies(
        &self,
        sent: &[(ConversationId, u64, Instant)],
    ) -> Result<Histogram<u64>> {
        let mut histogram = Histogram::new(3)?;
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        for (conversation, seq, sent_at) in sent {
            let cards = seen
                .cards
                .get(conversation)
                .map(Vec::as_slice)
                .unwrap_or_default();
            if let Some((_, shown_at)) = cards.iter().find(|(version, _)| version >= seq) {
                let micros = shown_at.saturating_duration_since(*sent_at).as_micros();
                histogram.record(u64::try_from(micros)?)?;
            }
        }
        Ok(histogram)
    }
}
