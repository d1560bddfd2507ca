//! Wakes conversations that want to act by themselves.

use std::sync::atomic::{AtomicI64, Ordering};

use futures::StreamExt;
use futures::stream;
use tokio::sync::Notify;

use super::handoff::Handoff;
use crate::conversation::{Caller, Command};
use crate::id::ConversationId;
use crate::store::Due;
use crate::time::{Millis, Timestamp};

/// So many due conversations are read at once.
const PAGE: usize = 256;
/// So many are woken at the same time.
const AT_ONCE: usize = 32;
/// Even without a known wake the store is asked so often: another node may have gone.
const LOOK_AGAIN: Millis = Millis::from_secs(15);
/// One of several nodes wakes up to so much late.
const LAG: Millis = Millis::new(200);
/// After a failure, or a page that led to nothing, the store is left alone for so long.
const PAUSE: Millis = Millis::from_secs(1);

/// The earliest wake that this node knows of.
#[derive(Debug)]
pub(super) struct Alarm {
    next: AtomicI64,
    earlier: Notify,
}

impl Alarm {
    pub(super) fn new() -> Self {
        Self {
            next: AtomicI64::new(i64::MAX),
            earlier: Notify::new(),
        }
    }

    pub(super) fn set_earlier(&self, wake: Timestamp) {
        let wake = wake.as_millis();
        if self.next.fetch_min(wake, Ordering::AcqRel) > wake {
            self.earlier.notify_one();
        }
    }
}

impl Handoff {
    /// Wakes what is due until the engine shuts down.
    pub(super) async fn run_alarm(self) {
        let shutdown = self.inner.shutdown.clone();
        shutdown.run_until_cancelled(self.wake_for_ever()).await;
    }

    async fn wake_for_ever(&self) {
        let clock = self.clock();
        loop {
            // Commits from here on set it again.
            self.inner.alarm.next.store(i64::MAX, Ordering::Release);
            let now = clock.now();
            let next = match self.store().due(now, PAGE).await {
                Ok(due) if due.is_empty() => self
                    .store()
                    .next_wake()
                    .await
                    .ok()
                    .flatten()
                    .unwrap_or(now.after(LOOK_AGAIN)),
                Ok(due) if self.wake(&due).await => now,
                Ok(_) => now.after(PAUSE),
                Err(error) => {
                    tracing::warn!(%error, "what is due could not be read");
                    now.after(PAUSE)
                }
            };
            if next <= now {
                continue;
            }
            self.inner
                .alarm
                .next
                .fetch_min(next.as_millis(), Ordering::AcqRel);
            let until = next.min(now.after(LOOK_AGAIN)).after(self.lag());
            tokio::select! {
                () = clock.sleep_until(until) => {}
                () = self.inner.alarm.earlier.notified() => {}
            }
        }
    }

    /// One of several nodes looks a little later than the moment, each by another span, so that most find it done.
    fn lag(&self) -> Millis {
        match self.inner.courier.bus() {
            Some(_) => self.some_of(LAG),
            None => Millis::new(0),
        }
    }

    /// Says whether anything came of it.
    async fn wake(&self, due: &[Due]) -> bool {
        let ids: Vec<ConversationId> = due.iter().map(|due| due.conversation).collect();
        let wake = |id| {
            let handoff = self.clone();
            async move {
                handoff
                    .dispatch_quietly(id, Caller::System, Command::Wake)
                    .await
            }
        };
        let mut woken = stream::iter(ids.into_iter().map(wake)).buffer_unordered(AT_ONCE);
        let mut any = false;
        while let Some(done) = woken.next().await {
            any |= done;
        }
        any
    }
}
