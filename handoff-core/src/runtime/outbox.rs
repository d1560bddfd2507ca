//! Delivers notifications at least once.

use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use futures::stream;

use super::handoff::Handoff;
use crate::notifier::{Notifier, NotifyError};
use crate::store::{OutboxRow, Settlement};
use crate::time::{Millis, Timestamp};

/// So many rows are taken at once, and delivered at the same time.
const PAGE: usize = 32;
/// One attempt may take so long.
const ATTEMPT: Duration = Duration::from_secs(20);
/// A row that was taken and not settled (a crash) is due again after so long.
const TAKEN_FOR: Millis = Millis::from_secs(60);
/// Without news the outbox is looked at so often.
const LOOK_AGAIN: Millis = Millis::from_secs(15);
/// The pauses between attempts; after the last one the row is a dead letter.
const PAUSES: [Millis; 6] = [
    Millis::from_secs(5),
    Millis::from_secs(30),
    Millis::from_mins(2),
    Millis::from_mins(10),
    Millis::from_hours(1),
    Millis::from_hours(6),
];

impl Handoff {
    /// Delivers what is due until the engine shuts down.
    pub(super) async fn run_outbox(self) {
        let Some(notifier) = self.inner.notifier.clone() else {
            return;
        };
        let shutdown = self.inner.shutdown.clone();
        shutdown
            .run_until_cancelled(self.deliver_for_ever(&notifier))
            .await;
    }

    async fn deliver_for_ever(&self, notifier: &Arc<dyn Notifier>) {
        loop {
            let now = self.now();
            let rows = match self
                .store()
                .take_outbox(now, now.after(TAKEN_FOR), PAGE)
                .await
            {
                Ok(rows) => rows,
                Err(error) => {
                    tracing::warn!(%error, "the outbox could not be read");
                    Vec::new()
                }
            };
            let more = rows.len() == PAGE;
            stream::iter(rows)
                .for_each_concurrent(PAGE, |row| self.deliver(notifier, row))
                .await;
            if !more {
                tokio::select! {
                    () = self.clock().sleep_until(self.now().after(LOOK_AGAIN)) => {}
                    () = self.inner.outbox_more.notified() => {}
                }
            }
        }
    }

    async fn deliver(&self, notifier: &Arc<dyn Notifier>, row: OutboxRow) {
        let attempt =
            tokio::time::timeout(ATTEMPT, notifier.notify(row.id, &row.notification)).await;
        let result = attempt.unwrap_or_else(|_| {
            Err(NotifyError {
                reason: "no answer in time".into(),
                temporary: true,
            })
        });
        if let Err(error) = &result {
            tracing::warn!(id = %row.id, attempt = row.attempts + 1, %error, "a notification was not delivered");
        }
        if let Err(error) = self
            .store()
            .settle_outbox(row.id, settlement(row.attempts, &result, self.now()))
            .await
        {
            tracing::warn!(id = %row.id, %error, "a delivered notification may be delivered again");
        }
    }
}

/// What becomes of a row after its attempt number `attempts` (from 0).
fn settlement(attempts: u32, result: &Result<(), NotifyError>, now: Timestamp) -> Settlement {
    match result {
        Ok(()) => Settlement::Delivered,
        Err(error) if !error.temporary => Settlement::Dead,
        Err(_) => match PAUSES.get(attempts as usize) {
            Some(pause) => Settlement::RetryAt(now.after(*pause)),
            None => Settlement::Dead,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retries_are_bounded_and_a_final_no_is_final() {
        let now = Timestamp::from_millis(1_000);
        let failed = |temporary| {
            Err(NotifyError {
                reason: String::new(),
                temporary,
            })
        };
        assert_eq!(settlement(0, &Ok(()), now), Settlement::Delivered);
        assert_eq!(
            settlement(0, &failed(true), now),
            Settlement::RetryAt(now.after(Millis::from_secs(5)))
        );
        assert_eq!(settlement(6, &failed(true), now), Settlement::Dead);
        assert_eq!(settlement(0, &failed(false), now), Settlement::Dead);
    }
}
