//! Stems.

use std::sync::LazyLock;

use rust_stemmers::{Algorithm, Stemmer};

static ENGLISH: LazyLock<Stemmer> = LazyLock::new(|| Stemmer::create(Algorithm::English));

/// The stem of a folded word; words of other languages keep their form unless they look English.
pub(crate) fn stem(word: &str) -> String {
    ENGLISH.stem(word).into_owned()
}
