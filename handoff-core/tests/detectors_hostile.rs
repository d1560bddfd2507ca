//! No text makes a detector panic, or slow.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "functions of tests"
)]

use std::fmt::Write as _;

use handoff_core::attention::{Finding, Observed, Rule, Rules, default_detectors};
use proptest::prelude::*;

fn everything(text: &str) -> Vec<Finding> {
    let rules = Rules::new(vec![
        Rule::keywords("k", &["refund", "退款", "a b"]).unwrap(),
        Rule::expression("e", r"(\w+\s?)+x").unwrap(),
    ]);
    let observations = [
        Observed::VisitorMessage { text },
        Observed::AssistantReply { text },
        Observed::MessageRated { up: false, text },
        Observed::ConversationRated {
            stars: 1,
            comment: text,
        },
    ];
    let mut detectors = default_detectors();
    detectors.push(std::sync::Arc::new(rules));
    let pairs = detectors
        .iter()
        .flat_map(|detector| observations.map(|observed| (detector, observed)));
    pairs
        .flat_map(|(detector, observed)| detector.detect(observed))
        .collect()
}

/// Pieces that the phrase files know, so that patterns are entered deeply.
const PIECES: &[&str] = &[
    "talk",
    "to",
    "a",
    "human",
    "agent",
    "no",
    "bot",
    "please",
    "hablar",
    "con",
    "nicht",
    "mit",
    "Menschen",
    "找",
    "人工",
    "客服",
    "と",
    "話したい",
    "상담원",
    "연결",
    "оператор",
    "أريد",
    "موظف",
    "इंसान",
    "से",
    "l'",
    "d'",
    "'",
    "’",
    "-",
    "...",
    "!",
    "?",
    "\n",
    "\u{200d}",
    "\u{301}",
    "ı",
    "İ",
    "ß",
    "1",
    "@",
    "#",
    ":(",
    "😡",
    "http://",
    "www.",
    "aaaa",
    "t4lk",
    "hold",
    "2",
    "hours",
    "worst",
    "i",
    "dont",
    "know",
    "🇩🇪",
    "\u{fe0f}",
    "e\u{301}",
    "\u{0}",
];

proptest! {
    #[test]
    fn no_text_panics(text in any::<String>()) {
        everything(&text);
    }

    #[test]
    fn known_words_in_any_order_do_not_panic(words in prop::collection::vec((0..PIECES.len(), any::<bool>()), 0..80)) {
        let mut text = String::new();
        for (piece, spaced) in words {
            write!(text, "{}{}", PIECES[piece], if spaced { " " } else { "" }).ok();
        }
        for finding in everything(&text) {
            prop_assert!(text.contains(&finding.quote), "{:?} is no part of the text", finding.quote);
        }
    }
}

/// Far more than a quadratic walk over a megabyte would leave: a debug build on a busy machine takes milliseconds.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(5);

#[test]
#[expect(clippy::disallowed_methods, reason = "the test measures real time")]
fn a_megabyte_is_as_quick_as_a_page() {
    let units = [
        "talk to ",
        "a",
        "no more ",
        "我想找",
        "हम ",
        "ã",
        "person ",
        "\u{301}",
        "😡",
        "l'",
        "#A",
        "@",
        "i dont ",
    ];
    for unit in units {
        let text = unit.repeat(1_000_000 / unit.len());
        everything("warm up");
        let start = std::time::Instant::now();
        everything(&text);
        assert!(
            start.elapsed() < PATIENCE,
            "{unit:?} took {:?}",
            start.elapsed()
        );
    }
}

#[test]
fn what_comes_after_the_limit_is_not_read() {
    let request = |before: usize| format!("{} I want to talk to a human", ". ".repeat(before));
    assert!(!everything(&request(10)).is_empty());
    let late = Observed::VisitorMessage {
        text: &request(10_000),
    };
    assert!(
        default_detectors()
            .iter()
            .all(|detector| detector.detect(late).is_empty())
    );
}
