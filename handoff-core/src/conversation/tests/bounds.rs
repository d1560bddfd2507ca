//! What a text, a list, a number may be: hostile input is refused, and refused in words.

use super::super::*;
use super::scene::{Scene, agent};
use crate::attention::{Finding, FlagKind};
use crate::time::Millis;

/// A command with a text in it.
type Text = Box<dyn Fn(String) -> Command>;

/// Every command that carries a text, and how long the text may be.
fn texts(scene: &Scene) -> Vec<(Caller, usize, Text)> {
    let ticket = scene.ticket();
    let finding = |reason| Finding {
        kind: FlagKind::NonAnswer,
        reason,
        quote: String::new(),
    };
    let visitor = || Caller::Visitor;
    vec![
        (
            visitor(),
            MAX_MESSAGE_BYTES,
            Box::new(|text| Command::SendMessage { text }),
        ),
        (
            agent("Anna"),
            MAX_MESSAGE_BYTES,
            Box::new(|text| Command::SendAgentMessage { text }),
        ),
        (
            agent("Anna"),
            MAX_MESSAGE_BYTES,
            Box::new(|text| Command::AddNote {
                text,
                for_assistant: true,
            }),
        ),
        (
            agent("Anna"),
            4_000,
            Box::new(move |reason| Command::RaiseFlag {
                finding: finding(reason),
            }),
        ),
        (
            agent("Anna"),
            64,
            Box::new(|category| Command::SetCategory {
                category: Some(category),
            }),
        ),
        (
            agent("Anna"),
            64,
            Box::new(|tag| Command::SetTags { tags: vec![tag] }),
        ),
        (
            Caller::Assistant,
            MAX_REPLY_BYTES,
            Box::new(move |text| Command::CommitReply {
                ticket,
                reply: Reply {
                    text,
                    ..Reply::default()
                },
            }),
        ),
        (
            Caller::Assistant,
            4_000,
            Box::new(move |reason| Command::AskForPerson { ticket, reason }),
        ),
        (
            Caller::Assistant,
            64,
            Box::new(move |name| Command::LearnFact {
                ticket,
                name,
                value: "x".to_owned(),
            }),
        ),
        (
            Caller::Assistant,
            4_000,
            Box::new(move |value| Command::LearnFact {
                ticket,
                name: "x".to_owned(),
                value,
            }),
        ),
        (
            visitor(),
            320,
            Box::new(|name| Command::Identify {
                profile: Profile {
                    name: Some(name),
                    ..Profile::default()
                },
            }),
        ),
    ]
}

#[test]
fn a_text_is_neither_blank_nor_too_long_nor_has_it_nuls() {
    let scene = Scene::asked(Policy::default());
    for (caller, limit, command) in texts(&scene) {
        let cells = [
            (" \n\t\u{3000}".to_owned(), "empty"),
            (String::new(), "empty"),
            ("x".repeat(limit + 1), "too_long"),
            (format!("{}é", "x".repeat(limit - 1)), "too_long"),
            ("a\0b".to_owned(), "nul"),
        ];
        for (text, code) in cells {
            let command = command(text);
            assert_eq!(scene.refuses(&caller, &command), code, "{}", command.kind());
        }
        let command = command("x".repeat(limit));
        assert!(scene.tries(&caller, &command).is_ok(), "{}", command.kind());
    }
}

#[test]
fn a_text_is_kept_byte_for_byte() {
    let mut scene = Scene::asked(Policy::default());
    let text = "  <b>שלום</b> \u{202e}evil\r\n👩‍👩‍👧 e\u{301} ".to_owned();
    scene.does(
        &Caller::Visitor,
        Command::SendMessage { text: text.clone() },
    );
    assert!(
        scene
            .log
            .iter()
            .any(|event| event.body.said() == Some(&text))
    );
    assert_eq!(
        scene.c.last.as_ref().map(|last| &*last.text),
        Some(text.as_str())
    );
}

#[test]
fn a_preview_is_cut_between_characters() {
    let mut scene = Scene::asked(Policy::default());
    let text = "é".repeat(PREVIEW_CHARS + 1);
    scene.does(&Caller::Visitor, Command::SendMessage { text });
    let preview = scene.c.last.unwrap();
    assert_eq!(preview.text.chars().count(), PREVIEW_CHARS);
}

#[test]
fn numbers_and_lists_have_bounds() {
    let scene = Scene::asked(Policy::default());
    let ticket = scene.ticket();
    let stars = |stars| Command::RateConversation {
        stars,
        comment: String::new(),
    };
    let tags = |count: usize| Command::SetTags {
        tags: (0..count).map(|tag| format!("t{tag}")).collect(),
    };
    let cells = [
        (Caller::Visitor, stars(0), false),
        (Caller::Visitor, stars(1), true),
        (Caller::Visitor, stars(5), true),
        (Caller::Visitor, stars(6), false),
        (
            Caller::Assistant,
            Command::SetScore { ticket, score: 100 },
            true,
        ),
        (
            Caller::Assistant,
            Command::SetScore { ticket, score: 101 },
            false,
        ),
        (agent("Anna"), tags(20), true),
        (agent("Anna"), tags(21), false),
    ];
    for (caller, command, fine) in cells {
        match scene.tries(&caller, &command) {
            Ok(_) => assert!(fine, "{command:?}"),
            Err(rejection) => assert!(!fine && rejection.code() == "out_of_bounds", "{command:?}"),
        }
    }
}

#[test]
fn only_so_many_facts_are_kept_but_known_ones_may_change() {
    let mut scene = Scene::asked(Policy::default());
    let ticket = scene.ticket();
    let learn = |nth: usize, value: &str| Command::LearnFact {
        ticket,
        name: format!("fact {nth}"),
        value: value.to_owned(),
    };
    for nth in 0..MAX_FACTS {
        scene.does(&Caller::Assistant, learn(nth, "old"));
    }
    let more = learn(MAX_FACTS, "old");
    assert_eq!(scene.refuses(&Caller::Assistant, &more), "out_of_bounds");
    scene.does(&Caller::Assistant, learn(0, "new"));
    assert_eq!(scene.c.facts.len(), MAX_FACTS);
    assert_eq!(scene.c.facts[0].value, "new");
}

#[test]
fn times_at_the_end_of_time_do_not_overflow() {
    let mut scene = Scene::new(Policy::default());
    scene.now = crate::time::Timestamp::from_millis(i64::MAX - 5);
    scene.open();
    scene.does(&Caller::Visitor, super::scene::say("Hello?"));
    scene.takes_over("Anna");
    scene.waits(Millis::new(u64::MAX));
    assert_eq!(scene.wakes(), ["closed"]);
}

#[test]
fn every_refusal_speaks_to_the_user() {
    let scene = Scene::asked(Policy::default());
    let cells: [(Caller, Command, &str); 3] = [
        (
            Caller::Visitor,
            super::scene::say(" "),
            "Write something first: the message is empty.",
        ),
        (
            agent("Anna"),
            Command::Release,
            "Only the agent who holds this conversation can do that. Take it over first.",
        ),
        (
            agent("Anna"),
            Command::ForceTakeOver {
                reason: "x".to_owned(),
            },
            "This needs the role Supervisor or a higher one. Ask an owner of this team.",
        ),
    ];
    for (caller, command, words) in cells {
        let refused = scene.tries(&caller, &command).unwrap_err();
        assert_eq!(refused.to_string(), words);
    }
}
