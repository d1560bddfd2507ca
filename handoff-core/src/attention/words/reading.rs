//! A text as the languages see it.

use aho_corasick::AhoCorasick;

use super::grammar::Dialect;
use super::language::Language;
use super::pattern::{Classes, Item, Pattern, Phrased, Sequence};
use super::text::{Break, Text};
use super::units::Unit;

/// Where a pattern of a rule was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::attention) struct Match {
    /// The rule, as its place in the list that the grammar was built with.
    pub(in crate::attention) rule: usize,
    /// Its first token.
    pub(in crate::attention) first: usize,
    /// Its last token.
    pub(in crate::attention) last: usize,
}

/// A text as one language sees it.
#[derive(Debug)]
pub(in crate::attention) struct Reading<'g> {
    dialect: &'g Dialect,
    sequence: Sequence,
    seen: Classes,
}

/// The text as each language sees it that it may be written in: those that know nearly as many of its words as the
/// language that knows the most.
pub(super) fn likely_readings<'g>(
    text: &Text<'_>,
    units: &[Unit<'_>],
    dialects: &'g [Dialect],
) -> Vec<Reading<'g>> {
    let mut known = known_words(units);
    let mut unspaced: Vec<Option<Sequence>> = Vec::with_capacity(dialects.len());
    for dialect in dialects {
        let words = dialect.unspaced.as_ref().filter(|_| text.has_unspaced);
        let (sequence, count) = words.map(|words| unspaced_sequence(text, words)).unzip();
        if let (Some(known), Some(count)) = (known.get_mut(dialect.language.index()), count) {
            *known = count;
        }
        unspaced.push(sequence);
    }
    let most = known.iter().copied().max().unwrap_or_default();
    let is_likely = |dialect: &Dialect| {
        known
            .get(dialect.language.index())
            .is_some_and(|known| *known > 0 && known * 4 >= most * 3)
    };
    let likely = dialects
        .iter()
        .zip(unspaced)
        .filter(|(dialect, _)| is_likely(dialect));
    let readings = likely.map(|(dialect, sequence)| {
        let sequence = sequence.unwrap_or_else(|| spaced_sequence(units, dialect.language));
        let seen = sequence.seen();
        Reading {
            dialect,
            sequence,
            seen,
        }
    });
    readings.collect()
}

impl Reading<'_> {
    /// The matches of the rules that `wanted` accepts, from left to right, none over another; where several begin at one
    /// word, the longest.
    pub(in crate::attention) fn matches(&self, wanted: impl Fn(usize) -> bool) -> Vec<Match> {
        let possible = self.possible(wanted);
        let mut found = Vec::new();
        let mut at = 0;
        while at < self.sequence.len() && !possible.is_empty() {
            let ends = possible
                .iter()
                .filter_map(|pattern| Some((pattern.matched(&self.sequence, at)?, pattern.rule)));
            match ends.reduce(|best, other| if other.0 > best.0 { other } else { best }) {
                None => at += 1,
                Some((end, rule)) => {
                    found.extend(self.found(rule, at, end));
                    at = end;
                }
            }
        }
        found
    }

    /// The first match of the rules that `wanted` accepts which `accepted` accepts, too; matches may lie over others.
    pub(in crate::attention) fn first(
        &self,
        wanted: impl Fn(usize) -> bool,
        accepted: impl Fn(&Match) -> bool,
    ) -> Option<Match> {
        let possible = self.possible(wanted);
        let places = if possible.is_empty() {
            0
        } else {
            self.sequence.len()
        };
        (0..places).find_map(|at| {
            possible.iter().find_map(|pattern| {
                let end = pattern.matched(&self.sequence, at)?;
                self.found(pattern.rule, at, end).filter(&accepted)
            })
        })
    }

    fn possible(&self, wanted: impl Fn(usize) -> bool) -> Vec<&Pattern> {
        let is_possible = |pattern: &&Pattern| {
            wanted(pattern.rule) && pattern.needs.iter().all(|classes| classes & self.seen != 0)
        };
        self.dialect.patterns.iter().filter(is_possible).collect()
    }

    fn found(&self, rule: usize, at: usize, end: usize) -> Option<Match> {
        let first = self.sequence.item(at)?.first;
        let last = self.sequence.item(end.checked_sub(1)?)?.last;
        Some(Match { rule, first, last })
    }
}

/// How many of the words each language knows.
fn known_words(units: &[Unit<'_>]) -> [usize; Language::COUNT] {
    let mut known = [0; Language::COUNT];
    for unit in units {
        let languages = unit
            .entries
            .iter()
            .flatten()
            .fold(0, |bits, entry| bits | entry.languages);
        for (index, count) in known.iter_mut().enumerate() {
            *count += usize::from(languages >> index & 1);
        }
    }
    known
}

/// Each word by itself, and the phrases that begin with it.
fn spaced_sequence(units: &[Unit<'_>], language: Language) -> Sequence {
    let mut sequence = Sequence::with_capacity(units.len());
    for (at, unit) in units.iter().enumerate() {
        let item = Item {
            classes: classes_of(unit, language),
            first: unit.first,
            last: unit.last,
            before: unit.before,
        };
        let entries = unit.entries.iter().flatten();
        let phrases = entries.flat_map(|entry| &entry.phrases).filter(|phrase| {
            let mut rest = phrase.rest.iter().zip(units.iter().skip(at + 1));
            let is_whole = at + phrase.rest.len() < units.len();
            phrase.sense.language == language
                && is_whole
                && rest.all(|(hash, next)| next.hash == *hash && next.before != Break::Strong)
        });
        let phrases = phrases.map(|phrase| Phrased {
            length: phrase.rest.len() + 1,
            classes: phrase.sense.classes,
        });
        sequence.push(item, phrases);
    }
    sequence
}

fn classes_of(unit: &Unit<'_>, language: Language) -> Classes {
    let senses = unit
        .entries
        .iter()
        .flatten()
        .flat_map(|entry| &entry.senses);
    senses
        .filter(|sense| sense.language == language)
        .fold(0, |classes, sense| classes | sense.classes)
}

/// The words that `words` finds, and each character between them as a word that nobody knows; and how many were found.
fn unspaced_sequence(
    text: &Text<'_>,
    (words, classes): &(AhoCorasick, Vec<Classes>),
) -> (Sequence, usize) {
    let mut sequence = Sequence::with_capacity(text.folded().len() / 3);
    let mut known = 0;
    let mut found = words.find_iter(text.folded()).peekable();
    let mut inside_until = 0;
    for (index, token) in text.tokens.iter().enumerate() {
        let mut before = token.before;
        for at in text
            .word(token)
            .char_indices()
            .map(|(at, _)| token.folded.start + at)
        {
            while found.next_if(|next| next.start() < at).is_some() {}
            let starts = found.next_if(|next| next.start() == at);
            if let Some(word) = &starts {
                inside_until = word.end();
                known += 1;
            } else if at < inside_until {
                sequence.extend_last(index);
                continue;
            }
            let classes = starts
                .and_then(|word| classes.get(word.pattern().as_usize()).copied())
                .unwrap_or_default();
            sequence.push(
                Item {
                    classes,
                    first: index,
                    last: index,
                    before,
                },
                std::iter::empty(),
            );
            before = Break::None;
        }
    }
    (sequence, known)
}
