//! Words that were run together: "talktoahuman".

use super::hash;
use super::language::Language;
use super::lexicon::{Lexicon, Spelling};

/// Shorter words are not split.
const SHORTEST: usize = 6;
/// Longer ones are not words.
const LONGEST: usize = 32;
/// The most words that one run is split into.
const MOST_PARTS: usize = 8;
/// How many lookups a split may cost.
const BUDGET: usize = 160;

/// Splits `word` into words that all belong to one language; the hashes in order. Where only key words may be written
/// freely, one of them is a key word.
pub(super) fn split(word: &[char], lexicon: &Lexicon) -> Option<Vec<u64>> {
    if !(SHORTEST..=LONGEST).contains(&word.len()) {
        return None;
    }
    let mut search = Search {
        lexicon,
        budget: BUDGET,
        parts: Vec::new(),
    };
    search
        .descend(word, u16::MAX >> (16 - Language::COUNT), false)
        .then_some(search.parts)
}

struct Search<'l> {
    lexicon: &'l Lexicon,
    budget: usize,
    parts: Vec<u64>,
}

impl Search<'_> {
    fn descend(&mut self, rest: &[char], languages: u16, has_key: bool) -> bool {
        if rest.is_empty() {
            return has_key && self.parts.len() > 1;
        }
        if self.parts.len() == MOST_PARTS {
            return false;
        }
        let mut found = Vec::new();
        let mut hash = hash::EMPTY;
        for (length, letter) in (1..).zip(rest) {
            if self.budget == 0 {
                return false;
            }
            self.budget -= 1;
            hash = hash::push(hash, *letter);
            let Some(entry) = self.lexicon.entry(hash) else {
                continue;
            };
            let spoken = entry.languages;
            if spoken & languages != 0 {
                found.push((length, hash, spoken, entry.is_key && length > 3));
            }
        }
        for (length, hash, spoken, is_key) in found.into_iter().rev() {
            self.parts.push(hash);
            if self.descend(
                rest.get(length..).unwrap_or_default(),
                languages & spoken,
                has_key || is_key,
            ) {
                return true;
            }
            self.parts.pop();
        }
        false
    }
}
