//! What every route does alike with requests that are none.

use axum::http::{StatusCode, header};
use handoff_axum::Options;
use serde_json::{Value, json};

use crate::support::{BASE, World, uuid};

#[tokio::test]
async fn what_is_not_there_is_not_found_in_one_form() {
    let world = World::new().await;
    let owner = world.owner().await;
    for path in [
        "/api/v1/nope",
        "/api/v1/",
        "/api/v1/conversations/x/y/z",
        "/api/v1/team/nope",
        "/api/v1/visitor/nope",
    ] {
        let answer = world.get(path, &owner).await;
        assert_eq!(
            (answer.status, answer.problem().as_str()),
            (StatusCode::NOT_FOUND, "not_found"),
            "{path}"
        );
    }
    let known = world
        .say(&world.visitor("other").await, "x")
        .await
        .to_string();
    let shapes = [
        known.to_uppercase(),
        format!("{known}%20"),
        format!("%7B{known}%7D"),
        "..%2f..".into(),
        "%00".into(),
        uuid(),
    ];
    for id in shapes {
        let answer = world
            .get(&format!("/api/v1/conversations/{id}"), &owner)
            .await;
        assert_eq!(answer.problem(), "no_such_conversation", "{id}");
    }
}

#[tokio::test]
async fn a_method_that_a_route_does_not_take_is_refused_with_those_that_it_takes() {
    let world = World::new().await;
    let owner = world.owner().await;
    for (method, path) in [
        ("TRACE", "/api/v1/services"),
        ("FOO", "/api/v1/session"),
        ("PATCH", "/api/v1/conversations"),
        ("GET", "/api/v1/services/mode"),
        ("GET", "/api/v1/visitor/messages"),
        ("GET", "/api/v1/bot/replies"),
    ] {
        let answer = world.ask(method, path).cookie(&owner).send().await;
        assert_eq!(answer.problem(), "method_not_allowed", "{method} {path}");
        assert!(
            answer.headers.contains_key(header::ALLOW),
            "{method} {path}"
        );
    }
}

#[tokio::test]
async fn bodies_that_are_not_what_is_asked_for_are_refused() {
    let world = World::new().await;
    world.owner().await;
    let post = |kind: &'static str, body: String| {
        world
            .ask("POST", "/api/v1/session")
            .text(kind, &body)
            .send()
    };
    let good = json!({ "email": "olga@shop.test", "password": "x" }).to_string();
    for kind in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "application/jsonp",
        "",
    ] {
        assert_eq!(
            post(kind, good.clone()).await.problem(),
            "media_type",
            "{kind}"
        );
    }
    let deep = format!("{{\"email\":{}{}}}", "[".repeat(10_000), "]".repeat(10_000));
    for body in [
        "",
        "null",
        "[]",
        "\"\"",
        "{",
        "{}",
        "\u{feff}{}",
        r#"["olga@shop.test","x"]"#,
        r#"{"email":"a","password":"b","role":"owner"}"#,
        r#"{"email":"a","email":"b","password":"c"}"#,
        r#"{"email":"\ud800","password":"x"}"#,
        r#"{"email":1,"password":"x"}"#,
        &deep,
    ] {
        let shown: String = body.chars().take(60).collect();
        assert_eq!(
            post("application/json", body.to_owned()).await.problem(),
            "malformed",
            "{shown}"
        );
    }
    assert_eq!(
        post("application/json; charset=utf-8", good)
            .await
            .problem(),
        "wrong_credentials"
    );
    let large = json!({ "email": "x".repeat(300_000), "password": "x" }).to_string();
    assert_eq!(post("application/json", large).await.problem(), "too_large");
}

