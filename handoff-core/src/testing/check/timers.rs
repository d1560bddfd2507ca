//! What time may do, and when at the earliest: I13.

use super::ledger::{Floor, Ledger, Life};
use super::promise::{Judge, Promise};
use crate::attention::FlagKind;
use crate::conversation::{
    Actor, Claim, CloseReason, Escalation, Event, EventBody, RequestEnd, ReturnReason, TicketEnd,
};
use crate::time::{Millis, Timestamp};

/// Something that time does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Timer {
    Fallback,
    Reply,
    Draft,
    Request,
    Warning,
    HolderLost,
    Unattended,
    Snooze,
    Drop,
    Close,
}

impl Timer {
    pub(super) const ALL: [Self; 10] = [
        Self::Fallback,
        Self::Reply,
        Self::Draft,
        Self::Request,
        Self::Warning,
        Self::HolderLost,
        Self::Unattended,
        Self::Snooze,
        Self::Drop,
        Self::Close,
    ];

    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Fallback => "fallback",
            Self::Reply => "reply",
            Self::Draft => "draft",
            Self::Request => "request",
            Self::Warning => "warning",
            Self::HolderLost => "holder_lost",
            Self::Unattended => "unattended",
            Self::Snooze => "snooze",
            Self::Drop => "drop",
            Self::Close => "close",
        }
    }
}

impl Ledger {
    /// When this timer fires; none where it is not armed.
    pub(super) fn deadline(&self, timer: Timer) -> Option<Timestamp> {
        match (self.life, timer) {
            (Life::Unopened | Life::Closed, _) => None,
            (_, Timer::Close) => Some(self.last_word.after(self.timing.close)),
            (Life::Resolved, _) => None,
            (Life::Open, Timer::Fallback) => self.fallback_at,
            (Life::Open, Timer::Reply) => self.ticket.map(|ticket| ticket.deadline),
            (Life::Open, Timer::Draft) => self.draft.map(|(_, until)| until),
            (Life::Open, Timer::Request) => self.request.as_ref().map(|(_, until)| *until),
            (Life::Open, Timer::Warning) => self.warning_at(),
            (Life::Open, Timer::HolderLost) => self.holder_lost_at(),
            (Life::Open, Timer::Unattended) => self.unattended_at(),
            (Life::Open, Timer::Snooze) => self.snoozed_until,
            (Life::Open, Timer::Drop) => self
                .visitor_gone
                .filter(|_| !self.dropped)
                .map(|gone| gone.after(self.timing.drop)),
        }
    }

    fn warning_at(&self) -> Option<Timestamp> {
        let Floor::Agent { since, .. } = self.floor else {
            return None;
        };
        let patience = self.timing.holder_silence.get()
            - self
                .timing
                .holder_warning
                .get()
                .min(self.timing.holder_silence.get());
        let unanswered = self.unanswered.filter(|_| !self.warned)?;
        Some(unanswered.max(since).after(Millis::new(patience)))
    }

    fn holder_lost_at(&self) -> Option<Timestamp> {
        let Floor::Agent { since, .. } = self.floor else {
            return None;
        };
        let silent = self
            .unanswered
            .map(|at| at.max(since).after(self.timing.holder_silence));
        let absent = self
            .holder_gone
            .map(|at| at.after(self.timing.holder_absence));
        silent.into_iter().chain(absent).min()
    }

    fn unattended_at(&self) -> Option<Timestamp> {
        let since = match self.floor {
            Floor::Paused { since } => since,
            Floor::Waiting { since } if self.fallback_at.is_none() => since,
            _ => return None,
        };
        let unanswered = self
            .unanswered
            .filter(|_| !self.flags.contains(&FlagKind::Unattended))?;
        Some(unanswered.max(since).after(self.timing.takeover))
    }

    /// The earliest of all.
    pub(super) fn earliest(&self) -> Option<(Timer, Timestamp)> {
        Timer::ALL
            .into_iter()
            .filter_map(|timer| Some((timer, self.deadline(timer)?)))
            .min_by_key(|(_, deadline)| *deadline)
    }
}

/// The timer that this event says has fired, in the state before it.
pub(super) fn fired(ledger: &Ledger, event: &Event, commit: &[Event]) -> Option<Timer> {
    let by_system = event.by == Actor::System;
    match &event.body {
        EventBody::Returned {
            why: ReturnReason::NobodyCame,
            ..
        } => Some(Timer::Fallback),
        EventBody::ReplyInterrupted {
            turn,
            why: TicketEnd::TimedOut,
            ..
        } if !ledger.unrecorded.contains(turn) => Some(Timer::Reply),
        EventBody::ReplyCommitted {
            turn,
            approved_by: None,
            ..
        } if ledger.draft.is_some_and(|(draft, _)| draft == *turn) => Some(Timer::Draft),
        EventBody::DraftRejected { .. } if by_system => Some(Timer::Draft),
        EventBody::Escalated {
            why: Escalation::DraftUnanswered,
            ..
        } => Some(Timer::Draft),
        EventBody::ControlRequestEnded {
            how: RequestEnd::DeniedByTime,
            ..
        }
        | EventBody::TakenOver {
            how: Claim::GrantedByTime,
            ..
        } => Some(Timer::Request),
        EventBody::HolderWarned { .. } => Some(Timer::Warning),
        EventBody::Escalated {
            why: Escalation::HolderGone { .. },
            ..
        } => Some(Timer::HolderLost),
        EventBody::FlagRaised(flag)
            if by_system && flag.finding.kind == FlagKind::Unattended && commit.len() == 1 =>
        {
            Some(Timer::Unattended)
        }
        EventBody::SnoozeEnded if by_system => Some(Timer::Snooze),
        EventBody::Dropped => Some(Timer::Drop),
        EventBody::Closed {
            why: CloseReason::Expired | CloseReason::Dropped,
        } if by_system => Some(Timer::Close),
        _ => None,
    }
}

/// A timer that fires is armed and due.
pub(super) fn judge(ledger: &Ledger, event: &Event, commit: &[Event], judge: &mut Judge<'_>) {
    let Some(timer) = fired(ledger, event, commit) else {
        return;
    };
    match ledger.deadline(timer) {
        None => judge.broken(
            Promise::I13,
            format!(
                "the timer {} fired though nothing had armed it",
                timer.as_str()
            ),
        ),
        Some(deadline) if event.at < deadline => judge.broken(
            Promise::I13,
            format!(
                "the timer {} fired at {}, {} ms early",
                timer.as_str(),
                event.at,
                deadline.since(event.at).get()
            ),
        ),
        Some(_) => {}
    }
}
