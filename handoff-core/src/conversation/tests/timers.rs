//! What time does: not before its moment, at it, after it, and once.

use super::super::*;
use super::scene::{Scene, agent, agent_ref};
use crate::time::Millis;

/// Something that time does.
struct Timer {
    name: &'static str,
    /// A scene in which it is the next thing that time does.
    armed: fn() -> Scene,
    /// So long after the scene.
    after: Millis,
    fires: &'static [&'static str],
    status: &'static str,
    /// Something that makes it not happen.
    cancel: fn(&mut Scene),
}

fn with(change: impl FnOnce(&mut Policy)) -> Policy {
    let mut policy = Policy::default();
    change(&mut policy);
    policy
}

/// The visitor asked for a person.
fn waiting() -> Scene {
    let mut scene = Scene::asked(Policy::default());
    scene.does(&Caller::Visitor, Command::RequestPerson);
    scene
}

/// Bert holds it, and the visitor's message has no answer.
fn held() -> Scene {
    let mut scene = Scene::asked(Policy::default());
    scene.takes_over("Bert");
    scene
}

/// Bert holds it, and everything is answered.
fn answered() -> Scene {
    let mut scene = held();
    say_as_bert(&mut scene);
    scene
}

fn say_as_bert(scene: &mut Scene) {
    let text = "It comes tomorrow.".to_owned();
    scene.does(&agent("Bert"), Command::SendAgentMessage { text });
}

fn requested(policy: Policy) -> Scene {
    let mut scene = Scene::asked(policy);
    scene.takes_over("Bert");
    scene.does(&agent("Anna"), Command::RequestControl);
    scene
}

fn drafted(policy: Policy) -> Scene {
    let mut scene = Scene::asked(policy);
    scene.replies("It comes tomorrow.");
    scene
}

fn presence(scene: &mut Scene, present: bool) {
    let agent = agent_ref("Bert").id;
    scene.does(
        &Caller::System,
        Command::SetHolderPresence { agent, present },
    );
}

fn anna_takes_over(scene: &mut Scene) {
    scene.takes_over("Anna");
}

fn visitor_is_back(scene: &mut Scene) {
    scene.does(&Caller::Visitor, Command::VisitorBack);
}

fn somebody_writes(scene: &mut Scene) {
    scene.waits(Millis::from_secs(1));
    scene.does(&Caller::Visitor, super::scene::say("Hello?"));
}

const TIMERS: [Timer; 15] = [
    Timer {
        name: "nobody comes",
        armed: waiting,
        after: Millis::from_mins(2),
        fires: &["returned", "fallback_sent"],
        status: "assistant",
        cancel: anna_takes_over,
    },
    Timer {
        name: "the assistant does not answer: once more",
        armed: || Scene::asked(Policy::default()),
        after: Millis::from_mins(1),
        fires: &["reply_interrupted", "reply_requested"],
        status: "assistant",
        cancel: |scene| drop(scene.replies("It comes tomorrow.")),
    },
    Timer {
        name: "the assistant does not answer at the last try: a person",
        armed: || Scene::asked(with(|policy| policy.reply_attempts = 1)),
        after: Millis::from_mins(1),
        fires: &["reply_interrupted", "flag_raised", "escalated"],
        status: "waiting",
        cancel: |scene| drop(scene.does(&Caller::Visitor, Command::RequestPerson)),
    },
    Timer {
        name: "nobody looks at the draft: a person",
        armed: || drafted(with(|policy| policy.autonomy = Autonomy::Draft)),
        after: Millis::from_mins(2),
        fires: &["escalated"],
        status: "waiting",
        cancel: anna_takes_over,
    },
    Timer {
        name: "nobody looks at the draft: it is sent",
        armed: || {
            drafted(with(|policy| {
                policy.autonomy = Autonomy::Draft;
                policy.draft_timeout = DraftTimeout::Send;
            }))
        },
        after: Millis::from_mins(2),
        fires: &["reply_committed"],
        status: "assistant",
        cancel: somebody_writes,
    },
    Timer {
        name: "the holder is silent to a request: denied",
        armed: || requested(Policy::default()),
        after: Millis::from_secs(30),
        fires: &["control_request_ended"],
        status: "agent",
        cancel: |scene| drop(scene.does(&agent("Anna"), Command::WithdrawRequest)),
    },
    Timer {
        name: "the holder is silent to a request: granted",
        armed: || requested(with(|policy| policy.silent_answer = SilentAnswer::Grant)),
        after: Millis::from_secs(30),
        fires: &["taken_over"],
        status: "agent",
        cancel: |scene| drop(scene.does(&agent("Bert"), Command::Release)),
    },
    Timer {
        name: "the holder leaves the visitor without an answer: a warning",
        armed: held,
        after: Millis::from_mins(8),
        fires: &["holder_warned"],
        status: "agent",
        cancel: say_as_bert,
    },
    Timer {
        name: "the warning does not help: the floor is lost",
        armed: || {
            let mut scene = held();
            scene.sleeps();
            scene
        },
        after: Millis::from_mins(2),
        fires: &["flag_raised", "escalated"],
        status: "waiting",
        cancel: say_as_bert,
    },
    Timer {
        name: "the holder closes the dashboard and stays away: the floor is lost",
        armed: || {
            let mut scene = answered();
            presence(&mut scene, false);
            scene
        },
        after: Millis::from_mins(2),
        fires: &["flag_raised", "escalated"],
        status: "waiting",
        cancel: |scene| presence(scene, true),
    },
    Timer {
        name: "nobody has the floor, and the visitor has no answer",
        armed: || {
            let mut scene = held();
            scene.does(&agent("Bert"), Command::Release);
            scene
        },
        after: Millis::from_mins(2),
        fires: &["flag_raised"],
        status: "paused",
        cancel: anna_takes_over,
    },
    Timer {
        name: "where only people answer nobody does",
        armed: || Scene::asked(with(|policy| policy.mode = Mode::HumanOnly)),
        after: Millis::from_mins(2),
        fires: &["flag_raised"],
        status: "waiting",
        cancel: anna_takes_over,
    },
    Timer {
        name: "what was put aside comes back",
        armed: || {
            let mut scene = answered();
            let until = scene.now.after(Millis::from_mins(5));
            scene.does(&agent("Bert"), Command::Snooze { until });
            scene
        },
        after: Millis::from_mins(5),
        fires: &["snooze_ended"],
        status: "agent",
        cancel: |scene| drop(scene.does(&agent("Anna"), Command::EndSnooze)),
    },
    Timer {
        name: "the visitor left and stays away",
        armed: || {
            let mut scene = answered();
            scene.does(&Caller::System, Command::VisitorLeft);
            scene
        },
        after: Millis::from_mins(10),
        fires: &["dropped"],
        status: "dropped",
        cancel: visitor_is_back,
    },
    Timer {
        name: "nobody says a word for a day",
        armed: answered,
        after: Millis::from_hours(24),
        fires: &["closed"],
        status: "closed",
        cancel: somebody_writes,
    },
];

