//! P12: the board's first page, by every filter and order, with many open and many more ended conversations.
//!
//! `cargo bench -p handoff-store-sqlite --bench board [-- OPEN [ENDED]]`: prints the median and the slowest of 50 reads.

#![expect(
    clippy::expect_used,
    reason = "what can't be measured ends the measurement"
)]

#[path = "append/payload.rs"]
mod payload;

use std::time::{Duration, Instant};

use handoff_core::attention::{Finding, Flag, FlagKind};
use handoff_core::conversation::{AgentRef, Claim, CloseReason, EventBody, Status};
use handoff_core::id::AgentId;
use handoff_core::store::{BoardQuery, BoardSort, ConversationStore};
use handoff_store_sqlite::{Durability, SqliteOptions, SqliteStore};
use payload::Growing;
use tokio::task::JoinSet;

/// Reads of each query.
const READS: usize = 50;

#[tokio::main]
async fn main() {
    let numbers: Vec<usize> = std::env::args()
        .filter_map(|argument| argument.parse().ok())
        .collect();
    let (open, ended) = (
        numbers.first().copied().unwrap_or(10_000),
        numbers.get(1).copied().unwrap_or(50_000),
    );
    let folder = tempfile::tempdir_in(std::env::var_os("BENCH_DIR").unwrap_or_else(|| ".".into()))
        .expect("a folder");
    let options = SqliteOptions::default().durability(Durability::Normal);
    let store = SqliteStore::open(folder.path().join("handoff.db"), options)
        .await
        .expect("a store");
    fill(&store, open, ended).await;
    print(&format!("{open} open and {ended} ended conversations:"));
    for (name, query) in queries() {
        measure(&store, name, query).await;
    }
    count(&store).await;
    store.close().await;
}

#[expect(clippy::print_stdout, reason = "the table is what this program is for")]
fn print(line: &str) {
    println!("{line}");
}

async fn fill(store: &SqliteStore, open: usize, ended: usize) {
    let mut fillers = JoinSet::new();
    for worker in 0..64 {
        let store = store.clone();
        fillers.spawn(async move {
            for number in (worker..open + ended).step_by(64) {
                let mut chat = Growing::new(number);
                store.commit(chat.next()).await.expect("a commit");
                store.commit(chat.next()).await.expect("a commit");
                for body in happenings(number, number >= open) {
                    store.commit(chat.then(body)).await.expect("a commit");
                }
            }
        });
    }
    fillers.join_all().await;
}

/// What else happens in the conversation of this number.
fn happenings(number: usize, is_ended: bool) -> Vec<EventBody> {
    let mut bodies = Vec::new();
    if number.is_multiple_of(5) {
        let agent = agent(number % 50);
        bodies.push(EventBody::TakenOver {
            agent,
            from: None,
            how: Claim::Button,
        });
    }
    if number.is_multiple_of(7) {
        let finding = Finding {
            kind: FlagKind::HelpRequested,
            reason: String::new(),
            quote: "person".into(),
        };
        bodies.push(EventBody::FlagRaised(Flag {
            finding,
            at: Growing::time(3),
        }));
    }
    if number.is_multiple_of(100) {
        bodies.push(EventBody::CategorySet {
            category: Some("Sales".into()),
        });
        bodies.push(EventBody::ScoreSet { score: 90 });
    }
    if is_ended {
        bodies.push(EventBody::Closed {
            why: CloseReason::Expired,
        });
    }
    bodies
}

fn agent(number: usize) -> AgentRef {
    AgentRef {
        id: AgentId::new(format!("agent {number}")).expect("an id"),
        name: "Somebody".into(),
    }
}

/// What is asked of the open conversations, beyond that they are open.
type Filter = fn(&mut BoardQuery);

const OF_OPEN: [(&str, Filter); 12] = [
    ("open, attention first", |_| ()),
    ("open, newest", |query| query.sort = BoardSort::Newest),
    ("open, oldest", |query| query.sort = BoardSort::Oldest),
    ("open, longest waiting", |query| {
        query.sort = BoardSort::LongestWaiting;
    }),
    ("open, one agent's", |query| {
        query.holder = Some(agent(45).id);
    }),
    ("open, needing attention", |query| query.attention = true),
    ("open, kept for follow-up", |query| query.follow_up = true),
    ("open, score from 80", |query| query.score_from = Some(80)),
    ("open, category", |query| {
        query.category = Some("Sales".into());
    }),
    ("open, page without a match", |query| {
        query.page = Some("nowhere".into());
    }),
    ("open, a common word", |query| {
        query.text = Some("parcel".into());
    }),
    ("open, a word without a match", |query| {
        query.text = Some("zebra".into());
    }),
];

fn queries() -> Vec<(&'static str, BoardQuery)> {
    let all = BoardQuery {
        limit: 50,
        ..BoardQuery::default()
    };
    let open = Status::ALL.into_iter().filter(|status| status.is_open());
    let of_open = BoardQuery {
        statuses: open.collect(),
        ..all.clone()
    };
    let filtered = OF_OPEN.map(|(name, filter)| {
        let mut query = of_open.clone();
        filter(&mut query);
        (name, query)
    });
    let mut queries = Vec::from(filtered);
    queries.extend([
        (
            "everything, newest",
            BoardQuery {
                sort: BoardSort::Newest,
                ..all.clone()
            },
        ),
        (
            "closed",
            BoardQuery {
                statuses: vec![Status::Closed],
                ..all.clone()
            },
        ),
        ("everything, attention first", all),
    ]);
    queries
}

#[expect(clippy::disallowed_methods, reason = "a measurement needs real time")]
async fn measure(store: &SqliteStore, name: &str, query: BoardQuery) {
    let mut times = Vec::with_capacity(READS);
    let mut cards = 0;
    for _ in 0..READS {
        let start = Instant::now();
        cards = store.board(&query).await.expect("a page").cards.len();
        times.push(start.elapsed());
    }
    report(name, cards, times);
}

#[expect(clippy::disallowed_methods, reason = "a measurement needs real time")]
async fn count(store: &SqliteStore) {
    let mut times = Vec::with_capacity(READS);
    for _ in 0..READS {
        let start = Instant::now();
        store.counts().await.expect("counters");
        times.push(start.elapsed());
    }
    report("counters", 1, times);
}

fn report(name: &str, found: usize, mut times: Vec<Duration>) {
    times.sort();
    let median = times.get(times.len() / 2).copied().unwrap_or_default();
    let slowest = times.last().copied().unwrap_or_default();
    print(&format!(
        "{name:30} {found:4} found   median {median:>10.2?}   slowest {slowest:>10.2?}"
    ));
}
