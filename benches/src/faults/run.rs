//! One run on one store, from the first process to the verdict.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use handoff_core::testing::Random;
use handoff_core::testing::history::Reader;
use handoff_core::time::Timestamp;
use indicatif::{ProgressBar, ProgressStyle};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};

use super::Load;
use super::client::{Agent, Phase, Visitor};
use super::fault::{Fault, Kept};
use super::inject::inject;
use super::judge::judged;
use super::log::Stored;
use super::recorder::{Seen, now};
use super::report::{Outcome, Window};
use super::world::World;

/// Clients get what they wait for within so long after the last fault.
const LIVENESS: Duration = Duration::from_mins(1);
/// A fault that could not be delivered is tried so often.
const TRIES: usize = 5;
/// So much of what follows a fault still counts as its doing.
const AFTERMATH: Duration = Duration::from_millis(500);

/// Runs one store.
pub(super) async fn run(kept: Kept, load: Load, binary: PathBuf, seed: u64) -> Result<Outcome> {
    let (pieces, shown) = mpsc::channel(256);
    let world = Arc::new(World::start(kept, load, binary, seed, shown).await?);
    let (phase, phases) = watch::channel(Phase::Load);
    let mut clients = JoinSet::new();
    for number in 0..load.visitors {
        let visitor = Visitor {
            number,
            access: world.access.clone(),
            service: world.service.clone(),
            key: world.access.new_visitor(world.service.as_str()).await?,
            recorder: world.recorder.clone(),
            random: Random::stream(seed, 1_000 + number as u64),
            phase: phases.clone(),
            pieces: pieces.clone(),
        };
        clients.spawn(visitor.run());
    }
    for (number, racer) in world.racers.iter().take(load.dashboards).enumerate() {
        let agent = Agent {
            me: racer.me.clone(),
            cookie: racer.cookie.clone(),
            access: world.access.clone(),
            recorder: world.recorder.clone(),
            random: Random::stream(seed, 2_000 + number as u64),
            phase: phases.clone(),
        };
        clients.spawn(agent.run());
    }
    sleep(Duration::from_secs(1)).await;
    trace("clients are connected");
    let windows = Box::pin(inject_all(&world, seed)).await;
    trace("the last fault is over");
    let windows = windows?;
    let quiet_at = settle(&world, &phase, &mut clients).await;
    trace("all is quiet");
    world.end().await?;
    quiet_at?;
    judge(&world, windows).await
}

/// Every fault once, then one after the other at random until the time is over.
async fn inject_all(world: &World, seed: u64) -> Result<Vec<Window>> {
    let mut random = Random::stream(seed, 1);
    let ends = Instant::now() + world.load.time;
    let all = Fault::of(world.kept);
    let bar = ProgressBar::new_spinner()
        .with_style(ProgressStyle::with_template("{spinner} {elapsed} {msg}")?);
    let mut first = all.clone();
    let mut windows = Vec::new();
    while !first.is_empty() || Instant::now() < ends {
        let fault = match first.len() {
            0 => random.pick(&all).copied().context("no fault")?,
            left => first.swap_remove(random.index(left)),
        };
        bar.set_message(format!("{}: {}", world.kept.name(), fault.name()));
        bar.tick();
        let must = !windows
            .iter()
            .any(|window: &Window| window.fault == fault && window.delivered > 0);
        let tries = if must { TRIES } else { 1 };
        for _ in 0..tries {
            let window = one(world, fault, &mut random).await?;
            let delivered = window.delivered;
            windows.push(window);
            if delivered > 0 {
                break;
            }
        }
        sleep(Duration::from_millis(random.within(50, 500))).await;
    }
    bar.finish_and_clear();
    Ok(windows)
}

async fn one(world: &World, fault: Fault, random: &mut Random) -> Result<Window> {
    let begun = now();
    trace(&format!("{} begins", fault.name()));
    world.recorder.see(Seen::Fault(fault.name()));
    let delivered = Box::pin(inject(fault, world, random)).await;
    let delivered = delivered.with_context(|| fault.name())?;
    world.recovered().await.with_context(|| fault.name())?;
    sleep(AFTERMATH).await;
    let took = Duration::from_millis(now().since(begun).get());
    trace(&format!(
        "{} delivered {delivered} in {took:?}",
        fault.name()
    ));
    Ok(Window {
        fault,
        delivered,
        begun,
        ended: now(),
    })
}

/// With `FAULTS_TRACE` set every step is told as it happens.
fn trace(what: &str) {
    if std::env::var_os("FAULTS_TRACE").is_some() {
        use std::io::Write as _;
        writeln!(std::io::stderr(), "{what}").ok();
    }
}

/// Lets clients get what they wait for, come back once more and say what they show. When that was.
async fn settle(
    world: &World,
    phase: &watch::Sender<Phase>,
    clients: &mut JoinSet<Result<()>>,
) -> Result<Timestamp> {
    phase.send_replace(Phase::Settle);
    world.recovered().await?;
    // What they wait for is answered on the connection of the last phase at the latest.
    sleep(Duration::from_secs(2)).await;
    phase.send_replace(Phase::Final);
    let all = async {
        while let Some(ended) = clients.join_next().await {
            ended??;
        }
        anyhow::Ok(())
    };
    if let Ok(ended) = timeout(LIVENESS, all).await {
        ended?;
    } else {
        let left = clients.len();
        let owner = world.racers.first().map(|racer| racer.me.agent.id.clone());
        let Some(reader) = owner.map(Reader::Agent) else {
            bail!("no agents");
        };
        let what = format!("an end of {left} clients that still wait").into();
        world.recorder.see(Seen::Stranded { reader, what });
        clients.abort_all();
    }
    Ok(now())
}

async fn judge(world: &World, windows: Vec<Window>) -> Result<Outcome> {
    let quiet_at = now();
    let storage = world.storage().await?;
    let stored = Stored::read(&*storage.conversations).await?;
    storage.close().await;
    let seen = world.recorder.take();
    let judged = judged(&stored, &seen, quiet_at);
    Ok(Outcome::of(world, &stored, &seen, judged, &windows))
}
