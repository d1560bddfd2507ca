//! What a visitor may see of each kind of event.

use handoff_axum::visitor_event;
use handoff_core::attention::{Finding, Flag, FlagKind};
use handoff_core::conversation::{
    Actor, AgentRef, Audience, Autonomy, Claim, CloseReason, ControlRequest, Escalation, Event,
    EventBody, Mode, Page, Profile, Purpose, Reply, RequestEnd, ReturnReason, TicketEnd, Timing,
};
use handoff_core::id::{AgentId, ServiceId, VisitorId};
use handoff_core::time::Timestamp;
use serde_json::json;

const CANARY: &str = "CANARY";

fn ann() -> AgentRef {
    AgentRef {
        id: AgentId::new("ann").unwrap(),
        name: "Ann".into(),
    }
}

fn reply(text: &str) -> Reply {
    Reply {
        text: text.into(),
        ..Reply::default()
    }
}

fn flag() -> Flag {
    let finding = Finding {
        kind: FlagKind::NegativeFeedback,
        reason: CANARY.into(),
        quote: CANARY.into(),
    };
    Flag {
        finding,
        at: Timestamp::default(),
    }
}

/// One of every kind, with a canary in each field that is the team's.
#[expect(clippy::too_many_lines, reason = "one entry for each kind of event")]
fn every_kind() -> Vec<EventBody> {
    let canary = || CANARY.to_owned();
    let now = Timestamp::default();
    vec![
        EventBody::Opened {
            service: ServiceId::new("s").unwrap(),
            visitor: VisitorId::new("v").unwrap(),
            profile: Profile {
                name: Some(canary()),
                ..Profile::default()
            },
            page: Page {
                url: canary(),
                title: canary(),
            },
            exclusive: true,
            mode: Mode::Supported,
            timing: Timing::default(),
            revision: 2,
        },
        EventBody::MessageReceived {
            text: "hello".into(),
        },
        EventBody::ReplyRequested {
            turn: 1,
            purpose: Purpose::Reply,
            deadline: now,
            attempt: 1,
        },
        EventBody::ReplyRequested {
            turn: 1,
            purpose: Purpose::Draft,
            deadline: now,
            attempt: 1,
        },
        EventBody::ReplyRequested {
            turn: 1,
            purpose: Purpose::Suggestion,
            deadline: now,
            attempt: 1,
        },
        EventBody::ReplyCommitted {
            turn: 1,
            reply: reply("yes"),
            approved_by: Some(AgentRef {
                name: CANARY.into(),
                ..ann()
            }),
        },
        EventBody::DraftProposed {
            turn: 1,
            reply: reply(CANARY),
            purpose: Purpose::Draft,
        },
        EventBody::DraftRejected { turn: 1 },
        EventBody::ReplyInterrupted {
            turn: 1,
            partial: canary(),
            why: TicketEnd::ControlChanged,
        },
        EventBody::AgentMessaged {
            text: "I am here".into(),
        },
        EventBody::NoteAdded {
            text: canary(),
            for_assistant: true,
        },
        EventBody::Whispered { text: canary() },
        EventBody::TakenOver {
            agent: ann(),
            from: Some(AgentRef {
                name: CANARY.into(),
                ..ann()
            }),
            how: Claim::Forced { reason: canary() },
        },
        EventBody::TakenOver {
            agent: ann(),
            from: None,
            how: Claim::Transferred { note: canary() },
        },
        EventBody::ControlRequested(ControlRequest {
            agent: ann(),
            expires_at: now,
        }),
        EventBody::ControlRequestEnded {
            agent: ann(),
            how: RequestEnd::Denied,
        },
        EventBody::Transferred {
            from: ann(),
            team: Some(canary()),
            note: canary(),
            fallback_at: None,
        },
        EventBody::Released { from: ann() },
        EventBody::Returned {
            instruction: Some(canary()),
            why: ReturnReason::ByAgent,
        },
        EventBody::Escalated {
            why: Escalation::AssistantAsked { reason: canary() },
            said: Some("one moment".into()),
            fallback_at: None,
        },
        EventBody::FallbackSent {
            text: "nobody is free".into(),
        },
        EventBody::HolderWarned {
            agent: ann(),
            lost_at: now,
        },
        EventBody::HolderPresence {
            agent: ann(),
            present: false,
        },
        EventBody::FlagRaised(flag()),
        EventBody::FlagDismissed {
            flag: FlagKind::NonAnswer,
        },
        EventBody::MessageRated {
            message: 3,
            up: Some(true),
        },
        EventBody::ConversationRated {
            stars: 4,
            comment: canary(),
        },
        EventBody::Resolved,
        EventBody::Reopened {
            holder: Some(ann()),
        },
        EventBody::VisitorLeft,
        EventBody::VisitorBack,
        EventBody::Dropped,
        EventBody::Closed {
            why: CloseReason::Expired,
        },
        EventBody::Snoozed { until: now },
        EventBody::SnoozeEnded,
        EventBody::ModeChanged {
            mode: Mode::HumanOnly,
            revision: 2,
        },
        EventBody::TimingChanged {
            timing: Timing::default(),
            revision: 2,
        },
        EventBody::AutonomyChanged {
            autonomy: Some(Autonomy::Draft),
        },
        EventBody::CategorySet {
            category: Some(canary()),
        },
        EventBody::TagsSet {
            tags: vec![canary()],
        },
        EventBody::ProfileChanged {
            profile: Profile {
                name: Some(canary()),
                ..Profile::default()
            },
        },
        EventBody::PageChanged {
            page: Page {
                url: canary(),
                title: canary(),
            },
        },
        EventBody::FactLearned {
            name: canary(),
            value: canary(),
        },
        EventBody::ScoreSet { score: 9 },
        EventBody::Unknown(serde_json::Map::from_iter([(
            "type".to_owned(),
            CANARY.into(),
        )])),
    ]
}

