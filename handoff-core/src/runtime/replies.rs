//! Asks the assistant for replies, shows the pieces, and commits the whole by its ticket.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, Semaphore};
use tokio_util::sync::CancellationToken;

use super::dispatch::{DispatchError, Request};
use super::guarded;
use super::handoff::Handoff;
use super::pieces::{Pieces, Written};
use crate::assistant::{Answer, Assistant, AssistantError, FloorLost, Turn};
use crate::bus::{Notice, Signal};
use crate::conversation::{Caller, Command, Conversation, Guard, Ticket, turn};
use crate::error::StoreError;
use crate::id::{ConversationId, ServiceId};

/// So many replies are written at once on a node; further ones wait for their turn, until their deadline.
const MAX_RUNNING: usize = 512;
/// An assistant is told at most so many of the last events.
const MAX_EVENTS: usize = 400;
/// So often the end of a reply is tried to be stored, with the pauses below; then its deadline ends it.
const STORE_TRIES: u32 = 5;
const FIRST_PAUSE: Duration = Duration::from_millis(100);

/// The replies that are being written on this node.
#[derive(Debug)]
pub(super) struct Replies {
    running: Mutex<HashMap<ConversationId, Running>>,
    permits: Arc<Semaphore>,
    /// A turn that somebody else answers came or went.
    elsewhere: Notify,
    /// The engine no longer waits for replies.
    abandoned: CancellationToken,
}

#[derive(Debug)]
pub(super) struct Running {
    pub(super) ticket: Ticket,
    ended: CancellationToken,
    pub(super) written: Arc<Mutex<Written>>,
    /// The turn, where somebody else answers it by its ticket.
    elsewhere: Option<Arc<Turn>>,
}

impl Replies {
    pub(super) fn new() -> Self {
        Self {
            running: Mutex::default(),
            permits: Arc::new(Semaphore::new(MAX_RUNNING)),
            elsewhere: Notify::new(),
            abandoned: CancellationToken::new(),
        }
    }

    /// Drops every reply that is being written, and says which. Their turns stay pending: another node that hears of it,
    /// the next start, or their deadline finds them.
    pub(super) fn abandon(&self) -> Vec<Ticket> {
        self.abandoned.cancel();
        self.lock().values().map(|running| running.ticket).collect()
    }

    pub(super) fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<ConversationId, Running>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// None where a newer reply of this conversation is being written: commits may be told out of their order.
    fn begin(&self, ticket: Ticket) -> Option<(CancellationToken, Arc<Mutex<Written>>)> {
        let (ended, written) = (CancellationToken::new(), Arc::default());
        let running = Running {
            ticket,
            ended: ended.clone(),
            written: Arc::clone(&written),
            elsewhere: None,
        };
        let mut all = self.lock();
        let newer = |other: &Running| other.ticket.turn >= ticket.turn;
        if all.get(&ticket.conversation).is_some_and(newer) {
            return None;
        }
        if let Some(before) = all.insert(ticket.conversation, running) {
            before.ended.cancel();
        }
        Some((ended, written))
    }

    /// The ticket ended.
    pub(super) fn end(&self, ticket: Ticket) {
        let mut running = self.lock();
        if running
            .get(&ticket.conversation)
            .is_some_and(|running| running.ticket == ticket)
            && let Some(ended) = running.remove(&ticket.conversation)
        {
            ended.ended.cancel();
        }
    }

    /// Whatever is written in a conversation without the ticket of this state ended. A reply of a later turn than the
    /// state knows goes on: commits may be told out of their order.
    pub(super) fn end_unless(&self, state: &Conversation) {
        let (conversation, ticket) = (state.id, state.ticket());
        let outdated = self
            .lock()
            .get(&conversation)
            .map(|running| running.ticket)
            .filter(|own| Some(*own) != ticket && own.turn <= state.turn);
        if let Some(outdated) = outdated {
            self.end(outdated);
        }
    }

    /// What was written so far, for somebody who begins to look now.
    pub(super) fn piece_so_far(&self, conversation: ConversationId) -> Option<Signal> {
        let running = self.lock();
        let running = running.get(&conversation)?;
        let written = running
            .written
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let text = written.text.as_str();
        (!text.is_empty()).then(|| Signal::Piece {
            ticket: running.ticket,
            offset: 0,
            text: text.into(),
        })
    }

    fn leave_to_others(&self, turn: Turn) {
        if let Some(running) = self.lock().get_mut(&turn.ticket.conversation)
            && running.ticket == turn.ticket
        {
            running.elsewhere = Some(Arc::new(turn));
        }
        self.elsewhere.notify_waiters();
    }

