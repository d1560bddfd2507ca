//! What the second process does to a server.

mod fan_out;
mod idle;
mod latency;
mod race;

pub(crate) use fan_out::{FanOut, Spread};
pub(crate) use idle::{Idle, Memory};
pub(crate) use latency::{LightLoad, Way};
pub(crate) use race::{Race, Tally};

use super::{contender::Contender, process::Endpoint};
use anyhow::Result;
use async_trait::async_trait;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

/// A workload, bounded in count and time.
#[async_trait]
pub(crate) trait Workload: Into<Job> + Send {
    type Outcome: Serialize + DeserializeOwned;

    async fn run(self, contender: &dyn Contender, endpoint: &Endpoint) -> Result<Self::Outcome>;
}

/// Any workload, as it crosses to the second process.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "workload", rename_all = "snake_case")]
pub(crate) enum Job {
    FanOut(FanOut),
    LightLoad(LightLoad),
    Race(Race),
    Idle(Idle),
}

impl Job {
    /// Runs it here; the outcome as JSON.
    pub(crate) async fn run(
        self,
        contender: &dyn Contender,
        endpoint: &Endpoint,
    ) -> Result<String> {
        Ok(match self {
            Self::FanOut(job) => serde_json::to_string(&job.run(contender, endpoint).await?)?,
            Self::LightLoad(job) => serde_json::to_string(&job.run(contender, endpoint).await?)?,
            Self::Race(job) => serde_json::to_string(&job.run(contender, endpoint).await?)?,
            Self::Idle(job) => serde_json::to_string(&job.run(contender, endpoint).await?)?,
        })
    }
}