#[tokio::test]
async fn nobody_sets_what_is_not_theirs_to_set() {
    let world = World::new().await;
    let owner = world.owner().await;
    let conversation = world.say(&world.visitor("store").await, "hello").await;
    let visitor = world.visitor("store").await;
    let path = format!("/api/v1/conversations/{conversation}/commands");
    for (name, value) in [
        ("role", "owner"),
        ("service_id", "other"),
        ("author", "x"),
        ("is_note", "x"),
        ("epoch", "9"),
        ("seq", "9"),
    ] {
        let mut command = json!({ "type": "send_agent_message", "text": "x" });
        command[name] = json!(value);
        let answer = world
            .post(&path, &owner, json!({ "id": uuid(), "command": command }))
            .await;
        assert_eq!(answer.problem(), "malformed", "{name}");
        let mut message = json!({ "id": uuid(), "text": "x" });
        message[name] = json!(value);
        let answer = world
            .ask("POST", "/api/v1/visitor/messages")
            .bearer(&visitor.token())
            .json(&message)
            .send()
            .await;
        assert_eq!(answer.problem(), "malformed", "{name}");
    }
}

#[tokio::test]
async fn a_repeat_is_done_once_and_an_id_is_needed() {
    let world = World::new().await;
    let owner = world.owner().await;
    let conversation = world.say(&world.visitor("store").await, "hello").await;
    let path = format!("/api/v1/conversations/{conversation}/commands");
    let note = |text: &str| json!({ "type": "add_note", "text": text });
    assert_eq!(
        world
            .post(&path, &owner, json!({ "command": note("x") }))
            .await
            .problem(),
        "malformed"
    );
    let keyed = |key: &str, text: &str| {
        let ask = world
            .ask("POST", &path)
            .cookie(&owner)
            .header("idempotency-key", key);
        ask.json(&json!({ "command": note(text) })).send()
    };
    let first = keyed("one", "x").await;
    assert_eq!(first.status, StatusCode::OK);
    assert_eq!(keyed("one", "x").await.text, first.text);
    assert_eq!(keyed("one", "y").await.problem(), "command_id_reused");
    assert_eq!(keyed(&"k".repeat(10_000), "x").await.problem(), "malformed");
    let both = world
        .ask("POST", &path)
        .cookie(&owner)
        .header("idempotency-key", "one");
    let both = both
        .json(&json!({ "id": "two", "command": note("x") }))
        .send()
        .await;
    assert_eq!(both.problem(), "malformed");
    let log = world.events(conversation).await;
    assert_eq!(
        log.iter()
            .filter(|event| event.body.kind() == "note_added")
            .count(),
        1
    );
}

#[tokio::test]
async fn the_server_answers_under_its_own_name() {
    let world = World::new().await;
    let owner = world.owner().await;
    let ask = world.ask("GET", "/api/v1/session").cookie(&owner);
    assert_eq!(ask.send().await.status, StatusCode::OK);
    for host in ["evil.test", "chat.test:81", "chat.test.evil.test", ""] {
        let request = axum::http::Request::builder()
            .uri("/api/v1/session")
            .header("host", host);
        let request = request
            .header("cookie", &owner)
            .body(axum::body::Body::empty())
            .unwrap();
        let response = tower::ServiceExt::oneshot(world.app.clone(), request)
            .await
            .unwrap();
        assert_eq!(response.status(), StatusCode::MISDIRECTED_REQUEST, "{host}");
    }
    // Whatever looks after the process asks by address.
    let request = axum::http::Request::builder()
        .uri("/healthz")
        .header("host", "10.0.0.1");
    let request = request.body(axum::body::Body::empty()).unwrap();
    assert_eq!(
        tower::ServiceExt::oneshot(world.app.clone(), request)
            .await
            .unwrap()
            .status(),
        StatusCode::OK
    );
}

