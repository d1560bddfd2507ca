//! What a reply must not tell: the words of notes, whispers and instructions.

use aho_corasick::AhoCorasick;

use super::assemble::Briefing;
use super::sentences::{folded, sentences};
use crate::assistant::Line;

/// So many words of a note in a row are the note's, not chance.
const RUN: usize = 6;
/// A shorter run of letters and digits may be chance.
const MIN_LETTERS: usize = 8;

/// A letter of a secret takes at most so many bytes of a reply, with what stands between it and the next: `&#x0041;`.
const BYTES_A_LETTER: usize = 8;

/// Finds words that are the team's alone, whatever stands between their letters.
#[derive(Debug, Clone, Default)]
pub(super) struct Secrets {
    needles: Option<AhoCorasick>,
    longest: usize,
}

impl Secrets {
    /// Of a briefing; what the visitor has read already is none.
    ///
    /// Any part of a note is meant; of a whisper and an instruction only a whole sentence, since the assistant is to act on
    /// them, and often to pass on what they say.
    pub(super) fn of(briefing: &Briefing, transcript: &[Line]) -> Self {
        let mut needles: Vec<String> = Vec::new();
        for note in &briefing.notes {
            for sentence in sentences(note).into_iter().map(folded) {
                let runs = sentence.windows(RUN.min(sentence.len()).max(1));
                needles.extend(runs.map(<[String]>::concat));
            }
        }
        let told = briefing.whispers.iter().chain(&briefing.instruction);
        for sentence in told.map(String::as_str).flat_map(sentences).map(folded) {
            needles.push(sentence.concat());
        }
        needles.retain(|needle| needle.len() >= MIN_LETTERS);
        needles.sort();
        needles.dedup();
        if needles.is_empty() {
            return Self::default();
        }
        let read = compact(
            &transcript
                .iter()
                .map(|line| line.text.as_str())
                .collect::<Vec<_>>()
                .join(" "),
        );
        if let Ok(known) = AhoCorasick::new(&needles) {
            let mut found: Vec<usize> = known
                .find_overlapping_iter(&read)
                .map(|found| found.pattern().as_usize())
                .collect();
            found.sort_unstable();
            found.dedup();
            for at in found.into_iter().rev() {
                needles.remove(at);
            }
        }
        Self {
            longest: needles.iter().map(String::len).max().unwrap_or_default(),
            needles: (!needles.is_empty())
                .then(|| AhoCorasick::new(&needles).ok())
                .flatten(),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.needles.is_none()
    }

    /// Whether a text, with what was let through before, tells a secret.
    pub(super) fn are_in(&self, tail: &str, text: &str) -> bool {
        let found = |needles: &AhoCorasick| needles.is_match(&compact(&format!("{tail}{text}")));
        self.needles.as_ref().is_some_and(found)
    }

    /// Keeps what of the text let through so far may hold the beginning of a secret.
    pub(super) fn keep(&self, tail: &mut String, text: &str) {
        tail.push_str(text);
        let start = tail.len().saturating_sub(self.longest * BYTES_A_LETTER);
        let start = tail.ceil_char_boundary(start);
        tail.drain(..start);
    }
}

/// The letters and digits of a text, as the words of secrets are written here. Percent signs of addresses and numbers of HTML
/// characters are read.
pub(super) fn compact(text: &str) -> String {
    folded(&decoded(text)).concat()
}

fn decoded(text: &str) -> String {
    if !text.contains(['%', '&']) {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['%', '&']) {
        let (head, tail) = rest.split_at(at);
        out.push_str(head);
        let read = percent(tail).or_else(|| entity(tail));
        let (c, length) = read.unwrap_or((' ', 1));
        out.push(c);
        rest = tail.get(length..).unwrap_or_default();
    }
    out.push_str(rest);
    out
}

fn percent(text: &str) -> Option<(char, usize)> {
    let byte = u8::from_str_radix(text.strip_prefix('%')?.get(..2)?, 16).ok()?;
    Some((char::from(byte), 3))
}

fn entity(text: &str) -> Option<(char, usize)> {
    let digits = text.strip_prefix("&#")?;
    let end = digits.find(';').filter(|end| (1..=7).contains(end))?;
    let number = digits.get(..end)?;
    let code = match number.strip_prefix(['x', 'X']) {
        Some(hex) => u32::from_str_radix(hex, 16).ok()?,
        None => number.parse().ok()?,
    };
    Some((char::from_u32(code)?, end + 3))
}
