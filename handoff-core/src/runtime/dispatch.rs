//! The way of every command: load, detect, decide, commit, tell.

use std::sync::Arc;

use futures::FutureExt;

use super::change::Change;
use super::handoff::Handoff;
use crate::attention::{Finding, FlagKind, Observed};
use crate::bus::Notice;
use crate::conversation::{
    Caller, Card, Claim, Command, Context, Conversation, Effect, Event, EventBody, Policy,
    Rejection, Step, effects, notifications, step,
};
use crate::error::StoreError;
use crate::id::{CommandId, ConversationId};
use crate::store::{Commit, CommitOutcome, OutboxRow, Receipt};

/// A command and who issues it.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// The caller's own id: a repeat is done once and answered as the first time. None: it is never repeated.
    pub id: Option<CommandId>,
    /// Who.
    pub caller: Caller,
    /// What.
    pub command: Command,
}

impl Request {
    /// Key and digest of the [`Receipt`] that the command leaves; none where it has no id.
    pub fn receipt(&self) -> Option<(String, u64)> {
        let id = self.id.as_ref()?;
        Some((receipt_key(&self.caller, id), digest(&self.command)))
    }
}

/// What a command came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The seq of what it said, where it sent a message; else of the first event that it caused. One above `version`
    /// where it caused none.
    pub first: u64,
    /// The conversation's version after it.
    pub version: u64,
    /// It had been done before; this is the first answer.
    pub repeated: bool,
}

/// Why a command was not done.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DispatchError {
    /// It is refused.
    #[error(transparent)]
    Rejected(#[from] Rejection),
    /// The store failed. Where it [`is_temporary`](StoreError::is_temporary), send the command again with the same id.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Others changed the conversation each time this was about to. Send it again with the same id.
    #[error("too many changes of this conversation at once: try again in a moment")]
    Contended,
}

/// So often a command is decided anew because another one was committed first.
const MAX_TRIES: usize = 128;

/// What does not change from one try to the next.
struct Attempt {
    caller: Caller,
    command: Command,
    receipt: Option<(String, u64)>,
    findings: Vec<Finding>,
    is_reply: bool,
}

impl Handoff {
    /// Does a command: durably, or not at all. Commands of one conversation take effect one after the other.
    ///
    /// Dropping the future leaves the command either done or not; with an id, sending it again tells which.
    ///
    /// # Errors
    /// [`DispatchError`]: nothing was done, except where the store's failure left that open.
    pub async fn dispatch(
        &self,
        conversation: ConversationId,
        request: Request,
    ) -> Result<Outcome, DispatchError> {
        let attempt = self.prepare(conversation, request).await?;
        let mut fresh = false;
        for _ in 0..MAX_TRIES {
            let before = self.load(conversation, fresh).await?;
            let Some(before) = before else {
                return Err(Rejection::NoSuchConversation.into());
            };
            match self.decide(&before, &attempt).await? {
                // A refusal must rest on what is stored, not on what this node remembers.
                Err(_) if !fresh => fresh = true,
                Err(rejection) => {
                    let repeated = self.find_repeat(conversation, &attempt).await?;
                    return repeated.ok_or_else(|| rejection.into());
                }
                Ok(step) if step.events.is_empty() && !fresh => fresh = true,
                Ok(step) if step.events.is_empty() => {
                    let version = step.state.version;
                    let nothing = Outcome {
                        first: version + 1,
                        version,
                        repeated: false,
                    };
                    let repeated = self.find_repeat(conversation, &attempt).await?;
                    return Ok(repeated.unwrap_or(nothing));
                }
                Ok(step) => match self.commit(before, step, attempt.receipt.clone()).await? {
                    Ok(outcome) => return Ok(outcome),
                    Err(CommitOutcome::Repeated(receipt)) => return repeat(&attempt, &receipt),
                    Err(CommitOutcome::OpenElsewhere(_)) => {
                        return Err(Rejection::OneOpenConversation.into());
                    }
                    Err(_) => fresh = true,
                },
            }
        }
        Err(DispatchError::Contended)
    }

    /// Does a command whose refusal is no news (a wake, presence, a policy that was followed already).
    pub(super) async fn dispatch_quietly(
        &self,
        conversation: ConversationId,
        caller: Caller,
        command: Command,
    ) -> bool {
        let kind = command.kind();
        match self
            .dispatch(
                conversation,
                Request {
                    id: None,
                    caller,
                    command,
                },
            )
            .await
        {
            Ok(outcome) => outcome.first <= outcome.version,
            Err(DispatchError::Rejected(rejection)) => {
                tracing::debug!(%conversation, kind, code = rejection.code(), "not done");
                false
            }
            Err(error) => {
                tracing::warn!(%conversation, kind, %error, "not done");
                false
            }
        }
    }

