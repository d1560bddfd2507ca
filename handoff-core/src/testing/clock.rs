//! A clock that a test moves.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures::FutureExt;
use futures::channel::oneshot;
use futures::future::BoxFuture;

use crate::runtime::Clock;
use crate::time::{Millis, Timestamp};

/// Stands still until it is told how much time passes. Clones are one clock.
#[derive(Debug, Clone, Default)]
pub struct ManualClock {
    dial: Arc<Mutex<Dial>>,
}

#[derive(Debug, Default)]
struct Dial {
    now: Timestamp,
    sleepers: Vec<(Timestamp, oneshot::Sender<()>)>,
}

impl ManualClock {
    /// A clock that shows this moment.
    pub fn at(now: Timestamp) -> Self {
        let clock = Self::default();
        clock.dial().now = now;
        clock
    }

    fn dial(&self) -> MutexGuard<'_, Dial> {
        self.dial.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// So much time passes. Whoever slept until then wakes; what that leads to comes when the test lets tasks run.
    pub fn advance(&self, span: Millis) {
        let mut dial = self.dial();
        dial.now = dial.now.after(span);
        let now = dial.now;
        let woken = dial.sleepers.extract_if(.., |(moment, _)| *moment <= now);
        let woken: Vec<_> = woken.collect();
        drop(dial);
        for (_, sleeper) in woken {
            // Some went away.
            sleeper.send(()).ok();
        }
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        self.dial().now
    }

    fn sleep_until(&self, moment: Timestamp) -> BoxFuture<'static, ()> {
        let mut dial = self.dial();
        if moment <= dial.now {
            return futures::future::ready(()).boxed();
        }
        let (wake, woken) = oneshot::channel();
        dial.sleepers.retain(|(_, sleeper)| !sleeper.is_canceled());
        dial.sleepers.push((moment, wake));
        woken.map(drop).boxed()
    }
}
