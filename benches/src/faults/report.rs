//! The table, and the figures as JSON.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use handoff_core::testing::check::{Census, Promise};
use handoff_core::testing::history::{Frame, History, Observed, Reader};
use handoff_core::time::{Millis, Timestamp};
use serde::Serialize;

use super::fault::{Fault, Kept};
use super::judge::{Broken, Judged};
use super::log::{Stored, copies};
use super::recorder::{Place, Seen, Told};
use super::world::World;

/// The time of one fault, from its beginning until all was well again.
#[derive(Debug, Clone, Copy)]
pub(super) struct Window {
    pub(super) fault: Fault,
    pub(super) delivered: u64,
    pub(super) begun: Timestamp,
    pub(super) ended: Timestamp,
}

impl Window {
    fn has(&self, at: Timestamp) -> bool {
        self.begun <= at && at <= self.ended
    }
}

/// A message of a client: when it was sent first, when it was acknowledged, and what is stored of it.
#[derive(Debug, Clone, Copy)]
struct Message {
    sent: Timestamp,
    told: Option<Timestamp>,
    copies: u64,
    /// It was acknowledged and is not there.
    lost: bool,
}

/// One line of the table.
#[derive(Debug, Clone, Default, Serialize)]
struct Row {
    injected: u64,
    promises: usize,
    violations: usize,
    acknowledged: u64,
    lost: u64,
    doubled: u64,
    longest_silence_ms: u64,
}

/// What came out on one store.
#[derive(Debug, Serialize)]
pub(super) struct Outcome {
    store: Kept,
    nodes: usize,
    rows: BTreeMap<&'static str, Row>,
    all: Row,
    violations: Vec<String>,
    /// What must have happened for the run to say anything, and did not.
    missing: Vec<String>,
    census: Census,
    figures: BTreeMap<&'static str, f64>,
    told_to_come_back: usize,
    clients_shown_to_the_end: usize,
    must_lose_nothing: bool,
}

impl Outcome {
    pub(super) fn of(
        world: &World,
        stored: &Stored,
        seen: &[(Timestamp, Seen)],
        judged: Judged,
        windows: &[Window],
    ) -> Self {
        let messages = messages(stored, seen);
        let evidence = evidence(&judged.history);
        let mut rows = BTreeMap::new();
        for fault in Fault::of(world.kept) {
            let of: Vec<Window> = windows
                .iter()
                .filter(|window| window.fault == fault)
                .copied()
                .collect();
            let within = |at| of.iter().any(|window| window.has(at));
            let mut row = row(&messages, &evidence, &judged.broken, within);
            row.injected = of.iter().map(|window| window.delivered).sum();
            rows.insert(fault.name(), row);
        }
        let mut all = row(&messages, &evidence, &judged.broken, |_| true);
        all.injected = rows.values().map(|row| row.injected).sum();
        let mut violations: Vec<String> = judged
            .broken
            .iter()
            .map(|broken| broken.what.clone())
            .collect();
        violations.dedup();
        let count = |wanted: fn(&Observed) -> bool| {
            judged
                .history
                .records
                .iter()
                .filter(|record| wanted(&record.what))
                .count()
        };
        let told = seen
            .iter()
            .filter(|(_, seen)| matches!(seen, Seen::Fault("told to come back")));
        let shown = count(|observed| matches!(observed, Observed::Rendered { .. }));
        let missing = missing(&rows, &judged.verdict.census, shown);
        Self {
            store: world.kept,
            nodes: world.nodes.len(),
            rows,
            all,
            violations,
            missing,
            census: judged.verdict.census,
            figures: world.notes(),
            told_to_come_back: told.count(),
            clients_shown_to_the_end: shown,
            must_lose_nothing: world.kept.is_durable(),
        }
    }

    /// Every promise held, and every fault was delivered.
    pub(super) fn holds(&self) -> bool {
        let kept = !self.must_lose_nothing || self.all.lost == 0;
        self.violations.is_empty() && self.missing.is_empty() && kept && self.all.doubled == 0
    }
}

