//! The figures of the table, each measured with its peers.

mod append;
mod board;
mod claim;
mod dispatch;
mod fan_out;
mod idle;
mod latency;
mod postgres;
mod pure;
mod raw_postgres;
mod raw_sqlite;
mod redis;

use super::{report::Row, run::Run};

/// Measures the named figure; figures that come out of the same runs share a name.
pub(crate) async fn measure(figure: Figure, run: &mut Run) -> Vec<Row> {
    match figure {
        Figure::FanOut => fan_out::measure(run).await,
        Figure::Latency => latency::measure(run).await,
        Figure::Claim => claim::measure(run).await,
        Figure::Idle => idle::measure(run).await,
        Figure::Append => append::measure(run).await,
        Figure::Postgres => postgres::measure(run).await,
        Figure::Redis => redis::measure(run).await,
        Figure::Pure => pure::measure(run).await,
        Figure::Dispatch => dispatch::measure(run).await,
        Figure::Board => board::measure(run).await,
    }
}

/// A group of figures that come out of the same runs.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Figure {
    FanOut,
    Latency,
    Claim,
    Idle,
    Append,
    Postgres,
    Redis,
    Pure,
    Dispatch,
    Board,
}

impl Figure {
    pub(crate) const ALL: [Self; 10] = [
        Self::FanOut,
        Self::Latency,
        Self::Claim,
        Self::Idle,
        Self::Append,
        Self::Postgres,
        Self::Redis,
        Self::Pure,
        Self::Dispatch,
        Self::Board,
    ];

    /// The lines of the table that it measures.
    pub(crate) fn lines(self) -> &'static [&'static str] {
        match self {
            Self::FanOut => &["P1", "P2", "P6"],
            Self::Latency => &["P3"],
            Self::Claim => &["P4"],
            Self::Idle => &["P5"],
            Self::Append => &["P7"],
            Self::Postgres => &["P8"],
            Self::Redis => &["P9"],
            Self::Pure => &["P10"],
            Self::Dispatch => &["P11"],
            Self::Board => &["P12"],
        }
    }
}
