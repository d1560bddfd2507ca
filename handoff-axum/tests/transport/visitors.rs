//! How visitors begin, and who they are.

use std::fmt::Write;

use axum::http::{StatusCode, header};
use handoff_axum::Rate;
use handoff_core::directory::{Directory, RecordKind};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::support::{BASE, Visitor, World, service};

fn sign(secret: &str, user: &str, expires: i64, name: &str, email: &str) -> Value {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(format!("{user}\n{expires}\n{name}\n{email}").as_bytes());
    let signature = hex::encode(mac.finalize().into_bytes());
    json!({ "user": user, "expires": expires, "signature": signature, "name": name, "email": email })
}

async fn secret(world: &World, owner: &str) -> String {
    let made = world
        .ask("POST", "/api/v1/services/store/identity")
        .cookie(owner)
        .send()
        .await;
    made.json()["secret"].as_str().unwrap().to_owned()
}

async fn enter(world: &World, identity: &Value) -> crate::support::Answer {
    world
        .ask("POST", "/api/v1/visitor/session")
        .json(&json!({ "service": "store", "identity": identity }))
        .send()
        .await
}

#[tokio::test]
async fn a_signed_person_is_the_same_visitor_on_every_device() {
    let world = World::new().await;
    let owner = world.owner().await;
    let secret = secret(&world, &owner).await;
    let soon = world.handoff.now().as_millis() + 60_000;
    let identity = sign(&secret, "u1", soon, "Ann", "ann@home.test");
    let phone = Visitor::of("store", &enter(&world, &identity).await.json());
    let laptop = Visitor::of("store", &enter(&world, &identity).await.json());
    assert_eq!(phone.id, laptop.id);
    assert_ne!(phone.secret, laptop.secret);
    let conversation = world.say(&phone, "from the phone").await;
    assert_eq!(world.say(&laptop, "from the laptop").await, conversation);
    let state = world.handoff.state(conversation).await.unwrap().unwrap();
    assert!(state.profile.verified);
    assert_eq!(state.profile.name.as_deref(), Some("Ann"));
    let other = Visitor::of(
        "store",
        &enter(&world, &sign(&secret, "u2", soon, "", ""))
            .await
            .json(),
    );
    assert_ne!(other.id, phone.id);
}

#[tokio::test]
async fn what_the_host_did_not_sign_is_refused() {
    let world = World::new().await;
    let owner = world.owner().await;
    let now = world.handoff.now().as_millis();
    let unset = sign("", "u1", now + 60_000, "", "");
    assert_eq!(enter(&world, &unset).await.problem(), "wrong_signature");
    let secret = secret(&world, &owner).await;
    let good = sign(&secret, "u1", now + 60_000, "Ann", "");
    assert_eq!(enter(&world, &good).await.status, StatusCode::OK);
    let mut stolen = good.clone();
    stolen["user"] = json!("u2");
    let mut renamed = good.clone();
    renamed["email"] = json!("ceo@shop.test");
    let mut prolonged = good.clone();
    prolonged["expires"] = json!(now + 70_000);
    for forged in [
        stolen,
        renamed,
        prolonged,
        sign("another", "u1", now + 60_000, "Ann", ""),
        sign(&secret, "u1", now - 1, "Ann", ""),
        sign(&secret, "u1", i64::MAX, "Ann", ""),
        sign(&secret, "u1\n1", now + 60_000, "Ann", ""),
        sign(&secret, "", now + 60_000, "Ann", ""),
        sign(&secret, &"u".repeat(1_000), now + 60_000, "Ann", ""),
    ] {
        assert_eq!(
            enter(&world, &forged).await.problem(),
            "wrong_signature",
            "{forged}"
        );
    }
    // The secret of one service signs nobody into another.
    let body = json!({ "service": "other", "identity": good });
    let foreign = world
        .ask("POST", "/api/v1/visitor/session")
        .json(&body)
        .send()
        .await;
    assert_eq!(foreign.problem(), "wrong_signature");
}

