//! P4: eight racers for every conversation, exactly one winner each.

use crate::compare::{
    contender::Name,
    report::{Goal, Row},
    run::{Case, Run},
    series::Series,
    workload::{Race, Tally},
};

pub(super) async fn measure(run: &mut Run) -> Vec<Row> {
    let race = Race {
        racers: 8,
        conversations: run.pick(4000, 1000),
        window: 32,
    };
    let cases = [
        Case::full(Name::Handoff, race),
        Case::normal(Name::Handoff, race),
        Case::full(Name::SocketIo, race),
        Case::normal(Name::Nats, race),
    ];
    let [full, normal, peer, nats] = &run.interleaved("takeover race", cases).await;
    let faults = Series::figures(full, |tally| whole(tally.doubles + tally.without_winner));
    let figure = |name| ("P4", name, "1/s");
    vec![
        Row::beside(
            figure("takeover attempts, 8 racers, FULL"),
            &full.figures(attempts),
            ("socket.io FULL", &peer.figures(attempts)),
            ("13", Goal::AtLeast(15.0)),
        ),
        Row::beside(
            figure("takeover attempts, 8 racers, NORMAL"),
            &normal.figures(attempts),
            ("NATS compare-and-set", &nats.figures(attempts)),
            ("0.8", Goal::AtLeast(1.0)),
        ),
        Row::alone(
            ("P4", "conversations with two winners, or none", "count"),
            &faults,
            ("0", Goal::AtMost(0.0)),
        )
        .with_note(totals(full)),
    ]
}

#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
fn whole(count: u64) -> f64 {
    count as f64
}

fn attempts(tally: &Tally) -> f64 {
    whole(tally.attempts) / tally.seconds
}

fn totals(series: &Series<Tally>) -> String {
    let Series::Measured(tallies) = series else {
        return String::new();
    };
    let attempts: u64 = tallies.iter().map(|tally| tally.attempts).sum();
    let conversations: u64 = tallies.iter().map(|tally| tally.conversations).sum();
    format!("{attempts} attempts at {conversations} conversations")
}
