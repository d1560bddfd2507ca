//! The outcomes of one case over the repetitions, or why there are none.

use super::statistics::median;
use serde::Serialize;

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Series<T> {
    Measured(Vec<T>),
    Absent(String),
}

impl<T> Default for Series<T> {
    fn default() -> Self {
        Self::Measured(Vec::new())
    }
}

impl<T> Series<T> {
    pub(crate) fn push(&mut self, outcome: T) {
        if let Self::Measured(outcomes) = self {
            outcomes.push(outcome);
        }
    }

    pub(crate) fn record(&mut self, outcome: anyhow::Result<T>) {
        match outcome {
            Ok(outcome) => self.push(outcome),
            Err(error) => self.fail(format!("{error:#}")),
        }
    }

    /// One failure ends the series: what is left of it would not be comparable.
    pub(crate) fn fail(&mut self, why: String) {
        *self = Self::Absent(why);
    }

    pub(crate) fn is_absent(&self) -> bool {
        matches!(self, Self::Absent(_))
    }

    pub(crate) fn why_absent(&self) -> Option<&str> {
        match self {
            Self::Measured(_) => None,
            Self::Absent(why) => Some(why),
        }
    }

    pub(crate) fn figures(&self, figure: impl Fn(&T) -> f64) -> Series<f64> {
        match self {
            Self::Measured(outcomes) => Series::Measured(outcomes.iter().map(figure).collect()),
            Self::Absent(why) => Series::Absent(why.clone()),
        }
    }
}

impl Series<f64> {
    pub(crate) fn median(&self) -> Option<f64> {
        match self {
            Self::Measured(figures) => median(figures.iter().copied()),
            Self::Absent(_) => None,
        }
    }

    /// The median of the ratios of each repetition.
    pub(crate) fn ratio_to(&self, other: &Self) -> Option<f64> {
        match (self, other) {
            (Self::Measured(ours), Self::Measured(theirs)) => {
                median(ours.iter().zip(theirs).map(|(ours, theirs)| ours / theirs))
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Series;

    #[test]
    fn a_ratio_is_the_median_of_the_ratios_of_each_repetition() {
        let ours = Series::Measured(vec![10.0, 2.0, 30.0]);
        let theirs = Series::Measured(vec![1.0, 2.0, 10.0]);
        assert_eq!(ours.ratio_to(&theirs), Some(3.0));
        assert_eq!(ours.ratio_to(&Series::Absent("no Node".into())), None);
    }

    #[test]
    fn a_failure_ends_a_series() {
        let mut series = Series::default();
        series.push(1.0);
        series.fail("it crashed".into());
        series.push(2.0);
        assert_eq!(series.median(), None);
        assert_eq!(series.why_absent(), Some("it crashed"));
    }
}
