//! Cutting text into words, in the one form in which they are compared.

use std::collections::HashSet;

use unicode_normalization::char::{decompose_compatible, is_combining_mark};

/// Longer words are cut: nobody writes them, and what is compared with them is short.
const LONGEST_WORD: usize = 40;

/// The first `limit` words of a text: lower case, without diacritics, apostrophes and punctuation.
///
/// `don't` is `dont`, `e-mail` is `email`, `MF-204518` is one word, `check-out` is two.
pub(crate) fn words(text: &str, limit: usize) -> Vec<String> {
    let mut found = Words {
        done: Vec::new(),
        word: String::new(),
        limit,
    };
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if found.done.len() >= limit {
            break;
        }
        found.take(c, chars.peek().copied());
    }
    found.end_word();
    found.done
}

/// The words of a text, folded, that are written as names: with a capital letter inside a sentence, in a text that is not
/// all in capitals.
pub(crate) fn names(text: &str, limit: usize) -> HashSet<String> {
    let written: Vec<&str> = text.split_whitespace().take(limit).collect();
    let capital = |word: &str| {
        word.trim_start_matches(|c: char| !c.is_alphanumeric())
            .starts_with(char::is_uppercase)
    };
    if written.iter().filter(|word| capital(word)).count() * 2 > written.len() {
        return HashSet::new();
    }
    written
        .windows(2)
        .filter_map(|pair| match pair {
            [before, word] if capital(word) && !before.ends_with(['.', '!', '?', ':']) => {
                Some(*word)
            }
            [before, word] if capital(word) && is_title(before) => Some(*word),
            _ => None,
        })
        .flat_map(|word| words(word, 4))
        .collect()
}

fn is_title(word: &str) -> bool {
    ["Mr.", "Mrs.", "Ms.", "Dr."].contains(&word)
}

struct Words {
    done: Vec<String>,
    word: String,
    limit: usize,
}

impl Words {
    fn take(&mut self, c: char, next: Option<char>) {
        let joins_number = || next.is_some_and(|next| next.is_ascii_digit()) && self.is_prefix();
        match c {
            '\'' | '’' | '‘' | '`' | '´' | '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' => {
            }
            '-' | '‐' | '‑' if self.word == "e" || joins_number() => {}
            _ => decompose_compatible(c, |part| self.take_folded(part)),
        }
    }

    /// Whether the word may be the beginning of a number like `MF-204518`.
    fn is_prefix(&self) -> bool {
        (1..=4).contains(&self.word.len())
            && self.word.bytes().all(|byte| byte.is_ascii_alphabetic())
    }

    fn take_folded(&mut self, part: char) {
        if part.is_alphanumeric() {
            if self.word.len() < LONGEST_WORD {
                self.word.extend(part.to_lowercase());
            }
        } else if !is_combining_mark(part) {
            self.end_word();
        }
    }

    fn end_word(&mut self) {
        if !self.word.is_empty() && self.done.len() < self.limit {
            self.done.push(std::mem::take(&mut self.word));
        }
        self.word.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::{names, words};

    #[test]
    fn words_lose_case_accents_and_punctuation() {
        assert_eq!(
            words("Can't I e-mail the CAFÉ’s check-out, MF-204?", 9),
            [
                "cant", "i", "email", "the", "cafes", "check", "out", "mf204"
            ]
        );
    }

    #[test]
    fn names_have_a_capital_inside_a_sentence() {
        let mut found: Vec<String> = names(
            "where can I get the bills from Mr. Smith? Please ship them to New York",
            99,
        )
        .into_iter()
        .collect();
        found.sort();
        assert_eq!(found, ["i", "mr", "new", "smith", "york"]);
        assert!(names("WHERE IS MY ORDER", 99).is_empty());
    }

    #[test]
    fn no_more_words_than_asked_for_and_none_too_long() {
        assert_eq!(words("a b c d", 2), ["a", "b"]);
        assert_eq!(words(&"x".repeat(1_000_000), 9)[0].len(), 40);
    }
}
