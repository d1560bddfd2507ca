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

/// Splits `word` into words that all belong to one language, as few as can be found; the hashes in order. Where only key
/// words may be written freely, one of them is a key word.
pub(super) fn split(word: &[char], lexicon: &Lexicon) -> Option<Vec<u64>> {
    if !(SHORTEST..=LONGEST).contains(&word.len()) {
        return None;
    }
    let mut search = Search {
        lexicon,
        budget: BUDGET,
        parts: Vec::new(),
        best: None,
    };
    let needs_no_key = lexicon.spelling == Spelling::AllWords;
    search.descend(word, u16::MAX >> (16 - Language::COUNT), needs_no_key);
    search.best
}

struct Search<'l> {
    lexicon: &'l Lexicon,
    budget: usize,
    parts: Vec<u64>,
    best: Option<Vec<u64>>,
}

impl Search<'_> {
    /// Puts words in front of `rest` in every way that is shorter than the best one so far, the longest words first.
    fn descend(&mut self, rest: &[char], languages: u16, has_key: bool) {
        if rest.is_empty() {
            if has_key && self.parts.len() > 1 {
                self.best = Some(self.parts.clone());
            }
            return;
        }
        if self.parts.len() + 1 >= self.best.as_ref().map_or(MOST_PARTS + 1, Vec::len) {
            return;
        }
        let mut found = Vec::new();
        let mut hash = hash::EMPTY;
        for (length, letter) in (1..).zip(rest) {
            if self.budget == 0 {
                break;
            }
            self.budget -= 1;
            hash = hash::push(hash, *letter);
            let Some(entry) = self.lexicon.entry(hash) else {
                continue;
            };
            if entry.languages & languages != 0 {
                found.push((length, hash, entry.languages, entry.is_key && length > 3));
            }
        }
        for (length, hash, spoken, is_key) in found.into_iter().rev() {
            self.parts.push(hash);
            self.descend(
                rest.get(length..).unwrap_or_default(),
                languages & spoken,
                has_key || is_key,
            );
            self.parts.pop();
        }
    }
}