fn event(body: EventBody) -> Event {
    Event {
        seq: 7,
        at: Timestamp::default(),
        epoch: 3,
        by: Actor::Agent(ann()),
        body,
    }
}

#[test]
fn nothing_of_the_teams_comes_through() {
    for body in every_kind() {
        let event = event(body);
        let Some(shown) = visitor_event(&event) else {
            continue;
        };
        assert_eq!(event.body.audience(), Audience::Everyone, "{event:?}");
        assert_eq!((shown.seq, shown.epoch), (7, 3));
        let json = serde_json::to_string(&shown).unwrap();
        assert!(!json.contains(CANARY), "{json}");
    }
}

#[test]
fn what_is_for_everyone_does_come_through() {
    for body in every_kind() {
        let hidden = matches!(
            &body,
            EventBody::Opened { .. }
                | EventBody::ReplyRequested {
                    purpose: Purpose::Draft | Purpose::Suggestion,
                    ..
                }
        );
        let event = event(body);
        if event.body.audience() == Audience::Everyone && !hidden {
            assert!(visitor_event(&event).is_some(), "{event:?}");
        }
    }
}

#[test]
fn a_conversation_that_goes_on_names_who_has_it() {
    let reopened = |holder| {
        let shown = visitor_event(&event(EventBody::Reopened { holder })).unwrap();
        serde_json::to_value(shown.body).unwrap()
    };
    assert_eq!(reopened(None), json!({ "type": "reopened" }));
    assert_eq!(
        reopened(Some(ann())),
        json!({ "type": "person_joined", "name": ann().name, "agent": ann().id })
    );
}

/// A new kind of event without an entry above fails here.
#[test]
fn every_kind_stands_in_the_list() {
    let kinds: std::collections::BTreeSet<String> = every_kind()
        .iter()
        .map(|body| body.kind().to_owned())
        .collect();
    let source = include_str!("../../../handoff-core/src/conversation/event.rs");
    let list = source
        .split("pub fn kind(&self)")
        .nth(1)
        .unwrap()
        .split("Self::Unknown")
        .next()
        .unwrap();
    let named: Vec<&str> = list.split('"').skip(1).step_by(2).collect();
    assert!(named.len() > 30, "{named:?}");
    for kind in named {
        assert!(kinds.contains(kind), "{kind} has no entry");
    }
}
