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

    /// The nearest word, where one is near enough; of several, the one with the same first letter.
    pub(crate) fn nearest(&self, word: &str) -> Option<&str> {
        let length = word.chars().count();
        if !(SHORTEST..=LONGEST).contains(&length) || !word.chars().all(char::is_alphabetic) {
            return None;
        }
        let mistakes = if length >= LONG { 2 } else { 1 };
        let cutoff = osa::Args::default().score_cutoff(mistakes);
        let first = word.chars().next();
        self.by_length
            .range(length.saturating_sub(mistakes)..=length + mistakes)
            .flat_map(|(_, words)| words)
            .filter_map(|known| {
                let far = osa::distance_with_args(word.chars(), known.chars(), &cutoff)?;
                let same_start = known.chars().next() == first;
                (far <= 1 || same_start).then_some((far, !same_start, known))
            })
            .min()
            .map(|(_, _, known)| known.as_ref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn misspelt_words_find_their_word_and_other_words_do_not() {
        let mut spelling = Spelling::default();
        for word in [
            "delivery", "refund", "warranty", "cancel", "card", "password",
        ] {
            spelling.add(word);
        }
        for (written, meant) in [
            ("delivrey", Some("delivery")),
            ("delivry", Some("delivery")),
            ("refnud", Some("refund")),
            ("waranty", Some("warranty")),
            ("passwrod", Some("password")),
            ("cancle", Some("cancel")),
            ("car", None),
            ("weather", None),
            ("x1234567", None),
        ] {
            assert_eq!(spelling.nearest(written), meant, "{written}");
        }
    }
}
