//! A text, folded and cut into tokens.

use std::ops::Range;
use std::str::CharIndices;

use super::fold::{fold, is_picture, is_unspaced, is_vowel_sign};
use super::hash;

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
    original: &'a str,
    folded: String,
    pub(super) tokens: Vec<Token>,
    pub(super) has_unspaced: bool,
    exclamations: usize,
    questions: usize,
}

impl<'a> Text<'a> {
    /// Reads the first [`READ_LIMIT`] characters of `original`.
    pub(in crate::attention) fn read(original: &'a str) -> Self {
        let mut reader = Reader::new(original);
        let limit = original
            .char_indices()
            .nth(READ_LIMIT)
            .map_or(original.len(), |(at, _)| at);
        reader.run(original.get(..limit).unwrap_or_default());
        reader.text
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

/// Elided articles and pronouns of French and Italian: the word after the apostrophe stands by itself. Elsewhere the
/// apostrophe is part of the word ("don't", "I'd").
const ELIDED: &[&str] = &[
    "l", "d", "m", "t", "s", "c", "j", "n", "qu", "un", "dell", "all", "nell", "dall", "sull",
    "quell", "jusqu", "puisqu", "lorsqu", "quelqu",
];

struct Reader<'a> {
    text: Text<'a>,
    before: Break,
    /// The token that is being read.
    open: Option<Open>,
    /// Inside "#LikeThis", where a capital begins a word.
    in_hashtag: bool,
}

struct Open {
    folded: usize,
    source: usize,
    upper: usize,
    lower: usize,
    digits: usize,
}

impl<'a> Reader<'a> {
    fn new(original: &'a str) -> Self {
        let text = Text {
            original,
            folded: String::with_capacity(original.len().min(READ_LIMIT) + 8),
            tokens: Vec::with_capacity(original.len().min(READ_LIMIT) / 4 + 4),
            has_unspaced: false,
            exclamations: 0,
            questions: 0,
        };
        Self {
            text,
            before: Break::Strong,
            open: None,
            in_hashtag: false,
        }
    }

    fn run(&mut self, text: &str) {
        let mut rest = text.char_indices();
        while let Some((at, c)) = rest.next() {
            let ahead = rest.as_str();
            if self.open.is_none() && (c == '@' || is_link(text.get(at..).unwrap_or_default())) {
                skip(
                    &mut rest,
                    if c == '@' {
                        mention_length(ahead)
                    } else {
                        link_length(ahead)
                    },
                );
                self.before = self.before.max(Break::Weak);
            } else if c.is_alphanumeric() || is_vowel_sign(c) {
                self.letter(at, c);
            } else if self.open.is_some() && is_silent(c) {
                // Part of the word, and not compared.
            } else if self.open.is_some() && is_apostrophe(c) && starts_with_letter(ahead) {
                if self.is_elided() {
                    self.close(at);
                }
            } else if let Some(letter) =
                leet_symbol(c).filter(|_| self.open.is_some() && starts_with_letter(ahead))
            {
                self.letter(at, letter);
                self.open.iter_mut().for_each(|open| open.digits += 1);
            } else if let Some(length) = smiley(c, ahead) {
                self.close(at);
                self.symbol(at, text.get(at..at + length).unwrap_or_default());
                skip(&mut rest, length - c.len_utf8());
            } else {
                self.close(at);
                self.between(at, c);
            }
        }
        self.close(text.len());
    }

    fn letter(&mut self, at: usize, c: char) {
        if is_unspaced(c) {
            self.close_before_script(at, c);
        } else if self.open.is_some() && self.text.folded.ends_with(is_unspaced) {
            self.close(at);
        } else if self.in_hashtag && c.is_uppercase() && self.open.as_ref().is_some_and(|open| open.lower > 0) {
            self.close(at);
        }
        let start = self.text.folded.len();
        let open = self.open.get_or_insert(Open {
            folded: start,
            source: at,
            upper: 0,
            lower: 0,
            digits: 0,
        });
        open.upper += usize::from(c.is_uppercase());
        open.lower += usize::from(c.is_lowercase());
        open.digits += usize::from(c.is_numeric());
        let folded = &mut self.text.folded;
        fold(c, &mut |part| folded.push(part));
    }

