//! Words that say nothing about the subject, and words that say little.

use std::collections::HashSet;
use std::sync::LazyLock;

static STOP: LazyLock<HashSet<&str>> = LazyLock::new(|| list(include_str!("data/stop.txt")));
static LIGHT: LazyLock<HashSet<&str>> = LazyLock::new(|| list(include_str!("data/light.txt")));

fn list(file: &'static str) -> HashSet<&'static str> {
    file.lines()
        .filter(|line| !line.starts_with('#'))
        .flat_map(str::split_whitespace)
        .collect()
}

/// Whether a folded word says nothing about the subject.
pub(crate) fn is_stop(word: &str) -> bool {
    word.chars().count() == 1 || STOP.contains(word) || is_long_number(word)
}

/// Whether a folded word says little about the subject.
pub(crate) fn is_light(word: &str) -> bool {
    LIGHT.contains(word) || word.chars().all(|c| c.is_ascii_digit())
}

/// The number of an order or a telephone is never a subject.
fn is_long_number(word: &str) -> bool {
    word.len() >= 4 && word.chars().filter(char::is_ascii_digit).count() * 2 > word.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn function_words_and_order_numbers_are_no_subject() {
        for word in ["the", "how", "dont", "370795561790", "ab12345", "x"] {
            assert!(is_stop(word), "{word}");
        }
        for word in ["refund", "30", "parcel"] {
            assert!(!is_stop(word), "{word}");
        }
        assert!(is_light("30") && is_light("please") && !is_light("parcel"));
    }
}
