//! [`Entry`]: what the index knows of one section.

use std::collections::HashSet;

use super::asks::Asks;
use super::question::{Concept, concepts};
use crate::knowledge::{Page, Section};
use crate::words::{Spelling, Synonyms, is_stop, stem, words};

/// At most so many words of a section are read; the rest is found by its beginning.
pub(super) const MAX_SECTION_WORDS: usize = 20_000;
/// A word in a section's heading counts as if it stood in the text so many times more.
const HEADING: usize = 3;
/// The same for a word in the page's title.
const TITLE: usize = 1;
/// How much of a heading an everyday word is.
const LIGHT: f32 = 0.25;

/// What the index knows of one section.
#[derive(Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each says what the text has, independently"
)]
pub(super) struct Entry {
    pub(super) page: usize,
    pub(super) section: usize,
    /// Stems of its heading, text and the page's title.
    stems: HashSet<String>,
    /// Stems of its heading and the page's title.
    headed: HashSet<String>,
    /// What its own heading is about.
    heading: Vec<Concept>,
    /// All words of its own heading, small ones too.
    heading_words: HashSet<String>,
    heading_asks: Asks,
    /// What the page's title is about.
    title: Vec<Concept>,
    is_negative: bool,
    has_time: bool,
    has_price: bool,
    has_steps: bool,
}

impl Entry {
    pub(super) fn new(pages: &[Page], page: usize, section: usize) -> Option<Self> {
        let whole = pages.get(page)?;
        let part = whole.sections.get(section)?;
        let heading = part.heading.as_deref().unwrap_or(&whole.title);
        let text = text_of(whole, part);
        let body = words(&text, MAX_SECTION_WORDS);
        let heading_words = words(heading, MAX_SECTION_WORDS);
        Some(Self {
            page,
            section,
            stems: stems(&text).into_iter().collect(),
            headed: stems(&whole.title)
                .into_iter()
                .chain(stems(heading))
                .collect(),
            title: concepts(
                &words(&whole.title, MAX_SECTION_WORDS),
                &Spelling::default(),
            ),
            heading: concepts(&heading_words, &Spelling::default()),
            is_negative: is_negative(&heading_words),
            heading_asks: Asks::of(&heading_words),
            heading_words: heading_words.iter().map(|word| stem(word)).collect(),
            has_time: Asks::Time.is_met_by(&text, &body),
            has_price: Asks::Price.is_met_by(&text, &body),
            has_steps: Asks::has_steps(&text),
        })
    }

    pub(super) fn has(&self, stem: &str) -> bool {
        self.stems.contains(stem)
    }

    pub(super) fn is_headed_by(&self, stem: &str) -> bool {
        self.headed.contains(stem)
    }

    /// Whether it has all of these.
    pub(super) fn has_all(&self, stems: &[String]) -> bool {
        !stems.is_empty() && stems.iter().all(|stem| self.has(stem))
    }

    /// How much of its heading these concepts name, 0 to 1.
    pub(super) fn named_by(&self, concepts: &[Concept]) -> f32 {
        share(&self.heading, concepts)
    }

    /// How much of its page's title these concepts name, 0 to 1.
    pub(super) fn titled_by(&self, concepts: &[Concept]) -> f32 {
        share(&self.title, concepts)
    }

    /// How much of its heading these words repeat, small words too, 0 to 1.
    pub(super) fn repeated_by(&self, words: &HashSet<String>) -> f32 {
        let repeated = self
            .heading_words
            .iter()
            .filter(|word| words.contains(*word))
            .count();
        as_f32(repeated) / as_f32(self.heading_words.len().max(1))
    }

    /// Whether it has the kind of thing that is asked for; none where the kind can't be told.
    pub(super) fn meets(&self, asks: Asks) -> Option<bool> {
        match asks {
            Asks::Time => Some(self.has_time),
            Asks::Price => Some(self.has_price),
            Asks::Steps => self.has_steps.then_some(true),
            Asks::Anything => None,
        }
    }

    /// Whether its heading says what is not so.
    pub(super) fn is_negative(&self) -> bool {
        self.is_negative
    }

    /// Whether its heading asks for the same kind of thing.
    pub(super) fn asks_too(&self, asks: Asks) -> bool {
        asks != Asks::Anything && self.heading_asks == asks
    }
}

/// How much of what a heading is about these concepts name, 0 to 1. A heading of everyday words alone is never named
/// whole.
fn share(heading: &[Concept], concepts: &[Concept]) -> f32 {
    let weight = |concept: &Concept| if concept.light { LIGHT } else { 1.0 };
    let all: f32 = heading.iter().map(weight).sum();
    let named: f32 = heading
        .iter()
        .map(|wanted| {
            let fits = concepts.iter().map(|concept| {
                let fit = concept.likeness(wanted);
                if concept.light && !wanted.light {
                    fit * LIGHT
                } else {
                    fit
                }
            });
            weight(wanted) * fits.fold(0.0, f32::max)
        })
        .sum();
    named / all.max(1.0)
}

/// Whether some words say what is not so.
pub(super) fn is_negative(words: &[String]) -> bool {
    words.iter().any(|word| is_negative_word(word))
}

/// Whether a word makes of what is said what is not so.
pub(super) fn is_negative_word(word: &str) -> bool {
    const NEGATIVE: &[&str] = &[
        "not", "cant", "cannot", "dont", "doesnt", "didnt", "isnt", "arent", "wasnt", "hasnt",
        "havent", "wont", "no", "never", "without",
    ];
    NEGATIVE.contains(&word)
}

/// The text of a section, its headings as often as they count.
pub(super) fn text_of(page: &Page, section: &Section) -> String {
    let mut text = String::new();
    let heading = section.heading.as_deref().unwrap_or_default();
    let headings = std::iter::repeat_n(heading, HEADING)
        .chain(std::iter::repeat_n(page.title.as_str(), TITLE));
    for part in headings.chain(section.blocks.iter().map(|block| block.text.as_str())) {
        text.push_str(part);
        text.push('\n');
    }
    text
}

/// The stems of a text, without words that say nothing; a phrase that means a word counts as that word too.
pub(super) fn stems(text: &str) -> Vec<String> {
    let words = words(text, MAX_SECTION_WORDS);
    let all: Vec<String> = words.iter().map(|word| stem(word)).collect();
    let may_skip = |at: usize| {
        words
            .get(at)
            .is_some_and(|word| is_stop(word) && !is_negative_word(word))
    };
    let mut stems = Vec::with_capacity(words.len());
    let mut swallowed = 0;
    for (at, (word, stem)) in words.iter().zip(&all).enumerate() {
        if let Some(phrase) = Synonyms::english().phrase_at(&all, at, may_skip) {
            stems.extend(phrase.meanings.into_iter().next());
            if phrase.is_whole {
                swallowed = phrase.places.last().map_or(0, |last| last + 1);
            }
        }
        if at >= swallowed && !is_stop(word) {
            stems.push(stem.clone());
        }
    }
    stems
}

pub(super) fn as_f32(count: usize) -> f32 {
    f32::from(u16::try_from(count).unwrap_or(u16::MAX))
}
