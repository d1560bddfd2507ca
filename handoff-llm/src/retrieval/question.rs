//! [`Question`]: what a text asks about.

use std::collections::HashSet;

use super::asks::Asks;
use super::entry::{is_negative, is_negative_word};
use crate::words::{Spelling, Synonyms, is_light, is_stop, names, stem, words};

/// At most so many words of a question are read.
const MAX_WORDS: usize = 400;
/// A question to the point has at most so many words.
const MAX_TO_THE_POINT: usize = 7;
/// At most so many different things are asked about.
const MAX_CONCEPTS: usize = 32;
/// How much a word counts that only means the same.
const SYNONYM: f32 = 0.9;
/// How much a word counts that was misspelt.
const MISSPELT: f32 = 0.85;

/// One thing that a question is about.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Concept {
    /// Stems that stand for it, the written one first, and how well each does: 1 for the written one.
    pub(crate) stems: Vec<(String, f32)>,
    /// Stems that stand for it together: the words of a phrase, the halves of a compound.
    pub(crate) parts: Vec<String>,
    /// The word says little about the subject.
    pub(crate) light: bool,
    /// It is written as a name.
    pub(crate) name: bool,
}

/// What a text asks about.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Question {
    /// The things it is about, in order, none twice.
    pub(crate) concepts: Vec<Concept>,
    /// Stems of all its words, small ones too.
    pub(crate) words: HashSet<String>,
    /// What kind of thing it asks for.
    pub(crate) asks: Asks,
    /// It is short, and a question by its form.
    pub(crate) is_to_the_point: bool,
    /// It asks about what is not so.
    pub(crate) is_negative: bool,
    /// It points back at something said before: `and that?`, `what about …`.
    pub(crate) points_back: bool,
}

impl Question {
    /// Reads a text; `spelling` knows the words that a misspelt one may stand for.
    pub(crate) fn read(text: &str, spelling: &Spelling) -> Self {
        let words = words(text, MAX_WORDS);
        let names = names(text, MAX_WORDS);
        let mut concepts = concepts(&words, spelling);
        for concept in &mut concepts {
            concept.name = names.iter().any(|name| concept.is_called(name));
        }
        Self {
            concepts,
            words: words.iter().map(|word| stem(word)).collect(),
            asks: Asks::of(&words),
            is_to_the_point: words.len() <= MAX_TO_THE_POINT && begins_as_question(&words),
            is_negative: is_negative(&words),
            points_back: points_back(&words),
        }
    }

    /// The things that say something about the subject.
    pub(crate) fn subjects(&self) -> impl Iterator<Item = &Concept> {
        self.concepts.iter().filter(|concept| !concept.light)
    }
}

/// The things that some folded words are about, in order, none twice.
pub(super) fn concepts(words: &[String], spelling: &Spelling) -> Vec<Concept> {
    let known = Synonyms::english();
    let stems: Vec<String> = words.iter().map(|word| stem(word)).collect();
    // `send the coat back` is a phrase, `the parcel never arrived` is none.
    let may_skip = |at: usize| words.get(at).is_some_and(|word| !is_negative_word(word));
    let mut role = vec![Role::Alone; words.len()];
    let mut found: Vec<Concept> = Vec::new();
    for (at, word) in words.iter().enumerate() {
        if let Some(phrase) = known.phrase_at(&stems, at, may_skip) {
            let of_words = if phrase.is_whole {
                Role::Swallowed
            } else {
                Role::InPhrase
            };
            let mut parts = Vec::new();
            for place in phrase.places {
                if let Some(role) = role.get_mut(place) {
                    *role = (*role).max(of_words);
                }
                let says_something = words.get(place).is_some_and(|word| !is_stop(word));
                parts.extend(
                    stems
                        .get(place)
                        .filter(|_| says_something && !phrase.is_whole)
                        .cloned(),
                );
            }
            add(&mut found, Concept::of_phrase(phrase.meanings, parts));
        }
        match role.get(at) {
            _ if is_stop(word) => {}
            Some(Role::Swallowed) => {}
            // The words of a phrase help to rank, but the phrase is the subject.
            Some(Role::InPhrase) => add(&mut found, Concept::of_stem(stem(word), true)),
            _ => add(&mut found, of_word(word, known, spelling)),
        }
    }
    found
}

/// What a word is in its sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Role {
    Alone,
    InPhrase,
    Swallowed,
}

fn add(found: &mut Vec<Concept>, concept: Concept) {
    if found.len() < MAX_CONCEPTS && !found.iter().any(|other| other.is_same(&concept)) {
        found.push(concept);
    }
}

fn of_word(word: &str, known: &Synonyms, spelling: &Spelling) -> Concept {
    let written = stem(word);
    let mut concept = Concept::of_stem(written.clone(), is_light(word));
    add_meanings(&mut concept.stems, known, &written, SYNONYM);
    if concept.light || spelling.knows(&written) || known.has(&written) {
        return concept;
    }
    if is_run_together(word) {
        concept.light = true;
    } else if let Some((first, second)) = spelling.halves(word) {
        concept.parts = vec![stem(first), stem(second)];
    } else if let Some(meant) = spelling.nearest(word) {
        concept.light = is_light(meant) || is_stop(meant);
        let meant = stem(meant);
        add_meanings(&mut concept.stems, known, &meant, SYNONYM * MISSPELT);
        concept.stems.push((meant, MISSPELT));
    }
    concept
}

