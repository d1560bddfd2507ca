//! A widget's socket.

use std::time::Duration;

use crate::support::{World, uuid};
use handoff_axum::Rate;
use handoff_core::conversation::{Mode, Role};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

fn send(text: &str) -> Value {
    json!({ "type": "send", "text": text })
}

#[tokio::test]
async fn a_message_is_stored_shown_and_answered_piece_by_piece() {
    let world = World::new().await;
    let visitor = world.visitor("store").await;
    let mut widget = world.widget(&visitor).await;
    assert_eq!(widget.seen[0]["conversation"], Value::Null);
    let id = uuid();
    let mut message = send("hello there");
    message["id"] = json!(id);
    widget.send(&message).await;
    let opened = widget.until("opened").await;
    let done = widget.answer(&id).await;
    assert_eq!(done["type"], "done");
    let said = widget.event("message").await;
    assert_eq!(
        (&said["seq"], &said["body"]["text"]),
        (&done["seq"], &json!("hello there"))
    );
    let reply = widget.event("message").await;
    assert_eq!(reply["body"]["text"], "You said: hello there");
    let pieces: String = widget
        .seen
        .iter()
        .filter(|frame| frame["type"] == "piece")
        .filter_map(|piece| piece["text"].as_str())
        .collect();
    assert_eq!(pieces, "You said: hello there");

    // The same id again: once, and the same answer. The same id with other words: refused.
    widget.send(&message).await;
    assert_eq!(widget.answer(&id).await["seq"], done["seq"]);
    message["text"] = json!("something else");
    widget.send(&message).await;
    let refused = widget.answer(&id).await;
    assert_eq!(refused["problem"]["type"], "/problems/command_id_reused");
    let conversation: &str = opened["conversation"].as_str().unwrap();
    let log = world
        .handoff
        .store()
        .events(conversation.parse().unwrap(), 0, 100)
        .await
        .unwrap();
    let said = log
        .iter()
        .filter(|event| event.body.kind() == "message_received")
        .count();
    assert_eq!(said, 1);
}

#[tokio::test]
async fn it_goes_on_where_it_was_and_never_with_a_hole() {
    let world = World::new().await;
    let visitor = world.visitor("store").await;
    let mut widget = world.widget(&visitor).await;
    widget.ask(send("one")).await;
    widget.event("message").await;
    widget.event("message").await;
    let conversation = widget
        .seen
        .iter()
        .find(|frame| frame["type"] == "opened")
        .unwrap()["conversation"]
        .clone();
    let seen = |socket: &crate::support::Socket| -> Vec<u64> {
        let frames = socket.seen.iter().filter(|frame| frame["type"] == "events");
        frames
            .flat_map(|frame| frame["events"].as_array().unwrap())
            .map(|event| event["seq"].as_u64().unwrap())
            .collect()
    };
    let before = seen(&widget);
    let version = widget
        .seen
        .iter()
        .filter_map(|frame| frame["version"].as_u64())
        .max()
        .unwrap();
    widget.hang_up();
    world.say(&visitor, "two, from elsewhere").await;

    let mut again = world
        .pipe
        .socket("/api/v1/visitor/socket", &[])
        .await
        .unwrap();
    again
        .send(&visitor.hello(conversation.as_str(), version))
        .await;
    let welcome = again.until("welcome").await;
    assert_eq!(
        (&welcome["conversation"], &welcome["reset"]),
        (&conversation, &json!(false))
    );
    again
        .until_where("events", |frame| frame["caught_up"] == true)
        .await;
    let after = seen(&again);
    assert!(
        after.iter().all(|seq| !before.contains(seq)) && !after.is_empty(),
        "{before:?} {after:?}"
    );

    // A version from another conversation, or from the future: everything anew, and the client is told.
    for (told, version) in [
        (Some(uuid()), 1),
        (conversation.as_str().map(String::from), 10_000),
    ] {
        let mut other = world
            .pipe
            .socket("/api/v1/visitor/socket", &[])
            .await
            .unwrap();
        other.send(&visitor.hello(told.as_deref(), version)).await;
        assert_eq!(other.until("welcome").await["reset"], true);
        other
            .until_where("events", |frame| frame["caught_up"] == true)
            .await;
        assert_eq!(seen(&other)[0], before[0]);
    }
}

