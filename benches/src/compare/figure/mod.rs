//! The figures of the table, each measured with its peers.

mod claim;
mod fan_out;
mod idle;
mod latency;

use super::{report::Row, run::Run};

/// Measures the named figure; figures that come out of the same runs share a name.
pub(crate) async fn measure(figure: Figure, run: &mut Run) -> Vec<Row> {
    match figure {
        Figure::FanOut => fan_out::measure(run).await,
        Figure::Latency => latency::measure(run).await,
        Figure::Claim => claim::measure(run).await,
        Figure::Idle => idle::measure(run).await,
    }
}

/// A group of figures that come out of the same runs.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Figure {
    FanOut,
    Latency,
    Claim,
    Idle,
}

impl Figure {
    pub(crate) const ALL: [Self; 4] = [Self::FanOut, Self::Latency, Self::Claim, Self::Idle];

    /// The lines of the table that it measures.
    pub(crate) fn lines(self) -> &'static [&'static str] {
        match self {
            Self::FanOut => &["P1", "P2", "P6"],
            Self::Latency => &["P3"],
            Self::Claim => &["P4"],
            Self::Idle => &["P5"],
        }
    }
}
