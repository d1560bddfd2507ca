//! The floor in a person's hand: taken, asked for, handed over, lost.

use super::super::*;
use super::scene::{Scene, agent, agent_ref, say, supervisor};
use crate::notifier::Occasion;
use crate::time::Millis;

fn held() -> Scene {
    let mut scene = Scene::asked(Policy::default());
    scene.takes_over("Bert");
    scene
}

#[test]
fn a_takeover_is_one_event_with_the_holder_the_epoch_and_the_end_of_the_ticket() {
    let mut scene = Scene::asked(Policy::default());
    let ticket = scene.ticket();
    let before = scene.c.clone();
    let took = Command::TakeOver { typing: true };
    assert_eq!(scene.does(&agent("Anna"), took), ["taken_over"]);
    let expected = EventBody::TakenOver {
        agent: agent_ref("Anna"),
        from: None,
        how: Claim::Typing,
    };
    assert_eq!(scene.last(), &expected);
    assert_eq!(scene.c.epoch, before.epoch + 1);
    assert_eq!(scene.c.holder(), Some(&agent_ref("Anna")));
    assert_eq!(effects(&before, &scene.c), [Effect::StopReply { ticket }]);
}

#[test]
fn a_second_agent_learns_who_has_the_floor() {
    let scene = held();
    let refused = scene.tries(&agent("Anna"), &Command::TakeOver { typing: false });
    let holder = agent_ref("Bert");
    assert_eq!(refused, Err(Rejection::HeldBy { holder }));
}

#[test]
fn a_granted_request_hands_the_floor_over() {
    let mut scene = held();
    scene.does(&agent("Anna"), Command::RequestControl);
    let to = agent_ref("Anna").id;
    scene.does(&agent("Bert"), Command::GrantControl { to });
    let expected = EventBody::TakenOver {
        agent: agent_ref("Anna"),
        from: Some(agent_ref("Bert")),
        how: Claim::Granted,
    };
    assert_eq!(scene.last(), &expected);
    assert_eq!(scene.c.control_request, None);
}

#[test]
fn a_denied_request_may_be_made_again() {
    let mut scene = held();
    scene.does(&agent("Anna"), Command::RequestControl);
    let to = agent_ref("Anna").id;
    let deny = Command::DenyControl { to };
    scene.does(&agent("Bert"), deny.clone());
    assert_eq!(scene.refuses(&agent("Bert"), &deny), "no_such_request");
    assert_eq!(
        scene.does(&agent("Anna"), Command::RequestControl),
        ["control_requested"]
    );
}

#[test]
fn a_request_ends_with_the_holder_who_was_asked() {
    let mut scene = held();
    scene.does(&agent("Anna"), Command::RequestControl);
    scene.does(&agent("Bert"), Command::Release);
    assert_eq!(scene.c.control_request, None);
    assert_eq!(
        scene.refuses(&agent("Anna"), &Command::WithdrawRequest),
        "no_such_request"
    );
}

#[test]
fn a_supervisor_takes_the_floor_with_a_reason() {
    let mut scene = held();
    let force = |reason: &str| Command::ForceTakeOver {
        reason: reason.to_owned(),
    };
    assert_eq!(scene.refuses(&supervisor("Cleo"), &force(" ")), "empty");
    scene.does(&supervisor("Cleo"), force("Bert's line dropped."));
    assert!(matches!(
        scene.last(),
        EventBody::TakenOver { from: Some(from), how: Claim::Forced { .. }, .. } if *from == agent_ref("Bert")
    ));
}

#[test]
fn whoever_is_handed_a_conversation_is_told_and_must_turn_up() {
    let mut scene = held();
    let before = scene.log.len();
    let to = TransferTarget::Agent {
        agent: agent_ref("Cleo"),
    };
    let note = "She asks about her invoice.".to_owned();
    scene.does(&agent("Bert"), Command::Transfer { to, note });
    let told = notifications(&scene.c, &scene.log[before..]);
    let assigned = Occasion::Assigned {
        agent: agent_ref("Cleo"),
    };
    assert_eq!(
        told.iter().map(|told| &told.what).collect::<Vec<_>>(),
        [&assigned]
    );
    assert_eq!(scene.c.wake(), Some(scene.now.after(Millis::from_mins(2))));
    let mut there = scene.clone();
    let agent = agent_ref("Cleo").id;
    there.does(
        &Caller::System,
        Command::SetHolderPresence {
            agent,
            present: true,
        },
    );
    assert_eq!(there.c.holder_gone_since, None);
    assert_eq!(scene.sleeps(), ["flag_raised", "escalated"]);
    assert_eq!(scene.c.status(), Status::Waiting);
}

