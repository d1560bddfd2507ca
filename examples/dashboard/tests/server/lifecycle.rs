//! Start, end, and what survives.

use std::path::Path;

use serde_json::{Value, json};

use crate::process::{Server, command, free_port};

fn link(said: &str) -> Option<String> {
    said.lines()
        .find_map(|line| line.split_once("/setup#"))
        .map(|(_, token)| token.trim().to_owned())
}

fn refused(data: &Path, address: std::net::SocketAddr) -> String {
    let output = command(address, data, &[]).output().unwrap();
    assert!(!output.status.success());
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn a_newcomer_gets_three_links_and_a_running_server() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(&folder.path().join("new/data"), &[]);
    let client = server.client();
    for path in [
        "/",
        "/dashboard",
        "/help",
        "/help/returns",
        "/widget.js",
        "/readyz",
        "/api/v1/visitor/services/store",
    ] {
        assert_eq!(client.get(path).unwrap().status, 200, "{path}");
    }
    let page = client.get("/").unwrap();
    assert!(
        page.head
            .contains("content-security-policy: default-src 'none'"),
        "{}",
        page.head
    );
    assert!(page.body.contains("/widget.js"));
    assert_eq!(client.get("/nope").unwrap().status, 404);
    let base = format!("http://{}", server.address);
    let said = server.end();
    for line in [
        format!("{base}/\n"),
        format!("{base}/dashboard\n"),
        format!("{base}/setup#"),
    ] {
        assert!(said.contains(&line), "{line} in {said}");
    }
}

#[test]
fn the_owners_link_is_printed_until_there_is_an_owner() {
    let folder = tempfile::tempdir().unwrap();
    let first = Server::start(folder.path(), &[]);
    let stale = link(&first.end()).unwrap();
    let second = Server::start(folder.path(), &[]);
    let person = |token: &str| json!({ "token": token, "name": "Ann", "email": "ann@shop.test", "password": "a brown bear in March" });
    assert_eq!(
        second
            .client()
            .post("/api/v1/invitations/accept", "", &person(&stale))
            .status,
        404
    );
    let token = link(&second.end()).unwrap();
    let third = Server::start(folder.path(), &[]);
    let newest = link(&third.end());
    assert!(newest.is_some() && newest.as_ref() != Some(&token));
    let fourth = Server::start(folder.path(), &["--demo", "off"]);
    assert_eq!(fourth.client().get("/").unwrap().status, 404);
    let help = fourth.client().get("/help/returns").unwrap();
    assert!(
        help.status == 200 && !help.body.contains("widget.js"),
        "{help:?}"
    );
    assert_eq!(fourth.client().get("/shop.css").unwrap().status, 200);
    fourth.end();
}

#[test]
fn what_can_not_work_is_said_in_words() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path(), &[]);
    let taken = refused(&folder.path().join("other"), server.address);
    assert!(
        taken.contains("in use") && taken.contains("--listen"),
        "{taken}"
    );
    let second = refused(folder.path(), free_port());
    assert!(
        second.contains("in use by another process") && second.contains("--data"),
        "{second}"
    );
    let file = folder.path().join("a file");
    std::fs::write(&file, "x").unwrap();
    let unusable = refused(&file, free_port());
    assert!(
        unusable.contains("a file") && unusable.contains("--data"),
        "{unusable}"
    );
    let usage = |arguments: &[&str]| {
        let output = command(free_port(), folder.path(), arguments)
            .output()
            .unwrap();
        assert!(!output.status.success());
        String::from_utf8(output.stderr).unwrap()
    };
    assert!(usage(&["--base-url", "ftp://x"]).contains("https://chat.example"));
    assert!(usage(&["--log", "a=b=c"]).contains("log filter"));
    assert!(usage(&["--help-pages", "/nonexistent"]).contains("/nonexistent"));
    server.end();
}

fn enter(server: &Server) -> String {
    let entered = server
        .client()
        .post(
            "/api/v1/visitor/session",
            "",
            &json!({ "service": "store" }),
        )
        .json();
    let text = |name: &str| entered[name].as_str().unwrap().to_owned();
    format!(
        "Authorization: Bearer {}.{}\r\n",
        text("visitor"),
        text("secret")
    )
}

fn say(server: &Server, visitor: &str, id: &str, text: &str) -> Value {
    let said = server.client().post(
        "/api/v1/visitor/messages",
        visitor,
        &json!({ "id": id, "text": text }),
    );
    assert_eq!(said.status, 200, "{said:?}");
    said.json()
}

#[test]
fn what_was_acknowledged_survives_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path(), &["--assistant-pace", "500"]);
    let visitor = enter(&server);
    let said: Vec<Value> = (0..10)
        .map(|nth| {
            say(
                &server,
                &visitor,
                &format!("m{nth}"),
                &format!("word {nth}"),
            )
        })
        .collect();
    let address = server.address;
    server.kill();
    let again = Server::start_at(address, folder.path(), &[]);
    // A client that did not hear the answer sends again: once, and the same answer.
    for (nth, before) in said.iter().enumerate() {
        assert_eq!(
            say(&again, &visitor, &format!("m{nth}"), &format!("word {nth}")),
            *before
        );
    }
    let conversation = said[0]["conversation"].as_str().unwrap();
    let path = format!("/api/v1/visitor/events?conversation={conversation}");
    let request =
        format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n{visitor}\r\n");
    let seen = again.client().raw(request.as_bytes()).unwrap().json();
    let words: Vec<_> = seen["events"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|event| event["body"]["from"] == "visitor")
        .map(|event| (event["seq"].clone(), event["body"]["text"].clone()))
        .collect();
    let expected: Vec<_> = said
        .iter()
        .enumerate()
        .map(|(nth, said)| (said["seq"].clone(), json!(format!("word {nth}"))))
        .collect();
    assert_eq!(words, expected);
    again.end();
}

#[test]
fn the_log_names_nobodys_words() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path(), &["--log", "debug", "--log-format", "json"]);
    let visitor = enter(&server);
    say(&server, &visitor, "m1", "CANARY: my card number is 4242");
    let log = server.end();
    assert!(log.contains("\"level\":\"INFO\""), "{log}");
    assert!(!log.contains("CANARY"), "{log}");
    let secret = visitor.trim().rsplit_once('.').unwrap().1;
    assert!(!log.contains(secret), "a secret is in the log");
}
