//! From tokens to words that the lexicon knows: exact, misspelt, run together, spelt out or decorated.

use super::hash;
use super::lexicon::{Entry, Lexicon, Spelling};
use super::segments;
use super::text::{Break, Text, Token};

/// A word of the text, as the lexicon knows it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Unit<'l> {
    /// What it may be; empty for a word that nothing is known of.
    pub(super) entries: [Option<&'l Entry>; 2],
    /// The hash of the (corrected) word.
    pub(super) hash: u64,
    pub(super) first: usize,
    pub(super) last: usize,
    pub(super) before: Break,
}

/// The units of `text`; pictures that the lexicon does not hold are left out.
pub(super) fn units<'l>(text: &Text<'_>, lexicon: &'l Lexicon) -> Vec<Unit<'l>> {
    let forgiving = lexicon.spelling != Spelling::Exact;
    let mut units = Vec::with_capacity(text.tokens.len());
    let mut at = 0;
    let mut skipped = Break::None;
    while let Some(token) = text.tokens.get(at) {
        let before = token.before.max(skipped);
        let entry = lexicon.entry(token.hash);
        if entry.is_none() && is_picture(text.word(token)) {
            skipped = before;
            at += 1;
            continue;
        }
        skipped = Break::None;
        let unit = |entry: Option<&'l Entry>, hash, last| Unit {
            entries: [entry, None],
            hash,
            first: at,
            last,
            before,
        };
        let joined = if forgiving {
            joined(text, at, lexicon)
        } else {
            None
        };
        if let Some((last, hash)) = joined {
            units.push(unit(lexicon.entry(hash), hash, last));
            at = last + 1;
            continue;
        }
        match entry {
            Some(entry) => units.push(unit(Some(entry), token.hash, at)),
            None if is_number(text.word(token)) => {
                units.push(unit(lexicon.entry(hash::of(NUMBER)), token.hash, at));
            }
            None if forgiving => understood(
                text.word(token),
                token,
                unit(None, token.hash, at),
                lexicon,
                &mut units,
            ),
            None => units.push(unit(None, token.hash, at)),
        }
        at += 1;
    }
    units
}

fn is_picture(word: &str) -> bool {
    word.starts_with(|c: char| !c.is_alphanumeric())
}

/// The entry that stands for all numbers.
const NUMBER: &str = "0";

fn is_number(word: &str) -> bool {
    word.bytes().all(|byte| byte.is_ascii_digit())
}

/// A key word that was cut in two ("some one") or spelt out ("a g e n t"): its last token and its hash.
fn joined(text: &Text<'_>, at: usize, lexicon: &Lexicon) -> Option<(usize, u64)> {
    let first = text.tokens.get(at)?;
    let next = text
        .tokens
        .get(at + 1)
        .filter(|next| next.before == Break::None)?;
    let is_key = |hash: u64| lexicon.entry(hash).is_some_and(|entry| entry.is_key);
    if first.chars == 1 && next.chars == 1 {
        let letters = text
            .tokens
            .iter()
            .skip(at)
            .take_while(|token| token.chars == 1)
            .take(16);
        let mut hash = hash::EMPTY;
        let mut found = None;
        for (count, letter) in letters.enumerate() {
            hash = text.word(letter).chars().fold(hash, hash::push);
            if count > 2 && is_key(hash) {
                found = Some((at + count, hash));
            }
        }
        return found;
    }
    if first.chars + next.chars < 6 || next.chars > hash::LONGEST_BEHIND {
        return None;
    }
    let hash = hash::concat(first.hash, next.hash, next.chars);
    if !is_key(hash) || is_key(first.hash) || is_key(next.hash) {
        return None;
    }
    let is_phrase = |entry: &Entry| {
        entry
            .phrases
            .iter()
            .any(|phrase| phrase.rest.first() == Some(&next.hash))
    };
    let stays_apart = lexicon.entry(first.hash).is_some_and(is_phrase);
    (!stays_apart).then_some((at + 1, hash))
}