#[test]
fn a_conversation_goes_to_a_team_or_back_to_the_queue_with_an_end_to_the_wait() {
    for (to, team) in [
        (
            TransferTarget::Team {
                team: "Billing".to_owned(),
            },
            Some("Billing".to_owned()),
        ),
        (TransferTarget::Queue, None),
    ] {
        let mut scene = held();
        let note = String::new();
        scene.does(&agent("Bert"), Command::Transfer { to, note });
        let Control::Waiting {
            team: waits_for,
            fallback_at,
            ..
        } = &scene.c.control
        else {
            panic!("{:?}", scene.c.control);
        };
        assert_eq!(*waits_for, team);
        assert_eq!(*fallback_at, Some(scene.now.after(Millis::from_mins(2))));
    }
}

#[test]
fn a_holder_who_answers_is_not_warned_and_the_next_message_counts_anew() {
    let mut scene = held();
    scene.waits(Millis::from_mins(7));
    let text = "One moment.".to_owned();
    scene.does(&agent("Bert"), Command::SendAgentMessage { text });
    scene.waits(Millis::from_mins(7));
    scene.does(&Caller::Visitor, say("Well?"));
    assert_eq!(scene.c.wake(), Some(scene.now.after(Millis::from_mins(8))));
    assert_eq!(scene.sleeps(), ["holder_warned"]);
    let lost_at = scene.now.after(Millis::from_mins(2));
    let expected = EventBody::HolderWarned {
        agent: agent_ref("Bert"),
        lost_at,
    };
    assert_eq!(scene.last(), &expected);
}

#[test]
fn a_second_message_does_not_give_a_silent_holder_more_time() {
    let mut scene = held();
    scene.waits(Millis::from_mins(7));
    scene.does(&Caller::Visitor, say("Hello?"));
    assert_eq!(scene.sleeps(), ["holder_warned"]);
    assert_eq!(scene.sleeps(), ["flag_raised", "escalated"]);
    assert_eq!(
        scene.now,
        super::scene::BEGINNING.after(Millis::from_mins(10))
    );
}

#[test]
fn the_floor_returns_with_a_briefing_and_an_answer_where_one_is_owed() {
    let mut scene = held();
    let text = "It comes tomorrow.".to_owned();
    scene.does(&agent("Bert"), Command::SendAgentMessage { text });
    let instruction = Some("Offer her a refund.".to_owned());
    let give_back = Command::Return { instruction };
    assert_eq!(scene.does(&agent("Bert"), give_back), ["returned"]);
    assert_eq!(scene.c.pending, None, "the visitor is answered");
    scene.does(&Caller::Visitor, say("And the other one?"));
    let pending = scene.c.pending.unwrap();
    let turn = turn(&scene.c, pending, &scene.log, &scene.policy.assistant);
    assert_eq!(
        turn.briefing.instruction.as_deref(),
        Some("Offer her a refund.")
    );
    assert_eq!(turn.briefing.returned_by.as_deref(), Some("Bert"));
    let said: Vec<&str> = turn
        .transcript
        .iter()
        .map(|line| line.text.as_str())
        .collect();
    assert_eq!(
        said,
        [
            "Where is my parcel?",
            "It comes tomorrow.",
            "And the other one?"
        ]
    );
}

#[test]
fn notes_reach_the_assistant_only_where_their_author_says_so() {
    let mut scene = held();
    for (text, for_assistant) in [("She is rude.", false), ("She is in Spain.", true)] {
        let text = text.to_owned();
        scene.does(
            &agent("Anna"),
            Command::AddNote {
                text,
                for_assistant,
            },
        );
    }
    scene.does(&agent("Bert"), Command::Return { instruction: None });
    let turn = turn(
        &scene.c,
        scene.c.pending.unwrap(),
        &scene.log,
        &scene.policy.assistant,
    );
    assert_eq!(turn.briefing.notes, ["She is in Spain."]);
    assert_eq!(turn.transcript.len(), 1);
}
