//! Modes and autonomy of a conversation that is under way.

use super::super::*;
use super::scene::{Scene, agent, say};

fn changed(scene: &mut Scene, mode: Mode) -> Vec<String> {
    scene.policy.mode = mode;
    scene.does(&Caller::System, Command::PolicyChanged)
}

fn at(state: &str) -> Scene {
    let mut scene = Scene::asked(Policy::default());
    match state {
        "waiting" => drop(scene.does(&Caller::Visitor, Command::RequestPerson)),
        "agent" => scene.takes_over("Anna"),
        "paused" => {
            scene.takes_over("Anna");
            scene.does(&agent("Anna"), Command::Release);
        }
        _ => {}
    }
    scene
}

#[test]
fn a_change_of_mode_reaches_every_open_conversation() {
    let back = &["mode_changed", "returned", "reply_requested"][..];
    let cells: [(&str, Mode, &[&str], Status); 8] = [
        (
            "assistant",
            Mode::AssistantOnly,
            &["mode_changed"],
            Status::Assistant,
        ),
        ("waiting", Mode::AssistantOnly, back, Status::Assistant),
        ("agent", Mode::AssistantOnly, back, Status::Assistant),
        ("paused", Mode::AssistantOnly, back, Status::Assistant),
        (
            "assistant",
            Mode::HumanOnly,
            &["mode_changed", "escalated"],
            Status::Waiting,
        ),
        (
            "waiting",
            Mode::HumanOnly,
            &["mode_changed"],
            Status::Waiting,
        ),
        ("agent", Mode::HumanOnly, &["mode_changed"], Status::Agent),
        ("paused", Mode::HumanOnly, &["mode_changed"], Status::Paused),
    ];
    for (state, mode, events, status) in cells {
        let mut scene = at(state);
        assert_eq!(changed(&mut scene, mode), events, "{state} to {mode:?}");
        assert_eq!(scene.c.status(), status, "{state} to {mode:?}");
        assert!(
            changed(&mut scene, mode).is_empty(),
            "{state} to {mode:?} again"
        );
    }
}

#[test]
fn the_next_command_follows_a_mode_that_no_node_told_the_conversation_of() {
    let mut scene = at("agent");
    scene.policy.mode = Mode::AssistantOnly;
    let text = "Hello.".to_owned();
    let command = Command::SendAgentMessage { text };
    assert_eq!(scene.refuses(&agent("Anna"), &command), "assistant_only");
    let done = scene.does(&Caller::Visitor, say("Hello?"));
    let expected = [
        "mode_changed",
        "returned",
        "reply_requested",
        "message_received",
        "reply_requested",
    ];
    assert_eq!(done, expected);
}

#[test]
fn a_wait_loses_its_fallback_where_only_people_answer_and_gets_one_again() {
    let mut scene = at("waiting");
    changed(&mut scene, Mode::HumanOnly);
    assert!(matches!(
        scene.c.control,
        Control::Waiting {
            fallback_at: None,
            ..
        }
    ));
    changed(&mut scene, Mode::Supported);
    let due = scene.now.after(scene.policy.timing.takeover);
    assert_eq!(scene.c.wake(), Some(due));
    assert_eq!(scene.sleeps(), ["returned", "fallback_sent"]);
}

#[test]
fn a_reply_that_is_written_while_waiting_is_withdrawn_before_everybodys_eyes() {
    let mut scene = Scene::asked(Policy {
        answer_while_waiting: true,
        ..Policy::default()
    });
    scene.does(&Caller::Visitor, Command::RequestPerson);
    scene.does(&Caller::Visitor, say("Hello?"));
    let done = changed(&mut scene, Mode::HumanOnly);
    assert_eq!(done, ["reply_interrupted", "mode_changed"]);
    assert_eq!(scene.c.pending, None);
}

fn drafting() -> Scene {
    Scene::asked(Policy {
        autonomy: Autonomy::Draft,
        ..Policy::default()
    })
}

#[test]
fn a_draft_is_asked_for_anew_where_nobody_can_approve_it() {
    let mut written = drafting();
    let done = changed(&mut written, Mode::AssistantOnly);
    assert_eq!(done, ["mode_changed", "reply_requested"]);
    let mut waits = drafting();
    waits.replies("It comes tomorrow.");
    let done = changed(&mut waits, Mode::AssistantOnly);
    assert_eq!(done, ["mode_changed", "reply_requested"]);
    for scene in [written, waits] {
        assert_eq!(scene.c.pending.unwrap().purpose, Purpose::Reply);
        assert_eq!(scene.c.draft, None);
    }
}

