//! A conversation that a test leads somewhere, one command after the other.

use uuid::Uuid;

use super::super::*;
use crate::attention::{Finding, FlagKind};
use crate::id::{AgentId, ConversationId, ServiceId, VisitorId};
use crate::time::{Millis, Timestamp};

/// The moment at which every scene begins.
pub(super) const BEGINNING: Timestamp = Timestamp::from_millis(1_000_000);

pub(super) fn agent_ref(name: &str) -> AgentRef {
    AgentRef {
        id: AgentId::new(name.to_lowercase()).unwrap(),
        name: name.into(),
    }
}

/// Anna, Bert, Cleo: each an agent.
pub(super) fn agent(name: &str) -> Caller {
    Caller::Agent(agent_ref(name), Role::Agent)
}

pub(super) fn supervisor(name: &str) -> Caller {
    Caller::Agent(agent_ref(name), Role::Supervisor)
}

pub(super) fn say(text: &str) -> Command {
    Command::SendMessage {
        text: text.to_owned(),
    }
}

pub(super) fn found(kind: FlagKind) -> Finding {
    Finding {
        kind,
        reason: "The test says so.".to_owned(),
        quote: String::new(),
    }
}

/// A conversation, its service's policy, and the time.
#[derive(Debug, Clone)]
pub(super) struct Scene {
    pub(super) c: Conversation,
    pub(super) policy: Policy,
    pub(super) now: Timestamp,
    /// What the detectors find in the next commands.
    pub(super) findings: Vec<Finding>,
    /// The last agent has a dashboard open.
    pub(super) last_holder_present: bool,
    /// The message that the next commands rate is a reply.
    pub(super) is_reply: bool,
    pub(super) log: Vec<Event>,
}

impl Scene {
    /// Before the opening.
    pub(super) fn new(policy: Policy) -> Self {
        policy.validate().unwrap();
        Self {
            c: Conversation::unopened(
                ConversationId::from_uuid(Uuid::from_u128(1)),
                ServiceId::new("shop").unwrap(),
                VisitorId::new("vera").unwrap(),
            ),
            policy,
            now: BEGINNING,
            findings: Vec::new(),
            last_holder_present: false,
            is_reply: false,
            log: Vec::new(),
        }
    }

    /// Opened, and the visitor wrote.
    pub(super) fn asked(policy: Policy) -> Self {
        let mut scene = Self::new(policy);
        scene.open();
        scene.does(&Caller::Visitor, say("Where is my parcel?"));
        scene
    }

    pub(super) fn open(&mut self) {
        let command = Command::Open {
            profile: Profile::default(),
            page: Page::default(),
        };
        self.does(&Caller::Visitor, command);
    }

    /// What a command would lead to.
    pub(super) fn tries(&self, caller: &Caller, command: &Command) -> Result<Step, Rejection> {
        let context = Context {
            now: self.now,
            caller,
            policy: &self.policy,
            findings: &self.findings,
            is_reply: self.is_reply,
            last_holder_present: self.last_holder_present,
        };
        let decided = decide(&self.c, command, &context);
        let step = step(&self.c, command, &context);
        assert_eq!(decided, step.clone().map(|step| step.events));
        step
    }

    /// Issues a command that is fine; returns the kinds of its events.
    #[track_caller]
    #[expect(clippy::needless_pass_by_value, reason = "it reads better in a scene")]
    pub(super) fn does(&mut self, caller: &Caller, command: Command) -> Vec<String> {
        let step = self
            .tries(caller, &command)
            .unwrap_or_else(|rejection| panic!("{command:?}: {rejection}"));
        let mut folded = self.c.clone();
        for event in &step.events {
            apply(&mut folded, event);
        }
        assert_eq!(folded, step.state, "the events do not add up to the state");
        self.c = step.state;
        self.log.extend(step.events.iter().cloned());
        kinds(&step.events)
    }

    /// Issues a command that is refused; returns the code.
    #[track_caller]
    pub(super) fn refuses(&self, caller: &Caller, command: &Command) -> &'static str {
        match self.tries(caller, command) {
            Ok(step) => panic!("{command:?} led to {:?}", kinds(&step.events)),
            Err(rejection) => rejection.code(),
        }
    }

    /// So much time passes, and nothing happens.
    pub(super) fn waits(&mut self, span: Millis) {
        self.now = self.now.after(span);
    }

    /// A node looks whether something is due.
    #[track_caller]
    pub(super) fn wakes(&mut self) -> Vec<String> {
        self.does(&Caller::System, Command::Wake)
    }

    /// Goes to the moment at which the conversation wants to be woken, and wakes it.
    #[track_caller]
    pub(super) fn sleeps(&mut self) -> Vec<String> {
        self.now = self.c.wake().expect("it sleeps for ever");
        self.wakes()
    }

    pub(super) fn ticket(&self) -> Ticket {
        self.c.ticket().expect("nobody is asked")
    }

    #[track_caller]
    pub(super) fn replies(&mut self, text: &str) -> Vec<String> {
        let ticket = self.ticket();
        let reply = Reply {
            text: text.to_owned(),
            ..Reply::default()
        };
        self.does(&Caller::Assistant, Command::CommitReply { ticket, reply })
    }

    pub(super) fn takes_over(&mut self, name: &str) {
        self.does(&agent(name), Command::TakeOver { typing: false });
    }

    /// The bodies of the events that the last command led to are the last of these.
    pub(super) fn last(&self) -> &EventBody {
        &self.log.last().expect("nothing happened").body
    }
}

pub(super) fn kinds(events: &[Event]) -> Vec<String> {
    let kinds = events.iter().map(|event| event.body.kind().to_owned());
    kinds.collect()
}