#[tokio::test]
async fn both_tabs_see_what_one_of_them_says() {
    let world = World::new().await;
    let visitor = world.visitor("store").await;
    let (mut one, mut other) = (world.widget(&visitor).await, world.widget(&visitor).await);
    one.ask(send("hello")).await;
    one.event("message").await;
    let opened = other.until("opened").await;
    assert_eq!(other.event("message").await["body"]["text"], "hello");
    one.settle().await;
    other.settle().await;
    let conversation = one
        .seen
        .iter()
        .find(|frame| frame["type"] == "opened")
        .unwrap();
    assert_eq!(opened["conversation"], conversation["conversation"]);
    let events = |socket: &crate::support::Socket| -> Vec<Value> {
        let frames = socket.seen.iter().filter(|frame| frame["type"] == "events");
        frames
            .flat_map(|frame| frame["events"].as_array().unwrap().clone())
            .collect()
    };
    assert_eq!(events(&one), events(&other));
}

#[tokio::test]
async fn a_takeover_ends_the_piece_and_nothing_of_it_comes_after() {
    let world = World::new().await;
    let owner = world.owner().await;
    let visitor = world.visitor("store").await;
    let mut widget = world.widget(&visitor).await;
    widget.ask(send("answer slowly please")).await;
    world.assistant.words.add_permits(2);
    widget
        .until_where("piece", |piece| piece["text"] == "said: ")
        .await;
    let mut dashboard = world.dashboard(&owner).await;
    let conversation = widget
        .seen
        .iter()
        .find(|frame| frame["type"] == "opened")
        .unwrap()["conversation"]
        .clone();
    let conversation = conversation.as_str().unwrap();
    dashboard
        .team(conversation, json!({ "type": "take_over" }))
        .await;
    world.assistant.words.add_permits(50);
    let joined = widget.event("person_joined").await;
    assert_eq!(joined["body"]["name"], "Olga");
    let at = widget.seen.len();
    dashboard
        .team(
            conversation,
            json!({ "type": "send_agent_message", "text": "I am here" }),
        )
        .await;
    widget.event("message").await;
    widget.settle().await;
    let late = widget.seen[at..].iter().filter(|frame| {
        frame["type"] == "piece"
            || frame["events"].as_array().is_some_and(|events| {
                events
                    .iter()
                    .any(|event| event["body"]["from"] == "assistant")
            })
    });
    assert_eq!(late.count(), 0, "{:#?}", widget.seen);
    // The team's timeline keeps the piece.
    let log = world
        .handoff
        .store()
        .events(conversation.parse().unwrap(), 0, 100)
        .await
        .unwrap();
    assert!(
        log.iter()
            .any(|event| event.body.kind() == "reply_interrupted"),
        "{log:#?}"
    );
}

#[tokio::test]
async fn nothing_of_the_teams_reaches_a_visitor() {
    let world = World::new().await;
    let owner = world.owner().await;
    let visitor = world.visitor("store").await;
    let mut widget = world.widget(&visitor).await;
    widget
        .ask(send("this is terrible, let me talk to a human"))
        .await;
    widget.event("connecting").await;
    let opened = widget
        .seen
        .iter()
        .find(|frame| frame["type"] == "opened")
        .unwrap();
    let conversation = opened["conversation"].as_str().unwrap().to_owned();
    let mut dashboard = world.dashboard(&owner).await;
    for command in [
        json!({ "type": "take_over" }),
        json!({ "type": "add_note", "text": "CANARY note" }),
        json!({ "type": "add_note", "text": "CANARY note for the assistant", "for_assistant": true }),
        json!({ "type": "set_category", "category": "CANARY" }),
        json!({ "type": "set_tags", "tags": ["CANARY"] }),
        json!({ "type": "return", "instruction": "CANARY instruction" }),
        json!({ "type": "raise_flag", "finding": { "kind": "negative_feedback", "reason": "CANARY", "quote": "CANARY" } }),
    ] {
        let answer = dashboard
            .ask(json!({ "type": "do", "conversation": conversation, "command": command }))
            .await;
        assert!(
            answer["type"] == "done" || command["type"] == "raise_flag",
            "{command} {answer}"
        );
    }
    widget.event("assistant_back").await;
    widget.settle().await;
    let seen = serde_json::to_string(&widget.seen).unwrap();
    assert!(!seen.contains("CANARY"), "{seen}");
    let path = format!("/api/v1/visitor/events?conversation={conversation}");
    let read = world
        .ask("GET", &path)
        .bearer(&visitor.token())
        .send()
        .await;
    assert!(
        read.json()["events"].as_array().unwrap().len() > 2 && !read.text.contains("CANARY"),
        "{read:?}"
    );
}

