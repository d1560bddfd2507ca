//! One line for each store.

use std::fmt;

use serde::Serialize;

use super::Kept;
use super::lane::Tally;

/// What stands above the lines.
pub(super) const HEAD: &str =
    "store       races  claimers  one winner  losers told   races/s  claims/s  p50 ms  p99 ms";

/// What came out on one store.
#[derive(Debug, Serialize)]
pub(super) struct Outcome {
    store: Kept,
    races: u64,
    claimers: u64,
    races_with_one_winner: u64,
    winners: u64,
    losers: u64,
    losers_that_learnt_the_holder: u64,
    takeovers_stored: u64,
    epochs_left_out_or_doubled: u64,
    races_per_second: f64,
    claims_per_second: f64,
    race_p50_ms: f64,
    race_p99_ms: f64,
}

#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
fn float(count: u64) -> f64 {
    count as f64
}

impl Outcome {
    pub(super) fn of(store: Kept, claimers: u64, tally: &Tally, seconds: f64) -> Self {
        let at = |quantile| float(tally.took.value_at_quantile(quantile)) / 1_000.0;
        Self {
            store,
            races: tally.races,
            claimers,
            races_with_one_winner: tally.one_winner,
            winners: tally.winners,
            losers: tally.losers,
            losers_that_learnt_the_holder: tally.learnt,
            takeovers_stored: tally.stored,
            epochs_left_out_or_doubled: tally.bad_logs,
            races_per_second: float(tally.races) / seconds,
            claims_per_second: float(tally.races * claimers) / seconds,
            race_p50_ms: at(0.5),
            race_p99_ms: at(0.99),
        }
    }

    /// One winner each, and everybody knew.
    pub(super) fn holds(&self) -> bool {
        self.races > 0
            && self.races_with_one_winner == self.races
            && self.takeovers_stored == self.races
            && self.epochs_left_out_or_doubled == 0
            && self.losers == self.races * (self.claimers - 1)
            && self.losers_that_learnt_the_holder == self.losers
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = format!("{:?}", self.store).to_lowercase();
        write!(
            f,
            "{name:<9} {:>7} {:>9} {:>11} {:>12} {:>9.0} {:>9.0} {:>7.2} {:>7.2}",
            self.races,
            self.claimers,
            self.races_with_one_winner,
            self.losers_that_learnt_the_holder,
            self.races_per_second,
            self.claims_per_second,
            self.race_p50_ms,
            self.race_p99_ms
        )?;
        if self.holds() {
            Ok(())
        } else {
            write!(f, "  BROKEN")
        }
    }
}
