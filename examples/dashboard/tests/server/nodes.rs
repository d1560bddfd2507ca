//! Two servers on one store: what happens at one is seen at the other, and one may die.

use std::time::Duration;

use serde_json::{Value, json};

use crate::backend::{Database, Redis};
use crate::process::Server;
use crate::socket::Socket;
use crate::team::{Visitor, command, dashboard, id, owner, send};

#[tokio::test]
async fn two_servers_on_one_postgres() {
    let database = Database::new().await;
    visitor_here_agent_there(&database.url).await;
    database.drop().await;
}

#[tokio::test]
async fn two_servers_on_one_redis() {
    let redis = Redis::start();
    visitor_here_agent_there(&redis.url).await;
}

/// The visitor is on A, the agent on B.
async fn visitor_here_agent_there(store: &str) {
    let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    // A long reply takes seconds, so that a takeover meets it in the middle.
    let options = ["--store", store, "--assistant-pace", "400"];
    let a = Server::start(folders[0].path(), &options);
    let b = Server::start(folders[1].path(), &options);
    let cookie = owner(&b, folders[1].path());
    let mut agent = dashboard(&b, &cookie).await;
    let visitor = Visitor::enter(&a);
    let mut widget = visitor.at(&a, None).await;

    widget
        .send(&send(&id(), "How do I return a pair of boots?"))
        .await;
    let opened = widget.frame("opened").await;
    let conversation = opened["conversation"].as_str().unwrap().to_owned();
    agent
        .find(|frame| {
            let cards = frame["cards"].as_array();
            cards.is_some_and(|cards| cards.iter().any(|card| card["id"] == conversation.as_str()))
        })
        .await;
    let watch = json!({ "type": "watch", "conversation": conversation, "after": 0 });
    agent.send(&watch).await;
    agent.said("How do I return a pair of boots?").await;

    // The assistant writes on A, and B takes over in the middle.
    widget.frame("piece").await;
    agent.frame("piece").await;
    agent
        .send(&command(&conversation, &json!({ "type": "take_over" })))
        .await;
    let joined = widget
        .event(|event| event["body"]["type"] == "person_joined")
        .await;
    let taken_at = widget.seen.len();

    // Both ways, live.
    say(&mut agent, &conversation, "Hello, this is Ann.").await;
    widget.said("Hello, this is Ann.").await;
    widget
        .send(&send(&id(), "How long does delivery take?"))
        .await;
    agent.said("How long does delivery take?").await;
    assert_silence(&widget, taken_at, &joined);

    // A dies in the middle of a message: whether that was kept only a second try can tell.
    let (unsure, seen) = (id(), widget.version());
    widget.send(&send(&unsure, "Are you still there?")).await;
    a.kill();
    say(&mut agent, &conversation, "Said while you were away.").await;
    let mut again = visitor.at(&b, Some((&conversation, seen))).await;
    again.send(&send(&unsure, "Are you still there?")).await;
    again.said("Said while you were away.").await;
    agent.said("Are you still there?").await;
    again.send(&send(&id(), "I am here again.")).await;
    agent.said("I am here again.").await;
    say(&mut agent, &conversation, "So am I.").await;
    again.said("So am I.").await;
    assert_silence(&again, 0, &joined);

    assert_whole(&b, &cookie, &conversation);
    b.end();
}

async fn say(agent: &mut Socket, conversation: &str, text: &str) {
    let message = json!({ "type": "send_agent_message", "text": text });
    agent.send(&command(conversation, &message)).await;
}

/// After the takeover the visitor sees no word of the assistant.
fn assert_silence(widget: &Socket, from: usize, joined: &Value) {
    let later = |event: &&Value| event["seq"].as_u64() > joined["seq"].as_u64();
    let replies: Vec<&Value> = widget
        .events()
        .filter(later)
        .filter(|event| {
            event["body"]["from"] == "assistant" || event["body"]["type"] == "reply_started"
        })
        .collect();
    assert!(replies.is_empty(), "{replies:?}");
    let frames = widget.seen.iter().skip(from);
    let pieces: Vec<&Value> = frames.filter(|frame| frame["type"] == "piece").collect();
    assert!(pieces.is_empty(), "{pieces:?}");
}

/// The log has every message once, in order and without a gap, and no reply of the assistant.
fn assert_whole(server: &Server, cookie: &str, conversation: &str) {
    let log = server.client().get_as(
        &format!("/api/v1/conversations/{conversation}/events?limit=200"),
        cookie,
    );
    let log = log.json();
    let events = log["events"].as_array().unwrap();
    let seqs: Vec<u64> = events
        .iter()
        .map(|event| event["seq"].as_u64().unwrap())
        .collect();
    assert!(
        seqs.iter()
            .copied()
            .eq(1..=log["version"].as_u64().unwrap()),
        "{seqs:?}"
    );
    let said: Vec<&str> = events
        .iter()
        .filter(|event| {
            let kind = event["body"]["type"].as_str().unwrap();
            ["message_received", "agent_messaged", "reply_committed"].contains(&kind)
        })
        .filter_map(|event| event["body"]["text"].as_str())
        .collect();
    // Whoever resumed may have been faster than the agent, or not.
    let mut sorted = said.clone();
    sorted.sort_unstable();
    let mut expected = [
        "How do I return a pair of boots?",
        "Hello, this is Ann.",
        "How long does delivery take?",
        "Are you still there?",
        "Said while you were away.",
        "I am here again.",
        "So am I.",
    ];
    expected.sort_unstable();
    assert_eq!(sorted, expected);
    assert_eq!(said.last(), Some(&"So am I."));
}

/// Before it ends a server says that it is not ready, and then sends clients away, each to another moment.
#[tokio::test]
async fn a_server_that_ends_is_drained() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path(), &["--drain", "3"]);
    let visitor = Visitor::enter(&server);
    let mut widgets = Vec::new();
    for _ in 0..4 {
        widgets.push(visitor.at(&server, None).await);
    }
    assert_eq!(server.client().get("/readyz").unwrap().status, 200);
    server.signal("-TERM");
    let refused = async {
        while server.client().get("/readyz").unwrap().status == 200 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(2), refused)
        .await
        .unwrap();
    assert_eq!(server.client().get("/readyz").unwrap().status, 503);
    assert_eq!(server.client().get("/healthz").unwrap().status, 200);
    // Until then all goes on.
    widgets[0].send(&json!({ "type": "ping" })).await;
    widgets[0].frame("pong").await;
    let mut delays = Vec::new();
    for widget in &mut widgets {
        let end = loop {
            match widget.next().await {
                Ok(_) => {}
                Err(end) => break end.unwrap(),
            }
        };
        assert_eq!(end.0, 1012);
        delays.push(end.1.parse::<u64>().unwrap());
    }
    assert!(
        delays.iter().all(|delay| (300..=3_300).contains(delay)),
        "{delays:?}"
    );
    delays.dedup();
    assert!(delays.len() > 1, "all come back at once: {delays:?}");
    let (status, said) = server.wait();
    assert!(status.success(), "{said}");
}
