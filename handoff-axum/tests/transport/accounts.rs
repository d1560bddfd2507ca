//! Signing in, joining, and what ends it.

use crate::support::{BASE, PASSWORD, World, cookie};
use axum::http::{StatusCode, header};
use handoff_axum::Rate;
use handoff_core::conversation::Role;
use serde_json::json;

#[tokio::test]
async fn the_owners_link_works_once() {
    let world = World::new().await;
    let accounts = world.transport.accounts().unwrap();
    let first = accounts.owner_link().await.unwrap().unwrap();
    let second = accounts.owner_link().await.unwrap().unwrap();
    assert!(first.starts_with(&format!("{BASE}/setup#")));
    let accept = async |link: &str, email: &str| {
        let token = link.split('#').nth(1).unwrap();
        let person = json!({ "token": token, "name": "Ann", "email": email, "password": PASSWORD });
        world
            .ask("POST", "/api/v1/invitations/accept")
            .json(&person)
            .send()
            .await
    };
    assert_eq!(
        accept(&first, "a@shop.test").await.problem(),
        "no_such_invitation"
    );
    let (one, other) = tokio::join!(
        accept(&second, "a@shop.test"),
        accept(&second, "b@shop.test")
    );
    let winners = [&one, &other]
        .iter()
        .filter(|answer| answer.status == StatusCode::OK)
        .count();
    assert_eq!(winners, 1, "{one:?} {other:?}");
    assert_eq!(
        accept(&second, "c@shop.test").await.status,
        StatusCode::NOT_FOUND
    );
    assert_eq!(accounts.owner_link().await.unwrap(), None);
}

#[tokio::test]
async fn who_signs_in_gets_a_cookie_that_ends_with_signing_out() {
    let world = World::new().await;
    world.owner().await;
    let credentials = json!({ "email": " OLGA@shop.test ", "password": PASSWORD });
    let signed_in = world
        .ask("POST", "/api/v1/session")
        .json(&credentials)
        .send()
        .await;
    assert_eq!(signed_in.status, StatusCode::OK);
    assert_eq!(signed_in.json()["role"], "owner");
    let set = signed_in.headers[header::SET_COOKIE].to_str().unwrap();
    assert!(
        set.contains("HttpOnly") && set.contains("SameSite=Strict"),
        "{set}"
    );
    let cookie = cookie(&signed_in);
    assert_eq!(
        world.get("/api/v1/session", &cookie).await.json()["agent"]["name"],
        "Olga"
    );

    let signed_out = world
        .ask("DELETE", "/api/v1/session")
        .cookie(&cookie)
        .send()
        .await;
    assert_eq!(signed_out.status, StatusCode::NO_CONTENT);
    assert!(
        signed_out.headers[header::SET_COOKIE]
            .to_str()
            .unwrap()
            .contains("Max-Age=0")
    );
    assert_eq!(
        world.get("/api/v1/session", &cookie).await.problem(),
        "unauthorised"
    );
}

#[tokio::test]
async fn a_cookie_that_is_cut_doubled_or_made_up_is_none() {
    let world = World::new().await;
    let cookie = world.owner().await;
    let cut = cookie.get(..cookie.len() - 1).unwrap();
    for bad in [
        cut,
        &format!("{cookie}; {cookie}"),
        "handoff=x",
        "handoff=",
        "handoff",
        "",
    ] {
        assert_eq!(
            world.get("/api/v1/session", bad).await.status,
            StatusCode::UNAUTHORIZED,
            "{bad}"
        );
    }
}

#[tokio::test]
async fn nobody_learns_who_has_an_account() {
    let world = World::new().await;
    world.owner().await;
    let attempt = async |email: &str| {
        let credentials = json!({ "email": email, "password": "wrong, but long enough" });
        world
            .ask("POST", "/api/v1/session")
            .json(&credentials)
            .send()
            .await
    };
    let (known, unknown) = (
        attempt("olga@shop.test").await,
        attempt("nobody@shop.test").await,
    );
    assert_eq!(known.problem(), "wrong_credentials");
    assert_eq!((known.status, &known.text), (unknown.status, &unknown.text));
}

