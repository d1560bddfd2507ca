//! The assistant's permission for one reply: what ends it, and that nothing gets past its end.

use super::super::*;
use super::scene::{Scene, agent, say};
use crate::time::Millis;

/// Something that ends a ticket, and why it says it ended.
type End = (&'static str, fn(&mut Scene), TicketEnd);

const ENDS: [End; 6] = [
    (
        "an agent takes over",
        |scene| scene.takes_over("Anna"),
        TicketEnd::ControlChanged,
    ),
    (
        "the visitor asks for a person",
        |scene| drop(scene.does(&Caller::Visitor, Command::RequestPerson)),
        TicketEnd::ControlChanged,
    ),
    (
        "the visitor writes again",
        |scene| drop(scene.does(&Caller::Visitor, say("Hello?"))),
        TicketEnd::Superseded,
    ),
    (
        "an agent resolves it",
        |scene| drop(scene.does(&agent("Anna"), Command::Resolve)),
        TicketEnd::Ended,
    ),
    (
        "it is closed",
        |scene| drop(scene.does(&Caller::System, Command::Close)),
        TicketEnd::Ended,
    ),
    (
        "only people answer from now on",
        |scene| {
            scene.policy.mode = Mode::HumanOnly;
            scene.does(&Caller::System, Command::PolicyChanged);
        },
        TicketEnd::ControlChanged,
    ),
];

fn everything_by(ticket: Ticket) -> [Command; 4] {
    let text = "It comes tomorrow.".to_owned();
    [
        Command::CommitReply {
            ticket,
            reply: Reply {
                text: text.clone(),
                ..Reply::default()
            },
        },
        Command::AskForPerson {
            ticket,
            reason: text.clone(),
        },
        Command::LearnFact {
            ticket,
            name: "company".to_owned(),
            value: text,
        },
        Command::SetScore { ticket, score: 9 },
    ]
}

#[test]
fn nothing_is_done_with_a_ticket_that_ended() {
    for (what, end, why) in ENDS {
        let mut scene = Scene::asked(Policy::default());
        let ticket = scene.ticket();
        end(&mut scene);
        for command in everything_by(ticket) {
            let refused = scene.tries(&Caller::Assistant, &command).unwrap_err();
            let Rejection::FloorLost { why: told, .. } = refused else {
                panic!("{what}: {refused:?}");
            };
            assert_eq!(told, Some(why), "{what}");
        }
    }
}

#[test]
fn the_piece_of_an_ended_reply_is_recorded_once() {
    for (what, end, why) in ENDS {
        let mut scene = Scene::asked(Policy::default());
        let ticket = scene.ticket();
        end(&mut scene);
        let record = Command::FailReply {
            ticket,
            partial: "It comes".to_owned(),
            truncated: false,
        };
        let status = scene.c.status();
        let recorded = scene.does(&Caller::Assistant, record.clone());
        assert_eq!(recorded, ["reply_interrupted"], "{what}");
        let expected = EventBody::ReplyInterrupted {
            turn: ticket.turn,
            partial: "It comes".to_owned(),
            why,
        };
        assert_eq!(scene.last(), &expected);
        assert_eq!(scene.c.status(), status, "{what}");
        assert_eq!(
            scene.refuses(&Caller::Assistant, &record),
            "floor_lost",
            "{what}"
        );
    }
}

#[test]
fn a_ticket_of_an_earlier_stretch_is_worth_nothing_after_the_return() {
    let mut scene = Scene::asked(Policy::default());
    let early = scene.ticket();
    scene.takes_over("Anna");
    scene.does(&agent("Anna"), Command::Return { instruction: None });
    let now = scene.ticket();
    assert!(now.epoch > early.epoch && now.turn > early.turn);
    for command in everything_by(early) {
        assert_eq!(scene.refuses(&Caller::Assistant, &command), "floor_lost");
    }
    assert_eq!(scene.replies("It comes tomorrow."), ["reply_committed"]);
}

#[test]
fn a_reply_is_committed_once() {
    let mut scene = Scene::asked(Policy::default());
    let [commit, ..] = everything_by(scene.ticket());
    scene.does(&Caller::Assistant, commit.clone());
    assert_eq!(scene.refuses(&Caller::Assistant, &commit), "floor_lost");
}

#[test]
fn a_made_up_ticket_opens_nothing() {
    let scene = Scene::asked(Policy::default());
    let ticket = scene.ticket();
    let made_up = [
        Ticket {
            epoch: ticket.epoch + 1,
            ..ticket
        },
        Ticket {
            turn: ticket.turn + 1,
            ..ticket
        },
        Ticket {
            conversation: crate::id::ConversationId::from_uuid(uuid::Uuid::from_u128(9)),
            ..ticket
        },
    ];
    for ticket in made_up {
        for command in everything_by(ticket) {
            assert_eq!(scene.refuses(&Caller::Assistant, &command), "floor_lost");
        }
    }
}

#[test]
fn a_cut_stream_is_kept_as_interrupted_and_tried_again() {
    let mut scene = Scene::asked(Policy::default());
    let cut = |scene: &Scene| Command::FailReply {
        ticket: scene.ticket(),
        partial: "It comes".to_owned(),
        truncated: true,
    };
    let command = cut(&scene);
    let again = scene.does(&Caller::Assistant, command);
    assert_eq!(again, ["reply_interrupted", "reply_requested"]);
    assert_eq!(scene.c.pending.unwrap().attempt, 2);
    let command = cut(&scene);
    let person = scene.does(&Caller::Assistant, command);
    assert_eq!(person, ["reply_interrupted", "flag_raised", "escalated"]);
    assert!(
        scene
            .log
            .iter()
            .all(|event| event.body.kind() != "reply_committed")
    );
}

#[test]
fn only_so_many_ended_replies_wait_for_their_piece() {
    let mut scene = Scene::asked(Policy::default());
    let first = scene.ticket();
    for _ in 0..=MAX_ENDED {
        scene.does(&Caller::Visitor, say("Hello?"));
    }
    assert_eq!(scene.c.ended.len(), MAX_ENDED);
    let record = Command::FailReply {
        ticket: first,
        partial: "It comes".to_owned(),
        truncated: false,
    };
    assert_eq!(scene.refuses(&Caller::Assistant, &record), "floor_lost");
}

#[test]
fn every_start_and_end_of_a_reply_has_its_effect() {
    let mut scene = Scene::asked(Policy::default());
    let before = scene.c.clone();
    let first = scene.ticket();
    scene.waits(Millis::from_secs(3));
    scene.does(&Caller::Visitor, say("Hello?"));
    let deadline = scene.now.after(Millis::from_mins(1));
    let start = Effect::StartReply {
        ticket: scene.ticket(),
        purpose: Purpose::Reply,
        deadline,
    };
    let stop = Effect::StopReply { ticket: first };
    assert_eq!(effects(&before, &scene.c), [stop, start]);
    let before = scene.c.clone();
    scene.replies("It comes tomorrow.");
    assert_eq!(effects(&before, &scene.c).len(), 1, "the ticket ended");
    let before = scene.c.clone();
    let text = "A good customer.".to_owned();
    scene.does(
        &agent("Anna"),
        Command::AddNote {
            text,
            for_assistant: false,
        },
    );
    assert!(effects(&before, &scene.c).is_empty());
}
