//! What happened in a history at all: a run that exercised nothing proves nothing.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::log::Logs;
use crate::conversation::EventBody;
use crate::testing::history::{Answer, Frame, History, Observed};

type Counts = BTreeMap<String, u64>;

/// How often everything happened.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Census {
    /// Histories.
    pub runs: u64,
    /// Commits.
    pub commits: u64,
    /// Events by kind.
    pub events: Counts,
    /// Refusals that clients were told, by code.
    pub refusals: Counts,
    /// Faults that were injected, by name.
    pub faults: Counts,
    /// Timers that fired, by name.
    pub timers_fired: Counts,
    /// Timers that were armed and cancelled or moved, by name.
    pub timers_cancelled: Counts,
    /// Takeovers that were stored.
    pub races_won: u64,
    /// Takeovers that came too late.
    pub races_lost: u64,
    /// Clients that came back and missed something.
    pub resumes_with_replay: u64,
    /// Clients that came back and missed nothing.
    pub resumes_without_replay: u64,
    /// Pieces that were shown.
    pub pieces: u64,
    /// Repeats of a command that got its first answer.
    pub repeats: u64,
    /// Histories that became quiet.
    pub quiet: u64,
}

fn count(counts: &mut Counts, name: &str) {
    match counts.get_mut(name) {
        Some(count) => *count += 1,
        None => drop(counts.insert(name.to_owned(), 1)),
    }
}

fn merge(into: &mut Counts, from: Counts) {
    for (name, count) in from {
        *into.entry(name).or_default() += count;
    }
}

impl Census {
    pub(super) fn of(history: &History, logs: &Logs) -> Self {
        let mut census = Self {
            runs: 1,
            ..Self::default()
        };
        let owned = |counts: &BTreeMap<&'static str, u64>| {
            let named = counts.iter().map(|(name, n)| ((*name).to_owned(), *n));
            named.collect::<Counts>()
        };
        census.timers_fired = owned(&logs.timers_fired);
        census.timers_cancelled = owned(&logs.timers_cancelled);
        let mut answered = BTreeSet::new();
        let mut resumed = BTreeSet::new();
        for seen in &history.records {
            match &seen.what {
                Observed::Committed(commit) => {
                    census.commits += 1;
                    for event in commit.events.iter() {
                        count(&mut census.events, event.body.kind());
                        census.races_won +=
                            u64::from(matches!(event.body, EventBody::TakenOver { .. }));
                    }
                }
                Observed::Answered { key, answer, .. } => match answer {
                    Answer::Refused { code } => {
                        count(&mut census.refusals, code);
                        census.races_lost += u64::from(code == "held_by");
                    }
                    Answer::Done { first: Some(_) } => {
                        census.repeats += u64::from(!answered.insert(key.clone()));
                    }
                    _ => {}
                },
                Observed::Subscribed { socket, after, .. } if *after > 0 => {
                    resumed.insert(*socket);
                }
                Observed::Shown { socket, frame } => match frame {
                    Frame::Events { events, .. } => {
                        if resumed.remove(socket) {
                            if events.is_empty() {
                                census.resumes_without_replay += 1;
                            } else {
                                census.resumes_with_replay += 1;
                            }
                        }
                    }
                    Frame::Piece { .. } => census.pieces += 1,
                    Frame::Reset => {}
                },
                Observed::Fault { name } => count(&mut census.faults, name),
                Observed::Quiet => census.quiet += 1,
                _ => {}
            }
        }
        census
    }

    /// Adds another census to this one.
    pub fn add(&mut self, other: Self) {
        self.runs += other.runs;
        self.commits += other.commits;
        self.races_won += other.races_won;
        self.races_lost += other.races_lost;
        self.resumes_with_replay += other.resumes_with_replay;
        self.resumes_without_replay += other.resumes_without_replay;
        self.pieces += other.pieces;
        self.repeats += other.repeats;
        self.quiet += other.quiet;
        merge(&mut self.events, other.events);
        merge(&mut self.refusals, other.refusals);
        merge(&mut self.faults, other.faults);
        merge(&mut self.timers_fired, other.timers_fired);
        merge(&mut self.timers_cancelled, other.timers_cancelled);
    }
}

/// What must have happened for a run to say anything.
#[derive(Debug, Clone, Copy)]
pub struct Minimum<'a> {
    /// Each of these kinds of events, at least once.
    pub events: &'a [&'a str],
    /// Each of these refusals, at least once.
    pub refusals: &'a [&'a str],
    /// Each of these faults, at least once.
    pub faults: &'a [&'a str],
    /// Commits in the mean of a run.
    pub commits_per_run: u64,
}

impl Minimum<'_> {
    /// What did not happen, or not often enough, in words; empty where the run says something.
    pub fn missing(&self, census: &Census) -> Vec<String> {
        let mut missing = Vec::new();
        let mut need = |holds: bool, what: &str| {
            if !holds {
                missing.push(what.to_owned());
            }
        };
        need(census.runs > 0, "a run");
        need(
            census.commits >= self.commits_per_run.max(1) * census.runs.max(1),
            "enough commits",
        );
        need(census.races_won > 0, "a race that was won");
        need(census.races_lost > 0, "a race that was lost");
        need(
            census.resumes_with_replay > 0,
            "a resume that had missed something",
        );
        need(
            census.resumes_without_replay > 0,
            "a resume that had missed nothing",
        );
        need(census.pieces > 0, "a streamed piece");
        need(census.repeats > 0, "a repeated command");
        need(census.quiet > 0, "a run that became quiet");
        for timer in super::timers::Timer::ALL {
            let name = timer.as_str();
            need(
                census.timers_fired.contains_key(name),
                &format!("timer {name} fired"),
            );
            need(
                census.timers_cancelled.contains_key(name),
                &format!("timer {name} cancelled"),
            );
        }
        let kinds = [
            ("event", self.events, &census.events),
            ("refusal", self.refusals, &census.refusals),
            ("fault", self.faults, &census.faults),
        ];
        for (what, names, counts) in kinds {
            for name in names {
                need(counts.contains_key(*name), &format!("{what} {name}"));
            }
        }
        missing
    }
}
