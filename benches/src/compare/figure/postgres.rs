//! P8: messages a second on Postgres with a second node that is notified, beside what bare connections do.

use super::raw_postgres::{self, Schema};
use crate::compare::{
    clock,
    library::Engine,
    report::{Goal, Row},
    run::Run,
    series::Series,
};
use anyhow::{Result, ensure};
use futures::StreamExt;
use handoff_core::bus::Bus;
use handoff_store_postgres::{BusOptions, PostgresBus};
use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};
use std::time::Duration;
use tokio::task::JoinSet;

const WRITERS: u32 = 32;

pub(super) async fn measure(run: &mut Run) -> Vec<Row> {
    let duration = Duration::from_millis(run.pick(3000, 1500));
    let mut ours = Series::default();
    let mut notified = Series::default();
    let mut batched = Series::default();
    for repetition in 1..=run.repetitions {
        run.say(&format!(
            "Postgres, {WRITERS} writers, {repetition} of {}",
            run.repetitions
        ));
        ours.record(dispatched(duration).await);
        notified.record(with_notice_inside(duration).await);
        batched.record(in_batches(duration).await);
    }
    let figure = (
        "P8",
        "messages on Postgres (dispatch), 32 writers, a second node notified",
        "1/s",
    );
    vec![
        Row::beside(
            figure,
            &ours,
            ("INSERT and NOTIFY in each transaction", &notified),
            ("not measured", Goal::AtLeast(20.0)),
        ),
        Row::beside(
            figure,
            &ours,
            ("raw UNNEST of 64", &batched),
            ("not measured", Goal::AtLeast(0.3)),
        ),
    ]
}

async fn with_notice_inside(duration: Duration) -> Result<f64> {
    let schema = Schema::new("notified").await?;
    let rate = raw_postgres::notified(&schema, WRITERS, duration).await;
    schema.remove().await?;
    rate
}

async fn in_batches(duration: Duration) -> Result<f64> {
    let schema = Schema::new("batched").await?;
    let rate = raw_postgres::batched(&schema, duration).await;
    schema.remove().await?;
    rate
}

async fn dispatched(duration: Duration) -> Result<f64> {
    let schema = Schema::new("engine").await?;
    let rate = measured(&schema, duration).await;
    schema.remove().await?;
    rate
}

async fn measured(schema: &Schema, duration: Duration) -> Result<f64> {
    let options = || BusOptions::default().channel("handoff_bench");
    let other = PostgresBus::connect(&schema.url, options()).await?;
    let mut heard = other.subscribe().await?;
    let notices = Arc::new(AtomicU64::new(0));
    let mut hearing = JoinSet::new();
    hearing.spawn({
        let notices = notices.clone();
        async move {
            while heard.next().await.is_some() {
                notices.fetch_add(1, Ordering::Relaxed);
            }
        }
    });
    let engine = Engine::on_postgres(&schema.url, options()).await?;
    let conversations = engine.open(0, WRITERS).await?;
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
    ensure!(
        notices.load(Ordering::Relaxed) > 0,
        "the second node heard nothing"
    );
    other.close().await;
    Ok(messages / seconds)
}
