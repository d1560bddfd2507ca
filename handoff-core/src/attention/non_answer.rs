//! [`NonAnswer`]: the assistant could not answer.

use std::sync::LazyLock;

use super::words::{Grammar, Language, Match, Spelling, Text, phrase_files};
use super::{Detector, Finding, FlagKind, Observed};

/// Rules of the phrase files, in the order of the `RULE_` constants.
const RULES: [&str; 2] = ["lost", "quiet"];
const RULE_LOST: usize = 0;
const RULE_QUIET: usize = 1;

/// A reply of more characters than this is a non-answer only by its beginning: what comes later is a side remark.
const SHORT_REPLY: usize = 400;
/// The beginning of a long reply, in characters.
const OPENING: usize = 200;

const FILES: &[(Language, &str)] = phrase_files!("non_answer");

static GRAMMAR: LazyLock<Option<Grammar>> = LazyLock::new(|| compile().ok());

fn compile() -> Result<Grammar, String> {
    Grammar::compile(FILES, &RULES, Spelling::Exact)
}

/// Raises [`FlagKind::NonAnswer`] when a reply of the assistant says that it does not know, does not understand, found
/// nothing or cannot help, in the same languages as [`HelpRequest`](super::HelpRequest).
///
/// A long reply (more than 400 characters) that answers and has such a remark further down is an answer: only its first
/// 200 characters are looked at.
#[derive(Debug, Clone, Copy, Default)]
pub struct NonAnswer {
    _private: (),
}

impl NonAnswer {
    /// Makes the detector; the first call in a process compiles the phrase files.
    #[must_use]
    pub fn new() -> Self {
        LazyLock::force(&GRAMMAR);
        Self { _private: () }
    }
}

impl Detector for NonAnswer {
    fn name(&self) -> &'static str {
        "non_answer"
    }

    fn detect(&self, observed: Observed<'_>) -> Vec<Finding> {
        let Observed::AssistantReply { text } = observed else {
            return Vec::new();
        };
        let text = Text::read(telling_part(text));
        let found = lost(&text).map(|found| Finding {
            kind: FlagKind::NonAnswer,
            reason: "The assistant could not answer.".to_owned(),
            quote: text.quote(found.first, found.last).to_owned(),
        });
        found.into_iter().collect()
    }
}

/// The whole of a short reply, the beginning of a long one.
fn telling_part(reply: &str) -> &str {
    let reply = reply.trim_start();
    let beginning = |characters| {
        let end = reply.char_indices().nth(characters).map(|(at, _)| at)?;
        reply.get(..end)
    };
    if beginning(SHORT_REPLY).is_some() {
        beginning(OPENING).unwrap_or(reply)
    } else {
        reply
    }
}

/// The first place where the reply gives up.
fn lost(text: &Text<'_>) -> Option<Match> {
    let grammar = GRAMMAR.as_ref()?;
    grammar.readings(text).iter().find_map(|reading| {
        let quiet = reading.matches(|rule| rule == RULE_QUIET);
        reading
            .matches(|rule| rule == RULE_LOST)
            .into_iter()
            .find(|found| {
                let overlaps =
                    |other: &Match| other.first <= found.last && found.first <= other.last;
                !quiet.iter().any(overlaps)
            })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phrase_files_compile() {
        assert_eq!(compile().err(), None);
    }
}
