//! Cuts a text into tokens and folds them, in one walk.

use std::str::CharIndices;

use super::fold::{fold, is_picture, is_unspaced, is_vowel_sign};
use super::hash;
use super::text::{Break, READ_LIMIT, Text, Token};

/// Reads the first [`READ_LIMIT`] characters of `original`.
pub(super) fn read(original: &str) -> Text<'_> {
    let limit = if original.len() <= READ_LIMIT {
        original.len()
    } else {
        original
            .char_indices()
            .nth(READ_LIMIT)
            .map_or(original.len(), |(at, _)| at)
    };
    let text = Text {
        original,
        folded: String::with_capacity(limit + 8),
        tokens: Vec::with_capacity(limit / 4 + 4),
        has_unspaced: false,
        exclamations: 0,
        questions: 0,
    };
    let mut reader = Reader {
        text,
        before: Break::Strong,
        open: None,
        in_hashtag: false,
    };
    reader.run(original.get(..limit).unwrap_or_default());
    reader.text
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
    /// Inside "#`LikeThis`", where a capital begins a word.
    in_hashtag: bool,
}

/// How the letters of a token belong together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Script {
    /// Words between spaces.
    Spaced,
    /// Words between loose spaces.
    Hangul,
    /// Each character is a token.
    Single,
}

/// A token that has begun.
struct Open {
    folded: usize,
    source: usize,
    script: Script,
    hash: u64,
    chars: usize,
    upper: usize,
    lower: usize,
    digits: usize,
}

impl Open {
    fn at(source: usize, folded: usize, script: Script) -> Self {
        Self {
            folded,
            source,
            script,
            hash: hash::EMPTY,
            chars: 0,
            upper: 0,
            lower: 0,
            digits: 0,
        }
    }
}

impl Reader<'_> {
    fn run(&mut self, text: &str) {
        let mut rest = text.char_indices();
        while let Some((at, c)) = rest.next() {
            let ahead = rest.as_str();
            if self.open.is_none() && (c == '@' || is_link(c, ahead)) {
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
            } else if c == ' ' {
                self.close(at);
                self.in_hashtag = false;
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
        let script = script_of(c);
        if let Some(open) = &self.open {
            let is_next_word = self.in_hashtag && open.lower > 0 && c.is_uppercase();
            if open.script != script || script == Script::Single || is_next_word {
                self.close(at);
            }
        }
        if script != Script::Spaced && self.open.is_none() {
            self.text.has_unspaced = true;
            self.join_to_last(at);
        }
        let Self { text, open, .. } = self;
        let open = open.get_or_insert(Open::at(at, text.folded.len(), script));
        if c.is_ascii() {
            open.upper += usize::from(c.is_ascii_uppercase());
            open.lower += usize::from(c.is_ascii_lowercase());
            open.digits += usize::from(c.is_ascii_digit());
        } else {
            open.upper += usize::from(c.is_uppercase());
            open.lower += usize::from(c.is_lowercase());
            open.digits += usize::from(c.is_numeric());
        }
        fold(c, &mut |part| {
            text.folded.push(part);
            open.hash = hash::push(open.hash, part);
            open.chars += 1;
        });
    }

    /// Words of scripts without spaces are found across tokens, so no space may stand where none was written.
    fn join_to_last(&mut self, at: usize) {
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
        let mut open = Open::at(at, self.text.folded.len(), Script::Spaced);
        open.hash = hash::of(symbol);
        open.chars = symbol.chars().count();
        self.text.folded.push_str(symbol);
        self.open = Some(open);
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
        if open.chars == 0 {
            return;
        }
        self.text.tokens.push(Token {
            folded: open.folded..self.text.folded.len(),
            source: open.source..end,
            hash: open.hash,
            chars: open.chars,
            before: self.before,
            shouted: open.upper > 1 && open.lower == 0,
            has_digit: open.digits > 0,
        });
        self.before = Break::None;
        self.text.folded.push(' ');
    }
}

fn script_of(c: char) -> Script {
    match c {
        '\u{ac00}'..='\u{d7a3}' => Script::Hangul,
        c if is_unspaced(c) => Script::Single,
        _ => Script::Spaced,
    }
}

fn skip(rest: &mut CharIndices<'_>, bytes: usize) {
    let target = rest.offset() + bytes;
    while rest.offset() < target && rest.next().is_some() {}
}

fn starts_with_letter(ahead: &str) -> bool {
    ahead.starts_with(char::is_alphabetic)
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

/// Characters inside a word that are not compared.
fn is_silent(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}' | '\u{300}'..='\u{36f}' | '\u{64b}'..='\u{65f}' | '\u{640}' | '\u{670}' | '\u{93c}')
}

fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '’' | '‘' | 'ʼ' | '`' | '´' | '＇')
}

fn is_link(c: char, ahead: &str) -> bool {
    match c {
        'h' => ahead.starts_with("ttp://") || ahead.starts_with("ttps://"),
        'w' => ahead.starts_with("ww."),
        _ => false,
    }
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
        ',' | ':' | '(' | ')' | '[' | ']' | '–' | '—' | '،' | '、' | '，' | '：' | '（' | '）' => {
            Break::Weak
        }
        _ => Break::None,
    }
}
