//! P11: how many commands one core carries through the whole of the engine, on the memory store.

use crate::compare::{
    library::Engine,
    process::own_processor_seconds,
    report::{Goal, Row},
    run::Run,
    series::Series,
};
use anyhow::Result;

const CONVERSATIONS: u32 = 1000;

pub(super) async fn measure(run: &mut Run) -> Vec<Row> {
    let messages = run.pick(200_000, 50_000);
    let mut rates = Series::default();
    for repetition in 1..=run.repetitions {
        run.say(&format!(
            "dispatch on the memory store, {repetition} of {}",
            run.repetitions
        ));
        let one_core = tokio::task::spawn_blocking(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()?;
            runtime.block_on(rate(messages))
        });
        rates.record(one_core.await.map_err(Into::into).and_then(|rate| rate));
    }
    vec![Row::alone(
        (
            "P11",
            "dispatch of a message, memory store, detectors and board feed on, one core",
            "1/s",
        ),
        &rates,
        ("-", Goal::AtLeast(200_000.0)),
    )]
}

/// Dispatches in a second of the processor's time, so that others at work on the machine do not count.
async fn rate(messages: u32) -> Result<f64> {
    let engine = Engine::in_memory().await?;
    let conversations = engine.open(0, CONVERSATIONS).await?;
    let mut board = engine.handoff.board_feed();
    let before = own_processor_seconds()?;
    for (number, conversation) in (1..=messages).zip(conversations.iter().cycle()) {
        engine.say(*conversation, number).await?;
        while board.try_next().is_some() {}
    }
    let seconds = own_processor_seconds()? - before;
    engine.handoff.shutdown().await;
    Ok(f64::from(messages) / seconds)
}
