//! The sentences and the words of a text.

use std::ops::Range;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// A longer sentence is cut: nobody waits for its end.
pub(super) const MAX_SENTENCE_BYTES: usize = 400;

/// The sentences of a text, each with the space behind it: together they are the text, byte for byte.
///
/// More text behind it changes no sentence but the last one, so a reply that is being written can be shown up to there.
pub(super) fn sentences(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let (mut start, mut end) = (0, End::None);
    for (at, c) in text.char_indices() {
        if at - start >= MAX_SENTENCE_BYTES {
            found.extend(text.get(start..at));
            (start, end) = (at, End::None);
        }
        match end {
            End::Seen if c.is_whitespace() => end = End::Spaced,
            End::Seen | End::Unspaced if closes(c) || ends(c) => {}
            End::Spaced | End::Unspaced if c.is_whitespace() => {}
            End::Spaced | End::Unspaced => {
                found.extend(text.get(start..at));
                (start, end) = (at, End::None);
            }
            End::Seen => end = End::None,
            End::None => {}
        }
        if end == End::None {
            end = match c {
                '\n' => End::Spaced,
                '。' | '？' | '！' | '।' => End::Unspaced,
                '.' if is_abbreviation(text.get(start..at).unwrap_or_default()) => End::None,
                c if ends(c) => End::Seen,
                _ => End::None,
            };
        }
    }
    found.extend(text.get(start..).filter(|rest| !rest.is_empty()));
    found
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    None,
    /// A mark that ends a sentence if space follows.
    Seen,
    /// The sentence ended, what comes next begins another one.
    Spaced,
    /// The same in scripts that need no space.
    Unspaced,
}

fn ends(c: char) -> bool {
    matches!(c, '.' | '!' | '?' | '…' | '؟')
}

fn closes(c: char) -> bool {
    matches!(
        c,
        ')' | ']' | '"' | '”' | '»' | '*' | '_' | '。' | '？' | '！'
    )
}

fn is_abbreviation(before: &str) -> bool {
    let last = before
        .rsplit(char::is_whitespace)
        .next()
        .unwrap_or_default()
        .trim_start_matches(['(', '"', '“']);
    let is_number = (1..=2).contains(&last.len()) && last.bytes().all(|byte| byte.is_ascii_digit());
    let known = [
        "e.g", "i.e", "etc", "approx", "no", "nr", "mr", "mrs", "ms", "dr", "st", "vs", "z.b",
    ];
    is_number
        || (last.chars().count() == 1 && last.chars().all(char::is_alphabetic))
        || known.iter().any(|known| last.eq_ignore_ascii_case(known))
}

/// A word of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word {
    /// In small letters, without accents and apostrophes.
    pub(super) folded: String,
    /// Where it stands.
    pub(super) at: Range<usize>,
}

/// The words of a text; what is no letter, digit or apostrophe parts them.
pub(super) fn words(text: &str) -> Vec<Word> {
    let mut words = Vec::new();
    let mut start = None;
    for (at, c) in text.char_indices() {
        let of_word = c.is_alphanumeric() || is_combining_mark(c) || matches!(c, '\'' | '’');
        match (start, of_word) {
            (None, true) => start = Some(at),
            (Some(from), false) => {
                words.extend(word(text, from..at));
                start = None;
            }
            _ => {}
        }
    }
    words.extend(start.and_then(|from| word(text, from..text.len())));
    words
}

fn word(text: &str, at: Range<usize>) -> Option<Word> {
    let folded = fold(text.get(at.clone())?);
    (!folded.is_empty()).then_some(Word { folded, at })
}

fn fold(word: &str) -> String {
    word.nfkd()
        .filter(|c| c.is_alphanumeric() && !is_combining_mark(*c))
        .flat_map(char::to_lowercase)
        .collect()
}

/// The folded words of a text, for a comparison.
pub(super) fn folded(text: &str) -> Vec<String> {
    words(text).into_iter().map(|word| word.folded).collect()
}

/// So much of a message is read for facts and promises, in bytes: no message makes the work on a turn long.
const READ_BYTES: usize = 4_000;

/// What is read of a text.
pub(super) fn beginning(text: &str) -> &str {
    text.get(..text.floor_char_boundary(READ_BYTES))
        .unwrap_or_default()
}

/// The beginning of a text, at most so many bytes, with an ellipsis where it was cut.
pub(super) fn clip(text: &str, bytes: usize) -> String {
    if text.len() <= bytes {
        return text.to_owned();
    }
    let room = bytes.saturating_sub('…'.len_utf8());
    let end = text.floor_char_boundary(room);
    format!("{}…", text.get(..end).unwrap_or_default().trim_end())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn sentences_end_where_a_reader_would_end_them() {
        let text = "It costs €4.90, e.g. to Oslo. Is that ok?! (Yes.) 1. Open it\n你好。好吗？ok";
        assert_eq!(
            sentences(text),
            [
                "It costs €4.90, e.g. to Oslo. ",
                "Is that ok?! ",
                "(Yes.) ",
                "1. Open it\n",
                "你好。",
                "好吗？",
                "ok"
            ]
        );
    }

    #[test]
    fn words_are_folded() {
        assert_eq!(
            folded("What’s your E-Mail, Zoë?"),
            ["whats", "your", "e", "mail", "zoe"]
        );
    }

    proptest! {
        #[test]
        fn sentences_are_the_text_and_stay_as_more_is_written(text in "[a-zé。？ .!?\n)]{0,60}", more in "[a-z 。.?!\n]{0,20}") {
            let before = sentences(&text);
            prop_assert_eq!(before.concat(), text.clone());
            let whole = format!("{text}{more}");
            let after = sentences(&whole);
            let kept = before.len().saturating_sub(1);
            prop_assert_eq!(&before[..kept], &after[..kept.min(after.len())]);
        }

        #[test]
        fn a_clip_keeps_its_bound(text in "\\PC{0,80}", bytes in 3usize..60) {
            prop_assert!(clip(&text, bytes).len() <= bytes);
        }
    }
}
