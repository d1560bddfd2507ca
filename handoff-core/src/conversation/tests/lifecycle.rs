//! Beginning, coming and going, resolution, reopening, end; and what is put aside.

use super::super::*;
use super::scene::{Scene, agent, agent_ref, say};
use crate::time::Millis;

fn resolved(policy: Policy) -> Scene {
    let mut scene = Scene::asked(policy);
    scene.takes_over("Anna");
    scene.does(&agent("Anna"), Command::Resolve);
    scene
}

#[test]
fn a_conversation_begins_with_the_services_wishes() {
    let mut scene = Scene::new(Policy::default());
    scene.open();
    assert_eq!(scene.c.status(), Status::Assistant);
    assert!(scene.c.open_key().is_some());
    assert_eq!(
        scene.c.wake(),
        Some(scene.now.after(Millis::from_hours(24)))
    );
    let mut many = Scene::new(Policy {
        one_open_conversation: false,
        mode: Mode::HumanOnly,
        ..Policy::default()
    });
    many.open();
    assert_eq!(many.c.status(), Status::Waiting);
    assert_eq!(many.c.open_key(), None);
}

#[test]
fn a_resolved_conversation_is_reopened_by_its_visitors_word() {
    let policy = |reopen_with, mode| Policy {
        mode,
        reopen_with,
        ..Policy::default()
    };
    let cells = [
        (
            ReopenWith::Assistant,
            true,
            Mode::Supported,
            Status::Assistant,
        ),
        (ReopenWith::LastAgent, true, Mode::Supported, Status::Agent),
        (
            ReopenWith::LastAgent,
            false,
            Mode::Supported,
            Status::Assistant,
        ),
        (ReopenWith::LastAgent, true, Mode::HumanOnly, Status::Agent),
        (
            ReopenWith::Assistant,
            true,
            Mode::HumanOnly,
            Status::Waiting,
        ),
    ];
    for (reopen_with, present, mode, status) in cells {
        let mut scene = resolved(policy(reopen_with, mode));
        assert_eq!(scene.c.open_key(), None);
        scene.last_holder_present = present;
        scene.does(&Caller::Visitor, say("One more thing."));
        assert_eq!(
            scene.c.status(),
            status,
            "{reopen_with:?} {present} {mode:?}"
        );
        assert!(scene.c.open_key().is_some());
    }
}

#[test]
fn a_reopened_conversation_follows_what_changed_meanwhile() {
    let mut scene = resolved(Policy {
        reopen_with: ReopenWith::LastAgent,
        ..Policy::default()
    });
    scene.last_holder_present = true;
    scene.policy.mode = Mode::AssistantOnly;
    let done = scene.does(&Caller::Visitor, say("One more thing."));
    assert_eq!(
        done,
        [
            "reopened",
            "mode_changed",
            "message_received",
            "reply_requested"
        ]
    );
}

#[test]
fn an_agent_who_reopens_has_the_floor() {
    let mut scene = resolved(Policy::default());
    assert_eq!(scene.does(&agent("Bert"), Command::Reopen), ["reopened"]);
    assert_eq!(scene.c.holder(), Some(&agent_ref("Bert")));
    assert!(scene.does(&agent("Bert"), Command::Reopen).is_empty());
}

#[test]
fn a_visitor_who_leaves_and_comes_back_in_time_finds_everything_as_before() {
    let mut scene = Scene::asked(Policy::default());
    scene.replies("It comes tomorrow.");
    scene.does(&Caller::System, Command::VisitorLeft);
    assert!(scene.does(&Caller::System, Command::VisitorLeft).is_empty());
    assert_eq!(scene.sleeps(), ["dropped"]);
    assert_eq!(scene.c.status(), Status::Dropped);
    let mut writes = scene.clone();
    assert_eq!(
        scene.does(&Caller::Visitor, Command::VisitorBack),
        ["visitor_back"]
    );
    assert_eq!(scene.c.status(), Status::Assistant);
    let done = writes.does(&Caller::Visitor, say("I am back."));
    assert_eq!(done, ["message_received", "reply_requested"]);
    assert_eq!(writes.c.status(), Status::Assistant);
}