#[tokio::test]
async fn answers_tell_browsers_to_be_careful() {
    let world = World::new().await;
    let owner = world.owner().await;
    let answer = world.get("/api/v1/services", &owner).await;
    assert_eq!(answer.headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
    assert_eq!(answer.headers[header::CACHE_CONTROL], "no-store");
    assert!(
        answer.headers[header::CONTENT_SECURITY_POLICY]
            .to_str()
            .unwrap()
            .contains("default-src 'none'")
    );
    assert!(answer.headers.contains_key("x-request-id"));
}

#[tokio::test]
async fn boards_are_filtered_paged_and_searched() {
    let world = World::new().await;
    let owner = world.owner().await;
    for nth in 0..5 {
        world
            .say(
                &world.visitor("store").await,
                &format!("about boots number {nth}"),
            )
            .await;
    }
    world
        .say(&world.visitor("other").await, "about gloves")
        .await;
    let list = async |query: &str| {
        world
            .get(&format!("/api/v1/conversations?{query}"), &owner)
            .await
            .json()
    };
    let count = |page: &Value| page["cards"].as_array().unwrap().len();
    assert_eq!(count(&list("").await), 6);
    assert_eq!(count(&list("service=other").await), 1);
    assert_eq!(count(&list("service=other&service=store").await), 6);
    assert_eq!(count(&list("q=boots").await), 5);
    assert_eq!(count(&list("status=resolved").await), 0);
    let mut seen = Vec::new();
    let mut page = list("sort=oldest&limit=4").await;
    seen.extend(page["cards"].as_array().unwrap().clone());
    page = list(&format!(
        "sort=oldest&limit=4&cursor={}",
        page["next"].as_str().unwrap()
    ))
    .await;
    seen.extend(page["cards"].as_array().unwrap().clone());
    assert_eq!((seen.len(), &page["next"]), (6, &Value::Null));
    for bad in [
        "sort=1;--",
        "nope=1",
        "limit=0",
        "cursor=x",
        "status=x",
        "service=%00",
        "id[]=x",
    ] {
        assert_eq!(
            world
                .get(&format!("/api/v1/conversations?{bad}"), &owner)
                .await
                .problem(),
            "malformed",
            "{bad}"
        );
    }
}

#[tokio::test]
async fn one_conversation_is_read_with_its_log() {
    let world = World::new().await;
    let owner = world.owner().await;
    let id = world.say(&world.visitor("store").await, "hello").await;
    let detail = world
        .get(&format!("/api/v1/conversations/{id}"), &owner)
        .await
        .json();
    assert_eq!(detail["card"]["id"], json!(id.to_string()));
    for field in ["facts", "instruction", "draft", "opened_page"] {
        assert!(detail.get(field).is_some(), "{field}");
    }
    let log = world
        .get(
            &format!("/api/v1/conversations/{id}/events?after=1&limit=1"),
            &owner,
        )
        .await
        .json();
    assert_eq!(log["events"].as_array().unwrap().len(), 1);
    assert_eq!(log["events"][0]["seq"], 2);
    assert!(log["version"].as_u64().unwrap() >= 2);
    for bad in [
        "after=-1",
        "after=x",
        "limit=0",
        "limit=1001",
        "limit=x",
        "nope=1",
        "after=99999999999999999999",
    ] {
        let answer = world
            .get(&format!("/api/v1/conversations/{id}/events?{bad}"), &owner)
            .await;
        assert_eq!(answer.problem(), "malformed", "{bad}");
    }
    let far = world
        .get(
            &format!("/api/v1/conversations/{id}/events?after=18446744073709551615"),
            &owner,
        )
        .await;
    assert!(
        far.status == StatusCode::OK || far.status == StatusCode::BAD_REQUEST,
        "{far:?}"
    );
}

#[tokio::test]
async fn links_begin_with_the_base_url_whatever_a_request_says() {
    let world = World::new().await;
    let owner = world.owner().await;
    let ask = world
        .ask("POST", "/api/v1/team/invitations")
        .cookie(&owner)
        .header("x-forwarded-host", "evil.test");
    let invited = ask.json(&json!({ "role": "agent" })).send().await.json();
    assert!(
        invited["link"]
            .as_str()
            .unwrap()
            .starts_with(&format!("{BASE}/join#")),
        "{invited}"
    );
    assert!(Options::new("http://evil.test@chat.test").is_err());
}