#[tokio::test]
async fn who_tries_too_often_waits_and_others_do_not() {
    let world = World::with(|options| {
        options.limits.sign_in = Some(Rate::new(3, 3));
        options.limits.sign_in_account = Some(Rate::new(100, 100));
        options.limits.sign_in_address = Some(Rate::new(5, 5));
    })
    .await;
    world.owner().await;
    let attempt = async |email: &str, password: &str, address: &str| {
        let credentials = json!({ "email": email, "password": password });
        world
            .ask("POST", "/api/v1/session")
            .from(address)
            .json(&credentials)
            .send()
            .await
    };
    for _ in 0..3 {
        assert_eq!(
            attempt("olga@shop.test", "wrong", "203.0.113.1")
                .await
                .status,
            StatusCode::UNAUTHORIZED
        );
    }
    let held = attempt("olga@shop.test", PASSWORD, "203.0.113.1").await;
    assert_eq!(held.problem(), "too_many");
    let seconds: u64 = held.headers[header::RETRY_AFTER]
        .to_str()
        .unwrap()
        .parse()
        .unwrap();
    assert!((1..=60).contains(&seconds));
    // Whoever has the account comes in from elsewhere all the same.
    assert_eq!(
        attempt("olga@shop.test", PASSWORD, "203.0.113.2")
            .await
            .status,
        StatusCode::OK
    );
    // One address does not get further by other names.
    assert_eq!(
        attempt("a@shop.test", "wrong", "203.0.113.1").await.status,
        StatusCode::UNAUTHORIZED
    );
    assert_eq!(
        attempt("b@shop.test", "wrong", "203.0.113.1").await.status,
        StatusCode::TOO_MANY_REQUESTS
    );
}

#[tokio::test]
async fn what_can_be_no_password_is_refused_before_it_is_computed() {
    let world = World::new().await;
    world.owner().await;
    for password in [String::new(), "x".repeat(100_000), "nul\0".into()] {
        let credentials = json!({ "email": "olga@shop.test", "password": password });
        let answer = world
            .ask("POST", "/api/v1/session")
            .json(&credentials)
            .send()
            .await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    }
}

#[tokio::test]
async fn nobody_gives_more_than_they_have() {
    let world = World::new().await;
    let owner = world.owner().await;
    let admin = world.colleague(&owner, "Ada", Role::Admin).await;
    let agent = world.colleague(&owner, "Ann", Role::Agent).await;
    let invite = async |cookie: &str, role: Role| {
        world
            .post("/api/v1/team/invitations", cookie, json!({ "role": role }))
            .await
            .status
    };
    assert_eq!(invite(&admin, Role::Admin).await, StatusCode::OK);
    assert_eq!(invite(&admin, Role::Owner).await, StatusCode::FORBIDDEN);
    assert_eq!(invite(&agent, Role::Viewer).await, StatusCode::FORBIDDEN);
    let team = world.get("/api/v1/team", &agent).await.json();
    let names: Vec<_> = team
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["agent"]["name"].as_str().unwrap())
        .collect();
    assert!(
        names.contains(&"Olga") && names.contains(&"Ada") && names.contains(&"Ann"),
        "{names:?}"
    );
}

#[tokio::test]
async fn an_address_is_in_the_team_once() {
    let world = World::new().await;
    let owner = world.owner().await;
    let invited = world
        .post(
            "/api/v1/team/invitations",
            &owner,
            json!({ "role": "agent" }),
        )
        .await
        .json();
    let token = invited["link"]
        .as_str()
        .unwrap()
        .split('#')
        .nth(1)
        .unwrap()
        .to_owned();
    let person = |email: &str| json!({ "token": token, "name": "Ann", "email": email, "password": PASSWORD });
    let refused = world
        .ask("POST", "/api/v1/invitations/accept")
        .json(&person("Olga@Shop.test"))
        .send()
        .await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    // The link is still good.
    let joined = world
        .ask("POST", "/api/v1/invitations/accept")
        .json(&person("ann@shop.test"))
        .send()
        .await;
    assert_eq!(joined.status, StatusCode::OK);
}

#[tokio::test]
async fn requests_of_other_sites_are_refused() {
    let world = World::new().await;
    let owner = world.owner().await;
    let invite = |name: &'static str, value: &'static str| {
        let ask = world
            .ask("POST", "/api/v1/team/invitations")
            .cookie(&owner)
            .header(name, value);
        ask.json(&json!({ "role": "agent" })).send()
    };
    assert_eq!(
        invite("sec-fetch-site", "cross-site").await.problem(),
        "cross_site"
    );
    assert_eq!(
        invite("origin", "https://evil.test").await.problem(),
        "cross_site"
    );
    assert_eq!(invite("origin", BASE).await.status, StatusCode::OK);
    assert_eq!(
        invite("sec-fetch-site", "same-origin").await.status,
        StatusCode::OK
    );
}
