//! A dashboard's socket.

use std::time::Duration;

use crate::support::{BASE, World, uuid};
use handoff_core::conversation::{Page, Profile, Role};
use handoff_core::directory::{Directory, RecordKind};
use serde_json::{Value, json};

fn any_card(frame: &Value, pass: impl Fn(&Value) -> bool) -> bool {
    frame["cards"].as_array().unwrap().iter().any(pass)
}

#[tokio::test]
async fn only_ones_own_pages_connect() {
    let world = World::new().await;
    let owner = world.owner().await;
    let path = "/api/v1/team/socket";
    let refusal = async |origin: Option<&str>, cookie: &str| {
        let mut headers = vec![("cookie", cookie)];
        headers.extend(origin.map(|origin| ("origin", origin)));
        world.pipe.refusal(path, &headers).await
    };
    for origin in [
        None,
        Some("null"),
        Some("https://evil.test"),
        Some("http://chat.test.evil.test"),
        Some("http://evilchat.test"),
        Some("https://chat.test"),
        Some("http://chat.test:81"),
        Some(""),
    ] {
        assert_eq!(refusal(origin, &owner).await, 403, "{origin:?}");
    }
    assert_eq!(refusal(Some(BASE), "").await, 401);
    assert_eq!(refusal(Some(BASE), "handoff=x").await, 401);
    let visitor = world.visitor("store").await;
    assert_eq!(
        refusal(Some(BASE), &format!("handoff={}", visitor.secret)).await,
        401
    );
    assert_eq!(refusal(Some(BASE), &owner).await, 101);
    assert_eq!(world.get(path, &owner).await.problem(), "wrong_origin");
}

#[tokio::test]
async fn the_board_comes_first_and_then_every_change() {
    let world = World::new().await;
    let owner = world.owner().await;
    let visitor = world.visitor("store").await;
    let first = world.say(&visitor, "hello").await.to_string();
    let mut dashboard = world.dashboard(&owner).await;
    let kinds: Vec<_> = dashboard
        .seen
        .iter()
        .map(|frame| frame["type"].as_str().unwrap())
        .collect();
    assert_eq!(kinds, ["welcome", "board"]);
    assert_eq!(dashboard.seen[0]["you"]["agent"]["name"], "Olga");
    assert_eq!(dashboard.seen[0]["team"][0]["present"], true);
    assert_eq!(dashboard.seen[1]["cards"][0]["id"], json!(first));
    let second = world
        .say(&world.visitor("store").await, "I want to talk to a human")
        .await
        .to_string();
    let waits = |frame: &Value| {
        any_card(frame, |card| {
            card["id"] == json!(second) && card["status"] == "waiting"
        })
    };
    dashboard.until_where("cards", waits).await;
    let active = |frame: &Value| frame["counts"][0]["counts"]["active"] == 2;
    dashboard
        .until_where("counts", |frame| {
            active(frame) && frame["counts"][0]["counts"]["attention"] == 1
        })
        .await;
}

#[tokio::test]
async fn a_large_board_comes_in_parts_and_ends() {
    let world = World::new().await;
    let owner = world.owner().await;
    for nth in 0..450 {
        let visitor = handoff_core::id::VisitorId::new(format!("v{nth}")).unwrap();
        world
            .handoff
            .open(
                &crate::support::service("store"),
                &visitor,
                Profile::default(),
                Page::default(),
            )
            .await
            .unwrap();
    }
    let dashboard = world.dashboard(&owner).await;
    let parts: Vec<&Value> = dashboard
        .seen
        .iter()
        .filter(|frame| frame["type"] == "board")
        .collect();
    let sizes: Vec<usize> = parts
        .iter()
        .map(|part| part["cards"].as_array().unwrap().len())
        .collect();
    assert_eq!(sizes, [200, 200, 50]);
    assert!(
        parts
            .iter()
            .enumerate()
            .all(|(nth, part)| part["first"] == (nth == 0) && part["last"] == (nth == 2))
    );
}

#[tokio::test]
async fn two_agents_arbitrate_over_their_sockets() {
    let world = World::new().await;
    let owner = world.owner().await;
    let ann = world.colleague(&owner, "Ann", Role::Agent).await;
    let visitor = world.visitor("store").await;
    let conversation = world.say(&visitor, "hello").await.to_string();
    let (mut olga, mut ann) = (world.dashboard(&owner).await, world.dashboard(&ann).await);
    olga.team(&conversation, json!({ "type": "take_over" }))
        .await;
    let refused = ann.ask(json!({ "type": "do", "conversation": conversation, "command": { "type": "take_over" } })).await;
    assert_eq!(refused["problem"]["type"], "/problems/held_by");
    assert_eq!(refused["problem"]["rejection"]["holder"]["name"], "Olga");
    assert_eq!(refused["problem"]["status"], 409);
    ann.team(&conversation, json!({ "type": "request_control" }))
        .await;
    let me = ann.seen[0]["you"]["agent"]["id"].clone();
    olga.until_where("cards", |frame| {
        any_card(frame, |card| card["control_request"]["agent"]["id"] == me)
    })
    .await;
    olga.team(&conversation, json!({ "type": "grant_control", "to": me }))
        .await;
    ann.until_where("cards", |frame| {
        any_card(frame, |card| card["control"]["agent"]["id"] == me)
    })
    .await;
}

