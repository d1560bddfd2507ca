//! What all sockets of a node share: counters and colleagues, read once for all who look, at most once a second.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::Utf8Bytes;
use handoff_core::conversation::EventBody;
use handoff_core::directory::RecordKind;
use handoff_core::error::StoreError;
use handoff_core::runtime::{BoardUpdate, Change};
use tokio::sync::{Notify, watch};
use tokio::time::{MissedTickBehavior, interval};

use crate::team;
use crate::transport::Transport;
use crate::ws::encode;
use crate::ws::protocol::{Colleague, ServiceCounts, TeamFrame};

const AT_MOST_EVERY: Duration = Duration::from_secs(1);

/// A list, and the frame that says it to whoever sees all of it.
#[derive(Debug)]
pub(crate) struct Shared<T> {
    list: Arc<[T]>,
    frame: Utf8Bytes,
}

impl<T> Default for Shared<T> {
    fn default() -> Self {
        Self {
            list: Arc::from([]),
            frame: Utf8Bytes::default(),
        }
    }
}

impl<T: PartialEq> Shared<T> {
    pub(crate) fn list(&self) -> &[T] {
        &self.list
    }

    pub(crate) fn frame(&self) -> Utf8Bytes {
        self.frame.clone()
    }

    fn replace(sender: &watch::Sender<Self>, list: Vec<T>, frame: &TeamFrame, anyway: bool) {
        sender.send_if_modified(|shared| {
            let changed = *shared.list != *list;
            if changed || anyway {
                *shared = Self {
                    list: list.into(),
                    frame: encode(frame),
                };
            }
            changed || anyway
        });
    }
}

/// What all dashboards of a node share.
#[derive(Debug, Default)]
pub(crate) struct News {
    counts: watch::Sender<Shared<ServiceCounts>>,
    roster: watch::Sender<Shared<Colleague>>,
    newcomer: Notify,
}

impl News {
    /// Hears of both from now on; the first counters come within a second.
    pub(crate) fn subscribe(
        &self,
    ) -> (
        watch::Receiver<Shared<ServiceCounts>>,
        watch::Receiver<Shared<Colleague>>,
    ) {
        let mut receivers = (self.counts.subscribe(), self.roster.subscribe());
        receivers.0.mark_unchanged();
        receivers.1.mark_unchanged();
        self.newcomer.notify_one();
        receivers
    }

    fn is_wanted(&self) -> bool {
        self.counts.receiver_count() > 0
    }
}

/// What is no longer up to date.
#[derive(Debug, Default)]
struct Stale {
    counts: bool,
    roster: bool,
    /// Somebody came who has not got the counters yet.
    newcomer: bool,
}

/// Keeps the shared lists up to date until the transport closes, and passes on what sockets must hear of.
pub(crate) async fn run(transport: Transport) {
    let closing = transport.inner.closing.clone();
    closing.run_until_cancelled(keep(transport)).await;
}

async fn keep(transport: Transport) {
    let mut feed = transport.handoff().board_feed();
    let mut stale = Stale::default();
    let mut tick = interval(AT_MOST_EVERY);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let due =
            (stale.counts || stale.roster || stale.newcomer) && transport.inner.news.is_wanted();
        tokio::select! {
            update = feed.next() => {
                if matches!(update, BoardUpdate::Closed) {
                    return;
                }
                note(&transport, &update, &mut stale);
            }
            () = transport.inner.news.newcomer.notified() => stale.newcomer = true,
            _ = tick.tick(), if due => {
                let now = std::mem::take(&mut stale);
                if let Err(error) = refresh(&transport, &now).await {
                    tracing::warn!(%error, "counters could not be read; trying again");
                    stale = Stale { counts: true, roster: true, newcomer: now.newcomer };
                }
            }
        }
    }
}

fn note(transport: &Transport, update: &BoardUpdate, stale: &mut Stale) {
    match update {
        BoardUpdate::Changed(change) => {
            stale.counts = true;
            if may_be_new(change) {
                transport
                    .inner
                    .visitors
                    .opened(&change.service, &change.state.visitor);
            }
        }
        BoardUpdate::Record {
            kind: RecordKind::Service,
            key,
        } => transport.inner.visitors.service_changed(key),
        BoardUpdate::Record {
            kind: RecordKind::Account | RecordKind::Session,
            ..
        } => {
            stale.roster = true;
            sign_ins_changed(transport);
        }
        BoardUpdate::Presence { .. } => stale.roster = true,
        BoardUpdate::Lagged => {
            *stale = Stale {
                counts: true,
                roster: true,
                newcomer: stale.newcomer,
            };
            transport.inner.visitors.look_again();
            sign_ins_changed(transport);
        }
        _ => {}
    }
}

/// The conversation was opened, or another node did something that may be that.
fn may_be_new(change: &Change) -> bool {
    change
        .events
        .first()
        .is_none_or(|first| matches!(first.body, EventBody::Opened { .. }))
}

fn sign_ins_changed(transport: &Transport) {
    if let Some(accounts) = transport.accounts() {
        accounts.look_again();
    }
}

async fn refresh(transport: &Transport, stale: &Stale) -> Result<(), StoreError> {
    let news = &transport.inner.news;
    if stale.counts || stale.newcomer {
        let counts = transport.handoff().store().counts().await?;
        let counts: Vec<_> = counts
            .into_iter()
            .map(|(service, counts)| ServiceCounts { service, counts })
            .collect();
        let frame = TeamFrame::Counts {
            counts: counts.clone(),
        };
        Shared::replace(&news.counts, counts, &frame, stale.newcomer);
    }
    if stale.roster {
        let team = team::colleagues(transport).await?;
        let frame = TeamFrame::Team { team: team.clone() };
        Shared::replace(&news.roster, team, &frame, false);
    }
    Ok(())
}