#[test]
fn a_draft_says_nothing_until_it_is_approved_and_then_what_the_agent_made_of_it() {
    let mut scene = drafting();
    let said = |scene: &Scene| {
        scene
            .log
            .iter()
            .filter(|event| event.body.said().is_some())
            .count()
    };
    scene.replies("It comes.");
    assert_eq!(said(&scene), 1);
    let turn = scene.c.draft.as_ref().unwrap().turn;
    let edited = Some("It comes tomorrow.".to_owned());
    scene.does(&agent("Anna"), Command::ApproveDraft { turn, edited });
    let EventBody::ReplyCommitted {
        reply, approved_by, ..
    } = scene.last()
    else {
        panic!("{:?}", scene.last());
    };
    assert_eq!(reply.text, "It comes tomorrow.");
    assert_eq!(approved_by.as_ref().map(|agent| &*agent.name), Some("Anna"));
    assert_eq!(scene.log.last().unwrap().by, Actor::Assistant);
    assert_eq!(scene.c.control, Control::Assistant);
    let again = Command::ApproveDraft { turn, edited: None };
    assert_eq!(scene.refuses(&agent("Bert"), &again), "no_such_draft");
}

#[test]
fn a_draft_that_nobody_looks_at_while_waiting_does_not_put_off_the_fallback() {
    let mut scene = drafting();
    scene.policy.answer_while_waiting = true;
    scene.policy.timing.draft = crate::time::Millis::from_secs(20);
    scene.does(&Caller::System, Command::PolicyChanged);
    scene.does(&Caller::Visitor, Command::RequestPerson);
    let fallback = scene.c.wake();
    scene.does(&Caller::Visitor, say("Hello?"));
    scene.replies("One moment.");
    assert_eq!(scene.sleeps(), ["draft_rejected"]);
    assert_eq!(scene.c.wake(), fallback);
}

#[test]
fn off_gives_agents_a_suggestion_and_the_visitor_a_person() {
    let mut scene = Scene::new(Policy {
        autonomy: Autonomy::Off,
        ..Policy::default()
    });
    scene.open();
    let done = scene.does(&Caller::Visitor, say("Where is my parcel?"));
    assert_eq!(done, ["message_received", "escalated", "reply_requested"]);
    assert_eq!(scene.c.pending.unwrap().purpose, Purpose::Suggestion);
    assert_eq!(scene.replies("It comes tomorrow."), ["draft_proposed"]);
    assert_eq!(scene.c.draft, None, "a suggestion can't be approved");
    assert_eq!(scene.last().audience(), Audience::Team);
}

#[test]
fn a_conversations_own_autonomy_goes_before_the_services() {
    let mut scene = drafting();
    let autonomy = Some(Autonomy::Auto);
    let done = scene.does(&agent("Anna"), Command::SetAutonomy { autonomy });
    assert_eq!(done, ["autonomy_changed", "reply_requested"]);
    assert_eq!(scene.c.pending.unwrap().purpose, Purpose::Reply);
    let done = scene.does(&agent("Anna"), Command::SetAutonomy { autonomy: None });
    assert_eq!(done, ["autonomy_changed", "reply_requested"]);
    assert_eq!(scene.c.pending.unwrap().purpose, Purpose::Draft);
}

fn revised(mode: Mode, revision: u64) -> Policy {
    Policy {
        revision,
        mode,
        ..Policy::default()
    }
}

#[test]
fn a_node_that_knows_an_older_policy_changes_nothing_back() {
    let mut scene = Scene::asked(revised(Mode::Supported, 1));
    scene.policy = revised(Mode::HumanOnly, 4);
    scene.does(&Caller::System, Command::PolicyChanged);
    assert_eq!(
        (scene.c.mode, scene.c.policy_revision),
        (Mode::HumanOnly, 4)
    );
    for old in [
        revised(Mode::Supported, 1),
        revised(Mode::AssistantOnly, 3),
        Policy::default(),
    ] {
        scene.policy = old;
        assert!(
            scene
                .does(&Caller::System, Command::PolicyChanged)
                .is_empty()
        );
        assert_eq!(
            scene.does(&Caller::Visitor, say("Hello?")),
            ["message_received"]
        );
        assert_eq!(
            (scene.c.mode, scene.c.policy_revision),
            (Mode::HumanOnly, 4)
        );
    }
    // The same for who may have the floor after a reopening.
    scene.takes_over("Anna");
    scene.does(&agent("Anna"), Command::Resolve);
    scene.policy = revised(Mode::AssistantOnly, 3);
    let reopened = scene.does(&agent("Anna"), Command::Reopen);
    assert_eq!(reopened, ["reopened"]);
    assert_eq!(scene.c.status(), Status::Agent);
}

#[test]
fn a_policy_that_went_there_and_back_outdates_the_one_between() {
    let mut scene = Scene::asked(revised(Mode::Supported, 1));
    scene.policy = revised(Mode::Supported, 3);
    assert_eq!(
        scene.does(&Caller::System, Command::PolicyChanged),
        ["timing_changed"]
    );
    assert!(
        scene
            .does(&Caller::System, Command::PolicyChanged)
            .is_empty()
    );
    scene.policy = revised(Mode::HumanOnly, 2);
    assert!(
        scene
            .does(&Caller::System, Command::PolicyChanged)
            .is_empty()
    );
    assert_eq!(scene.c.mode, Mode::Supported);
}