#[tokio::test]
async fn who_watches_sees_events_pieces_and_each_other() {
    let world = World::new().await;
    let owner = world.owner().await;
    let ann = world.colleague(&owner, "Ann", Role::Viewer).await;
    let visitor = world.visitor("store").await;
    let conversation = world.say(&visitor, "hello").await.to_string();
    let (mut olga, mut ann) = (world.dashboard(&owner).await, world.dashboard(&ann).await);
    let watch = json!({ "type": "watch", "conversation": conversation, "after": 0 });
    olga.send(&watch).await;
    let first = olga.until("events").await;
    assert_eq!(first["events"][0]["seq"], 1);
    assert_eq!(
        olga.until("viewers").await["agents"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    ann.send(&watch).await;
    for socket in [&mut olga, &mut ann] {
        socket
            .until_where("viewers", |frame| {
                frame["agents"].as_array().unwrap().len() == 2
            })
            .await;
    }
    world.say(&visitor, "answer slowly").await;
    world.assistant.words.add_permits(1);
    assert_eq!(ann.until("piece").await["text"], "You ");
    world.assistant.words.add_permits(9);
    ann.event("reply_committed").await;
    // Somebody with two windows looks until both are closed.
    let mut second = world.dashboard(&owner).await;
    second.send(&watch).await;
    second
        .until_where("viewers", |frame| {
            frame["agents"].as_array().unwrap().len() == 2
        })
        .await;
    second
        .send(&json!({ "type": "unwatch", "conversation": conversation }))
        .await;
    olga.send(&json!({ "type": "unwatch", "conversation": conversation }))
        .await;
    ann.until_where("viewers", |frame| {
        frame["agents"].as_array().unwrap().len() == 1
    })
    .await;
}

#[tokio::test]
async fn what_is_not_ones_own_is_not_there() {
    let world = World::new().await;
    let owner = world.owner().await;
    let ann = world.colleague(&owner, "Ann", Role::Supervisor).await;
    world.confine("Ann", &["store"]).await;
    let foreign = world
        .say(&world.visitor("other").await, "CANARY")
        .await
        .to_string();
    let mut socket = world.dashboard(&ann).await;
    let mut answers = Vec::new();
    for id in [foreign.clone(), uuid()] {
        socket
            .send(&json!({ "type": "watch", "conversation": id, "after": 0 }))
            .await;
        let refused = socket.until("refused").await;
        assert_eq!(refused["id"], Value::Null);
        answers.push(refused["problem"].clone());
        let taken = socket
            .ask(json!({ "type": "do", "conversation": id, "command": { "type": "take_over" } }))
            .await;
        answers.push(taken["problem"].clone());
    }
    assert!(
        answers
            .iter()
            .all(|problem| *problem == answers[0] && problem["status"] == 404),
        "{answers:#?}"
    );
    world
        .say(&world.visitor("other").await, "CANARY again")
        .await;
    world.say(&world.visitor("store").await, "mine").await;
    socket
        .until_where("cards", |frame| {
            any_card(frame, |card| card["service"] == "store")
        })
        .await;
    socket.settle().await;
    let seen = serde_json::to_string(&socket.seen).unwrap();
    assert!(
        !seen.contains("CANARY") && !seen.contains("\"other\""),
        "{seen}"
    );
}

#[tokio::test]
async fn commands_that_are_not_the_teams_are_refused() {
    let world = World::new().await;
    let owner = world.owner().await;
    let conversation = world
        .say(&world.visitor("store").await, "hello")
        .await
        .to_string();
    let mut socket = world.dashboard(&owner).await;
    let ticket = json!({ "conversation": conversation, "epoch": 0, "turn": 1 });
    for command in [
        json!({ "type": "send_message", "text": "as the visitor" }),
        json!({ "type": "commit_reply", "ticket": ticket, "reply": { "text": "as the assistant" } }),
        json!({ "type": "wake" }),
        json!({ "type": "policy_changed" }),
        json!({ "type": "visitor_left" }),
        json!({ "type": "set_holder_presence", "agent": "owner", "present": false }),
        json!({ "type": "rate_conversation", "stars": 5, "comment": "" }),
    ] {
        let refused = socket
            .ask(json!({ "type": "do", "conversation": conversation, "command": command }))
            .await;
        assert_eq!(
            refused["problem"]["type"], "/problems/not_yours",
            "{command}"
        );
    }
    let nobody = json!({ "type": "transfer", "to": { "type": "agent", "agent": { "id": "nobody", "name": "The Queen" } }, "note": "" });
    let refused = socket
        .ask(json!({ "type": "do", "conversation": conversation, "command": nobody }))
        .await;
    assert_eq!(refused["problem"]["status"], 422);
    // Whoever gets a conversation gets it under their real name.
    let disguised = json!({ "type": "transfer", "to": { "type": "agent", "agent": { "id": "owner", "name": "The Queen" } }, "note": "" });
    socket.team(&conversation, disguised).await;
    let state = world
        .handoff
        .state(conversation.parse().unwrap())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(&*state.holder().unwrap().name, "Olga");
    socket.send(&json!({ "type": "do", "id": "a", "conversation": conversation, "command": { "type": "release", "agent": "x" } })).await;
    assert_eq!(socket.ended().await.code, 4400);
}

#[tokio::test]
async fn signing_out_closes_the_sockets_at_once() {
    let world = World::new().await;
    let owner = world.owner().await;
    let mut socket = world.dashboard(&owner).await;
    world
        .ask("DELETE", "/api/v1/session")
        .cookie(&owner)
        .send()
        .await;
    let ended = tokio::time::timeout(Duration::from_secs(1), socket.ended())
        .await
        .unwrap();
    assert_eq!(ended.code, 4401);
}

#[tokio::test]
async fn who_is_disabled_does_nothing_more() {
    let world = World::new().await;
    let owner = world.owner().await;
    let ann = world.colleague(&owner, "Ann", Role::Agent).await;
    let conversation = world
        .say(&world.visitor("store").await, "hello")
        .await
        .to_string();
    let mut socket = world.dashboard(&ann).await;
    let mut record = world
        .directory
        .find(RecordKind::Account, "ann@shop.test", world.handoff.now())
        .await
        .unwrap()
        .unwrap();
    record.body["disabled"] = json!(true);
    let key = record.key.clone();
    world
        .directory
        .put(record, world.handoff.now())
        .await
        .unwrap();
    world.handoff.record_changed(RecordKind::Account, &key);
    let ended = tokio::time::timeout(Duration::from_secs(1), socket.ended())
        .await
        .unwrap();
    assert_eq!(ended.code, 4401);
    let answer = world
        .post(
            &format!("/api/v1/conversations/{conversation}/commands"),
            &ann,
            json!({}),
        )
        .await;
    assert_eq!(answer.problem(), "unauthorised");
}

#[tokio::test]
async fn whose_services_change_comes_back_as_somebody_else() {
    let world = World::new().await;
    let owner = world.owner().await;
    let ann = world.colleague(&owner, "Ann", Role::Agent).await;
    let mut socket = world.dashboard(&ann).await;
    world.confine("Ann", &["store"]).await;
    let ended = socket.ended().await;
    assert_eq!((ended.code, ended.reason.as_str()), (1012, "0"));
    let socket = world.dashboard(&ann).await;
    assert_eq!(socket.seen[0]["services"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_restart_sends_clients_away_with_a_delay() {
    let world = World::new().await;
    let owner = world.owner().await;
    let visitor = world.visitor("store").await;
    let mut sockets = [world.dashboard(&owner).await, world.widget(&visitor).await];
    let closing = world.transport.clone();
    let ((), ends) = tokio::join!(closing.close(), async {
        let [dashboard, widget] = &mut sockets;
        (dashboard.ended().await, widget.ended().await)
    });
    for ended in [ends.0, ends.1] {
        assert_eq!(ended.code, 1012);
        assert!(
            (300..4_000).contains(&ended.reason.parse::<u64>().unwrap()),
            "{ended:?}"
        );
    }
    assert_eq!(world.get("/readyz", "").await.problem(), "restarting");
}

#[tokio::test(start_paused = true)]
async fn who_reads_too_slowly_is_closed_and_others_are_not() {
    let world = World::new().await;
    let visitor = world.visitor("store").await;
    let other = world.visitor("store").await;
    let slow = world.widget(&visitor).await;
    let mut quick = world.widget(&other).await;
    // The slow one reads nothing: its pipe, then its queue fill up.
    let conversation = world.say(&visitor, "hello").await;
    for nth in 0..80 {
        let text = format!("{nth} {}", "x".repeat(15_000));
        world.say(&visitor, &text).await;
        tokio::task::yield_now().await;
    }
    quick
        .ask(json!({ "type": "send", "text": "am I held up?" }))
        .await;
    quick.event("message").await;
    let mut slow = slow;
    assert_eq!(slow.ended().await.code, 4413);
    // It comes back from where it was, and misses nothing.
    let seen: Vec<u64> = slow
        .seen
        .iter()
        .filter(|frame| frame["type"] == "events")
        .flat_map(|frame| frame["events"].as_array().unwrap())
        .map(|event| event["seq"].as_u64().unwrap())
        .collect();
    let after = seen.last().copied().unwrap_or_default();
    let mut again = world
        .pipe
        .socket("/api/v1/visitor/socket", &[])
        .await
        .unwrap();
    again
        .send(&visitor.hello(Some(&conversation.to_string()), after))
        .await;
    again.caught_up().await;
    let messages = again
        .seen
        .iter()
        .filter(|frame| frame["type"] == "events")
        .flat_map(|frame| frame["events"].as_array().unwrap())
        .filter(|event| event["body"]["from"] == "visitor")
        .count();
    assert!(messages >= 70, "{messages}");
}
