//! Waiting for a person: acknowledged at once, ended once.

use super::super::*;
use super::scene::{Scene, agent, found, say};
use crate::attention::FlagKind;
use crate::notifier::Occasion;
use crate::time::Millis;

fn waiting() -> Scene {
    let mut scene = Scene::asked(Policy::default());
    scene.does(&Caller::Visitor, Command::RequestPerson);
    scene
}

fn fallbacks(scene: &Scene) -> usize {
    let said = scene.log.iter();
    said.filter(|event| matches!(event.body, EventBody::FallbackSent { .. }))
        .count()
}

#[test]
fn a_wait_is_acknowledged_flagged_and_notified() {
    let mut scene = Scene::asked(Policy::default());
    let before = scene.log.len();
    scene.does(&Caller::Visitor, Command::RequestPerson);
    let acknowledged = scene.policy.texts.acknowledge.as_ref().to_owned();
    let expected = EventBody::Escalated {
        why: Escalation::VisitorAsked,
        said: Some(acknowledged),
        fallback_at: Some(scene.now.after(Millis::from_mins(2))),
    };
    assert_eq!(scene.last(), &expected);
    assert!(scene.c.is_flagged(&FlagKind::HelpRequested));
    let told = notifications(&scene.c, &scene.log[before..]);
    let told: Vec<_> = told.into_iter().map(|told| told.what).collect();
    assert_eq!(told, [Occasion::TakeoverRequested]);
}

#[test]
fn the_fallback_comes_once_with_one_notification_and_the_conversation_is_kept() {
    let mut scene = waiting();
    scene.waits(Millis::from_mins(2));
    let before = scene.log.len();
    assert_eq!(scene.wakes(), ["returned", "fallback_sent"]);
    let told = notifications(&scene.c, &scene.log[before..]);
    let told: Vec<_> = told.into_iter().map(|told| told.what).collect();
    assert_eq!(told, [Occasion::Unattended]);
    assert!(scene.c.follow_up && scene.c.is_flagged(&FlagKind::HelpRequested));
    for _ in 0..20 {
        scene.waits(Millis::from_mins(7));
        scene.wakes();
    }
    assert_eq!(fallbacks(&scene), 1);
    scene.takes_over("Anna");
    assert!(!scene.c.follow_up);
}

#[test]
fn a_claim_before_the_moment_leaves_no_fallback() {
    let mut scene = waiting();
    scene.waits(Millis::new(119_999));
    scene.takes_over("Anna");
    scene.waits(Millis::new(1));
    assert!(scene.wakes().is_empty());
    assert_eq!(fallbacks(&scene), 0);
}

#[test]
fn every_wait_has_its_own_fallback() {
    let mut scene = waiting();
    scene.sleeps();
    scene.does(&Caller::Visitor, Command::RequestPerson);
    scene.sleeps();
    assert_eq!(fallbacks(&scene), 2);
}

#[test]
fn a_message_while_waiting_neither_answers_nor_puts_off_the_fallback() {
    let mut scene = waiting();
    scene.waits(Millis::from_secs(90));
    assert_eq!(
        scene.does(&Caller::Visitor, say("Hello?")),
        ["message_received"]
    );
    assert_eq!(scene.c.wake(), Some(scene.now.after(Millis::from_secs(30))));
    scene.sleeps();
    assert_eq!(scene.c.pending, None, "the fallback is the answer");
}

#[test]
fn where_the_service_wants_it_the_assistant_answers_while_waiting() {
    let policy = Policy {
        answer_while_waiting: true,
        ..Policy::default()
    };
    let mut scene = Scene::asked(policy);
    scene.does(&Caller::Visitor, Command::RequestPerson);
    let asked = scene.does(&Caller::Visitor, say("Hello?"));
    assert_eq!(asked, ["message_received", "reply_requested"]);
    let ticket = scene.ticket();
    let reason = "The invoice is wrong.".to_owned();
    let mut again = scene.clone();
    let ended = again.does(&Caller::Assistant, Command::AskForPerson { ticket, reason });
    assert_eq!(
        ended,
        ["reply_interrupted"],
        "a person is asked for already"
    );
    assert_eq!(scene.replies("One moment."), ["reply_committed"]);
    assert_eq!(scene.c.status(), Status::Waiting);
    assert_eq!(scene.sleeps(), ["returned", "fallback_sent"]);
}

#[test]
fn flags_make_a_conversation_wait_only_where_the_service_says_so() {
    let mut scene = Scene::asked(Policy::default());
    scene.findings = vec![found(FlagKind::NegativeFeedback)];
    let mut strict = scene.clone();
    strict.policy.waiting_flags = vec![FlagKind::NegativeFeedback];
    let calm = scene.does(&Caller::Visitor, say("This is bad."));
    assert_eq!(calm, ["message_received", "flag_raised", "reply_requested"]);
    let waits = strict.does(&Caller::Visitor, say("This is bad."));
    assert_eq!(waits, ["message_received", "flag_raised", "escalated"]);
}

#[test]
fn a_flag_is_raised_once_until_it_is_dismissed() {
    let mut scene = waiting();
    scene.takes_over("Anna");
    scene.findings = vec![found(FlagKind::HelpRequested)];
    assert_eq!(
        scene.does(&Caller::Visitor, say("A person!")),
        ["message_received"]
    );
    let flag = FlagKind::HelpRequested;
    scene.does(&agent("Anna"), Command::DismissFlag { flag });
    let raised = scene.does(&Caller::Visitor, say("A person!"));
    assert_eq!(raised, ["message_received", "flag_raised"]);
}

#[test]
fn no_automated_word_is_said_where_only_people_answer() {
    let policy = Policy {
        mode: Mode::HumanOnly,
        ..Policy::default()
    };
    let mut scene = Scene::asked(policy);
    scene.takes_over("Anna");
    scene.does(&Caller::Visitor, say("Hello?"));
    while scene.c.wake().is_some() {
        scene.sleeps();
    }
    assert_eq!(scene.c.status(), Status::Closed);
    let words = scene.log.iter().filter(|event| event.body.said().is_some());
    let by: Vec<&Actor> = words.map(|event| &event.by).collect();
    assert!(by.iter().all(|by| **by == Actor::Visitor), "{by:?}");
}
