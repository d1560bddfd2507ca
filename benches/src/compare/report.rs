//! The table: for people, and as JSON.

use super::{machine::Machine, series::Series};
use serde::Serialize;
use std::collections::HashSet;

/// What a figure must reach.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Goal {
    AtLeast(f64),
    AtMost(f64),
}

impl Goal {
    fn is_met(self, value: f64) -> bool {
        match self {
            Self::AtLeast(bound) => value >= bound,
            Self::AtMost(bound) => value <= bound,
        }
    }

    fn text(self) -> String {
        match self {
            Self::AtLeast(bound) => format!("≥ {}", number(bound)),
            Self::AtMost(bound) => format!("≤ {}", number(bound)),
        }
    }
}

/// A line of the table.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Row {
    /// P1 to P12.
    pub(crate) id: &'static str,
    pub(crate) figure: String,
    pub(crate) unit: &'static str,
    pub(crate) ours: Option<f64>,
    pub(crate) against: String,
    pub(crate) theirs: Option<f64>,
    /// What is held against the goal: the ratio to the other, or our own figure where there is no other.
    pub(crate) judged: Option<f64>,
    /// What a throw-away server reached before this one was written.
    pub(crate) floor: &'static str,
    pub(crate) goal: Goal,
    pub(crate) note: String,
}

impl Row {
    /// Our figure beside somebody else's of the same repetitions.
    pub(crate) fn beside(
        (id, figure, unit): (&'static str, &str, &'static str),
        ours: &Series<f64>,
        (against, theirs): (&str, &Series<f64>),
        (floor, goal): (&'static str, Goal),
    ) -> Self {
        let mut reasons: Vec<&str> = [ours, theirs]
            .into_iter()
            .filter_map(Series::why_absent)
            .collect();
        reasons.dedup();
        Self {
            id,
            figure: figure.to_owned(),
            unit,
            ours: ours.median(),
            against: against.to_owned(),
            theirs: theirs.median(),
            judged: ours.ratio_to(theirs),
            floor,
            goal,
            note: reasons.join("; "),
        }
    }

    /// Our figure by itself.
    pub(crate) fn alone(
        (id, figure, unit): (&'static str, &str, &'static str),
        ours: &Series<f64>,
        (floor, goal): (&'static str, Goal),
    ) -> Self {
        Self {
            id,
            figure: figure.to_owned(),
            unit,
            ours: ours.median(),
            against: "-".to_owned(),
            theirs: None,
            judged: ours.median(),
            floor,
            goal,
            note: ours.why_absent().unwrap_or_default().to_owned(),
        }
    }

    pub(crate) fn with_note(mut self, note: impl AsRef<str>) -> Self {
        if !self.note.is_empty() && !note.as_ref().is_empty() {
            self.note.push_str("; ");
        }
        self.note.push_str(note.as_ref());
        self
    }

    pub(crate) fn is_met(&self) -> Option<bool> {
        self.judged.map(|value| self.goal.is_met(value))
    }

    fn cells(&self) -> [String; 9] {
        let shown = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), number);
        [
            self.id.to_owned(),
            format!("{} ({})", self.figure, self.unit),
            shown(self.ours),
            self.against.clone(),
            shown(self.theirs),
            self.theirs
                .and(self.judged)
                .map_or_else(|| "-".to_owned(), number),
            self.floor.to_owned(),
            self.goal.text(),
            match self.is_met() {
                Some(true) => "reached",
                Some(false) => "missed",
                None => "not measured",
            }
            .to_owned(),
        ]
    }
}

/// Everything that a run found.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Report {
    pub(crate) machine: Machine,
    pub(crate) repetitions: usize,
    pub(crate) quick: bool,
    pub(crate) rows: Vec<Row>,
}

const HEADINGS: [&str; 9] = [
    "#", "figure", "ours", "against", "theirs", "ratio", "floor", "goal", "",
];

impl Report {
    /// A Markdown table, readable as it is.
    pub(crate) fn table(&self) -> String {
        let lines: Vec<[String; 9]> = self.rows.iter().map(Row::cells).collect();
        let widths: [usize; 9] = std::array::from_fn(|column| {
            let cells = lines.iter().filter_map(|line| line.get(column));
            let heading = HEADINGS.get(column).map_or(0, |text| text.chars().count());
            cells
                .map(|cell| cell.chars().count())
                .fold(heading, usize::max)
        });
        let line = |cells: &[String; 9]| {
            let padded = cells
                .iter()
                .zip(widths)
                .map(|(cell, width)| format!("{cell:width$}"));
            format!("| {} |\n", padded.collect::<Vec<_>>().join(" | "))
        };
        let mut text = format!(
            "{}\nMedians of {} interleaved repetitions{}; a ratio is the median of each repetition's.\n\n",
            self.machine.sentence(),
            self.repetitions,
            if self.quick {
                ", quick: a look, not a figure to quote"
            } else {
                ""
            },
        );
        text += &line(&HEADINGS.map(str::to_owned));
        text += &line(&widths.map(|width| "-".repeat(width)));
        for cells in &lines {
            text += &line(cells);
        }
        let mut said = HashSet::new();
        for row in &self.rows {
            if !row.note.is_empty() && said.insert(&row.note) {
                text.extend(["\n", row.id, " against ", &row.against, ": ", &row.note]);
            }
        }
        text
    }
}

/// Three digits that count, thousands apart.
fn number(value: f64) -> String {
    let decimals = match value.abs() {
        size if size >= 100.0 => 0,
        size if size >= 10.0 => 1,
        size if size >= 0.1 || size == 0.0 => 2,
        _ => 4,
    };
    let text = format!("{value:.decimals$}");
    let (whole, rest) = text.split_at(text.find('.').unwrap_or(text.len()));
    let mut grouped = String::new();
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place) % 3 == 0 && digit != '-' {
            grouped.push(' ');
        }
        grouped.push(digit);
    }
    grouped + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
        assert_eq!(number(512_345.6), "512 346");
        assert_eq!(number(12.34), "12.3");
        assert_eq!(number(0.954), "0.95");
        assert_eq!(number(0.0123), "0.0123");
        assert_eq!(number(0.0), "0.00");
    }

    #[test]
    fn a_row_is_judged_by_its_ratio_and_says_why_it_has_none() {
        let figure = ("P1", "messages", "1/s");
        let ours = Series::Measured(vec![100.0]);
        let bounds = ("16", Goal::AtLeast(25.0));
        let slow = Series::Measured(vec![2.0]);
        assert_eq!(
            Row::beside(figure, &ours, ("x", &slow), bounds).is_met(),
            Some(true)
        );
        let absent = Series::Absent("no Node".into());
        let row = Row::beside(figure, &ours, ("x", &absent), bounds);
        assert_eq!(row.is_met(), None);
        assert_eq!(row.note, "no Node");
    }
}
