//! Cutting text into words, in the one form in which they are compared.

use unicode_normalization::char::{decompose_compatible, is_combining_mark};

/// Longer words are cut: nobody writes them, and what is compared with them is short.
const LONGEST_WORD: usize = 40;

/// The first `limit` words of a text: lower case, without diacritics, apostrophes and punctuation.
///
/// `don't` is `dont`, `e-mail` is `email`, `check-out` is two words.
pub(crate) fn words(text: &str, limit: usize) -> Vec<String> {
    let mut found = Words {
        done: Vec::new(),
        word: String::new(),
        limit,
    };
    for c in text.chars() {
        if found.done.len() >= limit {
            break;
        }
        found.take(c);
    }
    found.end_word();
    found.done
}

struct Words {
    done: Vec<String>,
    word: String,
    limit: usize,
}

impl Words {
    fn take(&mut self, c: char) {
        match c {
            '\'' | '’' | '‘' | '`' | '´' | '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' => {
            }
            '-' | '‐' | '‑' if self.word == "e" => {}
            _ => decompose_compatible(c, |part| self.take_folded(part)),
        }
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
    use super::words;

    #[test]
    fn words_lose_case_accents_and_punctuation() {
        assert_eq!(
            words("Can't I e-mail the CAFÉ’s check-out?", 9),
            ["cant", "i", "email", "the", "cafes", "check", "out"]
        );
    }

    #[test]
    fn no_more_words_than_asked_for_and_none_too_long() {
        assert_eq!(words("a b c d", 2), ["a", "b"]);
        assert_eq!(words(&"x".repeat(1_000_000), 9)[0].len(), 40);
    }
}
