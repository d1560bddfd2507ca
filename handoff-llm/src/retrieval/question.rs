//! [`Question`]: what a text asks about.

use super::asks::Asks;
use crate::words::{Spelling, Synonyms, is_light, is_stop, stem, words};

/// At most so many words of a question are read.
const MAX_WORDS: usize = 400;
/// At most so many different things are asked about.
const MAX_CONCEPTS: usize = 32;
/// How much a word counts that only means the same.
const SYNONYM: f32 = 0.8;
/// How much a word counts that was misspelt.
const MISSPELT: f32 = 0.85;

/// One thing that a question is about.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Concept {
    /// Stems that stand for it, the written one first, and how well each does: 1 for the written one.
    pub(crate) stems: Vec<(String, f32)>,
    /// The word says little about the subject.
    pub(crate) light: bool,
}

/// What a text asks about.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Question {
    /// The things it is about, in order, none twice.
    pub(crate) concepts: Vec<Concept>,
    /// What kind of thing it asks for.
    pub(crate) asks: Asks,
    /// It points back at something said before: `and that?`, `what about …`.
    pub(crate) points_back: bool,
}

impl Question {
    /// Reads a text; `spelling` knows the words that a misspelt one may stand for.
    pub(crate) fn read(text: &str, spelling: &Spelling) -> Self {
        let words = words(text, MAX_WORDS);
        Self {
            concepts: concepts(&words, spelling),
            asks: Asks::of(&words),
            points_back: points_back(&words),
        }
    }

    /// The things that say something about the subject.
    pub(crate) fn subjects(&self) -> impl Iterator<Item = &Concept> {
        self.concepts.iter().filter(|concept| !concept.light)
    }
}

fn concepts(words: &[String], spelling: &Spelling) -> Vec<Concept> {
    let known = Synonyms::english();
    let mut taken = vec![false; words.len()];
    let mut found: Vec<Concept> = Vec::new();
    for (at, word) in words.iter().enumerate() {
        if found.len() == MAX_CONCEPTS || taken.get(at) == Some(&true) {
            continue;
        }
        let concept = if let Some(phrase) = known.phrase_at(words, at, is_stop) {
            for place in phrase.places {
                if let Some(place) = taken.get_mut(place) {
                    *place = true;
                }
            }
            Some(of_phrase(phrase.meanings))
        } else if is_stop(word) {
            None
        } else {
            Some(of_word(word, known, spelling))
        };
        found.extend(concept.filter(|concept| !found.iter().any(|other| other.is_same(concept))));
    }
    found
}

fn of_phrase(meanings: &[String]) -> Concept {
    Concept {
        stems: meanings.iter().map(|stem| (stem.clone(), 1.0)).collect(),
        light: false,
    }
}

fn of_word(word: &str, known: &Synonyms, spelling: &Spelling) -> Concept {
    let written = stem(word);
    let light = is_light(word);
    let mut stems = vec![(written.clone(), 1.0)];
    add_meanings(&mut stems, known, &written, SYNONYM);
    if !light && !spelling.knows(&written) && !known.has(&written) {
        if let Some(meant) = spelling.nearest(word) {
            let meant = stem(meant);
            add_meanings(&mut stems, known, &meant, SYNONYM * MISSPELT);
            stems.push((meant, MISSPELT));
        }
    }
    Concept { stems, light }
}

fn add_meanings(stems: &mut Vec<(String, f32)>, known: &Synonyms, stem: &str, weight: f32) {
    for other in known.of(stem) {
        if !stems.iter().any(|(taken, _)| taken == other) {
            stems.push((other.to_owned(), weight));
        }
    }
}

impl Concept {
    fn is_same(&self, other: &Self) -> bool {
        self.stems.first().map(|(stem, _)| stem) == other.stems.first().map(|(stem, _)| stem)
    }
}

const POINTERS: &[&str] = &[
    "it", "that", "this", "they", "them", "those", "these", "there", "then", "its", "thats",
];
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
        let flood: String = (0..100_000).map(|n| format!("word{n}x ")).collect();
        assert_eq!(
            Question::read(&flood, &Spelling::default()).concepts.len(),
            MAX_CONCEPTS
        );
    }
}