#[test]
fn a_wake_at_its_moment_acts_and_an_early_or_second_one_does_not() {
    for timer in &TIMERS {
        let mut scene = (timer.armed)();
        let due = scene.now.after(timer.after);
        assert_eq!(scene.c.wake(), Some(due), "{}", timer.name);
        scene.waits(Millis::new(timer.after.get() - 1));
        assert!(scene.wakes().is_empty(), "{}: early", timer.name);
        scene.waits(Millis::new(1));
        assert_eq!(scene.wakes(), timer.fires, "{}", timer.name);
        assert_eq!(scene.c.status().as_str(), timer.status, "{}", timer.name);
        assert!(scene.wakes().is_empty(), "{}: twice", timer.name);
        assert!(scene.c.wake().is_none_or(|next| next > scene.now));
    }
}

#[test]
fn a_late_wake_does_the_same() {
    for timer in &TIMERS {
        let mut scene = (timer.armed)();
        scene.waits(Millis::new(timer.after.get() + 5_000));
        assert_eq!(scene.wakes(), timer.fires, "{}", timer.name);
        assert_eq!(scene.c.status().as_str(), timer.status, "{}", timer.name);
        assert!(scene.wakes().is_empty(), "{}: twice", timer.name);
    }
}

#[test]
fn a_wake_for_something_that_was_cancelled_does_nothing() {
    for timer in &TIMERS {
        let mut scene = (timer.armed)();
        let due = scene.now.after(timer.after);
        (timer.cancel)(&mut scene);
        assert_ne!(scene.c.wake(), Some(due), "{}", timer.name);
        scene.now = due;
        let done = scene.wakes();
        assert_ne!(done, timer.fires, "{}", timer.name);
    }
}

#[test]
fn what_came_due_while_no_node_was_there_is_done_one_thing_a_wake() {
    let mut scene = requested(Policy::default());
    scene.waits(Millis::from_mins(11));
    assert_eq!(scene.wakes(), ["control_request_ended"]);
    assert_eq!(scene.wakes(), ["flag_raised", "escalated"]);
    assert!(scene.wakes().is_empty());
}

#[test]
fn after_two_tries_a_person_is_asked_for() {
    let mut scene = Scene::asked(Policy::default());
    assert_eq!(scene.sleeps(), ["reply_interrupted", "reply_requested"]);
    assert_eq!(
        scene.sleeps(),
        ["reply_interrupted", "flag_raised", "escalated"]
    );
    assert!(matches!(
        scene.last(),
        EventBody::Escalated {
            why: Escalation::AssistantFailed,
            said: Some(_),
            ..
        }
    ));
    assert_eq!(scene.sleeps(), ["returned", "fallback_sent"]);
}

#[test]
fn a_reply_after_its_deadline_is_refused_even_before_the_wake() {
    let mut scene = Scene::asked(Policy::default());
    let ticket = scene.ticket();
    scene.waits(Millis::from_mins(1));
    let reply = Reply {
        text: "It comes tomorrow.".to_owned(),
        ..Reply::default()
    };
    let command = Command::CommitReply { ticket, reply };
    let refused = scene.tries(&Caller::Assistant, &command).unwrap_err();
    let expected = Rejection::FloorLost {
        ticket,
        why: Some(TicketEnd::TimedOut),
        holder: None,
    };
    assert_eq!(refused, expected);
}

#[test]
fn a_changed_time_moves_what_it_times() {
    let mut scene = answered();
    scene.does(&Caller::System, Command::VisitorLeft);
    scene.policy.timing.drop = Millis::from_mins(3);
    assert_eq!(
        scene.does(&Caller::System, Command::PolicyChanged),
        ["timing_changed"]
    );
    assert_eq!(scene.c.wake(), Some(scene.now.after(Millis::from_mins(3))));
    assert_eq!(scene.sleeps(), ["dropped"]);
}
