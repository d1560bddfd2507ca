//! `handoff copy` and `handoff migrate`, and what is refused.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::{Value, json};

use crate::backend::{Database, Redis};
use crate::process::{Server, command, free_port};
use crate::team::{Visitor, owner, send};

fn handoff(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_handoff"))
        .args(arguments)
        .output()
        .unwrap()
}

/// What it said, where it did what it was told.
fn done(arguments: &[&str]) -> String {
    let output = handoff(arguments);
    let said = String::from_utf8(output.stdout).unwrap();
    let complained = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{said} {complained}");
    said
}

/// What it complained of.
fn refused(arguments: &[&str]) -> String {
    let output = handoff(arguments);
    assert!(!output.status.success(), "{arguments:?}");
    String::from_utf8(output.stderr).unwrap()
}

/// Some visitors, an owner, messages and answers; returns the owner's cookie.
async fn live(data: &Path) -> String {
    let server = Server::start(data, &["--assistant-pace", "0"]);
    let cookie = owner(&server, data);
    for nth in 0..5 {
        let mut widget = Visitor::enter(&server).at(&server, None).await;
        for part in 0..3 {
            let text = format!("question {part} of visitor {nth}");
            widget.send(&send(&crate::team::id(), &text)).await;
            widget.said(&text).await;
        }
    }
    server.end();
    cookie
}

/// What the team sees, without what time changes.
fn boards(server: &Server, cookie: &str) -> Vec<Value> {
    let page = server
        .client()
        .get_as("/api/v1/conversations?limit=100&q=question", cookie);
    let page = page.json();
    let mut logs = Vec::new();
    for card in page["cards"].as_array().unwrap() {
        let id = card["id"].as_str().unwrap();
        let path = format!("/api/v1/conversations/{id}/events?limit=200");
        let log = server.client().get_as(&path, cookie).json();
        let said = log["events"].as_array().unwrap().iter();
        let said: Vec<Value> = said
            .filter(|event| event["body"]["type"] == "message_received")
            .cloned()
            .collect();
        logs.push(json!([id, said]));
    }
    logs.sort_by_key(ToString::to_string);
    logs
}

#[tokio::test]
async fn everything_moves_and_stays_the_same() {
    let (database, redis) = (Database::new().await, Redis::start());
    let folder = tempfile::tempdir().unwrap();
    let cookie = live(folder.path()).await;
    let file = format!("sqlite:{}", folder.path().join("handoff.db").display());
    let back = format!("sqlite:{}", folder.path().join("back.db").display());

    assert!(done(&["migrate", "--store", &database.url]).contains("up to date"));
    let steps = [
        (file.as_str(), database.url.as_str()),
        (database.url.as_str(), redis.url.as_str()),
        (redis.url.as_str(), back.as_str()),
        (file.as_str(), back.as_str()),
    ];
    for (nth, (from, to)) in steps.into_iter().enumerate() {
        let new = if nth < 3 { 5 } else { 0 };
        let said = done(&["copy", "--from", from, "--to", to]);
        assert!(
            said.contains(&format!("{new} conversations were copied now")),
            "{said}"
        );
        assert!(
            done(&["copy", "--from", from, "--to", to]).contains("0 conversations were copied now")
        );
    }

    let original = Server::start(folder.path(), &[]);
    let expected = boards(&original, &cookie);
    assert_eq!(expected.len(), 5);
    // The owner is still signed in, at another server on another store.
    for store in [database.url.as_str(), redis.url.as_str(), back.as_str()] {
        let data = tempfile::tempdir().unwrap();
        let server = Server::start(data.path(), &["--store", store]);
        assert_eq!(boards(&server, &cookie), expected, "{store}");
        server.end();
    }
    // What goes on at the target is a difference, and the next copy puts it right.
    let data = tempfile::tempdir().unwrap();
    let server = Server::start(data.path(), &["--store", &database.url]);
    let mut stray = Visitor::enter(&server).at(&server, None).await;
    stray.send(&send(&crate::team::id(), "a stray")).await;
    stray.said("a stray").await;
    drop(stray);
    server.end();
    original.end();
    let said = refused(&["copy", "--from", &file, "--to", &database.url]);
    assert!(
        said.contains("differ") && said.contains("in --to alone"),
        "{said}"
    );
    database.drop().await;
}

#[test]
fn what_does_not_go_together_is_said_in_words() {
    let folder = tempfile::tempdir().unwrap();
    let start = |arguments: &[&str]| {
        let output = command(free_port(), folder.path(), arguments)
            .output()
            .unwrap();
        assert!(!output.status.success(), "{arguments:?}");
        String::from_utf8(output.stderr).unwrap()
    };
    let postgres = "postgres://ann:canary@127.0.0.1:1/handoff";
    let redis = "redis://:canary@127.0.0.1:1/0";
    let file = "sqlite:a.db";
    for (arguments, words) in [
        (
            &["--store", "mysql://ann:canary@h/d"][..],
            "--store is not understood",
        ),
        (&["--store", postgres, "--bus", "local"], "Leave --bus out"),
        (&["--store", redis, "--bus", "local"], "Leave --bus out"),
        (&["--store", file, "--bus", redis], "one process's alone"),
        (
            &["--store", "memory", "--bus", postgres],
            "one process's alone",
        ),
        (&["--store", redis, "--bus", "postgres"], "no address"),
        (
            &["--store", postgres, "--bus", "nats://ann:canary@h"],
            "--bus is not understood",
        ),
        (&["--store", postgres], "127.0.0.1"),
        (&["--store", redis], "127.0.0.1"),
    ] {
        let said = start(arguments);
        assert!(said.contains(words), "{arguments:?}: {said}");
        assert!(!said.contains("canary"), "{arguments:?}: {said}");
        assert!(!said.contains("panicked"), "{said}");
    }
    let copy = |from: &str, to: &str| refused(&["copy", "--from", from, "--to", to]);
    assert!(copy(file, file).contains("the same store"));
    assert!(copy("memory", file).contains("nothing to copy"));
    let missing = format!("sqlite:{}", folder.path().join("none.db").display());
    assert!(copy(&missing, "sqlite:b.db").contains("does not exist"));
    for url in [postgres, redis] {
        let said = copy(url, "sqlite:b.db");
        assert!(
            said.contains("127.0.0.1") && !said.contains("canary"),
            "{said}"
        );
    }
}

#[tokio::test]
async fn a_wrong_password_is_not_repeated() {
    let database = Database::new().await;
    let mut wrong = database.url.replacen("://", "://nobody:canary@", 1);
    if let Some((scheme, rest)) = database.url.split_once("://")
        && let Some((_, host)) = rest.split_once('@')
    {
        wrong = format!("{scheme}://nobody:canary@{host}");
    }
    let said = refused(&["migrate", "--store", &wrong]);
    assert!(
        said.contains("nobody") && !said.contains("canary"),
        "{said}"
    );
    database.drop().await;
}
