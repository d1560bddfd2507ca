//! Visitors send as fast as they are acknowledged; dashboards receive everything.

use super::{Job, Workload};
use crate::compare::{
    clock,
    contender::{Contender, Dashboard, Visitor, text},
    process::{Endpoint, processor_seconds},
};
use anyhow::{Result, ensure};
use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};
use tokio::{
    task::JoinSet,
    time::{interval, sleep},
};

/// Servers that acknowledge before they deliver may be far behind: their time counts until they are done.
const DRAIN_LIMIT: Duration = Duration::from_mins(1);
const DRAIN_POLL: Duration = Duration::from_millis(2);

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct FanOut {
    pub(crate) visitors: u32,
    pub(crate) dashboards: u32,
    pub(crate) warm_up: Duration,
    pub(crate) measured: Duration,
}

/// From the end of the warm-up until every dashboard has the last message of every visitor.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Spread {
    pub(crate) seconds: f64,
    pub(crate) messages: u64,
    pub(crate) deliveries: u64,
    pub(crate) server_seconds: f64,
    /// Deliveries that did not happen one by one (a board may skip to the newest), and those that happened twice,
    /// of the whole run.
    pub(crate) skipped: u64,
    pub(crate) doubled: u64,
}

#[derive(Debug, Default)]
struct Counters {
    acknowledged: AtomicU64,
    deliveries: AtomicU64,
    doubled: AtomicU64,
    /// Over all dashboards and visitors, how far each dashboard has come in each visitor's messages.
    reached: AtomicU64,
    stop: AtomicBool,
}

impl From<FanOut> for Job {
    fn from(job: FanOut) -> Self {
        Self::FanOut(job)
    }
}

#[async_trait]
impl Workload for FanOut {
    type Outcome = Spread;

    async fn run(self, contender: &dyn Contender, endpoint: &Endpoint) -> Result<Spread> {
        let counters = Arc::new(Counters::default());
        let mut receiving = JoinSet::new();
        for number in 0..self.dashboards {
            let dashboard = contender.dashboard(endpoint, number).await?;
            receiving.spawn(receive(dashboard, self.visitors, Arc::clone(&counters)));
        }
        let mut sending = JoinSet::new();
        for number in 0..self.visitors {
            let visitor = contender.visitor(endpoint, number).await?;
            sending.spawn(self.send(visitor, number, Arc::clone(&counters)));
        }

        sleep(self.warm_up).await;
        let server_before = processor_seconds(endpoint.process)?;
        let acknowledged_before = counters.acknowledged.load(Relaxed);
        let deliveries_before = counters.deliveries.load(Relaxed);
        let started = clock::now();
        sleep(self.measured).await;
        counters.stop.store(true, Relaxed);
        let mut connected = Vec::new(); // until the run is over: leaving would be an event of its own
        while let Some(ended) = sending.join_next().await {
            connected.push(ended??);
        }
        let due = counters.acknowledged.load(Relaxed) * u64::from(self.dashboards);
        let mut poll = interval(DRAIN_POLL);
        let mut drained = started.elapsed();
        while counters.reached.load(Relaxed) < due
            && started.elapsed() < self.measured + DRAIN_LIMIT
        {
            if let Some(ended) = receiving.try_join_next() {
                ended??;
            }
            poll.tick().await;
            drained = started.elapsed();
        }
        let reached = counters.reached.load(Relaxed);
        ensure!(
            reached == due,
            "dashboards have {reached} of {due} after {drained:?}"
        );

        let deliveries = counters.deliveries.load(Relaxed);
        let spread = Spread {
            seconds: drained.as_secs_f64(),
            messages: counters.acknowledged.load(Relaxed) - acknowledged_before,
            deliveries: deliveries - deliveries_before,
            server_seconds: processor_seconds(endpoint.process)? - server_before,
            skipped: due.saturating_sub(deliveries),
            doubled: counters.doubled.load(Relaxed),
        };
        ensure!(spread.messages > 0, "no message was acknowledged");
        Ok(spread)
    }
}

impl FanOut {
    /// Sends until it is told to stop. A visitor's messages are numbered in steps of the number of visitors.
    async fn send(
        self,
        mut visitor: Box<dyn Visitor>,
        first_number: u32,
        counters: Arc<Counters>,
    ) -> Result<Box<dyn Visitor>> {
        let mut numbers = (first_number..).step_by(self.visitors as usize);
        while let (false, Some(number)) = (counters.stop.load(Relaxed), numbers.next()) {
            visitor.send(&text(number)).await?;
            counters.acknowledged.fetch_add(1, Relaxed);
        }
        Ok(visitor)
    }
}

async fn receive(
    mut dashboard: Box<dyn Dashboard>,
    visitors: u32,
    counters: Arc<Counters>,
) -> Result<()> {
    let mut seen = Seen::default();
    let mut progress = vec![0; visitors as usize];
    let mut numbers = Vec::new();
    loop {
        dashboard.receive(&mut numbers).await?;
        let arrived = numbers.len() as u64;
        let mut fresh = 0;
        let mut advanced = 0;
        for number in numbers.drain(..) {
            fresh += u64::from(seen.is_new(number));
            if let Some(reached) = progress.get_mut((number % visitors) as usize) {
                let now = (number / visitors + 1).max(*reached);
                advanced += u64::from(now - *reached);
                *reached = now;
            }
        }
        counters.deliveries.fetch_add(fresh, Relaxed);
        counters.doubled.fetch_add(arrived - fresh, Relaxed);
        counters.reached.fetch_add(advanced, Relaxed);
    }
}

/// A set of message numbers, one bit each.
#[derive(Debug, Default)]
struct Seen(Vec<u64>);

impl Seen {
    fn is_new(&mut self, number: u32) -> bool {
        let (word, bit) = ((number / 64) as usize, 1_u64 << (number % 64));
        if self.0.len() <= word {
            self.0.resize(word + 1, 0);
        }
        let Some(bits) = self.0.get_mut(word) else {
            return false;
        };
        let new = *bits & bit == 0;
        *bits |= bit;
        new
    }
}

#[cfg(test)]
mod tests {
    use super::Seen;

    #[test]
    fn a_number_is_new_once() {
        let mut seen = Seen::default();
        for number in [0, 63, 64, 1_000_000] {
            assert!(seen.is_new(number));
            assert!(!seen.is_new(number));
        }
    }
}
