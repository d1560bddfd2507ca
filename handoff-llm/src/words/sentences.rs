//! Sentences, and text without what must not be shown.

/// The text without control characters and marks that change the direction of what follows. Line breaks stay.
pub(crate) fn clean(text: &str) -> String {
    text.chars()
        .filter(|c| *c == '\n' || !is_hidden(*c))
        .collect::<String>()
        .trim()
        .to_owned()
}

fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// The sentences of a text, each with its end mark, in order.
///
/// A full stop ends a sentence only before a space and something that may begin one, and not after an abbreviation or
/// the number of a list.
pub(crate) fn sentences(text: &str) -> Vec<&str> {
    text.lines().flat_map(of_line).collect()
}

fn of_line(line: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut start = 0;
    let mut chars = line.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let ends = match c {
            '?' | '!' | '…' => chars
                .peek()
                .is_none_or(|(_, next)| !matches!(next, '?' | '!' | '.' | ')' | '”' | '"')),
            '.' => {
                chars.peek().is_some_and(|(_, next)| next.is_whitespace())
                    && !is_abbreviation(line.get(start..at))
            }
            '。' | '？' | '！' => true,
            _ => false,
        };
        if ends {
            let end = at + c.len_utf8();
            found.extend(line.get(start..end));
            start = end;
        }
    }
    found.extend(line.get(start..));
    found
        .into_iter()
        .map(str::trim)
        .filter(|sentence| !sentence.is_empty())
        .collect()
}

fn is_abbreviation(before: Option<&str>) -> bool {
    let last = before
        .unwrap_or_default()
        .split_whitespace()
        .next_back()
        .unwrap_or_default();
    let last = last.trim_start_matches(['(', '"', '“']);
    last.len() <= 2 && last.chars().all(|c| c.is_ascii_digit())
        || last.chars().count() == 1
        || [
            "e.g", "i.e", "etc", "approx", "no", "mr", "mrs", "ms", "dr", "st", "vs",
        ]
        .iter()
        .any(|known| last.eq_ignore_ascii_case(known))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_end_where_a_reader_would_end_them() {
        assert_eq!(
            sentences("It costs €4.90, e.g. to Oslo. Is that ok?! Yes.\n1. Open it. 2. Close it"),
            [
                "It costs €4.90, e.g. to Oslo.",
                "Is that ok?!",
                "Yes.",
                "1. Open it.",
                "2. Close it"
            ]
        );
        assert!(sentences(" \n\n ").is_empty());
    }

    #[test]
    fn nothing_hidden_is_shown() {
        assert_eq!(clean(" a\u{202e}b\u{0}\u{1b}[31m\nc\u{200b} "), "ab[31m\nc");
    }
}