    async fn prepare(&self, id: ConversationId, request: Request) -> Result<Attempt, StoreError> {
        let receipt = request.receipt();
        let Request {
            id: _,
            caller,
            mut command,
        } = request;
        if let Command::CommitReply { ticket, reply } = command {
            let reply = self.guarded(ticket, reply).await?;
            command = Command::CommitReply { ticket, reply };
        }
        let rated = match &command {
            Command::RateMessage { message, .. } => self.reply_text(id, *message).await?,
            _ => None,
        };
        let findings = self.detect(&command, rated.as_deref());
        Ok(Attempt {
            caller,
            command,
            receipt,
            findings,
            is_reply: rated.is_some(),
        })
    }

    /// The text of a message, where it is one of the assistant's.
    async fn reply_text(&self, id: ConversationId, seq: u64) -> Result<Option<String>, StoreError> {
        let Some(after) = seq.checked_sub(1) else {
            return Ok(None);
        };
        let events = self.store().events(id, after, 1).await?;
        Ok(events
            .into_iter()
            .find(|event| event.seq == seq)
            .and_then(|event| match event.body {
                EventBody::ReplyCommitted { reply, .. } => Some(reply.text),
                _ => None,
            }))
    }

    fn detect(&self, command: &Command, rated: Option<&str>) -> Vec<Finding> {
        let observed = match (command, rated) {
            (Command::SendMessage { text }, _) => Observed::VisitorMessage { text },
            (Command::CommitReply { reply, .. }, _) => {
                Observed::AssistantReply { text: &reply.text }
            }
            (Command::RateMessage { up: Some(up), .. }, Some(text)) => {
                Observed::MessageRated { up: *up, text }
            }
            (Command::RateConversation { stars, comment }, _) => Observed::ConversationRated {
                stars: *stars,
                comment,
            },
            _ => return Vec::new(),
        };
        let mut findings: Vec<Finding> = Vec::new();
        for finding in self
            .inner
            .detectors
            .iter()
            .flat_map(|detector| detector.detect(observed))
        {
            if findings.iter().all(|found| found.kind != finding.kind) {
                findings.push(finding);
            }
        }
        if let Command::CommitReply { reply, .. } = command
            && reply.non_answer
            && findings
                .iter()
                .all(|found| found.kind != FlagKind::NonAnswer)
        {
            let reason = "The assistant says that it could not answer.".to_owned();
            findings.push(Finding {
                kind: FlagKind::NonAnswer,
                reason,
                quote: String::new(),
            });
        }
        findings
    }

    pub(super) async fn load(
        &self,
        id: ConversationId,
        fresh: bool,
    ) -> Result<Option<Arc<Conversation>>, StoreError> {
        if !fresh && let Some(state) = self.inner.states.get(&id) {
            return Ok(Some(state));
        }
        let state = self.store().load(id).await?;
        if let Some(state) = &state {
            self.remember(state);
        }
        Ok(state)
    }

    /// Keeps a state, unless a newer one is kept.
    pub(super) fn remember(&self, state: &Arc<Conversation>) {
        match self.inner.states.get(&state.id) {
            Some(kept) if kept.version >= state.version => {}
            _ => self.inner.states.insert(state.id, state.clone()),
        }
    }

    async fn decide(
        &self,
        before: &Conversation,
        attempt: &Attempt,
    ) -> Result<Result<Step, Rejection>, StoreError> {
        let service = self.service(&before.service).await?;
        let fallback;
        let policy: &Policy = if let Some(service) = &service {
            &service.value.policy
        } else {
            fallback = Policy::default();
            &fallback
        };
        let context = Context {
            now: self.now(),
            caller: &attempt.caller,
            policy,
            findings: &attempt.findings,
            is_reply: attempt.is_reply,
            last_holder_present: before
                .last_holder
                .as_ref()
                .is_some_and(|agent| self.inner.presence.is_present(&agent.id)),
        };
        Ok(step(before, &attempt.command, &context))
    }

    /// What now leads to nothing, or is refused, may be the repeat of a command that was done.
    async fn find_repeat(
        &self,
        id: ConversationId,
        attempt: &Attempt,
    ) -> Result<Option<Outcome>, DispatchError> {
        let Some((key, _)) = &attempt.receipt else {
            return Ok(None);
        };
        match self.store().receipt(id, key).await? {
            Some(receipt) => repeat(attempt, &receipt).map(Some),
            None => Ok(None),
        }
    }