#[tokio::test]
async fn a_secret_is_replaced_without_signing_anybody_out() {
    let world = World::new().await;
    let owner = world.owner().await;
    let soon = world.handoff.now().as_millis() + 60_000;
    let secrets = [
        secret(&world, &owner).await,
        secret(&world, &owner).await,
        secret(&world, &owner).await,
    ];
    for (secret, status) in
        secrets
            .iter()
            .zip([StatusCode::UNAUTHORIZED, StatusCode::OK, StatusCode::OK])
    {
        assert_eq!(
            enter(&world, &sign(secret, "u1", soon, "", ""))
                .await
                .status,
            status
        );
    }
}

#[tokio::test]
async fn what_a_visitor_types_is_not_verified() {
    let world = World::new().await;
    let owner = world.owner().await;
    let secret = secret(&world, &owner).await;
    let soon = world.handoff.now().as_millis() + 60_000;
    enter(&world, &sign(&secret, "u1", soon, "Ann", "ann@home.test")).await;
    let stranger = world.visitor("store").await;
    let mut hello = stranger.hello(None, 0);
    hello["profile"] = json!({ "name": "Ann", "email": "ann@home.test", "verified": true, "locale": " ", "place": "x".repeat(999) });
    let mut widget = world
        .pipe
        .socket("/api/v1/visitor/socket", &[])
        .await
        .unwrap();
    widget.send(&hello).await;
    widget.until("welcome").await;
    widget
        .ask(json!({ "type": "send", "text": "it's me" }))
        .await;
    let opened = widget.opened();
    let state = world
        .handoff
        .state(opened.parse().unwrap())
        .await
        .unwrap()
        .unwrap();
    assert!(!state.profile.verified);
    assert_eq!(state.profile.name.as_deref(), Some("Ann"));
    assert_eq!(
        (
            state.profile.locale.as_deref(),
            state.profile.place.as_deref()
        ),
        (None, None)
    );
}

#[tokio::test]
async fn secrets_are_kept_as_digests_alone() {
    let world = World::new().await;
    let owner = world.owner().await;
    let visitor = world.visitor("store").await;
    let token = world
        .post(
            "/api/v1/services/store/tokens",
            &owner,
            json!({ "name": "bot" }),
        )
        .await
        .json();
    let session = owner.split_once('=').unwrap().1;
    let now = world.handoff.now();
    let mut stored = String::new();
    for kind in [
        RecordKind::Visitor,
        RecordKind::Token,
        RecordKind::Session,
        RecordKind::Account,
        RecordKind::Invitation,
    ] {
        let records = world.directory.list(kind, None, 100, now).await.unwrap();
        write!(stored, "{records:?}").unwrap();
    }
    assert!(stored.contains(&visitor.id));
    for secret in [
        visitor.secret.as_str(),
        token["token"].as_str().unwrap(),
        session,
        crate::support::PASSWORD,
    ] {
        assert!(!stored.contains(secret), "a secret is stored as it is");
    }
}

#[tokio::test]
async fn ids_alone_open_nothing() {
    let world = World::new().await;
    let visitor = world.visitor("store").await;
    let conversation = world.say(&visitor, "mine").await;
    let path = format!("/api/v1/visitor/events?conversation={conversation}");
    for token in [
        visitor.id.clone(),
        format!("{}.", visitor.id),
        format!(".{}", visitor.secret),
        format!("{}.{}x", visitor.id, visitor.secret),
        format!("{}.{}", visitor.id, visitor.secret.get(1..).unwrap()),
        conversation.to_string(),
        String::new(),
    ] {
        let answer = world.ask("GET", &path).bearer(&token).send().await;
        assert_eq!(answer.problem(), "unauthorised", "{token}");
    }
    let read = world
        .ask("GET", &path)
        .bearer(&visitor.token())
        .send()
        .await;
    assert_eq!(read.status, StatusCode::OK);
}

