//! P5: what ten thousand visitors cost who say nothing.

use crate::compare::{
    contender::Name,
    report::{Goal, Row},
    run::{Case, Run},
    workload::{Idle, Memory},
};
use std::time::Duration;

pub(super) async fn measure(run: &mut Run) -> Vec<Row> {
    let idle = Idle {
        visitors: run.pick(10_000, 2_000),
        settle: Duration::from_secs(run.pick(4, 2)),
    };
    let cases = [
        Case::normal(Name::Handoff, idle),
        Case::normal(Name::SocketIo, idle),
    ];
    let [ours, peer] = &run.interleaved("idle visitors", cases).await;
    vec![
        Row::beside(
            ("P5", "memory of an idle visitor", "KB"),
            &ours.figures(kilobytes_each),
            ("socket.io", &peer.figures(kilobytes_each)),
            ("0.74", Goal::AtMost(0.5)),
        ),
        Row::alone(
            ("P5", "memory of an idle visitor", "KB"),
            &ours.figures(kilobytes_each),
            ("-", Goal::AtMost(5.5)),
        ),
    ]
}

#[expect(clippy::cast_precision_loss, reason = "bytes are far below 2^53")]
fn kilobytes_each(memory: &Memory) -> f64 {
    let grown = memory.after_bytes.saturating_sub(memory.before_bytes);
    grown as f64 / 1000.0 / f64::from(memory.visitors)
}
