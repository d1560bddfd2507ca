//! The way of a command through a node: decide, commit, hear the outcome, then every effect as a step of its own.

use std::borrow::Cow;
use std::sync::Arc;

use super::fault::{Fault, Step};
use super::queue::{Life, Task};
use super::request::{Asker, ClientId, Dispatch, Outcome, Proposal, Request};
use super::world::World;
use crate::attention::{Finding, FlagKind};
use crate::conversation::{
    self, Card, Command, Context, Conversation, EventBody, Rejection, effects, notifications,
};
use crate::id::{ConversationId, ServiceId, VisitorId};
use crate::store::{Commit, CommitOutcome, OutboxRow, Receipt};
use crate::testing::history::{Answer, Committed, Observed};

/// A commit that was refused so often for its version is given up.
const MAX_TRIES: u32 = 10;

impl World {
    /// Decides on the state that the node has; refuses and does nothing only on one that it has just read.
    pub(super) fn decide(&mut self, dispatch: Dispatch) {
        if !self.survives(dispatch.at, Step::Decide) {
            return;
        }
        let id = dispatch.request.conversation;
        let known = self
            .alive(dispatch.at)
            .and_then(|node| node.states.get(&id).cloned());
        if let Some(state) = known.filter(|_| dispatch.tries == 0)
            && let Ok(step) = self.step(&dispatch, &state)
            && !step.events.is_empty()
        {
            return self.propose(dispatch, state, step);
        }
        if self.strikes(Fault::LoadFailed) {
            return self.answer(&dispatch, Answer::Unknown);
        }
        let Some(state) = self.store.load(id).or_else(|| unopened(&dispatch.request)) else {
            return self.answer(&dispatch, refused(&Rejection::NoSuchConversation));
        };
        self.learn(dispatch.at, &state);
        match self.step(&dispatch, &state) {
            Ok(step) if !step.events.is_empty() => self.propose(dispatch, state, step),
            Ok(_) => self.answer_anew(&dispatch, Answer::Done { first: None }),
            Err(rejection) => self.answer_anew(&dispatch, refused(&rejection)),
        }
    }

    fn step(
        &self,
        dispatch: &Dispatch,
        state: &Conversation,
    ) -> Result<conversation::Step, Rejection> {
        let Some(node) = self.nodes.get(dispatch.at.node) else {
            return Err(Rejection::NoSuchConversation);
        };
        let request = &dispatch.request;
        let present = state.last_holder.as_ref().is_some_and(|holder| {
            let mut agents = self.agents.iter();
            agents.any(|agent| agent.who.id == holder.id && agent.is_online())
        });
        let is_reply = match request.command {
            Command::RateMessage { message, .. } => self
                .store
                .event(state.id, message)
                .is_some_and(|event| matches!(event.body, EventBody::ReplyCommitted { .. })),
            _ => false,
        };
        let context = Context {
            now: self.clock(dispatch.at.node),
            caller: &request.caller,
            policy: &node.policy,
            findings: &findings(&request.command),
            is_reply,
            last_holder_present: present,
        };
        conversation::step(state, &request.command, &context)
    }

    fn propose(&mut self, dispatch: Dispatch, before: Arc<Conversation>, step: conversation::Step) {
        let receipt = dispatch.request.key.as_ref().map(|key| Receipt {
            key: key.to_string(),
            digest: dispatch.request.digest,
            first: before.version + 1,
            version: step.state.version,
        });
        let due = self.clock(dispatch.at.node);
        let outbox = notifications(&step.state, &step.events)
            .into_iter()
            .map(|notification| OutboxRow {
                id: self.uuid(),
                notification,
                attempts: 0,
                due,
            })
            .collect();
        let commit = Commit {
            expected: before.version,
            events: step.events.into(),
            card: Arc::new(Card::from(&step.state)),
            state: Arc::new(step.state),
            receipt,
            outbox,
        };
        let proposal = Box::new(Proposal {
            dispatch,
            before,
            commit,
            given_up: false,
        });
        if self.strikes(Fault::CommitLost) {
            self.soon(Task::Outcome(proposal, Outcome::Unknown));
        } else {
            self.soon(Task::Apply(proposal));
        }
    }

    /// The store takes a commit, whatever became of the node that sent it.
    pub(super) fn apply(&mut self, proposal: Box<Proposal>) {
        if !proposal.given_up && self.strikes(Fault::CommitLate) {
            let late = Box::new(Proposal {
                given_up: true,
                ..(*proposal).clone()
            });
            let after = self.network.within(500, 60_000);
            self.later(after, Task::Apply(late));
            return self.soon(Task::Outcome(proposal, Outcome::Unknown));
        }
        let Ok(outcome) = self.store.commit(&proposal.commit) else {
            return self.soon(Task::Outcome(proposal, Outcome::Unknown));
        };
        if outcome == CommitOutcome::Committed {
            self.committed(&proposal.commit);
        }
        if proposal.given_up {
            return;
        }
        let heard = if self.strikes(Fault::OutcomeLost) {
            Outcome::Unknown
        } else {
            Outcome::Known(outcome)
        };
        self.soon(Task::Outcome(proposal, heard));
    }

    /// What the tap at the store sees.
    fn committed(&mut self, commit: &Commit) {
        let id = commit.state.id;
        if commit.expected == 0 {
            self.conversations.push(id);
        }
        let stored = Committed {
            conversation: id,
            events: commit.events.clone(),
            receipt: commit.receipt.clone(),
            wake: commit.state.wake(),
            outbox: commit.outbox.clone(),
        };
        self.see(None, Observed::Committed(stored));
    }

