//! Stems.

use std::sync::LazyLock;

use rust_stemmers::{Algorithm, Stemmer};

static ENGLISH: LazyLock<Stemmer> = LazyLock::new(|| Stemmer::create(Algorithm::English));

/// Words that the algorithm parts from their family, or joins with a stranger.
const OWN: &[(&str, &str)] = &[
    ("delivery", "deliv"),
    ("deliveries", "deliv"),
    ("shopping", "shopping"),
    ("payable", "pay"),
    ("paid", "pay"),
    ("sent", "send"),
    ("bought", "buy"),
    ("lost", "lose"),
    ("came", "come"),
    ("got", "get"),
    ("kept", "keep"),
    ("sold", "sell"),
    ("worn", "wear"),
    ("feet", "foot"),
];

/// The stem of a folded word; words of other languages keep their form unless they look English.
pub(crate) fn stem(word: &str) -> String {
    match OWN.iter().find(|(known, _)| *known == word) {
        Some((_, stem)) => (*stem).to_owned(),
        None => ENGLISH.stem(word).into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::stem;

    #[test]
    fn forms_of_a_word_have_one_stem() {
        for (a, b) in [
            ("delivery", "delivered"),
            ("return", "returning"),
            ("cancellation", "cancelled"),
            ("sent", "send"),
        ] {
            assert_eq!(stem(a), stem(b));
        }
        assert_ne!(stem("shopping"), stem("shops"));
    }
}
