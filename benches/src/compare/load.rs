//! The second process: it is given a job, does it to a server and prints the outcome as JSON.

use super::{
    contender::Name,
    process::Endpoint,
    workload::{Job, Workload},
};
use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};
use std::{io::Write, process::Stdio, time::Duration};
use tokio::{process::Command, time::timeout};

/// No job of a run takes longer.
const JOB_LIMIT: Duration = Duration::from_mins(5);

#[derive(Debug, Serialize, Deserialize)]
struct Order {
    contender: Name,
    endpoint: Endpoint,
    job: Job,
}

/// Runs a workload against the server from a process of its own.
pub(crate) async fn from_second_process<W: Workload>(
    contender: Name,
    endpoint: &Endpoint,
    workload: W,
) -> Result<W::Outcome> {
    let order = Order {
        contender,
        endpoint: endpoint.clone(),
        job: workload.into(),
    };
    let child = Command::new(std::env::current_exe()?)
        .arg("load")
        .arg(serde_json::to_string(&order)?)
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output();
    let output = timeout(JOB_LIMIT, child)
        .await
        .context("the load did not end in time")??;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "the load failed: {}", said.trim());
    serde_json::from_slice(&output.stdout).context("the load's outcome is not readable")
}

/// The second process's own part.
pub(crate) async fn carry_out(order: &str) -> Result<()> {
    let Order {
        contender,
        endpoint,
        job,
    } = serde_json::from_str(order)?;
    let outcome = job.run(&*contender.contender(), &endpoint).await?;
    writeln!(std::io::stdout(), "{outcome}")?;
    Ok(())
}
