//! P1, P2, P6: 64 visitors to 50 dashboards.

use crate::compare::{
    contender::Name,
    report::{Goal, Row},
    run::{Case, Run},
    series::Series,
    workload::{FanOut, Spread},
};
use std::time::Duration;

const VISITORS: u32 = 64;
const DASHBOARDS: u32 = 50;

pub(super) async fn measure(run: &mut Run) -> Vec<Row> {
    let load = FanOut {
        visitors: VISITORS,
        dashboards: DASHBOARDS,
        warm_up: Duration::from_millis(run.pick(1000, 500)),
        measured: Duration::from_millis(run.pick(2500, 1500)),
    };
    let cases = [
        Case::full(Name::Handoff, load),
        Case::normal(Name::Handoff, load),
        Case::full(Name::SocketIo, load),
        Case::normal(Name::SocketIo, load),
        Case::normal(Name::Nats, load),
    ];
    let [full, normal, peer_full, peer_normal, nats] =
        &run.interleaved("64 visitors to 50 dashboards", cases).await;

    let rate = (
        "P1",
        "durable messages, 64 visitors to 50 dashboards, FULL",
        "1/s",
    );
    let delivered = ("P2", "deliveries, same shape, NORMAL", "1/s");
    let cost = ("P6", "server CPU of a delivery", "µs");
    vec![
        Row::beside(
            rate,
            &full.figures(messages),
            ("own NORMAL", &normal.figures(messages)),
            ("0.5 to 1.0", Goal::AtLeast(0.95)),
        )
        .with_note(skips(full)),
        Row::beside(
            rate,
            &full.figures(messages),
            ("socket.io FULL", &peer_full.figures(messages)),
            ("16", Goal::AtLeast(25.0)),
        ),
        Row::beside(
            delivered,
            &normal.figures(deliveries),
            ("NATS JetStream", &nats.figures(deliveries)),
            ("2.0 to 2.6", Goal::AtLeast(3.0)),
        )
        .with_note(skips(normal)),
        Row::beside(
            delivered,
            &normal.figures(deliveries),
            ("socket.io NORMAL", &peer_normal.figures(deliveries)),
            ("5.3 to 7.2", Goal::AtLeast(8.0)),
        ),
        Row::beside(
            cost,
            &normal.figures(processor),
            ("socket.io NORMAL", &peer_normal.figures(processor)),
            ("0.12 to 0.20", Goal::AtMost(0.1)),
        ),
        Row::beside(
            cost,
            &full.figures(processor),
            ("socket.io FULL", &peer_full.figures(processor)),
            ("0.12 to 0.20", Goal::AtMost(0.1)),
        ),
    ]
}

#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
fn messages(spread: &Spread) -> f64 {
    spread.messages as f64 / spread.seconds
}

#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
fn deliveries(spread: &Spread) -> f64 {
    spread.deliveries as f64 / spread.seconds
}

#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
fn processor(spread: &Spread) -> f64 {
    spread.server_seconds * 1e6 / spread.deliveries as f64
}

fn skips(series: &Series<Spread>) -> String {
    let Series::Measured(spreads) = series else {
        return String::new();
    };
    let skipped: u64 = spreads.iter().map(|spread| spread.skipped).sum();
    let doubled: u64 = spreads.iter().map(|spread| spread.doubled).sum();
    let delivered: u64 = spreads.iter().map(|spread| spread.deliveries).sum();
    format!("{delivered} deliveries, {doubled} doubled, {skipped} skipped for a newer one")
}