/// Reads a word that the lexicon does not hold as it is written; `unit` is what it is if nothing is found.
fn understood<'l>(
    written: &str,
    token: &Token,
    mut unit: Unit<'l>,
    lexicon: &'l Lexicon,
    units: &mut Vec<Unit<'l>>,
) {
    let mut letters = [' '; 32];
    for (slot, c) in letters.iter_mut().zip(written.chars()) {
        *slot = if token.has_digit { plain_letter(c) } else { c };
    }
    let length = squeezed(&mut letters, token.chars.min(32));
    let word = letters.get(..length).unwrap_or_default();
    if token.chars > letters.len() || (length < 3 && length == token.chars) {
        units.push(unit);
        return;
    }
    let hash = word
        .iter()
        .fold(hash::EMPTY, |hash, c| hash::push(hash, *c));
    if let Some((hash, entry)) =
        exactly(lexicon, hash).or_else(|| without_arabic_prefix(lexicon, word))
    {
        unit.hash = hash;
        unit.entries = [Some(entry), None];
        units.push(unit);
        return;
    }
    let [nearest, second] = lexicon.corrected(word);
    if let Some(nearest) = nearest {
        unit.hash = nearest;
        unit.entries = [
            lexicon.entry(nearest),
            second.and_then(|hash| lexicon.entry(hash)),
        ];
        units.push(unit);
        return;
    }
    match segments::split(word, lexicon) {
        None => units.push(unit),
        Some(parts) => units.extend(parts.into_iter().enumerate().map(|(place, hash)| Unit {
            entries: [lexicon.entry(hash), None],
            hash,
            before: if place == 0 { unit.before } else { Break::None },
            ..unit
        })),
    }
}

fn exactly(lexicon: &Lexicon, hash: u64) -> Option<(u64, &Entry)> {
    lexicon.entry(hash).map(|entry| (hash, entry))
}

/// Takes the runs of three and more of one letter down to one ("humannnn"); the length that is left.
fn squeezed(letters: &mut [char; 32], length: usize) -> usize {
    let source = *letters;
    let word = source.get(..length).unwrap_or_default();
    let mut kept = 0;
    for run in word.chunk_by(|a, b| a == b) {
        let keep = if run.len() > 2 { 1 } else { run.len() };
        for c in run.iter().take(keep) {
            if let Some(slot) = letters.get_mut(kept) {
                *slot = *c;
                kept += 1;
            }
        }
    }
    kept
}

fn plain_letter(c: char) -> char {
    match c {
        '0' => 'o',
        '1' => 'i',
        '3' => 'e',
        '4' => 'a',
        '5' => 's',
        '7' => 't',
        '8' => 'b',
        c => c,
    }
}

/// Arabic writes "and", "with", "to", "the" onto the word.
fn without_arabic_prefix<'l>(lexicon: &'l Lexicon, word: &[char]) -> Option<(u64, &'l Entry)> {
    const PREFIXES: [&[char]; 3] = [&['و', 'ف'], &['ب', 'ل', 'ك'], &['ا']];
    if !word
        .first()
        .is_some_and(|c| matches!(c, '\u{621}'..='\u{64a}'))
    {
        return None;
    }
    let mut rest = word;
    for prefixes in PREFIXES {
        let Some((first, after)) = rest.split_first() else {
            break;
        };
        if !prefixes.contains(first) {
            continue;
        }
        // The article is two letters, alef and lam; after "to" its alef is left out.
        let after = if *first == 'ا' {
            after.strip_prefix(&['ل']).unwrap_or(rest)
        } else {
            after
        };
        for candidate in [after, after.strip_prefix(&['ل']).unwrap_or(after)] {
            let hash = candidate
                .iter()
                .fold(hash::EMPTY, |hash, c| hash::push(hash, *c));
            if candidate.len() > 2
                && let Some(found) = exactly(lexicon, hash)
            {
                return Some(found);
            }
        }
        rest = after;
    }
    None
}
