//! A bot in any language, by tickets over HTTP.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::support::{World, uuid};

async fn token(world: &World, owner: &str) -> String {
    let made = world
        .post(
            "/api/v1/services/store/tokens",
            owner,
            json!({ "name": "my bot" }),
        )
        .await;
    made.json()["token"].as_str().unwrap().to_owned()
}

async fn turn(world: &World, token: &str) -> Value {
    let turns = world
        .ask("GET", "/api/v1/bot/turns?wait=10")
        .bearer(token)
        .send()
        .await
        .json();
    turns["turns"][0].clone()
}

#[tokio::test]
async fn a_bot_waits_for_a_turn_shows_pieces_and_answers() {
    let world = World::new().await;
    let owner = world.owner().await;
    let token = token(&world, &owner).await;
    let visitor = world.visitor("store").await;
    let mut widget = world.widget(&visitor).await;
    let (turn, _) = tokio::join!(
        turn(&world, &token),
        world.say(&visitor, "answer this elsewhere")
    );
    assert_eq!(turn["transcript"][0]["text"], "answer this elsewhere");
    let ticket = &turn["ticket"];
    let piece = json!({ "ticket": ticket, "offset": 0, "text": "Well, " });
    let shown = world
        .ask("POST", "/api/v1/bot/pieces")
        .bearer(&token)
        .json(&piece)
        .send()
        .await;
    assert_eq!(shown.status, StatusCode::OK, "{shown:?}");
    assert_eq!(widget.until("piece").await["text"], "Well, ");
    let reply = json!({ "id": uuid(), "ticket": ticket, "reply": { "text": "Well, yes." } });
    let said = world
        .ask("POST", "/api/v1/bot/replies")
        .bearer(&token)
        .json(&reply)
        .send()
        .await;
    assert_eq!(said.status, StatusCode::OK, "{said:?}");
    widget
        .until_where("events", |frame| {
            frame["events"][0]["body"]["text"] == "Well, yes."
        })
        .await;
    // The same request again gets the same answer; another reply with the spent ticket is refused.
    let again = world
        .ask("POST", "/api/v1/bot/replies")
        .bearer(&token)
        .json(&reply)
        .send()
        .await;
    assert_eq!(again.text, said.text);
    let late = json!({ "id": uuid(), "ticket": ticket, "reply": { "text": "And another thing" } });
    let late = world
        .ask("POST", "/api/v1/bot/replies")
        .bearer(&token)
        .json(&late)
        .send()
        .await;
    assert_eq!(
        (late.status, late.problem().as_str()),
        (StatusCode::CONFLICT, "floor_lost")
    );
}

#[tokio::test]
async fn after_a_takeover_a_bot_has_lost_the_floor() {
    let world = World::new().await;
    let owner = world.owner().await;
    let token = token(&world, &owner).await;
    let visitor = world.visitor("store").await;
    let conversation = world.say(&visitor, "answer this elsewhere").await;
    let turn = turn(&world, &token).await;
    let take = json!({ "id": uuid(), "command": { "type": "take_over" } });
    let path = format!("/api/v1/conversations/{conversation}/commands");
    assert_eq!(world.post(&path, &owner, take).await.status, StatusCode::OK);
    for (path, body) in [
        (
            "/api/v1/bot/pieces",
            json!({ "ticket": turn["ticket"], "offset": 0, "text": "x" }),
        ),
        (
            "/api/v1/bot/replies",
            json!({ "id": uuid(), "ticket": turn["ticket"], "reply": { "text": "x" } }),
        ),
    ] {
        let refused = world
            .ask("POST", path)
            .bearer(&token)
            .json(&body)
            .send()
            .await;
        assert_eq!(
            (refused.status, refused.problem().as_str()),
            (StatusCode::CONFLICT, "floor_lost"),
            "{path}"
        );
        assert_eq!(refused.json()["rejection"]["holder"]["name"], "Olga");
    }
    let log = world.events(conversation).await;
    assert!(
        log.iter()
            .all(|event| event.body.kind() != "reply_committed")
    );
}

#[tokio::test]
async fn a_wait_has_bounds() {
    let world = World::new().await;
    let owner = world.owner().await;
    let token = token(&world, &owner).await;
    for bad in ["wait=61", "wait=-1", "wait=x", "wait=1&nope=1"] {
        let answer = world
            .ask("GET", &format!("/api/v1/bot/turns?{bad}"))
            .bearer(&token)
            .send()
            .await;
        assert_eq!(answer.problem(), "malformed", "{bad}");
    }
    let nothing = world
        .ask("GET", "/api/v1/bot/turns?wait=0")
        .bearer(&token)
        .send()
        .await;
    assert_eq!(nothing.json(), json!({ "turns": [] }));
}
