//! A widget's socket.

use std::time::Duration;

use crate::support::{World, uuid};
use handoff_core::conversation::{Mode, Role};
use serde_json::{Value, json};

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
    assert_eq!(opened["conversation"], json!(widget.opened()));
    let log = world.events(widget.opened().parse().unwrap()).await;
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
    let conversation = widget.opened();
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

    let mut again = world.visitor_socket().await;
    again
        .send(&visitor.hello(Some(&conversation), version))
        .await;
    let welcome = again.until("welcome").await;
    assert_eq!(
        (&welcome["conversation"], &welcome["reset"]),
        (&json!(conversation), &json!(false))
    );
    again.caught_up().await;
    let after = seen(&again);
    assert!(
        after.iter().all(|seq| !before.contains(seq)) && !after.is_empty(),
        "{before:?} {after:?}"
    );

    // A version from another conversation, or from the future: everything anew, and the client is told.
    for (told, version) in [(Some(uuid()), 1), (Some(conversation), 10_000)] {
        let mut other = world.visitor_socket().await;
        other.send(&visitor.hello(told.as_deref(), version)).await;
        assert_eq!(other.until("welcome").await["reset"], true);
        other.caught_up().await;
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
    assert_eq!(opened["conversation"], json!(one.opened()));
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
    let conversation = widget.opened();
    dashboard
        .team(&conversation, json!({ "type": "take_over" }))
        .await;
    world.assistant.words.add_permits(50);
    let joined = widget.event("person_joined").await;
    assert_eq!(joined["body"]["name"], "Olga");
    let at = widget.seen.len();
    dashboard
        .team(
            &conversation,
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
    let log = world.events(conversation.parse().unwrap()).await;
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
    let conversation = widget.opened();
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

#[tokio::test(start_paused = true)]
async fn typing_is_told_and_never_stored() {
    let world = World::new().await;
    let owner = world.owner().await;
    let visitor = world.visitor("store").await;
    let mut widget = world.widget(&visitor).await;
    widget.ask(send("hello")).await;
    widget.event("message").await;
    let conversation = widget.opened();
    let mut dashboard = world.dashboard(&owner).await;
    dashboard
        .send(&json!({ "type": "watch", "conversation": conversation, "after": 0 }))
        .await;
    dashboard.caught_up().await;
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
    // One sign of typing in half a second is told.
    tokio::time::advance(Duration::from_millis(600)).await;
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
    let first = widget.opened();
    let mut dashboard = world.dashboard(&owner).await;
    dashboard.team(&first, json!({ "type": "close" })).await;
    widget.event("closed").await;
    // After a reload the ended conversation still shows.
    let mut again = world.visitor_socket().await;
    again.send(&visitor.hello(Some(&first), 0)).await;
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
    let log = world.events(conversation).await;
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
