//! The logs of all conversations, commit by commit: I6, I7, I14, I17's one open conversation, I26.

use std::collections::BTreeMap;
use std::sync::Arc;

use uuid::Uuid;

use super::ledger::{Floor, Ledger, Life};
use super::promise::{Judge, Promise, Violation};
use super::timers::{self, Timer};
use super::{fence, floor};
use crate::attention::FlagKind;
use crate::conversation::{Event, EventBody, Mode, ReturnReason};
use crate::id::{ConversationId, ServiceId, VisitorId};
use crate::notifier::Occasion;
use crate::store::Receipt;
use crate::testing::history::Committed;
use crate::time::{Millis, Timestamp};

/// One conversation, as it was committed.
#[derive(Debug)]
pub(super) struct Log {
    pub(super) events: Vec<Event>,
    pub(super) ledger: Ledger,
    pub(super) receipts: BTreeMap<Arc<str>, Receipt>,
    wake: Option<Timestamp>,
}

/// All of them.
#[derive(Debug, Default)]
pub(super) struct Logs {
    pub(super) conversations: BTreeMap<ConversationId, Log>,
    /// What is owed to whoever is to be notified, and whether they were.
    pub(super) owed: BTreeMap<Uuid, bool>,
    open: BTreeMap<(ServiceId, VisitorId), ConversationId>,
    pub(super) timers_fired: BTreeMap<&'static str, u64>,
    pub(super) timers_cancelled: BTreeMap<&'static str, u64>,
}

impl Logs {
    /// Takes one more commit.
    pub(super) fn commit(
        &mut self,
        record: usize,
        commit: &Committed,
        violations: &mut Vec<Violation>,
    ) {
        let mut judge = Judge {
            violations,
            conversation: Some(commit.conversation),
            seq: commit.events.first().map(|event| event.seq),
            record,
        };
        let log = self
            .conversations
            .entry(commit.conversation)
            .or_insert_with(|| Log {
                events: Vec::new(),
                ledger: Ledger::new(),
                receipts: BTreeMap::new(),
                wake: None,
            });
        log.receive(commit.receipt.as_ref(), &mut judge);
        let armed = Timer::ALL.map(|timer| (timer, log.ledger.deadline(timer)));
        let fired = log.follow(&commit.events, &mut judge);
        log.wake = commit.wake;
        for timer in &fired {
            *self.timers_fired.entry(timer.as_str()).or_default() += 1;
        }
        for (timer, before) in armed {
            if before.is_some() && log.ledger.deadline(timer) != before && !fired.contains(&timer) {
                *self.timers_cancelled.entry(timer.as_str()).or_default() += 1;
            }
        }
        log.rest(&mut judge);
        self.owe(commit, &mut judge);
        self.only_open(commit.conversation, &mut judge);
    }

    /// The fallback has one notification, and no two notifications share an id.
    fn owe(&mut self, commit: &Committed, judge: &mut Judge<'_>) {
        for row in &commit.outbox {
            if self.owed.insert(row.id, false).is_some() {
                judge.broken(Promise::I15, "two notifications have one id");
            }
        }
        for event in commit.events.iter() {
            if matches!(event.body, EventBody::FallbackSent { .. }) {
                let notified = commit.outbox.iter().filter(|row| {
                    row.notification.seq == event.seq
                        && row.notification.what == Occasion::Unattended
                });
                judge.must(
                    notified.count() == 1,
                    Promise::I14,
                    "a fallback does not have exactly one notification",
                );
            }
        }
    }

    /// A visitor has one open conversation, where the service wants that.
    fn only_open(&mut self, id: ConversationId, judge: &mut Judge<'_>) {
        let Some(log) = self.conversations.get(&id) else {
            return;
        };
        let Some(owner) = &log.ledger.only_of else {
            return;
        };
        if log.ledger.life != Life::Open {
            if self.open.get(owner) == Some(&id) {
                self.open.remove(owner);
            }
            return;
        }
        let other = self.open.insert(owner.clone(), id);
        if let Some(other) = other.filter(|other| *other != id) {
            judge.broken(
                Promise::I17,
                format!("{} has another open conversation, {other}", owner.1),
            );
        }
    }

