//! Which word a misspelt one stands for.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use rapidfuzz::distance::osa;

use super::stem;

/// Shorter words are not corrected: too many other words are near them.
const SHORTEST: usize = 5;
/// Words of this length may have two mistakes.
const LONG: usize = 8;
/// Longer words are not corrected.
const LONGEST: usize = 24;

/// Each half of a compound has so many letters at least.
const SHORTEST_HALF: usize = 4;

/// Words that are spelt right, by length.
#[derive(Debug, Default)]
pub(crate) struct Spelling {
    by_length: BTreeMap<usize, BTreeSet<Box<str>>>,
    stems: HashSet<String>,
}

impl Spelling {
    /// One more word that is spelt right.
    pub(crate) fn add(&mut self, word: &str) {
        self.stems.insert(stem(word));
        let length = word.chars().count();
        if (SHORTEST - 1..=LONGEST).contains(&length) && word.chars().all(char::is_alphabetic) {
            self.by_length
                .entry(length)
                .or_default()
                .insert(word.into());
        }
    }

    /// Whether a word with this stem is spelt right.
    pub(crate) fn knows(&self, stem: &str) -> bool {
        self.stems.contains(stem)
    }

    /// The two words that are run together in one: `giftcards`.
    pub(crate) fn halves<'a>(&self, word: &'a str) -> Option<(&'a str, &'a str)> {
        (SHORTEST_HALF..word.len().saturating_sub(SHORTEST_HALF - 1)).find_map(|at| {
            let (first, second) = (word.get(..at)?, word.get(at..)?);
            (self.knows(&stem(first)) && self.knows(&stem(second))).then_some((first, second))
        })
    }

    /// The nearest word, where one is near enough.
    pub(crate) fn nearest(&self, word: &str) -> Option<&str> {
        let length = word.chars().count();
        if !(SHORTEST..=LONGEST).contains(&length) || !word.chars().all(char::is_alphabetic) {
            return None;
        }
        let mistakes = if length >= LONG { 2 } else { 1 };
        let cutoff = osa::Args::default().score_cutoff(mistakes);
        self.by_length
            .range(length.saturating_sub(mistakes)..=length + mistakes)
            .flat_map(|(_, words)| words)
            .filter(|known| is_likely(word, known))
            .filter_map(|known| {
                Some((
                    osa::distance_with_args(word.chars(), known.chars(), &cutoff)?,
                    known,
                ))
            })
            .min()
            .map(|(_, known)| known.as_ref())
    }
}

/// Whether two words that are near each other are likely the same: people hit the first letter, and in a short word one
/// letter for another makes a different word (`timer`, `times`), while a letter too few or two in the wrong order does not.
fn is_likely(word: &str, known: &str) -> bool {
    let (mut a, mut b) = (word.chars(), known.chars());
    let starts = (a.next(), b.next());
    if starts.0 != starts.1 && !(is_shuffled(word, known) && known.chars().nth(1) == starts.0) {
        return false;
    }
    let length = word.chars().count();
    let (long, same_end) = (length >= LONG - 1, a.next_back() == b.next_back());
    long || length > SHORTEST && is_shuffled(word, known)
        || same_end && length != known.chars().count()
}

fn is_shuffled(word: &str, known: &str) -> bool {
    let sorted = |word: &str| {
        let mut letters: Vec<char> = word.chars().collect();
        letters.sort_unstable();
        letters
    };
    sorted(word) == sorted(known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn misspelt_words_find_their_word_and_other_words_do_not() {
        let mut spelling = Spelling::default();
        for word in [
            "delivery", "refund", "warranty", "return", "cancel", "card", "password", "times",
            "weather",
        ] {
            spelling.add(word);
        }
        for (written, meant) in [
            ("delivrey", Some("delivery")),
            ("delivry", Some("delivery")),
            ("refnud", Some("refund")),
            ("waranty", Some("warranty")),
            ("passwrod", Some("password")),
            ("retrun", Some("return")),
            ("cancle", Some("cancel")),
            ("timer", None),
            ("leather", None),
            ("car", None),
            ("x1234567", None),
        ] {
            assert_eq!(spelling.nearest(written), meant, "{written}");
        }
    }
}
