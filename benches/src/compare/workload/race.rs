//! All racers try to take over every conversation, each with some attempts in flight: exactly one may win each.

use super::{Job, Workload};
use crate::compare::{
    clock,
    contender::{Contender, Racer},
    process::Endpoint,
};
use anyhow::{Result, ensure};
use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering::Relaxed},
    },
    time::Duration,
};
use tokio::{sync::Barrier, task::JoinSet, time::timeout};

const OUTCOME_LIMIT: Duration = Duration::from_secs(10);

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Race {
    pub(crate) racers: u32,
    pub(crate) conversations: u32,
    /// Attempts that one racer has in flight.
    pub(crate) window: u32,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Tally {
    pub(crate) seconds: f64,
    pub(crate) attempts: u64,
    pub(crate) conversations: u64,
    /// Conversations that more than one racer was told to have won; and those that nobody won.
    pub(crate) doubles: u64,
    pub(crate) without_winner: u64,
}

impl From<Race> for Job {
    fn from(job: Race) -> Self {
        Self::Race(job)
    }
}

#[async_trait]
impl Workload for Race {
    type Outcome = Tally;

    async fn run(self, contender: &dyn Contender, endpoint: &Endpoint) -> Result<Tally> {
        let racers = contender
            .racers(endpoint, self.racers, self.conversations)
            .await?;
        let winners: Arc<[AtomicU32]> =
            (0..self.conversations).map(|_| AtomicU32::new(0)).collect();
        let barrier = Arc::new(Barrier::new(racers.len() + 1));
        let mut racing = JoinSet::new();
        for racer in racers {
            let (winners, barrier) = (Arc::clone(&winners), Arc::clone(&barrier));
            racing.spawn(async move {
                barrier.wait().await;
                self.race(racer, &winners).await
            });
        }
        barrier.wait().await;
        let started = clock::now();
        while let Some(ended) = racing.join_next().await {
            ended??;
        }
        let seconds = started.elapsed().as_secs_f64();
        let having = |wanted: fn(u32) -> bool| {
            winners
                .iter()
                .filter(|winners| wanted(winners.load(Relaxed)))
                .count() as u64
        };
        Ok(Tally {
            seconds,
            attempts: u64::from(self.racers) * u64::from(self.conversations),
            conversations: u64::from(self.conversations),
            doubles: having(|winners| winners > 1),
            without_winner: having(|winners| winners == 0),
        })
    }
}

impl Race {
    async fn race(self, mut racer: Box<dyn Racer>, winners: &[AtomicU32]) -> Result<()> {
        let mut attempts = 0..self.conversations;
        for conversation in attempts.by_ref().take(self.window as usize) {
            racer.attempt(conversation).await?;
        }
        for _ in 0..self.conversations {
            let outcome = timeout(OUTCOME_LIMIT, racer.outcome()).await??;
            let place = winners.get(outcome.conversation as usize);
            ensure!(place.is_some(), "an outcome for {}", outcome.conversation);
            if let (Some(place), true) = (place, outcome.won) {
                place.fetch_add(1, Relaxed);
            }
            if let Some(conversation) = attempts.next() {
                racer.attempt(conversation).await?;
            }
        }
        Ok(())
    }
}
