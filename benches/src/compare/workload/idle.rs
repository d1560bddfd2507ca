//! Many visitors who are connected and say nothing: what does each cost?

use super::{Job, Workload};
use crate::compare::{
    contender::Contender,
    process::{Endpoint, resident_bytes},
};
use anyhow::Result;
use async_trait::async_trait;
use futures::{StreamExt, TryStreamExt, stream};
use serde::{Deserialize, Serialize};
use std::time::Duration;
use tokio::{task::JoinSet, time::sleep};

const CONNECTING_AT_ONCE: usize = 64;

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Idle {
    pub(crate) visitors: u32,
    /// How long they sit there before the memory is read.
    pub(crate) settle: Duration,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Memory {
    pub(crate) visitors: u32,
    pub(crate) before_bytes: u64,
    pub(crate) after_bytes: u64,
}

impl From<Idle> for Job {
    fn from(job: Idle) -> Self {
        Self::Idle(job)
    }
}

#[async_trait]
impl Workload for Idle {
    type Outcome = Memory;

    async fn run(self, contender: &dyn Contender, endpoint: &Endpoint) -> Result<Memory> {
        // One before the count, so that what the first connection allocates for all is not in it.
        let first = contender.visitor(endpoint, self.visitors).await?;
        let before_bytes = resident_bytes(endpoint.process)?;
        let visitors: Vec<_> = stream::iter(0..self.visitors)
            .map(|number| contender.visitor(endpoint, number))
            .buffer_unordered(CONNECTING_AT_ONCE)
            .try_collect()
            .await?;
        let mut idling = JoinSet::new();
        for mut visitor in visitors.into_iter().chain([first]) {
            idling.spawn(async move { visitor.idle().await });
        }
        sleep(self.settle).await;
        if let Some(ended) = idling.try_join_next() {
            ended??;
        }
        Ok(Memory {
            visitors: self.visitors,
            before_bytes,
            after_bytes: resident_bytes(endpoint.process)?,
        })
    }
}
