//! What a log adds up to, folded again and on purpose without the engine's own `apply`.

use crate::attention::FlagKind;
use crate::conversation::{
    Actor, AgentRef, Claim, Event, EventBody, Mode, Purpose, TicketEnd, Timing,
};
use crate::id::{AgentId, ServiceId, VisitorId};
use crate::time::Timestamp;

/// Who may speak.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Floor {
    Assistant,
    Waiting { since: Timestamp },
    Agent { id: AgentId, since: Timestamp },
    Paused { since: Timestamp },
}

/// Whether it goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Life {
    Unopened,
    Open,
    Resolved,
    Closed,
}

/// A permission that was given and did not end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct OpenTicket {
    pub(super) turn: u64,
    pub(super) epoch: u64,
    pub(super) purpose: Purpose,
    pub(super) deadline: Timestamp,
}

/// The state of one conversation as the checker sees it.
#[derive(Debug, Clone)]
pub(super) struct Ledger {
    pub(super) version: u64,
    pub(super) epoch: u64,
    pub(super) life: Life,
    pub(super) floor: Floor,
    pub(super) mode: Mode,
    pub(super) timing: Timing,
    /// The revision of the policy that was followed last.
    pub(super) revision: u64,
    /// Whose only open conversation it is.
    pub(super) only_of: Option<(ServiceId, VisitorId)>,
    pub(super) turn: u64,
    pub(super) ticket: Option<OpenTicket>,
    /// Turns that ended and whose piece may still be recorded.
    pub(super) unrecorded: Vec<u64>,
    /// The turn of the draft that waits, and until when.
    pub(super) draft: Option<(u64, Timestamp)>,
    /// Who asks for control, and until when.
    pub(super) request: Option<(AgentId, Timestamp)>,
    /// When the wait for a person ends.
    pub(super) fallback_at: Option<Timestamp>,
    /// Fallbacks since the last wait began.
    pub(super) fallbacks: u32,
    pub(super) flags: Vec<FlagKind>,
    /// The visitor's word is the last, since then.
    pub(super) unanswered: Option<Timestamp>,
    /// A reply to it came to nothing, and everybody can see that.
    pub(super) failed: bool,
    pub(super) warned: bool,
    pub(super) holder_gone: Option<Timestamp>,
    pub(super) visitor_gone: Option<Timestamp>,
    pub(super) dropped: bool,
    pub(super) snoozed_until: Option<Timestamp>,
    pub(super) last_word: Timestamp,
}

impl Ledger {
    pub(super) fn new() -> Self {
        Self {
            version: 0,
            epoch: 0,
            life: Life::Unopened,
            floor: Floor::Assistant,
            mode: Mode::default(),
            timing: Timing::default(),
            revision: 0,
            only_of: None,
            turn: 0,
            ticket: None,
            unrecorded: Vec::new(),
            draft: None,
            request: None,
            fallback_at: None,
            fallbacks: 0,
            flags: Vec::new(),
            unanswered: None,
            failed: false,
            warned: false,
            holder_gone: None,
            visitor_gone: None,
            dropped: false,
            snoozed_until: None,
            last_word: Timestamp::default(),
        }
    }

    pub(super) fn holder(&self) -> Option<&AgentId> {
        match &self.floor {
            Floor::Agent { id, .. } => Some(id),
            _ => None,
        }
    }

    pub(super) fn is_held_by(&self, actor: &Actor) -> bool {
        matches!(actor, Actor::Agent(agent) if self.holder() == Some(&agent.id))
    }

    /// Folds one event.
    pub(super) fn follow(&mut self, event: &Event) {
        self.version = event.seq;
        self.epoch = event.epoch;
        if moves_floor(&event.body) {
            self.move_floor(event);
        } else {
            self.note(event);
        }
    }

