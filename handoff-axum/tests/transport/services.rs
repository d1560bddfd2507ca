//! Services, modes and categories.

use axum::http::StatusCode;
use handoff_core::conversation::Role;
use serde_json::{Value, json};

use crate::support::World;

#[tokio::test]
async fn a_setting_is_saved_by_who_saw_the_last_one() {
    let world = World::new().await;
    let owner = world.owner().await;
    let mut dashboard = world.dashboard(&owner).await;
    let visitor = world.visitor("store").await;
    let mut widget = world.widget(&visitor).await;
    let views = world.get("/api/v1/services", &owner).await.json();
    let mut view = views
        .as_array()
        .unwrap()
        .iter()
        .find(|view| view["service"]["id"] == "store")
        .unwrap()
        .clone();
    view["service"]["look"]["title"] = json!("Ask us");
    view["service"]["policy"]["timing"]["takeover"] = json!(5_000);
    let save = |view: &Value| {
        world
            .ask("PUT", "/api/v1/services/store")
            .cookie(&owner)
            .json(view)
            .send()
    };
    let saved = save(&view).await;
    assert_eq!(
        (saved.status, &saved.json()["version"]),
        (StatusCode::OK, &json!(2))
    );
    assert_eq!(save(&view).await.problem(), "version_conflict");
    assert_eq!(
        dashboard.until("service").await["service"]["service"]["look"]["title"],
        "Ask us"
    );
    assert_eq!(widget.until("service").await["look"]["title"], "Ask us");
    let bad = |path: &str, value: Value| {
        let mut bad = view.clone();
        bad["version"] = json!(2);
        *bad.pointer_mut(path).unwrap() = value;
        bad
    };
    for view in [
        bad("/service/policy/timing/takeover", json!(0)),
        bad("/service/policy/timing/takeover", json!(u64::MAX)),
        bad("/service/look/color", json!("red;}")),
        bad("/service/look/contact", json!("javascript:alert(1)")),
        bad("/service/origins", json!(["*"])),
        bad("/service/id", json!("other")),
        bad("/version", json!(0)),
    ] {
        assert_eq!(
            save(&view).await.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "{view}"
        );
    }
    for view in [
        bad("/service/policy/timing/takeover", json!(-1)),
        bad("/service/policy/mode", json!("x")),
    ] {
        assert_eq!(save(&view).await.problem(), "malformed");
    }
}

#[tokio::test]
async fn a_mode_is_set_for_all_services_or_some() {
    let world = World::new().await;
    let owner = world.owner().await;
    let boss = world.colleague(&owner, "Sue", Role::Supervisor).await;
    world.confine("Sue", &["store"]).await;
    let set =
        async |cookie: &str, body: Value| world.post("/api/v1/services/mode", cookie, body).await;
    let all = set(&owner, json!({ "mode": "human_only" })).await.json();
    assert_eq!(all.as_array().unwrap().len(), 2);
    assert!(
        all.as_array()
            .unwrap()
            .iter()
            .all(|view| view["service"]["policy"]["mode"] == "human_only")
    );
    let own = set(&boss, json!({ "mode": "assistant_only" })).await.json();
    assert_eq!(own.as_array().unwrap().len(), 1);
    assert_eq!(
        set(&boss, json!({ "mode": "supported", "services": ["other"] }))
            .await
            .status,
        StatusCode::NOT_FOUND
    );
    let other = world
        .handoff
        .service(&crate::support::service("other"))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        serde_json::to_value(other.value.policy.mode).unwrap(),
        "human_only"
    );
}

#[tokio::test]
async fn categories_come_and_go() {
    let world = World::new().await;
    let owner = world.owner().await;
    let save = async |name: &str, color: &str| {
        let ask = world
            .ask("PUT", &format!("/api/v1/categories/{name}"))
            .cookie(&owner);
        ask.json(&json!({ "color": color })).send().await
    };
    assert_eq!(
        save("Sizes%20%26%20fit", "#aabbcc").await.status,
        StatusCode::OK
    );
    assert_eq!(
        save("Sizes%20%26%20fit", "#112233").await.status,
        StatusCode::OK
    );
    let listed = world.get("/api/v1/categories", &owner).await.json();
    assert_eq!(
        listed,
        json!([{ "name": "Sizes & fit", "color": "#112233" }])
    );
    for (name, color) in [("x", "red"), ("%20x", "#aabbcc"), ("a%0Ab", "#aabbcc")] {
        assert_eq!(
            save(name, color).await.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "{name} {color}"
        );
    }
    let gone = world
        .ask("DELETE", "/api/v1/categories/Sizes%20%26%20fit")
        .cookie(&owner)
        .send()
        .await;
    assert_eq!(gone.status, StatusCode::NO_CONTENT);
    assert_eq!(
        world.get("/api/v1/categories", &owner).await.json(),
        json!([])
    );
}
