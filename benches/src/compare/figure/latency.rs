//! P3: from a visitor's send to an agent's receipt, under light load.

use crate::compare::{
    contender::Name,
    report::{Goal, Row},
    run::{Case, Run},
    statistics::Latency,
    workload::{LightLoad, Way},
};
use std::time::Duration;

pub(super) async fn measure(run: &mut Run) -> Vec<Row> {
    let load = LightLoad {
        visitors: 8,
        messages_each: run.pick(32, 20),
        pause: Duration::from_millis(160),
        way: Way::ToDashboard,
    };
    let echo = LightLoad {
        way: Way::ThereAndBack,
        ..load
    };
    let cases = [
        Case::normal(Name::Handoff, load),
        Case::full(Name::Handoff, load),
        Case::normal(Name::Echo, echo),
        Case::full(Name::SocketIo, load),
        Case::full(Name::Parlant, load),
    ];
    let [normal, full, echo, peer, parlant] = &run.interleaved("light load", cases).await;
    let p50 = |latency: &Latency| latency.p50;
    let p99 = |latency: &Latency| latency.p99;
    vec![
        Row::beside(
            ("P3", "p50 from send to receipt, light load, NORMAL", "µs"),
            &normal.figures(p50),
            ("raw echo p50", &echo.figures(p50)),
            ("4 to 6", Goal::AtMost(4.0)),
        ),
        Row::beside(
            ("P3", "p99 from send to receipt, light load, FULL", "µs"),
            &full.figures(p99),
            ("Parlant p99", &parlant.figures(p99)),
            ("1/16 to 1/33", Goal::AtMost(0.04)),
        ),
        Row::beside(
            ("P3", "p99 from send to receipt, light load, FULL", "µs"),
            &full.figures(p99),
            ("socket.io FULL p99", &peer.figures(p99)),
            ("-", Goal::AtMost(1.0)),
        ),
    ]
}
