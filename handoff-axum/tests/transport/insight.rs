//! What the team is told of conversations: summaries, and dry runs of detectors.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::support::World;

#[tokio::test]
async fn a_summary_tells_what_is_wanted_and_known() {
    let world = World::new().await;
    let owner = world.owner().await;
    let visitor = world.visitor("store").await;
    let conversation = world.say(&visitor, "My order number is 4711.").await;
    let path = format!("/api/v1/conversations/{conversation}/summary");
    let told = world.get(&path, &owner).await.json();
    assert_eq!(told["wants"], "My order number is 4711.");
    let fact = json!({ "name": "order number", "value": "4711", "from": "visitor" });
    assert_eq!(told["facts"], json!([fact]));
    assert_eq!(told["mood"], "calm");
}

#[tokio::test]
async fn a_dry_run_tells_what_would_have_been_flagged() {
    let world = World::new().await;
    let owner = world.owner().await;
    let visitor = world.visitor("store").await;
    let conversation = world.say(&visitor, "What is the enterprise price?").await;
    let other = world.visitor("other").await;
    world.say(&other, "enterprise, too").await;
    let run = async |what: Value, days: u32| {
        let body = json!({ "what": what, "days": days });
        let path = "/api/v1/services/store/dry-run";
        world.post(path, &owner, body).await
    };
    let keywords = json!({ "type": "keywords", "keywords": ["enterprise"] });
    let report = run(keywords.clone(), 7).await.json();
    assert_eq!(
        (&report["count"], &report["whole"]),
        (&json!(1), &json!(true))
    );
    assert_eq!(report["flags"][0]["finding"]["quote"], "enterprise");
    assert_eq!(report["flags"][0]["conversation"], json!(conversation));
    let detector = json!({ "type": "detector", "name": "help_request" });
    assert_eq!(run(detector, 7).await.json()["count"], 0);
    // Nothing is changed by it.
    let log = world.events(conversation).await;
    assert!(log.iter().all(|event| event.body.kind() != "flag_raised"));
    for (what, days) in [
        (json!({ "type": "expression", "expression": "(" }), 7),
        (json!({ "type": "keywords", "keywords": [] }), 7),
        (json!({ "type": "detector", "name": "nothing" }), 7),
        (keywords.clone(), 0),
        (keywords, 400),
    ] {
        let refused = run(what, days).await;
        assert_eq!(
            refused.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "{}",
            refused.text
        );
    }
}
