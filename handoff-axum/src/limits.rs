//! How often and how many at once.

use std::collections::HashMap;
use std::fmt::Debug;
use std::hash::Hash;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use governor::clock::{Clock, DefaultClock};
use governor::middleware::NoOpMiddleware;
use governor::state::keyed::DefaultKeyedStateStore;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};

use crate::options::Rate;

/// After so many checks, keys that were not seen for a while are forgotten.
const SWEEP: u32 = 4_096;

fn quota(rate: Rate) -> Quota {
    let at_least_one = |n: u32| NonZeroU32::new(n).unwrap_or(NonZeroU32::MIN);
    Quota::per_minute(at_least_one(rate.per_minute)).allow_burst(at_least_one(rate.burst))
}

/// How often something may happen for one key.
pub(crate) struct Gate<K: Hash + Eq + Clone> {
    limiter: Option<RateLimiter<K, DefaultKeyedStateStore<K>, DefaultClock, NoOpMiddleware>>,
    clock: DefaultClock,
    checks: AtomicU32,
}

impl<K: Hash + Eq + Clone> Debug for Gate<K> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Gate")
            .field("limited", &self.limiter.is_some())
            .finish_non_exhaustive()
    }
}

impl<K: Hash + Eq + Clone> Gate<K> {
    pub(crate) fn new(rate: Option<Rate>) -> Self {
        Self {
            limiter: rate.map(|rate| RateLimiter::keyed(quota(rate))),
            clock: DefaultClock::default(),
            checks: AtomicU32::new(0),
        }
    }

    /// Passes once more; the error says when to come again.
    pub(crate) fn pass(&self, key: &K) -> Result<(), Duration> {
        let Some(limiter) = &self.limiter else {
            return Ok(());
        };
        if self.checks.fetch_add(1, Ordering::Relaxed) % SWEEP == SWEEP - 1 {
            limiter.retain_recent();
        }
        limiter
            .check_key(key)
            .map_err(|until| until.wait_time_from(self.clock.now()))
    }
}

/// How often something may happen on one connection.
#[derive(Debug)]
pub(crate) struct Pace(Option<RateLimiter<NotKeyed, InMemoryState, DefaultClock, NoOpMiddleware>>);

impl Pace {
    pub(crate) fn new(rate: Option<Rate>) -> Self {
        Self(rate.map(|rate| RateLimiter::direct(quota(rate))))
    }

    pub(crate) fn pass(&self) -> bool {
        self.0
            .as_ref()
            .is_none_or(|limiter| limiter.check().is_ok())
    }
}

/// How many there may be at once for one key.
#[derive(Debug)]
pub(crate) struct Seats<K: Hash + Eq + Clone> {
    taken: Arc<Mutex<HashMap<K, usize>>>,
    limit: usize,
}

impl<K: Hash + Eq + Clone> Seats<K> {
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            taken: Arc::default(),
            limit,
        }
    }

    /// A seat, until it is dropped; none where all are taken.
    pub(crate) fn take(&self, key: K) -> Option<Seat<K>> {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let count = taken.entry(key.clone()).or_insert(0);
        if *count >= self.limit {
            return None;
        }
        *count += 1;
        Some(Seat {
            taken: self.taken.clone(),
            key,
        })
    }
}

/// One of the seats of a key.
#[derive(Debug)]
pub(crate) struct Seat<K: Hash + Eq + Clone> {
    taken: Arc<Mutex<HashMap<K, usize>>>,
    key: K,
}

impl<K: Hash + Eq + Clone> Drop for Seat<K> {
    fn drop(&mut self) {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = taken.get_mut(&self.key) {
            *count -= 1;
            if *count == 0 {
                taken.remove(&self.key);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gate_holds_one_key_back_and_lets_others_pass() {
        let gate = Gate::new(Some(Rate::new(2, 2)));
        assert!(gate.pass(&"a").is_ok());
        assert!(gate.pass(&"a").is_ok());
        let wait = gate.pass(&"a").unwrap_err();
        assert!(
            wait > Duration::ZERO && wait <= Duration::from_secs(30),
            "{wait:?}"
        );
        assert!(gate.pass(&"b").is_ok());
    }

    #[test]
    fn a_seat_is_free_again_once_it_is_left() {
        let seats = Seats::new(1);
        let seat = seats.take("a");
        assert!(seat.is_some());
        assert!(seats.take("a").is_none());
        assert!(seats.take("b").is_some());
        drop(seat);
        assert!(seats.take("a").is_some());
    }
}
