//! P12: the board with ten thousand open conversations.

use crate::compare::{
    clock,
    contender::Durability,
    library::Engine,
    process::own_processor_seconds,
    report::{Goal, Row},
    run::Run,
    series::Series,
    statistics::Latencies,
};
use anyhow::Result;
use handoff_core::{
    id::ConversationId,
    runtime::{BoardFeed, BoardUpdate},
    store::BoardQuery,
};

const FEW: u32 = 100;
const MANY: u32 = 10_000;
const DASHBOARDS: usize = 50;
const PAGE: usize = 50;

pub(super) async fn measure(run: &mut Run) -> Vec<Row> {
    let rounds = run.pick(1000, 300);
    let mut pages = Series::default();
    let mut changes_few = Series::default();
    let mut changes_many = Series::default();
    for repetition in 1..=run.repetitions {
        run.say(&format!("the board, {repetition} of {}", run.repetitions));
        match sizes(rounds).await {
            Ok(measured) => {
                pages.push(measured.page_ms);
                changes_few.push(measured.change_few);
                changes_many.push(measured.change_many);
            }
            Err(error) => {
                for series in [&mut pages, &mut changes_few, &mut changes_many] {
                    series.fail(format!("{error:#}"));
                }
            }
        }
    }
    vec![
        Row::alone(
            (
                "P12",
                "first page of 10,000 open conversations, SQLite, p50",
                "ms",
            ),
            &pages,
            ("-", Goal::AtMost(5.0)),
        ),
        Row::beside(
            ("P12", "CPU of one change to 50 boards, 10,000 open", "µs"),
            &changes_many,
            ("100 open", &changes_few),
            ("-", Goal::AtMost(1.25)),
        ),
    ]
}

struct Measured {
    page_ms: f64,
    change_few: f64,
    change_many: f64,
}

async fn sizes(rounds: u32) -> Result<Measured> {
    let folder = tempfile::tempdir()?;
    let engine = Engine::on_sqlite(folder.path(), Durability::Normal).await?;
    let few = engine.open(0, FEW).await?;
    let change_few = change(&engine, &few, 1, rounds).await?;
    engine.open(FEW, MANY - FEW).await?;
    let change_many = change(&engine, &few, 1 + rounds, rounds).await?;
    let page_ms = first_page(&engine, rounds).await?;
    engine.handoff.shutdown().await;
    Ok(Measured {
        page_ms,
        change_few,
        change_many,
    })
}

/// The processor's microseconds for a visitor's message until all boards have the change.
async fn change(engine: &Engine, among: &[ConversationId], first: u32, rounds: u32) -> Result<f64> {
    let mut boards: Vec<BoardFeed> = (0..DASHBOARDS)
        .map(|_| engine.handoff.board_feed())
        .collect();
    let before = own_processor_seconds()?;
    for (number, conversation) in (first..first + rounds).zip(among.iter().cycle()) {
        engine.say(*conversation, number).await?;
        for board in &mut boards {
            while !is_change_of(&board.next().await, *conversation) {}
        }
    }
    Ok((own_processor_seconds()? - before) * 1e6 / f64::from(rounds))
}

fn is_change_of(update: &BoardUpdate, conversation: ConversationId) -> bool {
    matches!(update, BoardUpdate::Changed(change) if change.conversation == conversation)
}

/// Milliseconds for the page that a dashboard opens with, and its counters.
async fn first_page(engine: &Engine, rounds: u32) -> Result<f64> {
    let query = BoardQuery {
        limit: PAGE,
        ..BoardQuery::default()
    };
    let store = engine.handoff.store();
    let mut latencies = Latencies::new()?;
    for _ in 0..rounds {
        let started = clock::now();
        let page = store.board(&query).await?;
        store.counts().await?;
        latencies.record(started.elapsed());
        anyhow::ensure!(page.cards.len() == PAGE, "a page of {}", page.cards.len());
    }
    Ok(latencies.summary().p50 / 1000.0)
}
