//! The events of one decision, and the state that they lead to.

use std::borrow::Cow;

use super::super::mutant::Mutant;
use super::super::{
    Actor, AgentRef, Autonomy, Caller, Control, Conversation, Event, EventBody, Mode, Role, apply,
};
use super::{Context, Rejection, Step};
use crate::attention::{Finding, Flag, FlagKind};

/// Collects the events of one decision. The state is copied only when a decision looks at it after an event.
#[derive(Debug)]
pub(super) struct Log<'a> {
    pub(super) context: &'a Context<'a>,
    state: Cow<'a, Conversation>,
    /// How many of the events are in `state`.
    applied: usize,
    events: Vec<Event>,
}

impl<'a> Log<'a> {
    pub(super) fn new(state: &'a Conversation, context: &'a Context<'a>) -> Self {
        Self {
            context,
            state: Cow::Borrowed(state),
            applied: 0,
            events: Vec::new(),
        }
    }

    pub(super) fn finish(mut self) -> Step {
        self.state();
        Step {
            events: self.events,
            state: self.state.into_owned(),
        }
    }

    /// The state after all events so far.
    pub(super) fn state(&mut self) -> &Conversation {
        if self.applied < self.events.len() {
            let state = self.state.to_mut();
            for event in self.events.iter().skip(self.applied) {
                apply(state, event);
            }
            self.applied = self.events.len();
        }
        &self.state
    }

    /// By whoever issued the command.
    pub(super) fn push(&mut self, body: EventBody) {
        self.push_by(self.context.caller.into(), body);
    }

    pub(super) fn push_by_system(&mut self, body: EventBody) {
        self.push_by(Actor::System, body);
    }

    pub(super) fn push_by(&mut self, by: Actor, body: EventBody) {
        let (seq, epoch) = self
            .events
            .last()
            .map_or((self.state.version, self.state.epoch), |last| {
                (last.seq, last.epoch)
            });
        let raises = body.changes_control() && !Mutant::EpochKept.is_planted();
        self.events.push(Event {
            seq: seq + 1,
            at: self.context.now,
            epoch: epoch + u64::from(raises),
            by,
            body,
        });
    }

    /// Raises a flag, unless one of this kind is raised. Says whether it did.
    pub(super) fn flag(&mut self, finding: Finding) -> bool {
        let new = !self.state().is_flagged(&finding.kind);
        if new {
            let at = self.context.now;
            self.push_by_system(EventBody::FlagRaised(Flag { finding, at }));
        }
        new
    }

    /// Raises a flag of Handoff's own.
    pub(super) fn flag_because(&mut self, kind: FlagKind, reason: &str) -> bool {
        self.flag(Finding {
            kind,
            reason: reason.to_owned(),
            quote: String::new(),
        })
    }

    /// The conversation has followed a newer policy than this node knows.
    pub(super) fn is_policy_old(&mut self) -> bool {
        let revision = self.context.policy.revision;
        revision < self.state().policy_revision && !Mutant::OldPolicyFollowed.is_planted()
    }

    /// The mode of the newest policy that is known here.
    pub(super) fn mode(&mut self) -> Mode {
        if self.is_policy_old() {
            self.state().mode
        } else {
            self.context.policy.mode
        }
    }

    /// How far the assistant's words reach here.
    pub(super) fn autonomy(&mut self) -> Autonomy {
        let policy = self.context.policy.autonomy;
        let state = self.state();
        // Where nobody of the team may take part, nobody could approve.
        if state.mode == Mode::AssistantOnly {
            Autonomy::Auto
        } else {
            state.autonomy.unwrap_or(policy)
        }
    }

    /// The agent who issues the command, if the role suffices.
    pub(super) fn agent(&self, needs: Role) -> Result<AgentRef, Rejection> {
        match self.context.caller {
            Caller::Agent(agent, role) if *role >= needs => Ok(agent.clone()),
            Caller::Agent(..) => Err(Rejection::RoleTooLow { needs }),
            _ => Err(Rejection::NotYours),
        }
    }

    /// Refuses everybody but this caller.
    pub(super) fn only(&self, caller: &Caller) -> Result<(), Rejection> {
        if self.context.caller == caller {
            Ok(())
        } else {
            Err(Rejection::NotYours)
        }
    }

    /// Refuses what needs an open conversation.
    pub(super) fn open(&mut self) -> Result<(), Rejection> {
        let status = self.state().status();
        if self.state().is_open() {
            Ok(())
        } else {
            Err(Rejection::NotOpen { status })
        }
    }

    /// Refuses what closed conversations no longer take.
    pub(super) fn not_closed(&mut self) -> Result<(), Rejection> {
        match self.state().lifecycle {
            super::super::Lifecycle::Closed { .. } => Err(Rejection::NotOpen {
                status: super::super::Status::Closed,
            }),
            _ => Ok(()),
        }
    }

    /// Refuses whoever another agent keeps from the floor.
    pub(super) fn not_held_by_another(&mut self, agent: &AgentRef) -> Result<(), Rejection> {
        match &self.state().control {
            Control::Agent { agent: holder, .. } if holder.id != agent.id => {
                if Mutant::ClaimWithoutLook.is_planted() {
                    return Ok(());
                }
                Err(Rejection::HeldBy {
                    holder: holder.clone(),
                })
            }
            _ => Ok(()),
        }
    }
}