    /// Commits a step and tells everybody. `Err` is what kept it from being committed.
    pub(super) async fn commit(
        &self,
        before: Arc<Conversation>,
        step: Step,
        receipt: Option<(String, u64)>,
    ) -> Result<Result<Outcome, CommitOutcome>, StoreError> {
        let (first, version) = (answering(&step), step.state.version);
        let state = Arc::new(step.state);
        let card = Arc::new(Card::from(&*state));
        let events: Arc<[Event]> = step.events.into();
        let commit = Commit {
            expected: before.version,
            events: events.clone(),
            state: state.clone(),
            card: card.clone(),
            receipt: receipt.map(|(key, digest)| Receipt {
                key,
                digest,
                first,
                version,
            }),
            outbox: self.outbox_rows(&state, &events),
        };
        let handoff = self.clone();
        // Whoever waits for this may go away; what was committed must be told all the same.
        let mut whole = Box::pin(async move {
            let notify = !commit.outbox.is_empty();
            let outcome = handoff.store().commit(commit).await?;
            if outcome != CommitOutcome::Committed {
                return Ok(Err(outcome));
            }
            handoff.tell(&before, Change::new(state, card, events));
            if notify {
                handoff.inner.outbox_more.notify_one();
            }
            Ok(Ok(Outcome {
                first,
                version,
                repeated: false,
            }))
        });
        if let Some(done) = whole.as_mut().now_or_never() {
            return done;
        }
        self.inner
            .tasks
            .spawn(whole)
            .await
            .map_err(StoreError::unavailable)?
    }

    fn outbox_rows(&self, state: &Conversation, events: &[Event]) -> Vec<OutboxRow> {
        if self.inner.notifier.is_none() {
            return Vec::new();
        }
        let row = |notification| OutboxRow {
            id: self.inner.ids.uuid(),
            notification,
            attempts: 0,
            due: self.now(),
        };
        notifications(state, events).into_iter().map(row).collect()
    }

    /// Tells this node and the others of a commit, and does what it leads to.
    fn tell(&self, before: &Conversation, change: Change) {
        let change = Arc::new(change);
        let state = &change.state;
        self.remember(state);
        self.inner.replies.end_unless(state);
        for effect in effects(before, state) {
            match effect {
                Effect::StartReply { ticket, .. } => self.start_reply(ticket),
                Effect::StopReply { ticket } => self.inner.replies.end(ticket),
            }
        }
        if let Some(wake) = state.wake() {
            self.inner.alarm.set_earlier(wake);
        }
        self.greet_new_holder(&change);
        let (conversation, service, version) =
            (change.conversation, change.service.clone(), change.version);
        self.inner.hub.publish(change);
        self.inner.courier.send(Notice::Changed {
            conversation,
            service,
            version,
        });
    }

    /// Whoever was handed a conversation and has a dashboard open is there.
    fn greet_new_holder(&self, change: &Change) {
        let handed = |event: &Event| {
            matches!(
                &event.body,
                EventBody::TakenOver {
                    how: Claim::Transferred { .. },
                    ..
                }
            )
        };
        let Some(holder) = change.state.holder() else {
            return;
        };
        if change.events.iter().any(handed) && self.inner.presence.is_present(&holder.id) {
            self.tell_presence(change.conversation, holder.id.clone(), true);
        }
    }
}

/// The event that a caller asks for: a message may stand behind a reopening, a takeover, a change of mode.
fn answering(step: &Step) -> u64 {
    let is_message = |event: &&Event| {
        matches!(
            event.body,
            EventBody::MessageReceived { .. } | EventBody::AgentMessaged { .. }
        )
    };
    let event = step.events.iter().find(is_message).or(step.events.first());
    event.map_or(step.state.version, |event| event.seq)
}

fn repeat(attempt: &Attempt, receipt: &Receipt) -> Result<Outcome, DispatchError> {
    match &attempt.receipt {
        Some((_, digest)) if *digest == receipt.digest => Ok(Outcome {
            first: receipt.first,
            version: receipt.version,
            repeated: true,
        }),
        _ => Err(Rejection::CommandIdReused.into()),
    }
}

/// Command ids are unique by caller: nobody can take another's.
fn receipt_key(caller: &Caller, id: &CommandId) -> String {
    match caller {
        Caller::Visitor => format!("v/{id}"),
        Caller::Agent(agent, _) => format!("a/{}/{id}", agent.id),
        Caller::Assistant => format!("b/{id}"),
        Caller::System => format!("s/{id}"),
    }
}

/// Tells commands with the same id apart. It need not be secret: a forger would only deceive himself.
fn digest(command: &Command) -> u64 {
    let bytes = serde_json::to_vec(command).unwrap_or_default();
    // A store keeps 63 bits.
    xxhash_rust::xxh3::xxh3_64(&bytes) >> 1
}
