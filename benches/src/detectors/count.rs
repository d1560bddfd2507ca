//! Hits and misses of one detector on one set of texts.

use serde_json::{Value, json};

/// What a detector said against what is so.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Count {
    pub(super) hits: u32,
    pub(super) misses: u32,
    pub(super) false_alarms: u32,
    pub(super) quiet: u32,
}

impl Count {
    pub(super) fn add(&mut self, raised: bool, expected: bool) {
        let cell = match (expected, raised) {
            (true, true) => &mut self.hits,
            (true, false) => &mut self.misses,
            (false, true) => &mut self.false_alarms,
            (false, false) => &mut self.quiet,
        };
        *cell += 1;
    }

    pub(super) fn merge(&mut self, other: Self) {
        self.hits += other.hits;
        self.misses += other.misses;
        self.false_alarms += other.false_alarms;
        self.quiet += other.quiet;
    }

    pub(super) fn recall(self) -> Option<f64> {
        ratio(self.hits, self.hits + self.misses)
    }

    pub(super) fn precision(self) -> Option<f64> {
        ratio(self.hits, self.hits + self.false_alarms)
    }

    /// The share of the texts that are not meant and are flagged.
    pub(super) fn false_alarm_rate(self) -> Option<f64> {
        ratio(self.false_alarms, self.false_alarms + self.quiet)
    }

    pub(super) fn f1(self) -> Option<f64> {
        let both = 2 * self.hits;
        (self.hits + self.misses > 0)
            .then(|| ratio(both, both + self.misses + self.false_alarms))
            .flatten()
    }

    pub(super) fn json(self) -> Value {
        json!({
            "hits": self.hits,
            "misses": self.misses,
            "false_alarms": self.false_alarms,
            "quiet": self.quiet,
            "precision": self.precision(),
            "recall": self.recall(),
            "f1": self.f1(),
            "false_alarm_rate": self.false_alarm_rate(),
        })
    }
}

fn ratio(part: u32, whole: u32) -> Option<f64> {
    (whole > 0).then(|| f64::from(part) / f64::from(whole))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_follow_from_the_four_cells() {
        let count = Count {
            hits: 6,
            misses: 2,
            false_alarms: 3,
            quiet: 9,
        };
        assert_eq!(count.recall(), Some(0.75));
        assert_eq!(count.precision(), Some(6.0 / 9.0));
        assert_eq!(count.false_alarm_rate(), Some(0.25));
        assert_eq!(count.f1(), Some(12.0 / 17.0));
    }

    #[test]
    fn nothing_to_find_has_no_recall() {
        let mut count = Count::default();
        count.add(false, false);
        assert_eq!(
            (count.recall(), count.f1(), count.false_alarm_rate()),
            (None, None, Some(0.0))
        );
    }
}
