//! The words of all languages, and what they mean to each.

use super::hash::{self, ByHash};
use super::language::Language;
use super::pattern::Classes;
use super::phrase_file::Writing;
use super::text::Text;
use super::typos::Typos;

/// What a word is in one language.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sense {
    pub(super) language: Language,
    pub(super) classes: Classes,
}

/// A phrase of several words, under the hash of its first.
#[derive(Debug)]
pub(super) struct Phrase {
    pub(super) sense: Sense,
    pub(super) rest: Box<[u64]>,
}

/// What is known of one spelling.
#[derive(Debug, Default)]
pub(super) struct Entry {
    pub(super) senses: Vec<Sense>,
    /// Longest first.
    pub(super) phrases: Vec<Phrase>,
    /// A key word: one that is understood run together with others, too.
    pub(super) is_key: bool,
    /// The languages that know it, if only inside a phrase, as bits by their index.
    pub(super) languages: u16,
}

/// All words by their hash, and the key words by their misspellings.
#[derive(Debug, Default)]
pub(super) struct Lexicon {
    entries: ByHash<Entry>,
    typos: Typos,
}

impl Lexicon {
    /// What is known of the word with this hash.
    pub(super) fn entry(&self, hash: u64) -> Option<&Entry> {
        self.entries.get(&hash)
    }

    /// The key words that a misspelt word may stand for.
    pub(super) fn corrected(&self, word: &[char]) -> [Option<u64>; 2] {
        self.typos.nearest(word)
    }
}

/// Collects words for a [`Lexicon`].
#[derive(Debug, Default)]
pub(super) struct LexiconBuilder {
    entries: ByHash<Entry>,
    keys: Vec<String>,
}

impl LexiconBuilder {
    /// Adds a word or a phrase.
    pub(super) fn add(&mut self, language: Language, words: &str, classes: Classes, writing: Writing) {
        self.add_spelling(language, words, classes, writing);
        let transcribed = words
            .replace('ä', "ae")
            .replace('ö', "oe")
            .replace('ü', "ue");
        if language == Language::German && transcribed != words {
            self.add_spelling(language, &transcribed, classes, writing);
        }
    }

    fn add_spelling(&mut self, language: Language, words: &str, classes: Classes, writing: Writing) {
        let text = Text::read(words);
        let sense = Sense { language, classes };
        let Some((first, rest)) = text.tokens.split_first() else {
            return;
        };
        for token in &text.tokens {
            self.entries.entry(token.hash).or_default().languages |= 1 << language.index();
        }
        let entry = self.entries.entry(first.hash).or_default();
        if rest.is_empty() {
            entry.is_key |= writing != Writing::Exact;
            match entry
                .senses
                .iter_mut()
                .find(|known| known.language == language)
            {
                Some(known) => known.classes |= classes,
                None => entry.senses.push(sense),
            }
        } else {
            let rest_hashes: Box<[u64]> = rest.iter().map(|token| token.hash).collect();
            let same =
                |known: &&mut Phrase| known.sense.language == language && known.rest == rest_hashes;
            match entry.phrases.iter_mut().find(same) {
                Some(known) => known.sense.classes |= classes,
                None => entry.phrases.push(Phrase {
                    sense,
                    rest: rest_hashes,
                }),
            }
        }
        if writing == Writing::Misspelt {
            self.keys
                .extend(text.tokens.iter().map(|token| text.word(token).to_owned()));
        }
    }

    /// Files everything.
    pub(super) fn build(mut self) -> Lexicon {
        for entry in self.entries.values_mut() {
            entry
                .phrases
                .sort_by_key(|phrase| std::cmp::Reverse(phrase.rest.len()));
        }
        self.keys.sort_unstable();
        self.keys.dedup();
        debug_assert!(
            self.keys
                .iter()
                .all(|key| self.entries.contains_key(&hash::of(key)))
        );
        Lexicon {
            entries: self.entries,
            typos: Typos::new(self.keys),
        }
    }
}
