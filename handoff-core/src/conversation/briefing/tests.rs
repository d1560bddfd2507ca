//! What every briefing keeps to, whatever was said.

use std::sync::Arc;
use std::time::Instant;

use proptest::prelude::*;

use super::*;
use crate::assistant::Line;
use crate::conversation::{
    Actor, AgentRef, Conversation, Event, EventBody, Fact, Profile, Reply, ReturnReason, Speaker,
    apply, transcript,
};
use crate::id::{AgentId, ConversationId, ServiceId, VisitorId};
use crate::time::Timestamp;

fn anna() -> AgentRef {
    AgentRef {
        id: AgentId::new("anna").unwrap(),
        name: "Anna".into(),
    }
}

fn state() -> Conversation {
    let id = ConversationId::from_uuid(uuid::Uuid::from_u128(1));
    Conversation::unopened(
        id,
        ServiceId::new("s").unwrap(),
        VisitorId::new("v").unwrap(),
    )
}

/// The log of some bodies, and the state that it adds up to.
fn log(bodies: Vec<EventBody>) -> (Conversation, Vec<Event>) {
    let mut state = state();
    let mut epoch = 0;
    let mut events = Vec::new();
    for (seq, body) in (1..).zip(bodies) {
        epoch += u64::from(body.changes_control());
        let by = match &body {
            EventBody::AgentMessaged { .. }
            | EventBody::Returned { .. }
            | EventBody::NoteAdded { .. } => Actor::Agent(anna()),
            EventBody::MessageReceived { .. } => Actor::Visitor,
            _ => Actor::Assistant,
        };
        let at = Timestamp::default();
        let event = Event {
            seq,
            at,
            epoch,
            by,
            body,
        };
        apply(&mut state, &event);
        events.push(event);
    }
    (state, events)
}

fn brief(bodies: Vec<EventBody>, budget: TurnBudget) -> (Conversation, Vec<Line>, Briefing) {
    let (state, events) = log(bodies);
    let (lines, briefing) = briefed(&state, &events, transcript(&events), budget);
    (state, lines, briefing)
}

fn asks(text: &str) -> EventBody {
    EventBody::MessageReceived {
        text: text.to_owned(),
    }
}

fn answers(text: &str) -> EventBody {
    EventBody::AgentMessaged {
        text: text.to_owned(),
    }
}

fn replies(text: &str) -> EventBody {
    EventBody::ReplyCommitted {
        turn: 1,
        reply: Reply {
            text: text.to_owned(),
            ..Reply::default()
        },
        approved_by: None,
    }
}

fn taken() -> EventBody {
    EventBody::TakenOver {
        agent: anna(),
        from: None,
        how: crate::conversation::Claim::Button,
    }
}

fn returned(instruction: Option<&str>) -> EventBody {
    EventBody::Returned {
        instruction: instruction.map(str::to_owned),
        why: ReturnReason::ByAgent,
    }
}

fn note(text: &str, for_assistant: bool) -> EventBody {
    EventBody::NoteAdded {
        text: text.to_owned(),
        for_assistant,
    }
}