    fn turns_elsewhere(&self, service: &ServiceId) -> Vec<Arc<Turn>> {
        let running = self.lock();
        let turns = running
            .values()
            .filter_map(|running| running.elsewhere.clone());
        turns.filter(|turn| turn.service == *service).collect()
    }
}

impl Handoff {
    pub(super) fn start_reply(&self, ticket: Ticket) {
        let Some(assistant) = self.inner.assistant.clone() else {
            return;
        };
        let Some((ended, written)) = self.inner.replies.begin(ticket) else {
            return;
        };
        let handoff = self.clone();
        let abandoned = self.inner.replies.abandoned.clone();
        self.inner.tasks.spawn(async move {
            abandoned
                .run_until_cancelled(handoff.write_reply(assistant, ticket, ended, written))
                .await;
        });
    }

    async fn write_reply(
        &self,
        assistant: Arc<dyn Assistant>,
        ticket: Ticket,
        ended: CancellationToken,
        written: Arc<Mutex<Written>>,
    ) {
        let written_text = || {
            let written = written.lock().unwrap_or_else(PoisonError::into_inner);
            written.text.clone()
        };
        let permits = Arc::clone(&self.inner.replies.permits);
        let Some(Ok(_permit)) = ended.run_until_cancelled(permits.acquire_owned()).await else {
            return;
        };
        let sink = Pieces {
            handoff: self.clone(),
            ticket,
            ended: ended.clone(),
            written: Arc::clone(&written),
            tokens: AtomicU64::new(0),
        };
        let turn = match self.turn(ticket, false).await {
            Ok(Some(turn)) => turn,
            Ok(None) => return,
            Err(error) => {
                tracing::warn!(%error, "the turn could not be read");
                return;
            }
        };
        let answer = if turn.assistant.enabled {
            let guard = if self.inner.guards {
                Guard::of(&turn)
            } else {
                Guard::default()
            };
            ended
                .run_until_cancelled(guarded::reply(&*assistant, &turn, Arc::new(guard), &sink))
                .await
        } else {
            Some(Err(AssistantError::SwitchedOff))
        };
        // Also what a reply cost that lost the floor.
        self.count_spending(&turn, &sink);
        let command = match answer {
            Some(Ok(Answer::Elsewhere)) => return self.inner.replies.leave_to_others(turn),
            Some(Ok(Answer::Reply(reply))) => Command::CommitReply { ticket, reply },
            Some(Ok(Answer::AskForPerson(reason))) => Command::AskForPerson { ticket, reason },
            Some(Err(AssistantError::FloorLost(_))) | None => {
                return self.keep_piece(ticket, written_text()).await;
            }
            Some(Err(error)) => {
                tracing::warn!(conversation = %ticket.conversation, turn = ticket.turn, %error, "the assistant failed");
                let truncated = matches!(error, AssistantError::Truncated);
                Command::FailReply {
                    ticket,
                    partial: written_text(),
                    truncated,
                }
            }
        };
        self.finish_reply(ticket, command, written_text()).await;
    }

    fn count_spending(&self, turn: &Turn, sink: &Pieces) {
        let tokens = sink.tokens.load(Ordering::Relaxed);
        if tokens > 0 {
            let (handoff, service) = (self.clone(), turn.service.clone());
            let conversation = turn.ticket.conversation;
            self.inner.tasks.spawn(async move {
                handoff
                    .record_spending(&service, conversation, tokens)
                    .await;
            });
        }
    }

    /// Stops what the assistant of a service writes, where it was switched off.
    pub(super) async fn stop_switched_off(&self, service: &ServiceId) {
        match self.service(service).await {
            Ok(Some(known)) if known.value.policy.assistant.enabled => return,
            Ok(_) => {}
            Err(error) => return tracing::warn!(%error, %service, "its replies go on"),
        }
        let running: Vec<Ticket> = self
            .inner
            .replies
            .lock()
            .values()
            .map(|r| r.ticket)
            .collect();
        for ticket in running {
            let state = self.load(ticket.conversation, false).await;
            if state.is_ok_and(|state| state.is_some_and(|state| state.service == *service)) {
                let stopped = Command::FailReply {
                    ticket,
                    partial: String::new(),
                    truncated: false,
                };
                self.dispatch_quietly(ticket.conversation, Caller::Assistant, stopped)
                    .await;
            }
        }
    }

