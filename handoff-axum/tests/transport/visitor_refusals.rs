//! What a widget's socket refuses, and whom.

use std::time::Duration;

use crate::support::{World, uuid};
use handoff_axum::Rate;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

fn send(text: &str) -> Value {
    json!({ "type": "send", "text": text })
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
        let mut socket = world.visitor_socket().await;
        socket.send(&hello).await;
        assert_eq!(socket.ended().await.code, 4401, "{hello}");
    }
    // Another visitor's conversation is nobody else's, by whatever id.
    let conversation = world.say(&visitor, "mine").await.to_string();
    let other = world.visitor("store").await;
    let mut socket = world.visitor_socket().await;
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
        let mut socket = world.visitor_socket().await;
        socket.send(&hello).await;
        let ended = socket.ended().await;
        assert_eq!((ended.code, ended.reason.as_str()), (4406, "1"));
    }
    let mut socket = world.visitor_socket().await;
    socket.send(&json!({ "type": "ping" })).await;
    assert_eq!(socket.ended().await.code, 4400);
}

#[tokio::test(start_paused = true)]
async fn who_says_nothing_is_sent_away() {
    let world = World::new().await;
    let mut socket = world.visitor_socket().await;
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
    let mut three = world.visitor_socket().await;
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