fn row(
    messages: &[Message],
    evidence: &[(Timestamp, &'static [Promise])],
    broken: &[Broken],
    within: impl Fn(Timestamp) -> bool,
) -> Row {
    let mut row = Row::default();
    let sent = messages
        .iter()
        .filter(|message| within(message.sent) || message.told.is_some_and(&within));
    for message in sent {
        row.acknowledged += u64::from(message.told.is_some());
        row.lost += u64::from(message.lost);
        row.doubled += message.copies.saturating_sub(1);
        let silence = message
            .told
            .map_or(Millis::new(0), |told| told.since(message.sent));
        row.longest_silence_ms = row.longest_silence_ms.max(silence.get());
    }
    let seen = evidence.iter().filter(|(at, _)| within(*at));
    let promises: BTreeSet<Promise> = seen
        .flat_map(|(_, promises)| promises.iter().copied())
        .collect();
    row.promises = promises.len();
    row.violations = broken.iter().filter(|broken| within(broken.at)).count();
    row
}

/// Every message that visitors said.
fn messages(stored: &Stored, seen: &[(Timestamp, Seen)]) -> Vec<Message> {
    let copies = copies(stored);
    let mut messages: BTreeMap<&str, Message> = BTreeMap::new();
    for (at, seen) in seen {
        let (asked, told) = match seen {
            Seen::Asked(asked) => (asked, None),
            Seen::Answered(asked, told) => (asked, Some(told)),
            _ => continue,
        };
        let (Some(text), Place::Of(_)) = (asked.text.as_deref(), &asked.place) else {
            continue;
        };
        let count = copies.get(text).copied().unwrap_or_default();
        let message = messages.entry(text).or_insert(Message {
            sent: *at,
            told: None,
            copies: count,
            lost: false,
        });
        if let Some(Told::At(_)) = told {
            message.told.get_or_insert(*at);
            message.lost = count == 0;
        }
    }
    messages.into_values().collect()
}

/// Which promises something that was seen is evidence for.
fn evidence(history: &History) -> Vec<(Timestamp, &'static [Promise])> {
    use Promise::{I1, I3, I4, I5, I6, I7, I8, I10, I13, I14, I17, I18, I20, I26};
    let mut visitors = BTreeSet::new();
    let of = |record: &handoff_core::testing::history::Record| -> &'static [Promise] {
        match &record.what {
            Observed::Committed(commit) if !commit.outbox.is_empty() => {
                &[I1, I3, I5, I7, I13, I14, I17, I26]
            }
            Observed::Committed(_) => &[I1, I3, I5, I7, I13, I17, I26],
            Observed::Asked { .. } | Observed::Answered { .. } => &[I6],
            Observed::Subscribed { socket, reader, .. } => {
                if matches!(reader, Reader::Visitor(_)) {
                    visitors.insert(*socket);
                }
                &[I20]
            }
            Observed::Shown {
                socket,
                frame: Frame::Events { .. },
            } if visitors.contains(socket) => &[I8, I10],
            Observed::Shown {
                frame: Frame::Events { .. },
                ..
            } => &[I8],
            Observed::Shown {
                frame: Frame::Piece { .. },
                ..
            } => &[I4],
            Observed::Rendered { .. } => &[I18],
            _ => &[],
        }
    };
    let mut of = of;
    history
        .records
        .iter()
        .map(|record| (record.at, of(record)))
        .collect()
}

fn missing(rows: &BTreeMap<&'static str, Row>, census: &Census, shown: usize) -> Vec<String> {
    let faults = rows.iter().filter(|(_, row)| row.injected == 0);
    let mut missing: Vec<String> = faults
        .map(|(name, _)| format!("{name} was never delivered"))
        .collect();
    let needs = [
        (census.commits > 0, "a commit"),
        (census.races_won > 0, "a race that was won"),
        (census.races_lost > 0, "a race that was lost"),
        (
            census.resumes_with_replay > 0,
            "a resume that had missed something",
        ),
        (census.pieces > 0, "a streamed piece"),
        (census.repeats > 0, "a repeated command"),
        (shown > 0, "a client that saw everything to the end"),
    ];
    missing.extend(
        needs
            .into_iter()
            .filter(|(holds, _)| !holds)
            .map(|(_, what)| what.to_owned()),
    );
    missing
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}, {} node(s)", self.store.name(), self.nodes)?;
        writeln!(
            f,
            "  {:<32} {:>8} {:>8} {:>10} {:>8} {:>6} {:>7} {:>10}",
            "fault", "injected", "promises", "violations", "acked", "lost", "doubled", "silence s"
        )?;
        for (name, row) in self
            .rows
            .iter()
            .map(|(name, row)| (*name, row))
            .chain([("the whole run", &self.all)])
        {
            writeln!(
                f,
                "  {name:<32} {:>8} {:>8} {:>10} {:>8} {:>6} {:>7} {:>6}.{:03}",
                row.injected,
                row.promises,
                row.violations,
                row.acknowledged,
                row.lost,
                row.doubled,
                row.longest_silence_ms / 1_000,
                row.longest_silence_ms % 1_000
            )?;
        }
        let census = &self.census;
        writeln!(
            f,
            "  {} commits, {} takeovers won, {} lost; resumes with replay {}, without {}; {} pieces; {} repeats; told to \
             come back {}; seen to the end {}",
            census.commits,
            census.races_won,
            census.races_lost,
            census.resumes_with_replay,
            census.resumes_without_replay,
            census.pieces,
            census.repeats,
            self.told_to_come_back,
            self.clients_shown_to_the_end
        )?;
        for (name, value) in &self.figures {
            writeln!(f, "  {name}: {value:.2}")?;
        }
        for violation in self.violations.iter().take(20) {
            writeln!(f, "  BROKEN {violation}")?;
        }
        for missing in &self.missing {
            writeln!(f, "  NOT EXERCISED: {missing}")?;
        }
        Ok(())
    }
}
