//! Runs of the simulator: one seed, or many.

use super::fault::{Fault, Step};
use super::store::StoreMutant;
use super::world::World;
use crate::testing::check::{Census, Minimum, Verdict, judge};
use crate::testing::history::History;
use crate::time::Millis;

/// A timer may be so late when all is quiet: clocks are wrong, and nodes look only so often.
const SLACK: Millis = Millis::from_secs(110);

/// Every seed's run has at least so many commits in the mean.
const COMMITS_PER_RUN: u64 = 10;

/// What happened under one seed.
#[derive(Debug)]
pub struct Run {
    /// All that was seen.
    pub history: History,
    /// What the checker says of it.
    pub verdict: Verdict,
}

/// Lets one seed happen, always in the same way.
pub fn simulate(seed: u64, mutant: Option<StoreMutant>) -> Run {
    let mut world = World::new(seed, mutant);
    world.run();
    let history = world.history;
    let verdict = judge(&history, SLACK);
    Run { history, verdict }
}

/// What must happen in a run of many seeds for it to say anything.
pub fn vacuous(census: &Census) -> Vec<String> {
    let faults = Fault::ALL.map(Fault::as_str);
    let kills = Step::ALL.map(Step::killed);
    let faults: Vec<&str> = faults.into_iter().chain(kills).collect();
    let minimum = Minimum {
        events: &super::EVENTS,
        refusals: &super::REFUSALS,
        faults: &faults,
        commits_per_run: COMMITS_PER_RUN,
    };
    minimum.missing(census)
}
