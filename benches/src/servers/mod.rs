//! Servers of our own, from the programs that are installed, in temporary folders.

mod postgres;
mod redis;

pub(crate) use postgres::Postgres;
pub(crate) use redis::Redis;

use std::time::Duration;

use anyhow::{Result, ensure};
use tokio::process::Command;

/// A process of our own may take so long to start or to end.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);
/// So often we look whether it has.
pub(crate) const POLL: Duration = Duration::from_millis(10);

/// Sends a signal to processes.
pub(crate) async fn signal(name: &str, processes: &[u32]) -> Result<()> {
    let ids = processes.iter().map(ToString::to_string);
    let status = Command::new("kill").arg(name).args(ids).status().await?;
    ensure!(status.success(), "kill {name} {processes:?}: {status}");
    Ok(())
}