#[tokio::test]
async fn a_person_can_be_asked_for_before_anything_was_said() {
    let world = World::new().await;
    let visitor = world.visitor("store").await;
    let mut widget = world.widget(&visitor).await;
    let done = widget.ask(json!({ "type": "request_person" })).await;
    assert_eq!(done["type"], "done", "{done}");
    assert!(widget.event("connecting").await["body"]["said"].is_string());

    let mut stored = world
        .handoff
        .service(&crate::support::service("store"))
        .await
        .unwrap()
        .unwrap()
        .value
        .clone();
    stored.policy.mode = Mode::AssistantOnly;
    world.handoff.save_service(stored, 1).await.unwrap();
    let other = world.visitor("store").await;
    let mut widget = world.widget(&other).await;
    let refused = widget.ask(json!({ "type": "request_person" })).await;
    assert_eq!(refused["type"], "refused");
    assert!(widget.seen.iter().all(|frame| frame["type"] != "opened"));
}

#[tokio::test]
async fn who_is_not_the_visitor_is_sent_away() {
    let world = World::new().await;
    let visitor = world.visitor("store").await;
    let mut hellos = vec![
        visitor.hello(None, 0),
        visitor.hello(None, 0),
        visitor.hello(None, 0),
    ];
    hellos[0]["secret"] = json!("x");
    hellos[1]["visitor"] = json!(uuid());
    hellos[2]["service"] = json!("other");
    for hello in hellos {
        let mut socket = world
            .pipe
            .socket("/api/v1/visitor/socket", &[])
            .await
            .unwrap();
        socket.send(&hello).await;
        assert_eq!(socket.ended().await.code, 4401, "{hello}");
    }
    // Another visitor's conversation is nobody else's, by whatever id.
    let conversation = world.say(&visitor, "mine").await.to_string();
    let other = world.visitor("store").await;
    let mut socket = world
        .pipe
        .socket("/api/v1/visitor/socket", &[])
        .await
        .unwrap();
    socket.send(&other.hello(Some(&conversation), 0)).await;
    let welcome = socket.until("welcome").await;
    assert_eq!(
        (&welcome["conversation"], &welcome["reset"]),
        (&Value::Null, &json!(true))
    );
}

#[tokio::test]
async fn frames_that_are_none_end_the_socket() {
    let world = World::new().await;
    let visitor = world.visitor("store").await;
    for bad in [
        r#"{"type":"claim"}"#,
        r#"{"type":"send","id":"a","text":"x","author":"agent"}"#,
        r#"{"type":"send","id":"a","text":"x","seq":1}"#,
        r#"{"type":"send","id":"","text":"x"}"#,
        r#"{"type":"send","text":"x"}"#,
        r#"{"type":"hello","protocol":1}"#,
        "[]",
        "null",
        "",
        "{",
        "\u{feff}{}",
    ] {
        let mut widget = world.widget(&visitor).await;
        widget.text(bad).await;
        assert_eq!(widget.ended().await.code, 4400, "{bad}");
    }
    let mut widget = world.widget(&visitor).await;
    widget
        .text(&format!("{}1{}", "[".repeat(10_000), "]".repeat(10_000)))
        .await;
    assert_eq!(widget.ended().await.code, 4400);
    let mut widget = world.widget(&visitor).await;
    widget.raw(Message::binary(vec![1, 2, 3])).await;
    assert_eq!(widget.ended().await.code, 1003);
    let mut widget = world.widget(&visitor).await;
    widget.text(&"x".repeat(64 * 1024 + 1)).await;
    assert_eq!(widget.ended().await.code, 1009);
}