    /// When everything is quiet nothing is overdue by more than the slack.
    pub(super) fn quiet(
        &self,
        record: usize,
        now: Timestamp,
        slack: Millis,
        violations: &mut Vec<Violation>,
    ) {
        for (id, log) in &self.conversations {
            let mut judge = Judge {
                violations: &mut *violations,
                conversation: Some(*id),
                seq: Some(log.ledger.version),
                record,
            };
            if let Some(wake) = log.wake.filter(|wake| wake.after(slack) < now) {
                let what = format!("the stored wake {wake} is long past at {now}");
                judge.broken(Promise::I13, what);
            }
            if let Some((timer, deadline)) = log.ledger.earliest()
                && deadline.after(slack) < now
            {
                judge.broken(
                    Promise::I13,
                    format!(
                        "the timer {} was due at {deadline} and has not fired at {now}",
                        timer.as_str()
                    ),
                );
            }
        }
    }
}

impl Log {
    fn receive(&mut self, receipt: Option<&Receipt>, judge: &mut Judge<'_>) {
        let Some(receipt) = receipt else {
            return;
        };
        let key: Arc<str> = receipt.key.as_str().into();
        if let Some(first) = self.receipts.get(&key) {
            judge.broken(
                Promise::I6,
                format!(
                    "the command {key} was done at seq {} and again at seq {}",
                    first.first, receipt.first
                ),
            );
            return;
        }
        self.receipts.insert(key, receipt.clone());
    }

    fn follow(&mut self, events: &Arc<[Event]>, judge: &mut Judge<'_>) -> Vec<Timer> {
        let mut fired = Vec::new();
        for (index, event) in events.iter().enumerate() {
            judge.seq = Some(event.seq);
            if event.seq != self.ledger.version + 1 {
                judge.broken(
                    Promise::I7,
                    format!("seq {} follows seq {}", event.seq, self.ledger.version),
                );
            }
            fired.extend(timers::fired(&self.ledger, event, events));
            timers::judge(&self.ledger, event, events, judge);
            floor::judge(&self.ledger, event, judge);
            fence::judge(&self.ledger, event, judge);
            let before = index.checked_sub(1).and_then(|before| events.get(before));
            self.fallback(event, before, judge);
            self.ledger.follow(event);
        }
        self.events.extend(events.iter().cloned());
        fired
    }

    /// The fallback is the second half of the return to the assistant, once a wait.
    fn fallback(&self, event: &Event, before: Option<&Event>, judge: &mut Judge<'_>) {
        let is_return = |event: &Event| {
            matches!(
                event.body,
                EventBody::Returned {
                    why: ReturnReason::NobodyCame,
                    ..
                }
            )
        };
        let follows = before.is_some_and(is_return);
        if matches!(event.body, EventBody::FallbackSent { .. }) {
            judge.must(
                follows,
                Promise::I14,
                "a fallback in no return to the assistant",
            );
            judge.must(
                self.ledger.fallbacks == 0,
                Promise::I14,
                "a second fallback for one wait",
            );
        } else {
            judge.must(
                !follows,
                Promise::I14,
                "nobody came, and no fallback was said",
            );
        }
    }

    /// At the end of a commit everybody who waits has somebody or a timer.
    fn rest(&self, judge: &mut Judge<'_>) {
        let ledger = &self.ledger;
        floor::judge_rest(ledger, judge);
        if let Some((timer, deadline)) = ledger.earliest()
            && self.wake.is_none_or(|wake| wake > deadline)
        {
            judge.broken(
                Promise::I26,
                format!(
                    "the timer {} is due at {deadline}, but the stored wake is {:?}",
                    timer.as_str(),
                    self.wake
                ),
            );
        }
        if ledger.life != Life::Open {
            return;
        }
        if ledger.mode == Mode::Supported && matches!(ledger.floor, Floor::Waiting { .. }) {
            let ends = ledger.fallback_at.is_some();
            judge.must(
                ends,
                Promise::I26,
                "it waits for a person, and nothing ends the wait",
            );
        }
        if ledger.unanswered.is_some() {
            judge.must(
                self.is_cared_for(),
                Promise::I26,
                "the visitor's message has nobody to answer it",
            );
        }
    }

    fn is_cared_for(&self) -> bool {
        let ledger = &self.ledger;
        match ledger.floor {
            Floor::Assistant => ledger.ticket.is_some() || ledger.draft.is_some() || ledger.failed,
            Floor::Agent { .. } => ledger.deadline(Timer::HolderLost).is_some(),
            Floor::Waiting { .. } | Floor::Paused { .. } => {
                ledger.fallback_at.is_some()
                    || ledger.flags.contains(&FlagKind::Unattended)
                    || ledger.deadline(Timer::Unattended).is_some()
            }
        }
    }
}