#[test]
fn a_return_tells_what_is_known_promised_settled_and_open() {
    let (_, lines, briefing) = brief(
        vec![
            asks("My lamp is broken"),
            taken(),
            answers("What's your order number?"),
            asks("4711"),
            answers("Thanks! I'll send you a new lamp on Monday."),
            note("pays late", false),
            note("lives in Spain", true),
            asks("And where is my invoice?"),
            returned(Some("Offer free shipping")),
        ],
        TurnBudget::DEFAULT,
    );
    assert_eq!(lines.len(), 5);
    assert_eq!(briefing.returned_by.as_deref(), Some("Anna"));
    assert_eq!(briefing.instruction.as_deref(), Some("Offer free shipping"));
    let order = &briefing.facts[0];
    assert_eq!(
        (order.name.as_str(), order.value.as_str(), order.from),
        ("order number", "4711", Origin::Visitor)
    );
    let promise = &briefing.promises[0];
    assert_eq!(
        (promise.text.as_str(), promise.by),
        ("I'll send you a new lamp on Monday.", Speaker::Agent)
    );
    assert_eq!(promise.name.as_deref(), Some("Anna"));
    let words = |matters: &[Matter]| {
        matters
            .iter()
            .map(|matter| matter.words.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(words(&briefing.settled), ["My lamp is broken"]);
    assert_eq!(briefing.settled[0].agent.as_deref(), Some("Anna"));
    assert_eq!(words(&briefing.open), ["And where is my invoice?"]);
    assert_eq!(briefing.notes, ["lives in Spain"]);
}

#[test]
fn a_non_answer_and_a_moments_wait_settle_nothing() {
    let unknown = EventBody::ReplyCommitted {
        turn: 1,
        reply: Reply {
            text: "I don't know that.".to_owned(),
            non_answer: true,
            ..Reply::default()
        },
        approved_by: None,
    };
    let (_, _, briefing) = brief(
        vec![
            asks("Do you ship to Peru?"),
            unknown,
            taken(),
            answers("One moment, let me check."),
            returned(None),
        ],
        TurnBudget::DEFAULT,
    );
    assert_eq!((briefing.open.len(), briefing.settled.len()), (1, 0));
    assert!(briefing.promises.is_empty());
}

#[test]
fn who_took_over_once_is_past() {
    let stale = "A colleague will take over now, stay silent.";
    let (_, _, briefing) = brief(
        vec![
            asks("A person please"),
            replies("I'm connecting you, the assistant stays silent from now on."),
            taken(),
            returned(Some(stale)),
            asks("Hello?"),
        ],
        TurnBudget::DEFAULT,
    );
    assert_eq!(
        briefing.instruction.as_deref(),
        Some(stale),
        "it was told for this very stretch"
    );
    assert!(briefing.promises.is_empty());
    let escalated = || EventBody::Escalated {
        why: crate::conversation::Escalation::VisitorAsked,
        said: None,
        fallback_at: None,
    };
    let back = || EventBody::Returned {
        instruction: None,
        why: ReturnReason::NobodyCame,
    };
    let (_, _, later) = brief(
        vec![taken(), returned(Some(stale)), escalated(), back()],
        TurnBudget::DEFAULT,
    );
    assert_eq!(later.instruction, None);
    let (_, _, kept) = brief(
        vec![
            taken(),
            returned(Some("Offer free shipping")),
            escalated(),
            back(),
        ],
        TurnBudget::DEFAULT,
    );
    assert_eq!(kept.instruction.as_deref(), Some("Offer free shipping"));
    let (_, _, anew) = brief(
        vec![taken(), returned(Some(stale)), taken(), returned(None)],
        TurnBudget::DEFAULT,
    );
    assert_eq!(anew.instruction, None);
}

#[test]
fn a_fact_names_where_it_came_from() {
    let learned = EventBody::FactLearned {
        name: "company".to_owned(),
        value: "Acme".to_owned(),
    };
    let (mut state, mut events) = log(vec![learned, asks("my size is 42")]);
    events[0].by = Actor::Agent(anna());
    state.profile = Arc::new(Profile {
        name: Some("Sam".to_owned()),
        verified: true,
        ..Profile::default()
    });
    let (_, briefing) = briefed(&state, &events, transcript(&events), TurnBudget::DEFAULT);
    let from: Vec<_> = briefing
        .facts
        .iter()
        .map(|fact| (fact.name.as_str(), fact.from))
        .collect();
    assert_eq!(
        from,
        [
            ("name", Origin::Host),
            ("company", Origin::Agent),
            ("size", Origin::Visitor)
        ]
    );
}

#[test]
fn an_agent_is_told_what_is_wanted_what_was_tried_and_the_mood() {
    let unknown = EventBody::ReplyCommitted {
        turn: 1,
        reply: Reply {
            text: "I don't know that.".to_owned(),
            non_answer: true,
            ..Reply::default()
        },
        approved_by: None,
    };
    let upset = EventBody::FlagRaised(crate::attention::Flag {
        finding: crate::attention::Finding {
            kind: crate::attention::FlagKind::NegativeFeedback,
            reason: "Upset.".to_owned(),
            quote: "useless".to_owned(),
        },
        at: Timestamp::default(),
    });
    let (state, events) = log(vec![
        asks("Do you sell lamps?"),
        replies("Yes, we sell lamps."),
        asks("My order number is 4711, where is it? This is useless"),
        upset,
        unknown,
    ]);
    let told = summary(&state, &events);
    assert_eq!(
        told.wants.as_deref(),
        Some("My order number is 4711, where is it? This is useless")
    );
    let tried: Vec<_> = told
        .tried
        .iter()
        .map(|tried| (tried.words.as_str(), tried.failed))
        .collect();
    assert_eq!(
        tried,
        [("Yes, we sell lamps.", false), ("I don't know that.", true)]
    );
    assert_eq!(
        (told.mood, told.mood_words.as_str()),
        (Mood::Upset, "useless")
    );
    let rated = EventBody::MessageRated {
        message: 2,
        up: Some(true),
    };
    let (state, events) = log(vec![asks("Hi"), replies("Hello."), rated]);
    let told = summary(&state, &events);
    assert_eq!(
        (told.mood, told.wants.as_deref(), told.open.len()),
        (Mood::Pleased, Some("Hi"), 0)
    );
}

fn body() -> impl Strategy<Value = EventBody> {
    let text = || {
        prop_oneof![
            "[a-zé漢 .!?\n]{1,200}",
            "[a-z ]{2000,6000}",
            Just("I'll send it on Monday.".to_owned())
        ]
    };
    prop_oneof![
        4 => text().prop_map(|text| asks(&text)),
        3 => text().prop_map(|text| answers(&text)),
        3 => text().prop_map(|text| replies(&text)),
        1 => text().prop_map(|text| note(&format!("secret {text}"), false)),
        1 => text().prop_map(|text| note(&text, true)),
        1 => "[a-z ]{0,4000}".prop_map(|text| returned(Some(&text))),
        1 => Just(taken()),
        2 => (0u32..80, "[a-z]{1,4000}").prop_map(|(n, value)| EventBody::FactLearned { name: format!("fact number {n} {}", "x".repeat(40)), value }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn a_turn_fits_its_budget_and_keeps_facts_and_promises(bodies in prop::collection::vec(body(), 0..60), tokens_wanted in 0usize..20_000) {
        let budget = TurnBudget::new(tokens_wanted);
        let (mut state, events) = log(bodies);
        let surplus = state.facts.len().saturating_sub(crate::conversation::MAX_FACTS);
        Arc::make_mut(&mut state.facts).drain(..surplus);
        let all = transcript(&events);
        let (lines, briefing) = briefed(&state, &events, all.clone(), budget);
        prop_assert!(tokens(&state, &lines, &briefing) <= budget.tokens());
        for Fact { name, value } in state.facts.iter() {
            let told = briefing.facts.iter().find(|fact| fact.name == *name);
            let told = told.expect("a fact is missing");
            prop_assert!(value.starts_with(told.value.trim_end_matches('…')));
        }
        let promised = promises::promises(&all);
        prop_assert_eq!(promised.len(), briefing.promises.len());
        for (whole, told) in promised.iter().zip(&briefing.promises) {
            prop_assert!(whole.text.starts_with(told.text.trim_end_matches('…')));
        }
        // The newest turns are whole, nothing is told twice or left out in silence.
        if let [only] = lines.as_slice() {
            prop_assert!(all.last().is_some_and(|line| line.text.starts_with(only.text.trim_end_matches('…'))));
        } else {
            prop_assert_eq!(&all[all.len() - lines.len()..], lines.as_slice());
        }
        prop_assert_eq!(all.len(), lines.len() + briefing.earlier.len() + briefing.left_out);
        prop_assert!(!format!("{briefing:?}{lines:?}").contains("secret"), "a note that was not meant for it");
    }

    #[test]
    fn short_conversations_are_told_whole(bodies in prop::collection::vec("[a-z ?]{0,80}", 0..30)) {
        let bodies: Vec<_> = bodies.iter().map(|text| asks(text)).collect();
        let count = bodies.len();
        let (_, lines, briefing) = brief(bodies, TurnBudget::MIN);
        prop_assert_eq!((lines.len(), briefing.earlier.len(), briefing.left_out), (count, 0, 0));
    }
}

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "a test of the time that it takes"
)]
fn the_work_grows_with_the_words_and_not_faster() {
    let took = |events: usize| {
        let talk = |n: usize| {
            let text = format!(
                "My order number is {n}. I will tell you more about it, what would you say? "
            )
            .repeat(12);
            if n.is_multiple_of(2) {
                asks(&text)
            } else {
                answers(&text)
            }
        };
        let (state, events) = log((0..events).map(talk).collect());
        let lines = transcript(&events);
        let once = || {
            let begun = Instant::now();
            let briefed = briefed(&state, &events, lines.clone(), TurnBudget::DEFAULT);
            (begun.elapsed(), briefed).0
        };
        (0..5).map(|_| once()).min().unwrap()
    };
    took(20);
    let (short, long) = (took(50), took(400));
    assert!(
        long < short * 24,
        "8 times the words took {long:?} instead of {short:?}"
    );
}
