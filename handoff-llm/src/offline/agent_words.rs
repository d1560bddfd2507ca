//! Answers from what an agent told this visitor earlier in the conversation.

use std::collections::HashSet;

use super::history::{AgentLine, History};
use crate::retrieval::{Asks, Concept, Question};
use crate::words::{clean, is_stop, sentences, stem, words};

/// Such a share of the subjects must be spoken of.
const COVERED: f32 = 0.6;
/// In a follow-up, such a share of what was asked before must be spoken of in the same message.
const COVERED_CONTEXT: f32 = 0.3;
/// Longer quotes are cut.
const MAX_QUOTE_CHARS: usize = 400;
/// At most so many words of a message are looked at.
const MAX_WORDS: usize = 400;

/// Something an agent said that answers a question.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Quote {
    /// Who said it, where the name is known.
    pub(super) name: Option<String>,
    /// The words.
    pub(super) words: String,
    /// The share of the subjects that they speak of, 0 to 1.
    pub(super) covered: f32,
    /// How many subjects they speak of.
    pub(super) matched: usize,
}

/// What some agent said that answers the question best; of two that do so equally well, what was said later.
pub(super) fn quote(
    question: &Question,
    context: &[Concept],
    lines: &[AgentLine<'_>],
) -> Option<Quote> {
    let mut best: Option<Quote> = None;
    for line in lines {
        let names = stems(line.name.unwrap_or_default());
        for found in quotes(question, context, line, &names) {
            if best
                .as_ref()
                .is_none_or(|known| found.covered > known.covered)
            {
                best = Some(found);
            }
        }
    }
    best
}

/// The last thing of substance that an agent said, for `what did Anna say?`.
pub(super) fn last_words(question: &str, history: &History<'_>) -> Option<Quote> {
    let said = words(question, 40);
    let asks_for_words = said.iter().any(|word| {
        [
            "say", "said", "tell", "told", "wrote", "promise", "promised",
        ]
        .contains(&word.as_str())
    });
    let line = history.agents.iter().find(|line| {
        sentences(line.text)
            .iter()
            .any(|sentence| has_substance(sentence))
    })?;
    let names = words(line.name.unwrap_or_default(), 8);
    let other = [
        "agent",
        "colleague",
        "person",
        "human",
        "guy",
        "lady",
        "woman",
        "man",
        "she",
        "he",
        "they",
        "you",
        "team",
    ];
    let of_agent = said
        .iter()
        .any(|word| names.contains(word) || other.contains(&word.as_str()));
    let nothing_else = said.iter().all(|word| {
        is_stop(word)
            || names.contains(word)
            || other.contains(&word.as_str())
            || crate::words::is_light(word)
            || word.starts_with("promise")
            || word == "wrote"
    });
    (asks_for_words && of_agent && nothing_else).then(|| Quote {
        name: line.name.map(clean),
        words: cut(&clean(line.text).replace('\n', " ")),
        covered: 1.0,
        matched: 0,
    })
}

/// What in one message answers, the later words first, as they count more.
fn quotes(
    question: &Question,
    context: &[Concept],
    line: &AgentLine<'_>,
    names: &HashSet<String>,
) -> Vec<Quote> {
    let all = sentences(line.text);
    let subjects: Vec<Concept> = question
        .subjects()
        .filter(|subject| !subject.stems.iter().any(|(stem, _)| names.contains(stem)))
        .cloned()
        .collect();
    let in_context = share(context, &stems(line.text)) >= COVERED_CONTEXT;
    let follows_up = subjects.is_empty()
        && !context.is_empty()
        && in_context
        && matches!(question.asks, Asks::Time | Asks::Price);
    let quote = |at: usize| {
        let said = with_next(&all, at);
        let covered = if follows_up {
            1.0
        } else {
            share(&subjects, &stems(&said))
        };
        let meets = question.asks.is_met_by(&said, &words(&said, MAX_WORDS));
        let answers = covered >= COVERED && meets && has_substance(all.get(at)?);
        answers.then(|| Quote {
            name: line.name.map(clean),
            words: cut(&clean(&said)),
            covered,
            matched: subjects.len(),
        })
    };
    (0..all.len()).rev().filter_map(quote).collect()
}

/// The sentence, and the next one where it only goes on about the same.
fn with_next(all: &[&str], at: usize) -> String {
    let sentence = all.get(at).copied().unwrap_or_default();
    match all.get(at + 1) {
        Some(next)
            if ["It ", "They ", "You can ", "You will ", "You'll "]
                .iter()
                .any(|start| next.starts_with(start)) =>
        {
            format!("{sentence} {next}")
        }
        _ => sentence.to_owned(),
    }
}

/// Whether a sentence says something: no question, no greeting, no "let me look".
fn has_substance(sentence: &str) -> bool {
    const EMPTY: &[&str] = &[
        "let me",
        "one moment",
        "just a moment",
        "one second",
        "ill check",
        "ill look",
        "i will check",
        "i will look",
        "ill have a look",
        "im checking",
        "im looking",
        "i am checking",
        "i am looking",
        "give me a",
        "hold on",
        "hi",
        "hello",
        "bear with",
    ];
    let said = words(sentence, 40);
    let start = said.join(" ");
    said.len() >= 3
        && !sentence.ends_with('?')
        && !(EMPTY.iter().any(|empty| {
            start
                .strip_prefix(empty)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
        }))
}

/// How much of some concepts a text speaks of, 0 to 1.
fn share(concepts: &[Concept], text: &HashSet<String>) -> f32 {
    let matched: f32 = concepts
        .iter()
        .map(|concept| {
            let fits = concept
                .stems
                .iter()
                .filter(|(stem, _)| text.contains(stem))
                .map(|(_, weight)| *weight);
            fits.fold(0.0, f32::max)
        })
        .sum();
    matched / f32::from(u16::try_from(concepts.len().max(1)).unwrap_or(u16::MAX))
}

fn stems(text: &str) -> HashSet<String> {
    words(text, MAX_WORDS)
        .iter()
        .filter(|word| !is_stop(word))
        .map(|word| stem(word))
        .collect()
}

fn cut(words: &str) -> String {
    if words.chars().count() <= MAX_QUOTE_CHARS {
        return words.to_owned();
    }
    let head: String = words.chars().take(MAX_QUOTE_CHARS).collect();
    format!("{} …", head.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Spelling;

    fn answer(question: &str, said: &str) -> Option<String> {
        let lines = [AgentLine {
            name: Some("Anna"),
            text: said,
        }];
        quote(&Question::read(question, &Spelling::default()), &[], &lines).map(|quote| quote.words)
    }

    #[test]
    fn an_agents_words_answer_what_they_speak_of() {
        let said =
            "Hi, let me look. Your parcel leaves on Monday. It comes by van. Do you need more?";
        assert_eq!(
            answer("when does my parcel leave?", said).as_deref(),
            Some("Your parcel leaves on Monday. It comes by van.")
        );
        assert_eq!(answer("when do I get my refund?", said), None);
        assert_eq!(
            answer(
                "how long do refunds take?",
                "I'll check the refund for you."
            ),
            None
        );
    }

    #[test]
    fn what_an_agent_said_last_can_be_asked_for() {
        let history = History {
            agents: vec![
                AgentLine {
                    name: Some("Anna"),
                    text: "Bye!",
                },
                AgentLine {
                    name: Some("Anna"),
                    text: "I sent you a new lamp.",
                },
            ],
            ..History::default()
        };
        assert_eq!(
            last_words("what did Anna say?", &history).unwrap().words,
            "I sent you a new lamp."
        );
        assert_eq!(
            last_words("what did Anna say about vouchers?", &history),
            None
        );
    }
}
