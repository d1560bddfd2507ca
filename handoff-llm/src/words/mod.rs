//! Reading words: folding, stems, words that say little, words that mean the same, misspelt words, sentences.

mod everyday;
mod fold;
mod sentences;
mod stem;
mod synonyms;
mod typos;

pub(crate) use everyday::{is_light, is_stop};
pub(crate) use fold::{names, words};
pub(crate) use sentences::{clean, sentences};
pub(crate) use stem::stem;
pub(crate) use synonyms::Synonyms;
pub(crate) use typos::Spelling;