    /// Ends a reply. One that came too late, or is none, leaves its piece in the timeline.
    async fn finish_reply(&self, ticket: Ticket, command: Command, written: String) {
        match self.store_end(ticket, command).await {
            Ok(()) => {}
            Err(DispatchError::Rejected(
                rejection @ crate::conversation::Rejection::FloorLost { .. },
            )) => {
                tracing::debug!(conversation = %ticket.conversation, code = rejection.code(), "a late reply was refused");
                self.keep_piece(ticket, written).await;
            }
            Err(error) => {
                tracing::warn!(conversation = %ticket.conversation, turn = ticket.turn, %error, "the reply was refused");
                let failed = Command::FailReply {
                    ticket,
                    partial: String::new(),
                    truncated: false,
                };
                self.dispatch_quietly(ticket.conversation, Caller::Assistant, failed)
                    .await;
            }
        }
        self.inner.replies.end(ticket);
    }

    /// Keeps the piece of a reply that lost the floor.
    async fn keep_piece(&self, ticket: Ticket, partial: String) {
        if !partial.is_empty() {
            let record = Command::FailReply {
                ticket,
                partial,
                truncated: false,
            };
            if let Err(error) = self.store_end(ticket, record).await {
                tracing::debug!(conversation = %ticket.conversation, %error, "the piece of a reply was not kept");
            }
        }
    }

    async fn store_end(&self, ticket: Ticket, command: Command) -> Result<(), DispatchError> {
        let mut pause = FIRST_PAUSE;
        for tries_left in (0..STORE_TRIES).rev() {
            let request = Request {
                id: None,
                caller: Caller::Assistant,
                command: command.clone(),
            };
            match self.dispatch(ticket.conversation, request).await {
                Err(DispatchError::Store(error)) if error.is_temporary() && tries_left > 0 => {
                    tokio::time::sleep(pause).await;
                    pause *= 2;
                }
                done => return done.map(|_| ()),
            }
        }
        Ok(())
    }

    /// What a ticket asks the assistant, by what this node remembers or by what is stored; none where it ended.
    pub(super) async fn turn(
        &self,
        ticket: Ticket,
        fresh: bool,
    ) -> Result<Option<Turn>, StoreError> {
        let Some(state) = self.load(ticket.conversation, fresh).await? else {
            return Ok(None);
        };
        let Some(pending) = state.pending.filter(|_| state.ticket() == Some(ticket)) else {
            return Ok(None);
        };
        let events = self
            .store()
            .events_before(ticket.conversation, state.version, MAX_EVENTS)
            .await?;
        let service = self.service(&state.service).await?;
        let policy = service.map(|service| service.value.policy.assistant.clone());
        let policy = policy.unwrap_or_default();
        let mut turn = turn(&state, pending, &events, &policy);
        turn.spent = self.spent(&turn.service, state.id, &policy).await?;
        Ok(Some(turn))
    }

    /// The turns of a service that somebody else answers by their tickets; waits up to `wait` for one.
    pub async fn pending_turns(&self, service: &ServiceId, wait: Duration) -> Vec<Arc<Turn>> {
        let poll = async {
            loop {
                let mut more = std::pin::pin!(self.inner.replies.elsewhere.notified());
                more.as_mut().enable();
                let turns = self.inner.replies.turns_elsewhere(service);
                if !turns.is_empty() {
                    return turns;
                }
                more.await;
            }
        };
        tokio::time::timeout(wait, poll).await.unwrap_or_default()
    }

    /// Shows a piece of a reply that somebody else writes. It is never stored.
    ///
    /// # Errors
    /// [`FloorLost`] once the ticket ended, and where `offset` is not where the last piece ended.
    pub fn piece(&self, ticket: Ticket, offset: u64, text: &str) -> Result<(), FloorLost> {
        let running = self.inner.replies.lock();
        let own = running
            .get(&ticket.conversation)
            .filter(|running| running.ticket == ticket)
            .ok_or(FloorLost)?;
        let mut written = own.written.lock().unwrap_or_else(PoisonError::into_inner);
        if written.told() != offset {
            return Err(FloorLost);
        }
        let (offset, shown) = written.add(text).ok_or(FloorLost)?;
        drop(written);
        drop(running);
        if !shown.is_empty() {
            let text = shown.into();
            self.signal(Signal::Piece {
                ticket,
                offset,
                text,
            });
        }
        Ok(())
    }

    /// Tells everybody who looks something that is never stored.
    pub fn signal(&self, signal: Signal) {
        self.inner.courier.send(Notice::Signal(signal.clone()));
        self.inner.hub.signal(signal);
    }
}
