//! A text, folded and cut into tokens.

use std::ops::Range;

use super::fold::is_unspaced;
use super::reader::read;

/// How many characters of a text are looked at; what comes after is not read, so that no text is slow.
pub(in crate::attention) const READ_LIMIT: usize = 4_000;

/// What separates a token from the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Break {
    /// Nothing but space, or not even that.
    None,
    /// A comma, a dash, a bracket.
    Weak,
    /// The end of a sentence or a line.
    Strong,
}

/// One word (or one character, in scripts without spaces; or one picture).
#[derive(Debug, Clone)]
pub(super) struct Token {
    /// Where its folded form stands.
    pub(super) folded: Range<usize>,
    /// Where it stands in the text.
    pub(super) source: Range<usize>,
    /// The hash of its folded form.
    pub(super) hash: u64,
    /// Its length in folded characters.
    pub(super) chars: usize,
    /// What comes before it.
    pub(super) before: Break,
    /// Written in capitals (two letters or more).
    pub(super) shouted: bool,
    /// Holds a digit between its letters.
    pub(super) has_digit: bool,
}

/// A text that is ready to be searched for phrases.
#[derive(Debug)]
pub(in crate::attention) struct Text<'a> {
    pub(super) original: &'a str,
    pub(super) folded: String,
    pub(super) tokens: Vec<Token>,
    pub(super) has_unspaced: bool,
    pub(super) exclamations: usize,
    pub(super) questions: usize,
}

impl<'a> Text<'a> {
    /// Reads the first [`READ_LIMIT`] characters of `original`.
    pub(in crate::attention) fn read(original: &'a str) -> Self {
        read(original)
    }

    /// The words from token `first` to token `last`, as they were written.
    pub(in crate::attention) fn quote(&self, first: usize, last: usize) -> &'a str {
        let start = self.tokens.get(first).map_or(0, |token| token.source.start);
        let end = self
            .tokens
            .get(last)
            .map_or(start, |token| token.source.end);
        self.original.get(start..end).unwrap_or_default()
    }

    /// How many tokens there are.
    pub(in crate::attention) fn len(&self) -> usize {
        self.tokens.len()
    }

    /// How many exclamation marks.
    pub(in crate::attention) fn exclamations(&self) -> usize {
        self.exclamations
    }

    /// How many question marks.
    pub(in crate::attention) fn questions(&self) -> usize {
        self.questions
    }

    /// How many words are written in capitals.
    pub(in crate::attention) fn shouted(&self) -> usize {
        self.tokens
            .iter()
            .filter(|token| token.shouted && token.chars > 2)
            .count()
    }

    /// The folded words, each followed by a space where they are written with spaces.
    pub(in crate::attention) fn folded(&self) -> &str {
        &self.folded
    }

    /// The words as written that make up `range` of the folded text, if it begins and ends where words do (in scripts
    /// without spaces, anywhere).
    pub(in crate::attention) fn whole_words(&self, range: Range<usize>) -> Option<&'a str> {
        let first = self
            .tokens
            .partition_point(|token| token.folded.end <= range.start);
        let last = self
            .tokens
            .partition_point(|token| token.folded.start < range.end)
            .checked_sub(1)?;
        let fits = |token: &Token, at: usize, edge: usize| {
            at == edge || self.word(token).starts_with(is_unspaced)
        };
        let (start, end) = (self.tokens.get(first)?, self.tokens.get(last)?);
        let whole =
            fits(start, range.start, start.folded.start) && fits(end, range.end, end.folded.end);
        whole.then(|| self.quote(first, last))
    }

    /// The folded form of a token.
    pub(super) fn word(&self, token: &Token) -> &str {
        self.folded.get(token.folded.clone()).unwrap_or_default()
    }
}
