//! Where time and ids come from, so that tests can hold both.

use std::fmt::Debug;

use futures::future::BoxFuture;

use crate::time::Timestamp;

/// Tells the time.
pub trait Clock: Debug + Send + Sync + 'static {
    /// The time now.
    fn now(&self) -> Timestamp;

    /// Waits until then; at once where that is past. Dropping it ends the wait.
    fn sleep_until(&self, moment: Timestamp) -> BoxFuture<'static, ()>;
}

/// Makes ids that nobody has made before.
pub trait Ids: Debug + Send + Sync + 'static {
    /// A `UUIDv7`: it sorts by time and is no secret.
    fn uuid(&self) -> uuid::Uuid;
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

#[expect(
    clippy::disallowed_methods,
    reason = "this is the one place that reads the machine's clock"
)]
impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let since = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .unwrap_or_default();
        Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }

    fn sleep_until(&self, moment: Timestamp) -> BoxFuture<'static, ()> {
        // tokio's longest sleep is about two years; every sleeper here looks again when it wakes.
        let span = moment.since(self.now()).get().min(1_000 * 60 * 60 * 24);
        Box::pin(tokio::time::sleep(std::time::Duration::from_millis(span)))
    }
}

/// Random `UUIDv7s`.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemIds;

#[expect(
    clippy::disallowed_methods,
    reason = "this is the one place that makes ids"
)]
impl Ids for SystemIds {
    fn uuid(&self) -> uuid::Uuid {
        uuid::Uuid::now_v7()
    }
}
