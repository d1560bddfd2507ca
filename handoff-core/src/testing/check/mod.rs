//! Decides from a recorded history whether the engine's promises hold.
//!
//! It knows nothing of how the history came about, and folds the logs by itself rather than with the engine's `apply`:
//! a fault in the engine must not hide itself.

mod census;
mod clients;
mod fence;
mod floor;
mod ledger;
mod log;
mod promise;
mod prompts;
mod sockets;
mod timers;

pub use census::{Census, Minimum};
pub use promise::{Promise, Violation};

use super::history::{History, Observed};
use crate::time::Millis;
use log::Logs;
use promise::Judge;

/// What a history showed.
#[derive(Debug)]
pub struct Verdict {
    /// The promises that were broken, in the order in which that was seen.
    pub violations: Vec<Violation>,
    /// What happened in it at all.
    pub census: Census,
}

/// Judges a history. A timer may be late by the slack when everything is quiet.
pub fn judge(history: &History, slack: Millis) -> Verdict {
    let mut violations = Vec::new();
    let mut logs = Logs::default();
    for (record, seen) in history.records.iter().enumerate() {
        match &seen.what {
            Observed::Committed(commit) => logs.commit(record, commit, &mut violations),
            Observed::Notified { id } => match logs.owed.get_mut(id) {
                Some(notified) => *notified = true,
                None => Judge {
                    violations: &mut violations,
                    conversation: None,
                    seq: None,
                    record,
                }
                .broken(Promise::I15, "a notification without a commit"),
            },
            Observed::Quiet => {
                logs.quiet(record, seen.at, slack, &mut violations);
                let owing = logs.owed.values().filter(|notified| !**notified).count();
                if owing > 0 {
                    Judge {
                        violations: &mut violations,
                        conversation: None,
                        seq: None,
                        record,
                    }
                    .broken(Promise::I15, format!("{owing} notifications never arrived"));
                }
            }
            _ => {}
        }
    }
    clients::judge(history, &logs, &mut violations);
    prompts::judge(history, &logs, &mut violations);
    sockets::judge(history, &logs, &mut violations);
    violations.sort_by_key(|violation| violation.record);
    let census = Census::of(history, &logs);
    Verdict { violations, census }
}