    /// The node hears how its commit ended.
    pub(super) fn outcome(&mut self, proposal: Proposal, outcome: Outcome) {
        let Proposal {
            dispatch,
            before,
            commit,
            ..
        } = proposal;
        if !self.survives(dispatch.at, Step::Outcome) {
            return;
        }
        let id = dispatch.request.conversation;
        match outcome {
            Outcome::Known(CommitOutcome::Committed) => {
                self.learn(dispatch.at, &commit.state);
                self.follow_up(&dispatch, &before, &commit);
            }
            Outcome::Known(CommitOutcome::VersionConflict) => {
                self.forget(dispatch.at, id);
                if dispatch.tries + 1 >= MAX_TRIES {
                    return self.answer(&dispatch, Answer::Unknown);
                }
                let tries = dispatch.tries + 1;
                self.soon(Task::Decide(Dispatch { tries, ..dispatch }));
            }
            Outcome::Known(CommitOutcome::Repeated(receipt)) => {
                self.forget(dispatch.at, id);
                let answer = repeated(&receipt, &dispatch.request);
                self.answer(&dispatch, answer);
            }
            Outcome::Known(CommitOutcome::OpenElsewhere(other)) => {
                self.opened_elsewhere(&dispatch, other);
            }
            Outcome::Unknown => {
                self.forget(dispatch.at, id);
                self.answer(&dispatch, Answer::Unknown);
            }
        }
    }

    /// Each effect of a commit is a step of its own; a crash may come between any two.
    fn follow_up(&mut self, dispatch: &Dispatch, before: &Conversation, commit: &Commit) {
        let (id, version) = (commit.state.id, commit.state.version);
        self.soon(Task::Publish(dispatch.at, id, version));
        for effect in effects(before, &commit.state) {
            self.soon(Task::Effect(dispatch.at, effect));
        }
        let first = Some(before.version + 1);
        self.answer(dispatch, Answer::Done { first });
    }

    /// A command that does nothing (any more) may have been done before.
    fn answer_anew(&mut self, dispatch: &Dispatch, answer: Answer) {
        let request = &dispatch.request;
        let known = request
            .key
            .as_ref()
            .and_then(|key| self.store.receipt(request.conversation, key));
        let answer = known.map_or(answer, |receipt| repeated(&receipt, request));
        self.answer(dispatch, answer);
    }

    pub(super) fn answer(&mut self, dispatch: &Dispatch, answer: Answer) {
        let request = dispatch.request.clone();
        if request.asker != Asker::Node {
            self.soon(Task::Reply(dispatch.at, request, answer));
        }
    }

    /// The node's answer leaves for the client.
    pub(super) fn reply(&mut self, life: Life, request: Arc<Request>, answer: Answer) {
        if self.survives(life, Step::Answer) && !self.strikes(Fault::AnswerLost) {
            self.soon(Task::Answered(request, answer));
        }
    }

    /// A node keeps the newest state that it has heard of.
    pub(super) fn learn(&mut self, at: Life, state: &Arc<Conversation>) {
        if let Some(node) = self.alive(at) {
            let known = node.states.entry(state.id).or_insert_with(|| state.clone());
            if known.version < state.version {
                *known = state.clone();
            }
        }
    }

    pub(super) fn forget(&mut self, at: Life, id: ConversationId) {
        if let Some(node) = self.alive(at) {
            node.states.remove(&id);
        }
    }
}

/// What a visitor is about to open.
fn unopened(request: &Request) -> Option<Arc<Conversation>> {
    let Asker::Client(ClientId::Visitor(visitor)) = request.asker else {
        return None;
    };
    let service = ServiceId::new("shop").ok()?;
    let visitor = VisitorId::new(format!("v{visitor}")).ok()?;
    matches!(request.command, Command::Open { .. }).then(|| {
        let new = Conversation::unopened(request.conversation, service, visitor);
        Arc::new(new)
    })
}

pub(super) fn refused(rejection: &Rejection) -> Answer {
    Answer::Refused {
        code: Cow::Borrowed(rejection.code()),
    }
}

fn repeated(receipt: &Receipt, request: &Request) -> Answer {
    if receipt.digest == request.digest {
        Answer::Done {
            first: Some(receipt.first),
        }
    } else {
        refused(&Rejection::CommandIdReused)
    }
}

/// Scripted detectors: a text says itself what is to be found in it.
fn findings(command: &Command) -> Vec<Finding> {
    let text = match command {
        Command::SendMessage { text } => text.as_str(),
        Command::CommitReply { reply, .. } => reply.text.as_str(),
        Command::RateMessage {
            up: Some(false), ..
        }
        | Command::RateConversation { stars: 1 | 2, .. } => "#thumb",
        _ => return Vec::new(),
    };
    let kinds = [
        ("#help", FlagKind::HelpRequested),
        ("#angry", FlagKind::NegativeFeedback),
        ("#dunno", FlagKind::NonAnswer),
        ("#thumb", FlagKind::ThumbsDown),
    ];
    let found = kinds.into_iter().filter(|(word, _)| text.contains(word));
    found
        .map(|(word, kind)| Finding {
            kind,
            reason: "A word says so.".to_owned(),
            quote: word.to_owned(),
        })
        .collect()
}