#[tokio::test]
async fn only_sites_that_a_service_allows_hold_its_widget() {
    let world = World::new().await;
    let mut store = world
        .handoff
        .service(&service("store"))
        .await
        .unwrap()
        .unwrap()
        .value
        .clone();
    store.origins = vec!["https://shop.test".into()];
    world.handoff.save_service(store, 1).await.unwrap();
    let mut other = world
        .handoff
        .service(&service("other"))
        .await
        .unwrap()
        .unwrap()
        .value
        .clone();
    other.origins = vec!["https://other.test".into()];
    world.handoff.save_service(other, 1).await.unwrap();
    let enter = async |origin: &str| {
        let ask = world
            .ask("POST", "/api/v1/visitor/session")
            .header("origin", origin);
        ask.json(&json!({ "service": "store" })).send().await
    };
    let allowed = enter("https://shop.test").await;
    assert_eq!(allowed.status, StatusCode::OK);
    assert_eq!(
        allowed.headers[header::ACCESS_CONTROL_ALLOW_ORIGIN],
        "https://shop.test"
    );
    assert!(
        !allowed
            .headers
            .contains_key(header::ACCESS_CONTROL_ALLOW_CREDENTIALS)
    );
    assert_eq!(enter(BASE).await.status, StatusCode::OK);
    for origin in [
        "null",
        "https://evil.test",
        "http://shop.test",
        "https://shop.test:444",
        "https://shop.test.evil.test",
        "https://xshop.test",
    ] {
        let refused = enter(origin).await;
        assert_eq!(refused.problem(), "wrong_origin", "{origin}");
        assert!(
            !refused
                .headers
                .contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN),
            "{origin}"
        );
        let ask = world
            .ask("OPTIONS", "/api/v1/visitor/session")
            .header("origin", origin);
        let preflight = ask
            .header("access-control-request-method", "POST")
            .send()
            .await;
        assert!(
            !preflight
                .headers
                .contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN),
            "{origin}"
        );
    }
    let ask = world
        .ask("OPTIONS", "/api/v1/visitor/session")
        .header("origin", "https://shop.test");
    let preflight = ask
        .header("access-control-request-method", "POST")
        .send()
        .await;
    assert_eq!(
        preflight.headers[header::ACCESS_CONTROL_ALLOW_ORIGIN],
        "https://shop.test"
    );
    // A site of another service of this server is still not one of this one's.
    assert_eq!(enter("https://other.test").await.problem(), "wrong_origin");
    let visitor = world.visitor("store").await;
    let mut socket = world
        .pipe
        .socket(
            "/api/v1/visitor/socket",
            &[("origin", "https://other.test")],
        )
        .await
        .unwrap();
    socket.send(&visitor.hello(None, 0)).await;
    assert_eq!(socket.ended().await.code, 4401);
    assert_eq!(
        world
            .pipe
            .refusal("/api/v1/visitor/socket", &[("origin", "https://evil.test")])
            .await,
        403
    );
}

#[tokio::test]
async fn new_visitors_of_one_address_are_held_back() {
    let world = World::with(|options| options.limits.new_visitors = Some(Rate::new(2, 2))).await;
    let enter = async |address: &str| {
        let ask = world.ask("POST", "/api/v1/visitor/session").from(address);
        ask.json(&json!({ "service": "store" })).send().await
    };
    assert_eq!(enter("203.0.113.1").await.status, StatusCode::OK);
    assert_eq!(enter("203.0.113.1").await.status, StatusCode::OK);
    let held = enter("203.0.113.1").await;
    assert_eq!(held.problem(), "too_many");
    assert!(held.headers.contains_key(header::RETRY_AFTER));
    assert_eq!(enter("203.0.113.2").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_service_tells_how_its_widget_looks_and_no_more() {
    let world = World::new().await;
    let look = world
        .ask("GET", "/api/v1/visitor/services/store")
        .send()
        .await
        .json();
    let mut fields: Vec<_> = look.as_object().unwrap().keys().cloned().collect();
    fields.sort();
    assert_eq!(fields, ["look", "mode"]);
    let missing = world
        .ask("GET", "/api/v1/visitor/services/nope")
        .send()
        .await;
    assert_eq!(missing.problem(), "no_such_service");
    let missing = world
        .ask("POST", "/api/v1/visitor/session")
        .json(&json!({ "service": "nope" }))
        .send()
        .await;
    assert_eq!(missing.problem(), "no_such_service");
}