    fn note(&mut self, event: &Event) {
        let at = event.at;
        match &event.body {
            EventBody::Opened { .. } => self.open(event),
            EventBody::MessageReceived { .. } => {
                self.end_ticket();
                self.draft = None;
                self.snoozed_until = None;
                self.visitor_gone = None;
                self.dropped = false;
                self.failed = false;
                if self.unanswered.is_none() {
                    self.warned = false;
                }
                self.unanswered.get_or_insert(at);
                self.last_word = at;
            }
            EventBody::ReplyRequested {
                turn,
                purpose,
                deadline,
                ..
            } => {
                self.end_ticket();
                self.turn = *turn;
                self.ticket = Some(OpenTicket {
                    turn: *turn,
                    epoch: event.epoch,
                    purpose: *purpose,
                    deadline: *deadline,
                });
            }
            EventBody::ReplyCommitted { .. } => {
                self.ticket = None;
                self.draft = None;
                self.answered(at);
            }
            EventBody::DraftProposed { turn, purpose, .. } => {
                self.ticket = None;
                if *purpose == Purpose::Draft {
                    self.draft = Some((*turn, at.after(self.timing.draft)));
                }
            }
            EventBody::DraftRejected { .. } => self.draft = None,
            EventBody::ReplyInterrupted { turn, why, .. } => {
                self.unrecorded.retain(|ended| ended != turn);
                if self.ticket.is_some_and(|ticket| ticket.turn == *turn) {
                    self.ticket = None;
                    self.failed |= matches!(
                        why,
                        TicketEnd::Failed | TicketEnd::TimedOut | TicketEnd::Truncated
                    );
                }
            }
            EventBody::AgentMessaged { .. } => {
                self.warned = false;
                self.answered(at);
            }
            EventBody::FallbackSent { .. } => {
                self.fallbacks += 1;
                self.answered(at);
            }
            EventBody::ControlRequested(request) => {
                self.request = Some((request.agent.id.clone(), request.expires_at));
            }
            EventBody::ControlRequestEnded { .. } => self.request = None,
            EventBody::HolderWarned { .. } => self.warned = true,
            EventBody::HolderPresence { present, .. } => {
                self.holder_gone = (!present).then_some(at);
            }
            EventBody::FlagRaised(flag) => self.flags.push(flag.finding.kind.clone()),
            EventBody::FlagDismissed { flag } => self.flags.retain(|raised| raised != flag),
            EventBody::VisitorLeft => self.visitor_gone = Some(at),
            EventBody::VisitorBack => {
                self.visitor_gone = None;
                self.dropped = false;
            }
            EventBody::Dropped => self.dropped = true,
            EventBody::Snoozed { until } => self.snoozed_until = Some(*until),
            EventBody::SnoozeEnded => self.snoozed_until = None,
            EventBody::ModeChanged { mode, revision } => {
                self.revision = *revision;
                self.change_mode(*mode, at);
            }
            EventBody::TimingChanged { timing, revision } => {
                self.revision = *revision;
                self.timing = *timing;
            }
            _ => {}
        }
    }

    fn open(&mut self, event: &Event) {
        if let EventBody::Opened {
            service,
            visitor,
            exclusive,
            mode,
            timing,
            revision,
            ..
        } = &event.body
        {
            self.life = Life::Open;
            self.mode = *mode;
            self.timing = *timing;
            self.revision = *revision;
            self.last_word = event.at;
            self.only_of = exclusive.then(|| (service.clone(), visitor.clone()));
        }
    }

    fn move_floor(&mut self, event: &Event) {
        let at = event.at;
        self.end_ticket();
        self.draft = None;
        self.request = None;
        self.fallback_at = None;
        self.holder_gone = None;
        self.warned = false;
        match &event.body {
            EventBody::TakenOver { agent, how, .. } => {
                self.give_to(agent, at);
                if matches!(how, Claim::Transferred { .. }) {
                    self.holder_gone = Some(at);
                }
            }
            EventBody::Transferred { fallback_at, .. }
            | EventBody::Escalated { fallback_at, .. } => {
                self.floor = Floor::Waiting { since: at };
                self.fallback_at = *fallback_at;
                self.fallbacks = 0;
            }
            EventBody::Released { .. } => self.floor = Floor::Paused { since: at },
            EventBody::Returned { .. } => self.floor = Floor::Assistant,
            EventBody::Resolved => {
                self.life = Life::Resolved;
                self.floor = Floor::Assistant;
                self.flags.clear();
                self.unanswered = None;
                self.snoozed_until = None;
                self.dropped = false;
            }
            EventBody::Reopened { holder } => {
                self.life = Life::Open;
                self.floor = Floor::Assistant;
                self.last_word = at;
                if let Some(agent) = holder {
                    self.give_to(agent, at);
                }
            }
            EventBody::Closed { .. } => self.life = Life::Closed,
            _ => {}
        }
    }

    fn give_to(&mut self, agent: &AgentRef, at: Timestamp) {
        self.floor = Floor::Agent {
            id: agent.id.clone(),
            since: at,
        };
    }

    fn change_mode(&mut self, mode: Mode, at: Timestamp) {
        self.mode = mode;
        if mode != Mode::Supported {
            self.draft = None;
        }
        if mode == Mode::HumanOnly {
            self.end_ticket();
            self.fallback_at = None;
        }
        if mode == Mode::Supported && matches!(self.floor, Floor::Waiting { .. }) {
            self.fallback_at
                .get_or_insert(at.after(self.timing.takeover));
        }
    }

    fn answered(&mut self, at: Timestamp) {
        self.unanswered = None;
        self.failed = false;
        self.last_word = at;
    }

    fn end_ticket(&mut self) {
        self.unrecorded
            .extend(self.ticket.take().map(|ticket| ticket.turn));
    }
}

/// Whether an event says who may speak from now on.
pub(super) fn moves_floor(body: &EventBody) -> bool {
    matches!(
        body,
        EventBody::TakenOver { .. }
            | EventBody::Transferred { .. }
            | EventBody::Released { .. }
            | EventBody::Returned { .. }
            | EventBody::Escalated { .. }
            | EventBody::Resolved
            | EventBody::Reopened { .. }
            | EventBody::Closed { .. }
    )
}
