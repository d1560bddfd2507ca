//! Carries notices to the other nodes, after the commit and many in one.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::bus::{Bus, Notice};
use crate::id::{ConversationId, ServiceId};

/// So many notices wait at most; a further one is dropped, which costs the other nodes time and no truth.
const MAX_WAITING: usize = 16_384;
/// After a failure of the bus it is left alone for so long.
const PAUSE: Duration = Duration::from_millis(500);

#[derive(Debug, Default)]
struct Waiting {
    /// Only the newest version of a conversation is worth telling.
    changed: HashMap<ConversationId, (ServiceId, u64)>,
    others: Vec<Notice>,
}

/// Takes notices without waiting, and publishes them in the background. Without a bus there is nobody to tell.
#[derive(Debug)]
pub(super) struct Courier {
    bus: Option<Arc<dyn Bus>>,
    waiting: Mutex<Waiting>,
    more: Notify,
}

impl Courier {
    pub(super) fn new(bus: Option<Arc<dyn Bus>>) -> Self {
        Self {
            bus,
            waiting: Mutex::default(),
            more: Notify::new(),
        }
    }

    pub(super) fn bus(&self) -> Option<&Arc<dyn Bus>> {
        self.bus.as_ref()
    }

    pub(super) fn send(&self, notice: Notice) {
        if self.bus.is_none() {
            return;
        }
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.changed.len() + waiting.others.len() >= MAX_WAITING {
            return;
        }
        match notice {
            Notice::Changed {
                conversation,
                service,
                version,
            } => {
                let newest = waiting
                    .changed
                    .entry(conversation)
                    .or_insert((service, version));
                newest.1 = newest.1.max(version);
            }
            other => waiting.others.push(other),
        }
        drop(waiting);
        self.more.notify_one();
    }

    /// Publishes until the engine shuts down.
    pub(super) async fn run(&self, shutdown: CancellationToken) {
        let Some(bus) = &self.bus else { return };
        while shutdown
            .run_until_cancelled(self.more.notified())
            .await
            .is_some()
        {
            let notices = self.drain();
            if notices.is_empty() {
                continue;
            }
            if let Err(error) = bus.publish(&notices).await {
                tracing::warn!(%error, %bus, "other nodes hear late of {} changes", notices.len());
                shutdown
                    .run_until_cancelled(tokio::time::sleep(PAUSE))
                    .await;
            }
        }
    }

    /// Publishes what waits, once.
    pub(super) async fn flush(&self) {
        let Some(bus) = &self.bus else { return };
        let notices = self.drain();
        if !notices.is_empty()
            && let Err(error) = bus.publish(&notices).await
        {
            tracing::warn!(%error, %bus, "other nodes hear late of {} changes", notices.len());
        }
    }

    fn drain(&self) -> Vec<Notice> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let Waiting { changed, others } = std::mem::take(&mut *waiting);
        let changed = changed
            .into_iter()
            .map(|(conversation, (service, version))| Notice::Changed {
                conversation,
                service,
                version,
            });
        changed.chain(others).collect()
    }
}
