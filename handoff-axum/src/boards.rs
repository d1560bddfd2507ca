//! What all dashboards of a node show of changes: gathered, and encoded once for all who look.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::Utf8Bytes;
use handoff_core::conversation::Card;
use handoff_core::directory::RecordKind;
use handoff_core::id::ServiceId;
use handoff_core::runtime::{BoardFeed, BoardUpdate};
use tokio::sync::broadcast;
use tokio::time::{Instant, sleep_until};

use crate::transport::Transport;
use crate::ws::encode;
use crate::ws::protocol::TeamFrame;

/// A change that comes alone is shown at once. Under load those of so long go together, which costs far less.
const PACE: Duration = Duration::from_millis(5);
/// So many cards go into one frame.
const CARDS: usize = 32;
/// A dashboard may be so many gatherings behind before it must read the board again.
const BACKLOG: usize = 512;

/// What happened since the last gathering.
#[derive(Debug, Default)]
pub(crate) struct Gathered {
    pub(crate) cards: Vec<Arc<Card>>,
    /// The frame with all these cards, for whoever sees all of them.
    pub(crate) frame: Utf8Bytes,
    /// Services whose settings changed.
    pub(crate) services: Vec<ServiceId>,
    /// Changes were lost: the board must be read again.
    pub(crate) lagged: bool,
}

/// What all dashboards of a node share.
#[derive(Debug)]
pub(crate) struct Boards(broadcast::Sender<Arc<Gathered>>);

impl Default for Boards {
    fn default() -> Self {
        Self(broadcast::Sender::new(BACKLOG))
    }
}

impl Boards {
    /// Everything from now on; what is a moment older may come with it.
    pub(crate) fn subscribe(&self) -> broadcast::Receiver<Arc<Gathered>> {
        self.0.subscribe()
    }
}

/// Gathers until the transport closes.
pub(crate) async fn run(transport: Transport) {
    let closing = transport.inner.closing.clone();
    closing.run_until_cancelled(gather(transport)).await;
}

async fn gather(transport: Transport) {
    let mut feed = transport.handoff().board_feed();
    let boards = &transport.inner.boards.0;
    let mut earliest = Instant::now();
    loop {
        let mut next = Some(feed.next().await);
        sleep_until(earliest).await;
        earliest = Instant::now() + PACE;
        while let Some(first) = next.take() {
            if matches!(first, BoardUpdate::Closed) {
                return;
            }
            let gathered = take(first, &mut feed);
            // An error says that nobody looks.
            boards.send(Arc::new(gathered)).ok();
            next = feed.try_next();
        }
    }
}

/// This update and those that are here already, as many as go into one frame.
fn take(first: BoardUpdate, feed: &mut BoardFeed) -> Gathered {
    let mut gathered = Gathered::default();
    gathered.add(first);
    while gathered.cards.len() < CARDS
        && let Some(update) = feed.try_next()
    {
        gathered.add(update);
    }
    let cards = std::mem::take(&mut gathered.cards);
    let frame = TeamFrame::Cards { cards };
    gathered.frame = encode(&frame);
    if let TeamFrame::Cards { cards } = frame {
        gathered.cards = cards;
    }
    gathered
}

impl Gathered {
    fn add(&mut self, update: BoardUpdate) {
        match update {
            BoardUpdate::Changed(change) => self.cards.push(change.card.clone()),
            BoardUpdate::Record {
                kind: RecordKind::Service,
                key,
            } => self.services.extend(ServiceId::new(&*key)),
            BoardUpdate::Lagged => self.lagged = true,
            _ => {}
        }
    }
}