    /// Han and kana are tokens of their own; Hangul makes words. Their phrases are found across tokens, so no space may
    /// stand where none was written.
    fn close_before_script(&mut self, at: usize, c: char) {
        self.text.has_unspaced = true;
        if self.open.is_some() && is_hangul(c) && self.text.folded.ends_with(is_hangul) {
            return;
        }
        self.close(at);
        if self
            .text
            .tokens
            .last()
            .is_some_and(|last| last.source.end == at)
        {
            self.text.folded.pop();
        }
    }

    fn is_elided(&self) -> bool {
        let Some(open) = &self.open else { return false };
        self.text
            .folded
            .get(open.folded..)
            .is_some_and(|word| ELIDED.contains(&word))
    }

    fn symbol(&mut self, at: usize, symbol: &str) {
        let start = self.text.folded.len();
        self.text.folded.push_str(symbol);
        self.open = Some(Open {
            folded: start,
            source: at,
            upper: 0,
            lower: 0,
            digits: 0,
        });
        self.close(at + symbol.len());
    }

    fn between(&mut self, at: usize, c: char) {
        self.in_hashtag = c == '#';
        self.text.exclamations += usize::from(matches!(c, '!' | '！'));
        self.text.questions += usize::from(matches!(c, '?' | '？' | '؟'));
        if is_picture(c) {
            self.symbol(at, c.encode_utf8(&mut [0; 4]));
        } else {
            self.before = self.before.max(break_of(c));
        }
    }

    fn close(&mut self, end: usize) {
        let Some(open) = self.open.take() else { return };
        let folded = open.folded..self.text.folded.len();
        let word = self.text.folded.get(folded.clone()).unwrap_or_default();
        if word.is_empty() {
            return;
        }
        let mut chars = 0;
        let hash = word
            .chars()
            .inspect(|_| chars += 1)
            .fold(hash::EMPTY, hash::push);
        self.text.tokens.push(Token {
            folded,
            source: open.source..end,
            hash,
            chars,
            before: self.before,
            shouted: open.upper > 1 && open.lower == 0,
            has_digit: open.digits > 0,
        });
        self.before = Break::None;
        self.text.folded.push(' ');
    }
}

fn skip(rest: &mut CharIndices<'_>, bytes: usize) {
    let target = rest.offset() + bytes;
    while rest.offset() < target && rest.next().is_some() {}
}

fn starts_with_letter(ahead: &str) -> bool {
    ahead.starts_with(char::is_alphabetic)
}

fn is_hangul(c: char) -> bool {
    matches!(c, '\u{ac00}'..='\u{d7a3}')
}

/// Letters written as signs inside a word ("hum@n"); `*` stands for itself.
fn leet_symbol(c: char) -> Option<char> {
    match c {
        '@' => Some('a'),
        '$' => Some('s'),
        '€' => Some('e'),
        '*' => Some('*'),
        _ => None,
    }
}

fn is_silent(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}' | '\u{300}'..='\u{36f}' | '\u{64b}'..='\u{65f}' | '\u{640}' | '\u{670}' | '\u{93c}')
}

fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '’' | '‘' | 'ʼ' | '`' | '´' | '＇')
}

fn is_link(text: &str) -> bool {
    ["http://", "https://", "www."]
        .iter()
        .any(|start| text.starts_with(start))
}

fn link_length(ahead: &str) -> usize {
    ahead.find(char::is_whitespace).unwrap_or(ahead.len())
}

fn mention_length(ahead: &str) -> usize {
    ahead
        .find(|c: char| !c.is_alphanumeric() && c != '_')
        .unwrap_or(ahead.len())
}

/// The length of ":(" and its relatives.
fn smiley(c: char, ahead: &str) -> Option<usize> {
    if !matches!(c, ':' | ';' | '=') {
        return None;
    }
    let nose = usize::from(ahead.starts_with('-') || ahead.starts_with('\''));
    let mouth = ahead.get(nose..)?.chars().next()?;
    matches!(mouth, '(' | ')' | '/' | '|' | '[' | ']').then_some(c.len_utf8() + nose + 1)
}

fn break_of(c: char) -> Break {
    match c {
        '.' | '!' | '?' | ';' | '\n' | '\r' | '。' | '！' | '？' | '；' | '؟' | '؛' | '।' | '…' => {
            Break::Strong
        }
        c if c.is_whitespace() => Break::None,
        _ => Break::Weak,
    }
}