#[test]
fn a_dropped_conversation_is_closed_as_dropped_and_a_quiet_one_as_expired() {
    let mut dropped = Scene::asked(Policy::default());
    dropped.replies("It comes tomorrow.");
    let quiet = dropped.clone();
    dropped.does(&Caller::System, Command::VisitorLeft);
    dropped.sleeps();
    for (mut scene, reason) in [
        (dropped, CloseReason::Dropped),
        (quiet, CloseReason::Expired),
    ] {
        assert_eq!(scene.sleeps(), ["closed"]);
        assert_eq!(scene.last(), &EventBody::Closed { why: reason });
        assert_eq!(scene.c.wake(), None);
        assert_eq!(scene.c.open_key(), None);
    }
}

#[test]
fn a_resolved_conversation_is_closed_a_day_after_its_last_word() {
    let mut scene = resolved(Policy::default());
    assert_eq!(
        scene.c.wake(),
        Some(scene.now.after(Millis::from_hours(24)))
    );
    assert_eq!(scene.sleeps(), ["closed"]);
}

#[test]
fn a_visitor_who_comes_back_while_it_is_resolved_is_not_dropped_when_it_is_reopened() {
    let mut scene = Scene::asked(Policy::default());
    scene.takes_over("Anna");
    scene.does(&Caller::System, Command::VisitorLeft);
    scene.does(&agent("Anna"), Command::Resolve);
    scene.does(&Caller::System, Command::VisitorBack);
    scene.does(&agent("Anna"), Command::Reopen);
    scene.waits(Millis::from_hours(1));
    assert!(scene.wakes().is_empty());
    assert_eq!(scene.c.status(), Status::Agent);
}

#[test]
fn resolving_clears_what_asked_for_attention() {
    let mut scene = Scene::asked(Policy::default());
    scene.does(&Caller::Visitor, Command::RequestPerson);
    scene.sleeps();
    assert!(scene.c.follow_up && !scene.c.flags.is_empty());
    scene.does(&agent("Anna"), Command::Resolve);
    assert!(!scene.c.follow_up && scene.c.flags.is_empty());
    let card = Card::from(&scene.c);
    assert!(!card.needs_attention() && card.unanswered_since.is_none());
}

#[test]
fn what_is_put_aside_comes_back_by_time_by_hand_or_by_the_visitors_word() {
    let mut scene = Scene::asked(Policy::default());
    scene.takes_over("Anna");
    let text = "It comes tomorrow.".to_owned();
    scene.does(&agent("Anna"), Command::SendAgentMessage { text });
    let until = scene.now.after(Millis::from_hours(1));
    scene.does(&agent("Anna"), Command::Snooze { until });
    let (mut by_hand, mut by_word) = (scene.clone(), scene.clone());
    assert_eq!(scene.sleeps(), ["snooze_ended"]);
    assert_eq!(
        by_hand.does(&agent("Bert"), Command::EndSnooze),
        ["snooze_ended"]
    );
    by_word.does(&Caller::Visitor, say("Hello?"));
    for scene in [scene, by_hand, by_word] {
        assert_eq!(scene.c.snoozed_until, None);
    }
}

#[test]
fn a_snooze_ends_in_the_future_and_within_a_year() {
    let scene = Scene::asked(Policy::default());
    let wrong = [scene.now, scene.now.after(Millis::from_hours(24 * 367))];
    for until in wrong {
        let command = Command::Snooze { until };
        assert_eq!(scene.refuses(&agent("Anna"), &command), "out_of_bounds");
    }
}

#[test]
fn a_log_adds_up_to_the_state_that_wrote_it() {
    let mut scene = Scene::asked(Policy::default());
    scene.does(&Caller::Visitor, Command::RequestPerson);
    scene.takes_over("Anna");
    scene.does(&agent("Bert"), Command::RequestControl);
    scene.sleeps();
    scene.does(&agent("Anna"), Command::Release);
    scene.does(&agent("Anna"), Command::Return { instruction: None });
    scene.replies("It comes tomorrow.");
    scene.does(&agent("Anna"), Command::Resolve);
    scene.does(&Caller::Visitor, say("One more thing."));
    assert_eq!(replay(scene.c.id, &scene.log), Some(scene.c.clone()));
    let seqs = scene.log.iter().map(|event| event.seq);
    assert!(seqs.eq(1..=scene.c.version));
}
