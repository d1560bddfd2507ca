//! What is known of the visitor: told when asked for, never asked for again.

use handoff_core::assistant::Turn;

use crate::retrieval::Question;
use crate::words::{Spelling, clean, stem, words};

/// Longer values are cut.
const MAX_VALUE_CHARS: usize = 200;

/// A thing that is known of the visitor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Known {
    /// Its name in words: `order number`.
    pub(super) thing: String,
    /// Its value.
    pub(super) value: String,
}

/// All that is known of the visitor of a turn.
pub(super) fn known(turn: &Turn) -> Vec<Known> {
    let profile = &turn.profile;
    let own = [("name", &profile.name), ("email address", &profile.email)];
    let own = own
        .into_iter()
        .filter_map(|(thing, value)| Some((thing.to_owned(), value.as_deref()?)));
    let facts = turn
        .briefing
        .facts
        .iter()
        .map(|fact| (fact.name.replace(['_', '-'], " "), fact.value.as_str()));
    own.chain(facts)
        .map(|(thing, value)| Known {
            thing: clean(&thing),
            value: cut(&clean(value).replace('\n', " ")),
        })
        .filter(|known| !known.thing.is_empty() && !known.value.is_empty())
        .collect()
}

fn cut(value: &str) -> String {
    value.chars().take(MAX_VALUE_CHARS).collect()
}

/// The thing that a question asks for, where it asks for nothing else: `what is my order number?`.
pub(super) fn asked_for<'a>(question: &str, known: &'a [Known]) -> Option<&'a Known> {
    let said = words(question, 24);
    let is_own = said.iter().any(|word| word == "my" || word == "mine");
    let asks = ["what", "whats", "which", "do", "can", "could", "tell", "my"];
    if !is_own
        || !said
            .first()
            .is_some_and(|word| asks.contains(&word.as_str()))
    {
        return None;
    }
    let question = Question::read(question, &Spelling::default());
    let subjects: Vec<&str> = question
        .subjects()
        .filter_map(|subject| subject.stems.first())
        .map(|(stem, _)| stem.as_str())
        .collect();
    // `name` is an everyday word, so it is looked for by itself.
    let wants_name = subjects.is_empty() && said.iter().any(|word| word == "name");
    known.iter().find(|known| {
        let names = stems(&known.thing);
        let all_named = !subjects.is_empty()
            && subjects
                .iter()
                .all(|subject| names.iter().any(|name| name == subject));
        all_named || (wants_name && known.thing == "name")
    })
}

/// Whether some known thing is what a request like `their order number` asks for.
pub(super) fn covers(request: &str, known: &[Known]) -> bool {
    let wanted = stems(request);
    known.iter().any(|known| {
        let names = stems(&known.thing);
        !names.is_empty()
            && names.iter().any(|name| wanted.contains(name))
            && wanted.iter().all(|w| names.contains(w) || is_generic(w))
    })
}

fn is_generic(stem: &str) -> bool {
    [
        "address", "number", "detail", "full", "first", "last", "contact", "name",
    ]
    .contains(&stem)
}

fn stems(text: &str) -> Vec<String> {
    words(text, 24)
        .iter()
        .filter(|word| !crate::words::is_stop(word))
        .map(|word| stem(word))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn some() -> Vec<Known> {
        [
            ("name", "Sam"),
            ("email address", "sam@example.com"),
            ("order number", "4711"),
        ]
        .map(|(thing, value)| Known {
            thing: thing.to_owned(),
            value: value.to_owned(),
        })
        .to_vec()
    }

    #[test]
    fn a_question_for_a_known_thing_finds_it() {
        let known = some();
        let found = |question| asked_for(question, &known).map(|known| known.value.as_str());
        assert_eq!(found("What is my order number?"), Some("4711"));
        assert_eq!(found("do you have my e-mail?"), Some("sam@example.com"));
        assert_eq!(found("what's my name"), Some("Sam"));
        assert_eq!(found("how do I change my email"), None);
        assert_eq!(found("where is my order"), None);
        assert_eq!(found("what is your name"), None);
    }

    #[test]
    fn what_is_known_need_not_be_asked() {
        let known = some();
        assert!(
            covers("their email address", &known)
                && covers("order number", &known)
                && covers("e-mail", &known)
        );
        assert!(!covers("their phone number", &known) && !covers("shoe size", &known));
    }
}