/// Whether a word is two everyday words without a space: `ihave`, `wanthelp`.
fn is_run_together(word: &str) -> bool {
    let says_little = |half: &str| {
        is_stop(half) && (half.len() > 1 || ["i", "u", "a"].contains(&half)) || is_light(half)
    };
    (1..word.len()).any(|at| match (word.get(..at), word.get(at..)) {
        (Some(first), Some(second)) => {
            second.len() > 2 && says_little(first) && says_little(second)
        }
        _ => false,
    })
}

fn add_meanings(stems: &mut Vec<(String, f32)>, known: &Synonyms, stem: &str, weight: f32) {
    for other in known.of(stem) {
        if !stems.iter().any(|(taken, _)| taken == other) {
            stems.push((other.to_owned(), weight));
        }
    }
}

impl Concept {
    fn of_stem(stem: String, light: bool) -> Self {
        Self {
            stems: vec![(stem, 1.0)],
            parts: Vec::new(),
            light,
            name: false,
        }
    }

    fn of_phrase(meanings: Vec<String>, parts: Vec<String>) -> Self {
        let stems = meanings.into_iter().map(|stem| (stem, 1.0)).collect();
        Self {
            stems,
            parts,
            light: false,
            name: false,
        }
    }

    /// How well a stem stands for it, 0 to 1.
    pub(crate) fn fit(&self, stem: &str) -> f32 {
        self.stems
            .iter()
            .filter(|(known, _)| known == stem)
            .map(|(_, fit)| *fit)
            .fold(0.0, f32::max)
    }

    fn is_called(&self, name: &str) -> bool {
        self.stems
            .first()
            .is_some_and(|(written, _)| *written == stem(name))
    }

    /// How well two concepts stand for each other, 0 to 1.
    pub(super) fn likeness(&self, other: &Self) -> f32 {
        let shared = self.stems.iter().map(|(stem, fit)| fit * other.fit(stem));
        shared.fold(0.0, f32::max)
    }

    fn is_same(&self, other: &Self) -> bool {
        self.stems.first().map(|(stem, _)| stem) == other.stems.first().map(|(stem, _)| stem)
    }
}

const QUESTION_WORDS: &[&str] = &[
    "how", "what", "whats", "when", "where", "wheres", "which", "who", "why", "can", "could", "do",
    "does", "did", "is", "are", "will", "would", "may", "should", "am", "any", "got",
];

/// Whether some words begin as a question does.
pub(crate) fn begins_as_question(words: &[String]) -> bool {
    words
        .first()
        .is_some_and(|word| QUESTION_WORDS.contains(&word.as_str()))
        || words.len() <= 2
}

const POINTERS: &[&str] = &["it", "that", "they", "them", "those", "its", "thats"];
const OPENERS: &[&[&str]] = &[
    &["and"],
    &["what", "about"],
    &["how", "about"],
    &["or"],
    &["but"],
    &["also"],
    &["same", "for"],
];

fn points_back(words: &[String]) -> bool {
    words.iter().any(|word| POINTERS.contains(&word.as_str()))
        || OPENERS.iter().any(|opener| {
            words.len() >= opener.len()
                && words
                    .iter()
                    .zip(*opener)
                    .all(|(word, wanted)| word == wanted)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subjects(text: &str) -> Vec<String> {
        let mut spelling = Spelling::default();
        for word in ["delivery", "warranty"] {
            spelling.add(word);
        }
        Question::read(text, &spelling)
            .subjects()
            .map(|concept| concept.stems[0].0.clone())
            .collect()
    }

    #[test]
    fn small_words_are_no_subject_and_phrases_are_one() {
        assert_eq!(
            subjects("Hi, can I please send it back to you?"),
            ["return"]
        );
        assert_eq!(subjects("how do I get my money back"), ["refund"]);
        assert_eq!(subjects("what is the"), Vec::<String>::new());
        assert_eq!(subjects("bears and bears and bears"), ["bear"]);
    }

    #[test]
    fn a_misspelt_word_also_stands_for_the_right_one() {
        let mut spelling = Spelling::default();
        spelling.add("warranty");
        let question = Question::read("waranty", &spelling);
        assert!(
            question.concepts[0]
                .stems
                .iter()
                .any(|(stem, weight)| stem == "warranti" && *weight < 1.0)
        );
    }

    #[test]
    fn a_follow_up_points_back() {
        let points_back = |text| Question::read(text, &Spelling::default()).points_back;
        assert!(points_back("and how long does that take?") && points_back("what about Norway"));
        assert!(!points_back("how long does delivery take"));
    }

    #[test]
    fn a_flood_of_words_is_bounded() {
        let words: Vec<String> = (0..100_000).map(|n| format!("word{n}x")).collect();
        let flood = words.join(" ");
        assert_eq!(
            Question::read(&flood, &Spelling::default()).concepts.len(),
            MAX_CONCEPTS
        );
    }
}
