//! The words of all languages, and what they mean to each.

use std::collections::BTreeMap;

use super::hash::{ByHash, Filter};
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

/// How freely the words of a text may be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::attention) enum Spelling {
    /// As they are in the lexicon.
    Exact,
    /// Key words misspelt or run together.
    KeyWords,
    /// All words misspelt or run together.
    AllWords,
}

/// All words by their hash, and by their misspellings.
#[derive(Debug)]
pub(super) struct Lexicon {
    entries: ByHash<Entry>,
    known: Filter,
    typos: Typos,
    /// How freely words may be written.
    pub(super) spelling: Spelling,
}

impl Lexicon {
    /// What is known of the word with this hash.
    pub(super) fn entry(&self, hash: u64) -> Option<&Entry> {
        if self.known.may_hold(hash) {
            self.entries.get(&hash)
        } else {
            None
        }
    }

    /// The words that a misspelt word may stand for.
    pub(super) fn corrected(&self, word: &[char]) -> [Option<u64>; 2] {
        self.typos.nearest(word)
    }
}

/// Collects words for a [`Lexicon`].
#[derive(Debug, Default)]
pub(super) struct LexiconBuilder {
    entries: ByHash<Entry>,
    /// The words that are understood misspelt, and whether they are key words.
    spellings: BTreeMap<String, bool>,
}

impl LexiconBuilder {
    /// Adds a word or a phrase.
    pub(super) fn add(
        &mut self,
        language: Language,
        words: &str,
        classes: Classes,
        writing: Writing,
    ) {
        self.add_spelling(language, words, classes, writing);
        let transcribed = words
            .replace('ä', "ae")
            .replace('ö', "oe")
            .replace('ü', "ue");
        if language == Language::German && transcribed != words {
            self.add_spelling(language, &transcribed, classes, writing);
        }
    }

    fn add_spelling(
        &mut self,
        language: Language,
        words: &str,
        classes: Classes,
        writing: Writing,
    ) {
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
        for token in &text.tokens {
            *self
                .spellings
                .entry(text.word(token).to_owned())
                .or_default() |= writing == Writing::Misspelt;
        }
    }

    /// Files everything, `spelling` says what is understood misspelt.
    pub(super) fn build(mut self, spelling: Spelling) -> Lexicon {
        for entry in self.entries.values_mut() {
            entry
                .phrases
                .sort_by_key(|phrase| std::cmp::Reverse(phrase.rest.len()));
        }
        let forgiven = self
            .spellings
            .into_iter()
            .filter(|(_, is_key)| match spelling {
                Spelling::Exact => false,
                Spelling::KeyWords => *is_key,
                Spelling::AllWords => true,
            });
        let known = Filter::of(self.entries.keys().copied());
        Lexicon {
            entries: self.entries,
            known,
            typos: Typos::new(forgiven),
            spelling,
        }
    }
}
