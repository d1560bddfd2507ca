//! The default detectors on texts in sixteen languages: those they were tuned on, and those kept aside.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::similar_names,
    reason = "functions of tests"
)]

use std::collections::BTreeMap;
use std::path::Path;

use handoff_core::attention::{Detector, HelpRequest, NegativeFeedback, NonAnswer, Observed};

/// Languages of the data, by their codes.
const LANGUAGES: usize = 16;

#[derive(Debug, Default, Clone, Copy)]
struct Count {
    hits: u32,
    misses: u32,
    false_alarms: u32,
    quiet: u32,
}

impl Count {
    fn add(&mut self, raised: bool, expected: bool) {
        let cell = match (expected, raised) {
            (true, true) => &mut self.hits,
            (true, false) => &mut self.misses,
            (false, true) => &mut self.false_alarms,
            (false, false) => &mut self.quiet,
        };
        *cell += 1;
    }

    /// 1 where there was nothing to find.
    fn recall(self) -> f64 {
        match self.hits + self.misses {
            0 => 1.0,
            all => f64::from(self.hits) / f64::from(all),
        }
    }

    fn false_alarm_rate(self) -> f64 {
        f64::from(self.false_alarms) / f64::from(self.false_alarms + self.quiet)
    }
}

/// What one file asks of a detector.
struct Expectation {
    recall: f64,
    false_alarms: f64,
    /// In each language.
    recall_of_each: f64,
}

fn check(
    file: &str,
    column: &str,
    yes: &str,
    expectation: &Expectation,
    raises: impl Fn(&str) -> bool,
) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/detectors")
        .join(file);
    let mut reader = csv::Reader::from_path(&path).unwrap();
    let mut all = Count::default();
    let mut languages: BTreeMap<String, Count> = BTreeMap::new();
    let mut wrong = Vec::new();
    for row in reader.deserialize::<BTreeMap<String, String>>() {
        let row = row.unwrap();
        let expected = row[column] == yes;
        let raised = raises(&row["text"]);
        all.add(raised, expected);
        languages
            .entry(row["lang"].clone())
            .or_default()
            .add(raised, expected);
        if raised != expected {
            wrong.push(format!("{} {}", row["lang"], row["text"]));
        }
    }
    let report = format!("{file}: {all:?}\n{}", wrong.join("\n"));
    assert_eq!(languages.len(), LANGUAGES, "{report}");
    assert!(all.recall() >= expectation.recall, "{report}");
    assert!(
        all.false_alarm_rate() <= expectation.false_alarms,
        "{report}"
    );
    for (language, count) in languages {
        assert!(
            count.recall() >= expectation.recall_of_each,
            "{language} {count:?}\n{report}"
        );
    }
}

fn asks_for_person(text: &str) -> bool {
    !HelpRequest::new()
        .detect(Observed::VisitorMessage { text })
        .is_empty()
}

fn gives_up(text: &str) -> bool {
    !NonAnswer::new()
        .detect(Observed::AssistantReply { text })
        .is_empty()
}

fn is_negative(text: &str) -> bool {
    !NegativeFeedback::new()
        .detect(Observed::VisitorMessage { text })
        .is_empty()
}

#[test]
fn requests_that_were_tuned_on() {
    let expectation = Expectation {
        recall: 0.98,
        false_alarms: 0.01,
        recall_of_each: 0.95,
    };
    for file in ["help_requests", "first_help_requests", "more_help_requests"] {
        check(
            &format!("tuned/{file}.csv"),
            "asks_for_person",
            "yes",
            &expectation,
            asks_for_person,
        );
    }
}

#[test]
fn what_only_looks_like_a_request() {
    let expectation = Expectation {
        recall: 1.0,
        false_alarms: 0.02,
        recall_of_each: 1.0,
    };
    check(
        "tuned/near_misses.csv",
        "asks_for_person",
        "yes",
        &expectation,
        asks_for_person,
    );
}

#[test]
fn requests_that_were_kept_aside() {
    let expectation = Expectation {
        recall: 0.90,
        false_alarms: 0.05,
        recall_of_each: 0.80,
    };
    check(
        "held_out/help_requests.csv",
        "asks_for_person",
        "yes",
        &expectation,
        asks_for_person,
    );
}

#[test]
fn non_answers_that_were_tuned_on() {
    let expectation = Expectation {
        recall: 0.99,
        false_alarms: 0.01,
        recall_of_each: 0.95,
    };
    check("tuned/replies.csv", "answers", "no", &expectation, gives_up);
}

#[test]
fn non_answers_that_were_kept_aside() {
    let expectation = Expectation {
        recall: 0.90,
        false_alarms: 0.03,
        recall_of_each: 0.80,
    };
    check(
        "held_out/replies.csv",
        "answers",
        "no",
        &expectation,
        gives_up,
    );
}

#[test]
fn complaints_that_were_tuned_on() {
    let expectation = Expectation {
        recall: 0.97,
        false_alarms: 0.02,
        recall_of_each: 0.80,
    };
    check(
        "tuned/feedback.csv",
        "sentiment",
        "negative",
        &expectation,
        is_negative,
    );
}

#[test]
fn complaints_that_were_kept_aside() {
    let expectation = Expectation {
        recall: 0.80,
        false_alarms: 0.04,
        recall_of_each: 0.60,
    };
    check(
        "held_out/feedback.csv",
        "sentiment",
        "negative",
        &expectation,
        is_negative,
    );
}
