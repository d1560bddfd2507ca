//! The clients of a run: widgets and dashboards that come back until they have what they want.

mod agent;
mod racer;
mod view;
mod visitor;

use std::time::Duration;

use anyhow::{Result, bail};
use tokio::sync::watch;

pub(super) use agent::Agent;
pub(super) use racer::{Heard, Racer};
pub(super) use visitor::Visitor;

use crate::client::{Received, Socket};
use handoff_core::testing::Random;

/// How far the run is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Phase {
    /// Clients do what comes to their minds.
    Load,
    /// They begin nothing new, and wait for what they asked for.
    Settle,
    /// They come back once more, catch up, and say what they show.
    Final,
}

/// Every note that agents leave has this in it; no visitor may ever get it.
pub(super) const CANARY: &str = "canary-of-a-note";

/// A client that hears nothing for so long takes its socket for dead.
const SILENCE: Duration = Duration::from_secs(6);
/// A heartbeat is sent so often; the answer is what shows that a quiet socket lives.
const HEARTBEAT: Duration = Duration::from_secs(2);
/// A connection may take so long to come about.
const CONNECTING: Duration = Duration::from_secs(4);

/// What ended a connection.
#[derive(Debug)]
enum Ended {
    /// Come back after about so long.
    Back(Duration),
    /// Everything is done.
    Done,
}

/// The next frame. A socket that was silent for too long is an error.
async fn receive(socket: &mut Socket) -> Result<Received> {
    match tokio::time::timeout(SILENCE, socket.receive()).await {
        Ok(received) => received,
        Err(_) => bail!("the server says nothing"),
    }
}

/// How long a client that was sent away stays away.
fn pause(code: u16, reason: &str, random: &mut Random) -> Duration {
    let wanted = (code == 1012).then(|| reason.parse().ok()).flatten();
    Duration::from_millis(wanted.unwrap_or_else(|| random.within(20, 300)).min(5_000))
}

/// Waits until the phase is at least this.
async fn reached(phase: &mut watch::Receiver<Phase>, least: Phase) {
    // Where the run ended there is nothing to wait for.
    phase.wait_for(|phase| *phase >= least).await.ok();
}
