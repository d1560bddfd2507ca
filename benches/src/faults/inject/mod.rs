//! Lets the faults happen.

mod cancel;
mod clients;
mod nodes;
mod stores;

use std::time::Duration;

use anyhow::Result;
use handoff_core::testing::Random;
use tokio::time::sleep;

use super::fault::Fault;
use super::world::World;

/// Lets a fault happen, once or a few times, and ends it. Says how often it was delivered.
pub(super) async fn inject(fault: Fault, world: &World, random: &mut Random) -> Result<u64> {
    match fault {
        Fault::F1 => nodes::kill_in_takeover(world, random).await,
        Fault::F2 => nodes::kill_in_reply(world, random).await,
        Fault::F3 => stores::restart_postgres(world, random).await,
        Fault::F4 => stores::hang_postgres(world, random).await,
        Fault::F5 => stores::deadlock(world, random).await,
        Fault::F6 => stores::cut_at_commit(world, random).await,
        Fault::F7 => stores::trouble_redis(world, random).await,
        Fault::F8 => stores::meddle_with_notices(world, random).await,
        Fault::F12 => Box::pin(clients::slow_dashboard(world, random)).await,
        Fault::F14 => nodes::pause(world, random).await,
        Fault::F15 => clients::race(world, random).await,
        Fault::F16 => nodes::rolling_restart(world).await,
        Fault::F19 => Box::pin(clients::storm(world)).await,
        Fault::F20 => stores::cut_off_node(world, random).await,
        Fault::F24 => Box::pin(cancel::drop_requests(world)).await,
        Fault::Wire => clients::trouble_wire(world, random).await,
    }
}

/// Waits for a random time.
async fn linger(random: &mut Random, least: u64, most: u64) {
    sleep(Duration::from_millis(random.within(least, most))).await;
}
