//! P7: the library's append beside a bare database's.

use super::raw_sqlite::{self, Rows};
use crate::compare::{
    clock,
    contender::Durability,
    library::Engine,
    report::{Goal, Row},
    run::Run,
    series::Series,
};
use anyhow::Result;
use std::time::Duration;
use tokio::task::JoinSet;

const SENDERS: u32 = 256;

pub(super) async fn measure(run: &mut Run) -> Vec<Row> {
    let duration = Duration::from_millis(run.pick(3000, 1500));
    let mut ours = Series::default();
    let mut plain = Series::default();
    let mut arbitrating = Series::default();
    for repetition in 1..=run.repetitions {
        run.say(&format!(
            "append, FULL, {SENDERS} senders, {repetition} of {}",
            run.repetitions
        ));
        ours.record(dispatched(duration).await);
        plain.record(raw(Rows::Message, duration).await);
        arbitrating.record(raw(Rows::MessageAndState, duration).await);
    }
    let figure = (
        "P7",
        "the library's append (dispatch), FULL, 256 senders",
        "1/s",
    );
    let goal = ("not measured", Goal::AtLeast(0.6));
    vec![
        Row::beside(figure, &ours, ("raw rusqlite group commit", &plain), goal),
        Row::beside(
            figure,
            &ours,
            ("the same with compare-and-set", &arbitrating),
            goal,
        ),
    ]
}

async fn raw(rows: Rows, duration: Duration) -> Result<f64> {
    let folder = tempfile::tempdir()?;
    raw_sqlite::rate(folder.path(), Durability::Full, rows, SENDERS, duration).await
}

async fn dispatched(duration: Duration) -> Result<f64> {
    let folder = tempfile::tempdir()?;
    let engine = Engine::on_sqlite(folder.path(), Durability::Full).await?;
    let conversations = engine.open(0, SENDERS).await?;
    let started = clock::now();
    let mut sending = JoinSet::new();
    for conversation in conversations {
        let engine = engine.clone();
        sending.spawn(async move {
            let mut sent = 0;
            while started.elapsed() < duration {
                sent += 1;
                engine.say(conversation, sent).await?;
            }
            anyhow::Ok(sent)
        });
    }
    let mut messages = 0.0;
    while let Some(sent) = sending.join_next().await {
        messages += f64::from(sent??);
    }
    let seconds = started.elapsed().as_secs_f64();
    engine.handoff.shutdown().await;
    Ok(messages / seconds)
}
