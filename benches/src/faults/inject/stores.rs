//! What happens to stores and buses, and between them and the nodes.

use std::time::Duration;

use anyhow::{Context as _, Result};
use handoff_core::testing::Random;
use tokio::time::{sleep, timeout};

use super::linger;
use crate::faults::proxy::{Order, Proxy};
use crate::faults::world::World;

/// A commit that can be cut is waited for so long.
const COMMIT: Duration = Duration::from_secs(4);

/// In order (what is under way is broken off) or by a crash.
pub(super) async fn restart_postgres(world: &World, random: &mut Random) -> Result<u64> {
    let postgres = world.postgres.as_ref().context("no Postgres")?;
    let mode = if random.chance(500) {
        "fast"
    } else {
        "immediate"
    };
    postgres.restart(mode).await?;
    Ok(1)
}

/// Its processes stop, or nothing comes through to it: connections stay open and silent.
pub(super) async fn hang_postgres(world: &World, random: &mut Random) -> Result<u64> {
    let postgres = world.postgres.as_ref().context("no Postgres")?;
    if random.chance(500) {
        let backends = postgres.backends().await?;
        postgres.freeze(&backends, true).await?;
        linger(random, 1_000, 3_000).await;
        postgres.freeze(&backends, false).await?;
    } else {
        world.stores.iter().for_each(|store| store.stall(true));
        linger(random, 1_000, 3_000).await;
        world.stores.iter().for_each(|store| store.stall(false));
    }
    Ok(1)
}

/// Transactions of others lock the rows of two conversations in opposite order, while nodes commit to both.
pub(super) async fn deadlock(world: &World, random: &mut Random) -> Result<u64> {
    let postgres = world.postgres.as_ref().context("no Postgres")?;
    let mut all = world.conversations().await?;
    let (Some(one), Some(other)) = (all.pop(), all.pop()) else {
        return Ok(0);
    };
    let count = "SELECT deadlocks FROM pg_stat_database WHERE datname = 'handoff'";
    let before: u64 = postgres.sql(count).await?.parse()?;
    let lock = |id| format!("SELECT 1 FROM handoff_conversations WHERE id = '{id}' FOR UPDATE;");
    let pause = random.within(100, 300);
    let crossed = |first, second| {
        format!(
            "BEGIN; {} SELECT pg_sleep({pause} / 1000.0); {} COMMIT",
            lock(first),
            lock(second)
        )
    };
    let (here, there) = (crossed(one, other), crossed(other, one));
    // One of the two is the victim, or a node's transaction is: whoever loses is told so.
    let (_victim, _winner) = tokio::join!(postgres.sql(&here), postgres.sql(&there));
    // The counter is written a moment later.
    let counted = async {
        loop {
            let now: u64 = postgres.sql(count).await?.parse()?;
            if now > before {
                return anyhow::Ok(now - before);
            }
            sleep(Duration::from_millis(100)).await;
        }
    };
    timeout(COMMIT, counted).await.unwrap_or(Ok(0))
}

/// The connection is reset right after a COMMIT went out: nobody knows whether it was done.
pub(super) async fn cut_at_commit(world: &World, random: &mut Random) -> Result<u64> {
    let armed: Vec<&Proxy> = world.stores.iter().filter(|_| random.chance(700)).collect();
    strike(&armed, COMMIT).await
}

/// Arms these until each of them struck once or the time is over; how often they did.
async fn strike(proxies: &[&Proxy], limit: Duration) -> Result<u64> {
    let struck = || {
        proxies
            .iter()
            .map(|proxy| proxy.shim().struck())
            .sum::<u64>()
    };
    let before = struck();
    for proxy in proxies {
        proxy.shim().arm(true);
    }
    let all = async {
        while struck() < before + proxies.len() as u64 {
            sleep(Duration::from_millis(10)).await;
        }
    };
    // Fewer is as good: how many there were is what counts.
    timeout(limit, all).await.ok();
    for proxy in proxies {
        proxy.shim().arm(false);
    }
    Ok(struck() - before)
}

/// Cut off, silent, asleep, out of memory, or crashed.
pub(super) async fn trouble_redis(world: &World, random: &mut Random) -> Result<u64> {
    let redis = world.redis.as_ref().context("no Redis")?;
    match random.below(5) {
        0 => {
            world.buses.iter().for_each(|bus| bus.refuse(true));
            for bus in &world.buses {
                bus.order_all(Order::Reset);
            }
            linger(random, 500, 2_000).await;
            world.buses.iter().for_each(|bus| bus.refuse(false));
        }
        1 => {
            world.buses.iter().for_each(|bus| bus.stall(true));
            linger(random, 500, 2_000).await;
            world.buses.iter().for_each(|bus| bus.stall(false));
        }
        2 => drop(redis.lock().await.ask("DEBUG SLEEP 1.5").await?),
        3 => {
            redis.lock().await.ask("CONFIG SET maxmemory 1").await?;
            linger(random, 500, 1_500).await;
            redis.lock().await.ask("CONFIG SET maxmemory 0").await?;
        }
        _ => redis.lock().await.crash().await?,
    }
    Ok(1)
}

/// Three notices of ten are dropped, others come twice or behind the next one.
pub(super) async fn meddle_with_notices(world: &World, random: &mut Random) -> Result<u64> {
    let struck = || {
        world
            .buses
            .iter()
            .map(|bus| bus.shim().struck())
            .sum::<u64>()
    };
    let before = struck();
    world.buses.iter().for_each(|bus| bus.shim().arm(true));
    linger(random, 2_000, 4_000).await;
    world.buses.iter().for_each(|bus| bus.shim().arm(false));
    Ok(struck() - before)
}

/// One node does not reach its store; its clients still reach it.
pub(super) async fn cut_off_node(world: &World, random: &mut Random) -> Result<u64> {
    let proxies = if world.stores.is_empty() {
        &world.buses
    } else {
        &world.stores
    };
    let Some(proxy) = random
        .pick(proxies.iter().collect::<Vec<_>>().as_slice())
        .copied()
    else {
        return Ok(0);
    };
    if random.chance(500) {
        proxy.stall(true);
        linger(random, 1_000, 4_000).await;
        proxy.stall(false);
    } else {
        proxy.refuse(true);
        proxy.order_all(Order::Reset);
        linger(random, 1_000, 4_000).await;
        proxy.refuse(false);
    }
    Ok(1)
}
