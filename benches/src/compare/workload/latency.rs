//! A few visitors send now and then: how long until the agent has it?

use super::{Job, Workload};
use crate::compare::{
    clock,
    contender::{Contender, Visitor, text},
    process::Endpoint,
    statistics::{Latencies, Latency},
};
use anyhow::Result;
use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU32, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};
use tokio::{
    task::JoinSet,
    time::{MissedTickBehavior, interval, sleep, timeout},
};

const ARRIVAL_LIMIT: Duration = Duration::from_secs(2);

/// What a sample is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Way {
    /// From the visitor's send to the dashboard's receipt.
    ToDashboard,
    /// From the visitor's send to the answer on the same socket.
    ThereAndBack,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct LightLoad {
    pub(crate) visitors: u32,
    pub(crate) messages_each: u32,
    pub(crate) pause: Duration,
    pub(crate) way: Way,
}

impl From<LightLoad> for Job {
    fn from(job: LightLoad) -> Self {
        Self::LightLoad(job)
    }
}

type Sent = Arc<Mutex<Vec<Option<Instant>>>>;

#[async_trait]
impl Workload for LightLoad {
    type Outcome = Latency;

    async fn run(self, contender: &dyn Contender, endpoint: &Endpoint) -> Result<Latency> {
        let total = self.visitors * self.messages_each;
        let sent: Sent = Arc::new(Mutex::new(vec![None; total as usize]));
        let next_number = Arc::new(AtomicU32::new(0));
        let mut dashboard = match self.way {
            Way::ToDashboard => Some(contender.dashboard(endpoint, 0).await?),
            Way::ThereAndBack => None,
        };
        let mut sending = JoinSet::new();
        for number in 0..self.visitors {
            let visitor = contender.visitor(endpoint, number).await?;
            let (sent, next_number) = (Arc::clone(&sent), Arc::clone(&next_number));
            let delay = self.pause * number / self.visitors;
            sending.spawn(async move {
                sleep(delay).await;
                self.send(visitor, &sent, &next_number).await
            });
        }

        let mut latencies = Latencies::new()?;
        if let Some(dashboard) = &mut dashboard {
            let mut numbers = Vec::new();
            let mut arrived = 0;
            while arrived < total {
                let Ok(received) = timeout(ARRIVAL_LIMIT, dashboard.receive(&mut numbers)).await
                else {
                    break; // a board may skip to the newest, so that some numbers never come
                };
                received?;
                let now = clock::now();
                let sent = sent.lock().unwrap_or_else(PoisonError::into_inner);
                for number in numbers.drain(..) {
                    if let Some(Some(at)) = sent.get(number as usize) {
                        latencies.record(now.duration_since(*at));
                        arrived += 1;
                    }
                }
            }
        }
        while let Some(ended) = sending.join_next().await {
            for round_trip in ended?? {
                if self.way == Way::ThereAndBack {
                    latencies.record(round_trip);
                }
            }
        }
        Ok(latencies.summary())
    }
}

impl LightLoad {
    async fn send(
        self,
        mut visitor: Box<dyn Visitor>,
        sent: &Sent,
        next_number: &AtomicU32,
    ) -> Result<Vec<Duration>> {
        let mut ticks = interval(self.pause);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut round_trips = Vec::with_capacity(self.messages_each as usize);
        for _ in 0..self.messages_each {
            ticks.tick().await;
            let number = next_number.fetch_add(1, Relaxed);
            let text = text(number);
            let started = clock::now();
            if let Some(place) = sent
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .get_mut(number as usize)
            {
                *place = Some(started);
            }
            visitor.send(&text).await?;
            round_trips.push(started.elapsed());
        }
        Ok(round_trips)
    }
}
