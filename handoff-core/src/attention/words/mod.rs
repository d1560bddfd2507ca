//! Reading words: folding, tokens, and phrase grammars in sixteen languages.
//!
//! A phrase file names classes of words and patterns over them; a [`Grammar`] is several such files, compiled once. A
//! message is folded ([`Text`]), its words are looked up (misspelt, run together or spelt out ones too), and the patterns
//! are laid over the classes. Everything is linear in the length of the text, of which only the first
//! [`READ_LIMIT`] characters are looked at.

mod fold;
mod grammar;
mod hash;
mod language;
mod lexicon;
mod pattern;
mod phrase_file;
mod reader;
mod reading;
mod segments;
mod text;
mod typos;
mod units;

pub(super) use grammar::Grammar;
pub(super) use language::Language;
pub(super) use lexicon::Spelling;
pub(super) use phrase_file::phrase_files;
pub(super) use reading::Match;
pub(super) use text::{READ_LIMIT, Text};
