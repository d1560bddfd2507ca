//! The values in what somebody wrote.

use super::sentences::{clip, sentences};

/// A longer value is none.
const MAX_VALUE_BYTES: usize = 160;

/// `my order is late` tells of the order and not what it is.
pub(super) fn is_value(text: &str) -> bool {
    let first = text.split_whitespace().next().unwrap_or_default();
    first.starts_with(char::is_uppercase) || first.contains(char::is_numeric)
}

/// An answer without the words that only lead to it: `Sure, it's Sam`.
pub(super) fn bare(text: &str) -> &str {
    const LEADS: &[&str] = &[
        "sure",
        "of course",
        "yes",
        "ok",
        "okay",
        "well",
        "it's",
        "it’s",
        "it is",
        "that's",
        "that is",
        "i'm",
        "i am",
        "my name is",
    ];
    let mut text = text.trim();
    while let Some(rest) = LEADS.iter().find_map(|lead| {
        let head = text.get(..lead.len())?;
        let rest = text.get(lead.len()..)?;
        (head.eq_ignore_ascii_case(lead)
            && !rest.starts_with(char::is_alphanumeric)
            && !rest.is_empty())
        .then_some(rest)
    }) {
        text = rest.trim_start_matches([',', '!', '.', ':', ' ']);
    }
    text
}

pub(super) fn email(text: &str) -> Option<String> {
    text.split(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '<' | '>' | '(' | ')'))
        .map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()))
        .find(|word| {
            let parts = word.split_once('@');
            word.len() <= MAX_VALUE_BYTES
                && parts.is_some_and(|(user, host)| {
                    !user.is_empty() && host.contains('.') && !host.contains('@')
                })
        })
        .map(str::to_owned)
}

pub(super) fn phone(text: &str) -> Option<String> {
    let of_phone =
        |c: char| c.is_ascii_digit() || matches!(c, '+' | ' ' | '-' | '(' | ')' | '/' | '.');
    text.split(|c: char| !of_phone(c))
        .map(|run| run.trim_matches(|c: char| !(c.is_ascii_digit() || c == '+')))
        .find(|run| (6..=15).contains(&run.bytes().filter(u8::is_ascii_digit).count()))
        .map(str::to_owned)
}

/// The first run of a text, where it has a digit: `AB-4711`.
pub(super) fn run_with_digit(text: &str) -> Option<String> {
    let run = text
        .split_whitespace()
        .next()?
        .trim_matches(|c: char| !c.is_alphanumeric());
    (run.len() <= MAX_VALUE_BYTES && run.contains(char::is_numeric)).then(|| run.to_owned())
}

/// A value that goes to the end of the sentence, or to the next comma.
pub(super) fn to_end(text: &str) -> Option<String> {
    let line = sentences(text).first()?.lines().next()?.trim();
    let end = line.find([',', ';']).unwrap_or(line.len());
    let value = line.get(..end)?.trim().trim_end_matches(['.', '!', '…']);
    (!value.is_empty() && value.chars().any(char::is_alphanumeric))
        .then(|| clip(value, MAX_VALUE_BYTES))
}
