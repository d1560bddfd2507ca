//! The short form of the faults: each of them once, on real processes. One that was never delivered fails too.

use handoff_benches::faults::{Kept, Options, run};

async fn short(kept: Kept) -> anyhow::Result<()> {
    let options = Options {
        seconds: 1,
        seed: 7,
        store: vec![kept],
        visitors: 6,
        agents: 6,
        storm: 100,
        pause: 1,
        json: None,
    };
    let holds = run(&options).await?;
    assert!(
        holds,
        "a promise was broken, or a fault was never delivered: see the table above"
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn on_sqlite() -> anyhow::Result<()> {
    short(Kept::Sqlite).await
}
