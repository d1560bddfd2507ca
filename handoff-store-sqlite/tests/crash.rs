//! What was acknowledged is there after `kill -9` and after a disk that took no more.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test fails by panicking"
)]

mod common;

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use common::Chat;
use handoff_core::conversation::EventBody;
use handoff_core::id::ConversationId;
use handoff_core::store::{BoardQuery, CommitOutcome, ConversationStore};
use handoff_store_sqlite::{OpenError, SqliteOptions, SqliteStore};

/// Tells a child process which database is its own.
const DATABASE: &str = "HANDOFF_TEST_DATABASE";
/// So many conversations grow at once in a child.
const CHATS: u128 = 32;

/// Runs in a child process: commits for ever, and says of each commit that it was acknowledged.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[ignore = "it is the child process of the other tests, and never ends by itself"]
async fn child() {
    let Some(path) = std::env::var_os(DATABASE) else {
        return;
    };
    let store = SqliteStore::open(path, SqliteOptions::default())
        .await
        .unwrap();
    let mut chats = tokio::task::JoinSet::new();
    for number in 1..=CHATS {
        let store = store.clone();
        chats.spawn(async move { grow(store, number).await });
    }
    chats.join_all().await;
}

/// Grows a conversation from where it stands until the store fails.
async fn grow(store: SqliteStore, number: u128) {
    let mut chat = Chat::new(number);
    match store.load(chat.state.id).await.unwrap() {
        Some(state) => chat.state = (*state).clone(),
        None => drop(store.commit(chat.open()).await.unwrap()),
    }
    loop {
        let text = format!("message {} of {number}", chat.state.version + 1);
        match store.commit(chat.say(&text)).await {
            Ok(outcome) => assert_eq!(outcome, CommitOutcome::Committed),
            Err(error) => {
                say(&format!("failed {}", error.is_temporary()));
                return;
            }
        }
        say(&format!("acknowledged {number} {}", chat.state.version));
    }
}

/// One line to the parent, whole and at once.
fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    // The parent may have stopped listening.
    out.write_all(format!("{line}\n").as_bytes())
        .and_then(|()| out.flush())
        .ok();
}

fn arguments() -> [&'static str; 4] {
    ["child", "--exact", "--ignored", "--nocapture"]
}

fn start(database: &Path) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(arguments())
        .env(DATABASE, database)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Notes an acknowledgement: the highest seq of each conversation.
fn note(line: &str, acknowledged: &mut BTreeMap<u128, u64>) {
    let mut words = line.rsplit(' ');
    let (seq, number) = (words.next(), words.next());
    if line.contains("acknowledged ")
        && let (Some(Ok(seq)), Some(Ok(number))) = (seq.map(str::parse), number.map(str::parse))
    {
        acknowledged.insert(number, seq);
    }
}

/// Everything acknowledged is there, once, in order, in log, state, receipts and search.
async fn check(database: &Path, acknowledged: &BTreeMap<u128, u64>) {
    let store = SqliteStore::open(database, SqliteOptions::default())
        .await
        .unwrap();
    for (number, seq) in acknowledged {
        let id = ConversationId::from_uuid(uuid::Uuid::from_u128(*number));
        let log = store.events(id, 0, usize::MAX).await.unwrap();
        assert!(
            log.len() as u64 >= *seq,
            "conversation {number} lost what came after {}: {seq} were acknowledged",
            log.len()
        );
        for (seq, event) in (1..).zip(&log) {
            assert_eq!(event.seq, seq);
            if seq > 1 {
                let text = format!("message {seq} of {number}");
                assert_eq!(event.body, EventBody::MessageReceived { text });
                assert!(store.receipt(id, &seq.to_string()).await.unwrap().is_some());
            }
        }
        assert_eq!(
            store.load(id).await.unwrap().unwrap().version,
            log.len() as u64,
            "state and log agree"
        );
        // A few are looked for; each search runs over all of them.
        if number % 8 == 0 && !log.is_empty() {
            let query = BoardQuery {
                text: Some(format!("{} of {number}", log.len())),
                limit: 100,
                ..BoardQuery::default()
            };
            let found = store.board(&query).await.unwrap();
            assert!(
                log.len() == 1 || found.cards.iter().any(|card| card.id == id),
                "the last message of {number} is found"
            );
        }
    }
    store.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_survives_kill_9() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("handoff.db");
    let mut acknowledged = BTreeMap::new();
    for round in 1..=4 {
        let mut child = start(&database);
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let before: u64 = acknowledged.values().sum();
        while acknowledged.values().sum::<u64>() < before + 400 {
            note(
                &lines.next().expect("the child ended by itself").unwrap(),
                &mut acknowledged,
            );
        }
        let refused = SqliteStore::open(&database, SqliteOptions::default()).await;
        assert!(
            matches!(refused, Err(OpenError::InUse { .. })),
            "the child has it open"
        );
        child.kill().unwrap();
        child.wait().unwrap();
        // What it had said before it was killed counts too.
        lines.for_each(|line| note(&line.unwrap_or_default(), &mut acknowledged));
        assert!(acknowledged.len() > 1, "round {round} proves nothing");
        check(&database, &acknowledged).await;
    }
}

/// A limit on the size of files stands in for a disk that is full.
#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_survives_a_full_disk() {
    let folder = tempfile::tempdir().unwrap();
    let database: PathBuf = folder.path().join("handoff.db");
    let script = "trap '' XFSZ; ulimit -f 3000; exec \"$0\" \"$@\"";
    let child = Command::new("sh")
        .args(["-c", script])
        .arg(std::env::current_exe().unwrap())
        .args(arguments())
        .env(DATABASE, &database)
        .output()
        .unwrap();
    let output = String::from_utf8_lossy(&child.stdout);
    let mut acknowledged = BTreeMap::new();
    output
        .lines()
        .for_each(|line| note(line, &mut acknowledged));
    let failures = output
        .lines()
        .filter(|line| line.contains("failed "))
        .count();
    let temporary = output
        .lines()
        .filter(|line| line.contains("failed true"))
        .count();
    assert_eq!(
        (failures, temporary),
        (CHATS as usize, CHATS as usize),
        "each learns that trying again may help"
    );
    assert!(
        acknowledged.values().sum::<u64>() > 100,
        "the limit came too soon to prove anything"
    );
    check(&database, &acknowledged).await;
}
