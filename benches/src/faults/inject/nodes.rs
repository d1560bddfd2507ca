//! What happens to nodes.

use std::time::Duration;

use anyhow::Result;
use handoff_core::conversation::Command;
use handoff_core::testing::Random;
use tokio::sync::Mutex;
use tokio::time::{sleep, timeout};

use super::linger;
use crate::faults::client::Heard;
use crate::faults::node::Node;
use crate::faults::recorder::Seen;
use crate::faults::world::World;

/// So many takeovers meet a kill in one go.
const KILLS: u64 = 3;
/// A reply is waited for so long.
const REPLY: Duration = Duration::from_secs(8);

fn any<'w>(world: &'w World, random: &mut Random) -> (usize, Option<&'w Mutex<Node>>) {
    let index = random.index(world.nodes.len());
    (index, world.nodes.get(index))
}

async fn kill(world: &World, index: usize, node: &Mutex<Node>) -> Result<()> {
    let mut node = node.lock().await;
    world.recorder.see(Seen::Killed(number(index)));
    node.kill().await
}

async fn start(world: &World, index: usize, node: &Mutex<Node>) -> Result<()> {
    node.lock().await.start().await?;
    world.recorder.see(Seen::Started(number(index)));
    Ok(())
}

fn number(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}

/// Kills a node at a random moment around a takeover that it does: before, inside or after the commit. The claimer asks
/// again with the same id and must hear the truth.
pub(super) async fn kill_in_takeover(world: &World, random: &mut Random) -> Result<u64> {
    let mut delivered = 0;
    for _ in 0..KILLS {
        let conversation = world.conversation(random).await?;
        let (index, Some(node)) = any(world, random) else {
            continue;
        };
        let url = node.lock().await.url();
        let Some(racer) = random.pick(&world.racers) else {
            continue;
        };
        let claim = format!("f1-{}", world.number());
        let takeover = racer.run(
            Some(&url),
            &claim,
            conversation,
            Command::TakeOver { typing: false },
        );
        // A takeover takes one to a few milliseconds.
        let moment = Duration::from_micros(random.within(0, 6_000));
        let killing = async {
            sleep(moment).await;
            kill(world, index, node).await?;
            linger(random, 0, 400).await;
            start(world, index, node).await
        };
        let (heard, killed) = tokio::join!(takeover, killing);
        killed?;
        delivered += 1;
        if let Heard::Done(_) = heard? {
            let back = Command::Return { instruction: None };
            let id = format!("f1-{}", world.number());
            racer.run(None, &id, conversation, back).await?;
        }
    }
    Ok(delivered)
}

/// Kills the node at which a visitor was just shown the nth piece of a reply.
pub(super) async fn kill_in_reply(world: &World, random: &mut Random) -> Result<u64> {
    let mut pieces = world.pieces.lock().await;
    while pieces.try_recv().is_ok() {}
    let nth = random.within(1, 6);
    let found = timeout(REPLY, async {
        let mut last = None;
        let mut seen = 0;
        while let Some(port) = pieces.recv().await {
            if let Some(index) = world.front.upstream_of(port) {
                seen += 1;
                last = Some(index);
            }
            if seen >= nth {
                break;
            }
        }
        last
    });
    let Ok(Some(index)) = found.await else {
        return Ok(0);
    };
    let Some(node) = world.nodes.get(index) else {
        return Ok(0);
    };
    kill(world, index, node).await?;
    linger(random, 0, 500).await;
    start(world, index, node).await?;
    Ok(1)
}

/// Stops a node for some seconds, as a long pause of its machine does, and lets it go on with what it believed.
pub(super) async fn pause(world: &World, random: &mut Random) -> Result<u64> {
    let (_, Some(node)) = any(world, random) else {
        return Ok(0);
    };
    let most = u64::try_from(world.load.pause.as_millis()).unwrap_or(u64::MAX);
    let node = node.lock().await;
    node.pause(true).await?;
    linger(random, most / 3, most).await;
    node.pause(false).await?;
    Ok(1)
}

/// Restarts one node after the other, in order, while clients go on.
pub(super) async fn rolling_restart(world: &World) -> Result<u64> {
    let mut restarted = 0;
    for (index, node) in world.nodes.iter().enumerate() {
        {
            let mut node = node.lock().await;
            node.end().await?;
            world.recorder.see(Seen::Killed(number(index)));
        }
        start(world, index, node).await?;
        restarted += 1;
    }
    Ok(restarted)
}
