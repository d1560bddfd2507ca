//! [`NegativeFeedback`]: the visitor is angry or disappointed.

use std::sync::LazyLock;

use super::words::{Grammar, Language, Match, Spelling, Text, phrase_files};
use super::{Detector, Finding, FlagKind, Observed};

/// Rules of the phrase files: what a word or a phrase weighs. `0` takes words out of the count; `hint` weighs one point,
/// and hints together weigh no more than [`HINTS_LIMIT`]: they tell a complaint from a question, but are none.
const RULES: [&str; 7] = ["4", "3", "2", "hint", "0", "-1", "-3"];
const POINTS: [i32; 7] = [4, 3, 2, 1, 0, -1, -3];
const RULE_HINT: usize = 3;
const HINTS_LIMIT: i32 = 2;

/// From this sum on a message is negative.
const NEGATIVE: i32 = 3;

const FILES: &[(Language, &str)] = phrase_files!("negative_feedback");

static GRAMMAR: LazyLock<Option<Grammar>> = LazyLock::new(|| compile().ok());

fn compile() -> Result<Grammar, String> {
    Grammar::compile(FILES, &RULES, Spelling::KeyWords)
}

/// Raises [`FlagKind::NegativeFeedback`] when a visitor is angry or disappointed, in the same languages as
/// [`HelpRequest`](super::HelpRequest).
///
/// Words and phrases have weights, good ones count against bad ones, and emphasis (capitals, exclamation marks) adds to
/// what is bad already. Only the first 4,000 characters of a message are looked at. The comment of a rating is a
/// message, too.
#[derive(Debug, Clone, Copy, Default)]
pub struct NegativeFeedback {
    _private: (),
}

impl NegativeFeedback {
    /// Makes the detector; the first call in a process compiles the phrase files.
    #[must_use]
    pub fn new() -> Self {
        LazyLock::force(&GRAMMAR);
        Self { _private: () }
    }
}

impl Detector for NegativeFeedback {
    fn name(&self) -> &'static str {
        "negative_feedback"
    }

    fn detect(&self, observed: Observed<'_>) -> Vec<Finding> {
        let (Observed::VisitorMessage { text } | Observed::ConversationRated { comment: text, .. }) =
            observed
        else {
            return Vec::new();
        };
        let text = Text::read(text);
        let found = complaint(&text).map(|worst| Finding {
            kind: FlagKind::NegativeFeedback,
            reason: "The visitor sounds angry or disappointed.".to_owned(),
            quote: text.quote(worst.first, worst.last).to_owned(),
        });
        found.into_iter().collect()
    }
}

/// The worst words of a message that is negative as a whole.
fn complaint(text: &Text<'_>) -> Option<Match> {
    let grammar = GRAMMAR.as_ref()?;
    grammar.readings(text).iter().find_map(|reading| {
        let matches = reading.matches(|_| true);
        let points = |found: &Match| POINTS.get(found.rule).copied().unwrap_or_default();
        let (hints, weighed): (Vec<Match>, Vec<Match>) = matches
            .into_iter()
            .partition(|found| found.rule == RULE_HINT);
        let worst = *weighed
            .iter()
            .rev()
            .max_by_key(|found| points(found))
            .filter(|found| points(found) > 1)?;
        let hints = (i32::try_from(hints.len()).unwrap_or(HINTS_LIMIT) / 2).min(HINTS_LIMIT);
        let sum: i32 = weighed.iter().map(points).sum();
        (sum + hints + emphasis(text) >= NEGATIVE).then_some(worst)
    })
}

/// What shouting adds.
fn emphasis(text: &Text<'_>) -> i32 {
    i32::from(text.exclamations() > 1)
        + i32::from(text.shouted() > 2)
        + i32::from(text.questions() > 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phrase_files_compile() {
        assert_eq!(compile().err(), None);
    }
}
