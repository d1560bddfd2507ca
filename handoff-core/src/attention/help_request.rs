//! [`HelpRequest`]: the visitor asks for a person.

use std::sync::LazyLock;

use super::words::{Grammar, Language, Match, Spelling, Text};
use super::{Detector, Finding, FlagKind, Observed};

/// Rules of the phrase files, in the order of the `RULE_` constants.
const RULES: [&str; 4] = ["ask", "refuse", "alone", "quiet"];
const RULE_REFUSE: usize = 1;
const RULE_QUIET: usize = 3;

macro_rules! phrases {
    ($file:literal) => {
        include_str!(concat!("phrases/help_request/", $file, ".txt"))
    };
}

const SHARED: &str = phrases!("shared");
const VERB_LAST: &str = phrases!("verb_last");

/// Files of one language stand together.
const FILES: &[(Language, &str)] = &[
    (Language::English, phrases!("en")),
    (Language::English, SHARED),
    (Language::Spanish, phrases!("es")),
    (Language::Spanish, SHARED),
    (Language::Portuguese, phrases!("pt")),
    (Language::Portuguese, SHARED),
    (Language::French, phrases!("fr")),
    (Language::French, SHARED),
    (Language::German, phrases!("de")),
    (Language::German, SHARED),
    (Language::German, VERB_LAST),
    (Language::Italian, phrases!("it")),
    (Language::Italian, SHARED),
    (Language::Dutch, phrases!("nl")),
    (Language::Dutch, SHARED),
    (Language::Dutch, VERB_LAST),
    (Language::Polish, phrases!("pl")),
    (Language::Polish, SHARED),
    (Language::Polish, VERB_LAST),
    (Language::Russian, phrases!("ru")),
    (Language::Russian, SHARED),
    (Language::Russian, VERB_LAST),
    (Language::Turkish, phrases!("tr")),
    (Language::Turkish, SHARED),
    (Language::Turkish, VERB_LAST),
    (Language::Arabic, phrases!("ar")),
    (Language::Arabic, SHARED),
    (Language::Hindi, phrases!("hi")),
    (Language::Hindi, SHARED),
    (Language::Hindi, VERB_LAST),
    (Language::Chinese, phrases!("zh")),
    (Language::Japanese, phrases!("ja")),
    (Language::Korean, phrases!("ko")),
    (Language::Indonesian, phrases!("id")),
    (Language::Indonesian, SHARED),
];

static GRAMMAR: LazyLock<Option<Grammar>> = LazyLock::new(|| compile().ok());

fn compile() -> Result<Grammar, String> {
    Grammar::compile(FILES, &RULES, Spelling::AllWords)
}

/// Raises [`FlagKind::HelpRequested`] when a visitor asks for a person, in everyday and in misspelt words.
///
/// It knows English, Spanish, Portuguese, French, German, Italian, Dutch, Polish, Russian, Turkish, Arabic, Hindi,
/// Chinese, Japanese, Korean and Indonesian, and looks for verbs of talking or of giving that lead to a word for a
/// person, for a word for a person that stands alone, and for a refusal of bots. Questions about the assistant itself
/// ("Are you a real person?"), talk about what somebody said, and wishes for no person are quiet.
///
/// Only the first 4,000 characters of a message are looked at.
#[derive(Debug, Clone, Copy, Default)]
pub struct HelpRequest {
    _private: (),
}

impl HelpRequest {
    /// Makes the detector; the first call in a process compiles the phrase files.
    #[must_use]
    pub fn new() -> Self {
        LazyLock::force(&GRAMMAR);
        Self { _private: () }
    }
}

impl Detector for HelpRequest {
    fn name(&self) -> &'static str {
        "help_request"
    }

    fn detect(&self, observed: Observed<'_>) -> Vec<Finding> {
        let (Observed::VisitorMessage { text } | Observed::ConversationRated { comment: text, .. }) =
            observed
        else {
            return Vec::new();
        };
        let text = Text::read(text);
        request(&text)
            .map(|found| finding(&text, found))
            .into_iter()
            .collect()
    }
}

/// The first request in the text that nothing quietens.
fn request(text: &Text<'_>) -> Option<Match> {
    let grammar = GRAMMAR.as_ref()?;
    grammar.readings(text).iter().find_map(|reading| {
        let mut quiet = vec![false; text.len()];
        for found in reading.matches(|rule| rule == RULE_QUIET) {
            quiet
                .iter_mut()
                .take(found.last + 1)
                .skip(found.first)
                .for_each(|token| *token = true);
        }
        let is_loud = |found: &Match| {
            !quiet
                .iter()
                .take(found.last + 1)
                .skip(found.first)
                .any(|token| *token)
        };
        reading.first(|rule| rule != RULE_QUIET, is_loud)
    })
}

fn finding(text: &Text<'_>, found: Match) -> Finding {
    let reason = match found.rule {
        RULE_REFUSE => "The visitor does not want to talk to a bot.",
        _ => "The visitor asks for a person.",
    };
    Finding {
        kind: FlagKind::HelpRequested,
        reason: reason.to_owned(),
        quote: text.quote(found.first, found.last).to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phrase_files_compile() {
        assert_eq!(compile().err(), None);
    }
}