#[tokio::test]
async fn texts_are_kept_byte_for_byte_or_refused() {
    let world = World::new().await;
    let visitor = world.visitor("store").await;
    let mut widget = world.widget(&visitor).await;
    for bad in ["", "   ", "\n\t", "nul\0", &"x".repeat(16 * 1024 + 1)] {
        let refused = widget.ask(send(bad)).await;
        assert_eq!(
            (&refused["type"], &refused["problem"]["status"]),
            (&json!("refused"), &json!(422)),
            "{refused}"
        );
    }
    assert!(
        widget.seen.iter().all(|frame| frame["type"] != "opened"),
        "nothing was said"
    );
    let zalgo = "h\u{300}\u{301}\u{302}".repeat(50);
    for good in [
        "\u{202e}right to left",
        "👩\u{200d}👩\u{200d}👧\u{200d}👦",
        "e\u{301}",
        "<b>&amp;</b>",
        &zalgo,
        "<|im_start|>system",
    ] {
        widget.ask(send(good)).await;
        let said =
            |event: &Value| event["body"]["from"] == "visitor" && event["body"]["text"] == good;
        let has = |frame: &Value| frame["events"].as_array().unwrap().iter().any(said);
        if !widget
            .seen
            .iter()
            .any(|frame| frame["type"] == "events" && has(frame))
        {
            widget.until_where("events", has).await;
        }
    }
}

#[tokio::test]
async fn versions_that_nobody_speaks_are_told_which_is_spoken() {
    let world = World::new().await;
    let visitor = world.visitor("store").await;
    for version in [0, 2, 999] {
        let mut hello = visitor.hello(None, 0);
        hello["protocol"] = json!(version);
        hello["of a newer version"] = json!(true);
        let mut socket = world
            .pipe
            .socket("/api/v1/visitor/socket", &[])
            .await
            .unwrap();
        socket.send(&hello).await;
        let ended = socket.ended().await;
        assert_eq!((ended.code, ended.reason.as_str()), (4406, "1"));
    }
    let mut socket = world
        .pipe
        .socket("/api/v1/visitor/socket", &[])
        .await
        .unwrap();
    socket.send(&json!({ "type": "ping" })).await;
    assert_eq!(socket.ended().await.code, 4400);
}

#[tokio::test(start_paused = true)]
async fn who_says_nothing_is_sent_away() {
    let world = World::new().await;
    let mut socket = world
        .pipe
        .socket("/api/v1/visitor/socket", &[])
        .await
        .unwrap();
    assert_eq!(socket.ended().await.code, 4408);
    let visitor = world.visitor("store").await;
    let mut widget = world.widget(&visitor).await;
    // Heartbeats of 60 seconds: two and a half are 150.
    for _ in 0..4 {
        tokio::time::advance(Duration::from_secs(100)).await;
        widget.send(&json!({ "type": "ping" })).await;
        widget.until("pong").await;
    }
    tokio::time::advance(Duration::from_secs(151)).await;
    assert_eq!(widget.ended().await.code, 4408);
}

#[tokio::test]
async fn a_visitor_has_so_many_sockets_and_frames() {
    let world = World::with(|options| {
        options.limits.visitor_sockets = 2;
        options.limits.frames = Some(Rate::new(5, 5));
        options.limits.visitor = Some(Rate::new(2, 2));
    })
    .await;
    let visitor = world.visitor("store").await;
    let (mut one, two) = (world.widget(&visitor).await, world.widget(&visitor).await);
    let mut three = world
        .pipe
        .socket("/api/v1/visitor/socket", &[])
        .await
        .unwrap();
    three.send(&visitor.hello(None, 0)).await;
    assert_eq!(three.ended().await.code, 4429);
    two.hang_up();
    assert_eq!(one.ask(send("1")).await["type"], "done");
    assert_eq!(one.ask(send("2")).await["type"], "done");
    let refused = one.ask(send("3")).await;
    assert_eq!(
        (&refused["problem"]["status"], &refused["problem"]["retry"]),
        (&json!(429), &json!(true))
    );
    for _ in 0..3 {
        one.send(&json!({ "type": "ping" })).await;
    }
    assert_eq!(one.ended().await.code, 4429);
}

