//! [`Circuit`]: leaves a provider alone that fails again and again.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// Counts failures that follow each other. Once there are too many it lets nobody through for a while, then one request
/// at a time, until one succeeds.
#[derive(Debug)]
pub(super) struct Circuit {
    failures_to_open: u32,
    open_for: Duration,
    state: Mutex<State>,
}

#[derive(Debug, Clone, Copy, Default)]
struct State {
    failures: u32,
    closed_again_at: Option<Instant>,
}

impl Circuit {
    pub(super) fn new(failures_to_open: u32, open_for: Duration) -> Self {
        Self {
            failures_to_open,
            open_for,
            state: Mutex::default(),
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether a request may go out now. While it is open, one may each time that it has been open long enough.
    pub(super) fn lets_through(&self, now: Instant) -> bool {
        let mut state = self.lock();
        match state.closed_again_at {
            None => true,
            Some(at) if now < at => false,
            Some(_) => {
                state.closed_again_at = Some(now + self.open_for);
                true
            }
        }
    }

    pub(super) fn succeeded(&self) {
        *self.lock() = State::default();
    }

    pub(super) fn failed(&self, now: Instant) {
        let mut state = self.lock();
        state.failures = state.failures.saturating_add(1);
        if state.failures >= self.failures_to_open {
            state.closed_again_at = Some(now + self.open_for);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn it_opens_lets_one_try_and_closes() {
        let second = Duration::from_secs(1);
        let circuit = Circuit::new(2, 10 * second);
        let now = Instant::now();
        circuit.failed(now);
        circuit.succeeded();
        circuit.failed(now);
        assert!(circuit.lets_through(now), "they did not follow each other");
        circuit.failed(now);
        assert!(!circuit.lets_through(now + 9 * second));
        assert!(circuit.lets_through(now + 10 * second), "one tries");
        assert!(!circuit.lets_through(now + 11 * second), "only one");
        circuit.failed(now + 12 * second);
        assert!(!circuit.lets_through(now + 21 * second));
        assert!(circuit.lets_through(now + 22 * second));
        circuit.succeeded();
        assert!(circuit.lets_through(now + 22 * second));
        assert!(circuit.lets_through(now + 22 * second), "it is closed");
    }
}