#[tokio::test]
async fn typing_is_told_and_never_stored() {
    let world = World::new().await;
    let owner = world.owner().await;
    let visitor = world.visitor("store").await;
    let mut widget = world.widget(&visitor).await;
    widget.ask(send("hello")).await;
    widget.event("message").await;
    let opened = widget
        .seen
        .iter()
        .find(|frame| frame["type"] == "opened")
        .unwrap();
    let conversation = opened["conversation"].as_str().unwrap().to_owned();
    let mut dashboard = world.dashboard(&owner).await;
    dashboard
        .send(&json!({ "type": "watch", "conversation": conversation, "after": 0 }))
        .await;
    dashboard
        .until_where("events", |frame| frame["caught_up"] == true)
        .await;
    let version = world
        .handoff
        .state(conversation.parse().unwrap())
        .await
        .unwrap()
        .unwrap()
        .version;
    for nth in 0..1_000 {
        widget
            .send(&json!({ "type": "typing", "typing": nth % 2 == 0 }))
            .await;
    }
    let told = dashboard.until("typing").await;
    assert_eq!(
        (&told["who"], &told["typing"]),
        (&json!("visitor"), &json!(true))
    );
    widget.send(&json!({ "type": "ping" })).await;
    widget.until("pong").await;
    dashboard.settle().await;
    let told = dashboard
        .seen
        .iter()
        .filter(|frame| frame["type"] == "typing")
        .count();
    assert!(told <= 10, "{told}");
    assert_eq!(
        world
            .handoff
            .state(conversation.parse().unwrap())
            .await
            .unwrap()
            .unwrap()
            .version,
        version
    );

    // A person who does not hold the conversation is not shown as typing; one who does, is.
    dashboard
        .send(&json!({ "type": "typing", "conversation": conversation, "typing": true }))
        .await;
    widget.settle().await;
    assert!(widget.seen.iter().all(|frame| frame["type"] != "typing"));
    dashboard
        .team(&conversation, json!({ "type": "take_over" }))
        .await;
    widget.event("person_joined").await;
    tokio::time::sleep(Duration::from_millis(600)).await;
    dashboard
        .send(&json!({ "type": "typing", "conversation": conversation, "typing": true }))
        .await;
    assert_eq!(widget.until("typing").await["name"], "Olga");
}

#[tokio::test]
async fn after_a_close_the_next_message_begins_anew() {
    let world = World::new().await;
    let owner = world.owner().await;
    world.colleague(&owner, "Ann", Role::Agent).await;
    let visitor = world.visitor("store").await;
    let mut widget = world.widget(&visitor).await;
    widget.ask(send("one")).await;
    widget.event("message").await;
    let first = widget
        .seen
        .iter()
        .find(|frame| frame["type"] == "opened")
        .unwrap()["conversation"]
        .clone();
    let mut dashboard = world.dashboard(&owner).await;
    dashboard
        .team(first.as_str().unwrap(), json!({ "type": "close" }))
        .await;
    widget.event("closed").await;
    // After a reload the ended conversation still shows.
    let mut again = world
        .pipe
        .socket("/api/v1/visitor/socket", &[])
        .await
        .unwrap();
    again.send(&visitor.hello(first.as_str(), 0)).await;
    assert_eq!(again.until("welcome").await["conversation"], first);
    again.event("closed").await;
    assert_eq!(widget.ask(send("two")).await["type"], "done");
    let second = again.until("opened").await["conversation"].clone();
    assert_ne!(second, first);
    assert_eq!(again.event("message").await["body"]["text"], "two");
}

#[tokio::test]
async fn the_answer_names_the_message_also_where_something_happens_before_it() {
    let world = World::new().await;
    let owner = world.owner().await;
    let visitor = world.visitor("store").await;
    let conversation = world.say(&visitor, "one").await;
    let mut dashboard = world.dashboard(&owner).await;
    let id = conversation.to_string();
    dashboard.team(&id, json!({ "type": "take_over" })).await;
    dashboard.team(&id, json!({ "type": "resolve" })).await;
    let mut widget = world.widget(&visitor).await;
    let done = widget.ask(send("two, after it was resolved")).await;
    let log = world
        .handoff
        .store()
        .events(conversation, 0, 100)
        .await
        .unwrap();
    assert!(
        log.iter().any(|event| event.body.kind() == "reopened"),
        "{log:#?}"
    );
    let message = log
        .iter()
        .rfind(|event| event.body.kind() == "message_received")
        .unwrap();
    assert_eq!(done["seq"], json!(message.seq));
}
