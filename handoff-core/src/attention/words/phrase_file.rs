//! The format of the phrase files.
//!
//! ```text
//! # a comment
//! $s = ,s                          endings, used as agent$s; {a,b} spells out alternatives anywhere in a word
//! person ~= agent$s human$s        words of a class; "_" is a space; "~" also understands them misspelt
//! insult += worst                   "+" understands them run together ("worstservice"), but not misspelt
//! contact = talk speak
//!   chat                           an indented line goes on with the one before
//! ask: contact with? ..2 person    a pattern of a rule
//! ```
//!
//! A pattern is a sequence of `class`, `a|b` (either), `class?`, `class*`, `'word` and `'one|other` (that word itself), `..3` (up to three
//! words of any kind), `..3-class` (of any other class), `!class` (but not followed by), `^` and `$` (start and end of a sentence), `^^` and `$$` (of the
//! text). A pattern never reaches over the end of a sentence, unless it begins with `^^`; a gap also ends at a comma.

use std::collections::HashMap;

/// A folder's phrase files, one for each language.
macro_rules! phrase_files {
    ($folder:literal) => {
        phrase_files!(
            $folder,
            English = "en",
            Spanish = "es",
            Portuguese = "pt",
            French = "fr",
            German = "de",
            Italian = "it",
            Dutch = "nl",
            Polish = "pl",
            Russian = "ru",
            Turkish = "tr",
            Arabic = "ar",
            Hindi = "hi",
            Chinese = "zh",
            Japanese = "ja",
            Korean = "ko",
            Indonesian = "id",
        )
    };
    ($folder:literal, $($language:ident = $code:literal,)*) => {
        &[$((
            Language::$language,
            include_str!(concat!("phrases/", $folder, "/", $code, ".txt")),
        )),*]
    };
}
pub(in crate::attention) use phrase_files;

/// What is wrong with a phrase file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {problem}")]
pub(super) struct PhraseFileError {
    /// The line, from 1.
    pub(super) line: usize,
    /// What is wrong with it.
    pub(super) problem: String,
}

/// How freely a word may be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Writing {
    /// As it stands.
    Exact,
    /// Also without the spaces around it.
    RunTogether,
    /// Also with mistakes.
    Misspelt,
}

/// One phrase file, read.
#[derive(Debug, Default)]
pub(super) struct PhraseFile {
    /// Words as (class, word with spaces, how it may be written).
    pub(super) words: Vec<(String, String, Writing)>,
    /// Patterns as (line, rule, elements).
    pub(super) patterns: Vec<(usize, String, Vec<String>)>,
}

impl PhraseFile {
    /// Reads the text of a phrase file.
    pub(super) fn parse(text: &str) -> Result<Self, PhraseFileError> {
        let mut file = Self::default();
        let mut endings = HashMap::new();
        for (line, statement) in statements(text) {
            file.statement(&statement, line, &mut endings)?;
        }
        Ok(file)
    }

    fn statement(
        &mut self,
        statement: &str,
        line: usize,
        endings: &mut HashMap<String, String>,
    ) -> Result<(), PhraseFileError> {
        let wrong = |problem: &str| PhraseFileError {
            line,
            problem: problem.to_owned(),
        };
        let (head, body) = statement
            .split_once(char::is_whitespace)
            .ok_or_else(|| wrong("too short"))?;
        if let Some(rule) = head.strip_suffix(':') {
            let elements = body.split_whitespace().map(str::to_owned).collect();
            self.patterns.push((line, rule.to_owned(), elements));
            return Ok(());
        }
        let mut body = body.split_whitespace();
        let writing = match body.next() {
            Some("=") => Writing::Exact,
            Some("+=") => Writing::RunTogether,
            Some("~=") => Writing::Misspelt,
            _ => return Err(wrong("neither `class = words` nor `rule: pattern`")),
        };
        for word in body {
            if head.starts_with('$') {
                endings.insert(head.to_owned(), format!("{{{word}}}"));
                continue;
            }
            let spelt =
                with_endings(word, endings).ok_or_else(|| wrong("endings that are not defined"))?;
            for word in alternatives(&spelt) {
                self.words
                    .push((head.to_owned(), word.replace('_', " "), writing));
            }
        }
        Ok(())
    }
}

/// The statements with the line each began on; comments are gone and indented lines joined to the one before.
fn statements(text: &str) -> Vec<(usize, String)> {
    let mut statements: Vec<(usize, String)> = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let content = line.split('#').next().unwrap_or_default().trim_end();
        if content.is_empty() {
            continue;
        }
        match statements.last_mut().filter(|_| content.starts_with(' ')) {
            Some((_, before)) => before.push_str(content),
            None => statements.push((index + 1, content.to_owned())),
        }
    }
    statements
}

/// `word` with its `$name` replaced by the endings of that name.
fn with_endings(word: &str, endings: &HashMap<String, String>) -> Option<String> {
    let mut parts = word.split('$');
    let mut spelt = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let name_end = part
            .find(|c: char| !c.is_ascii_lowercase())
            .unwrap_or(part.len());
        let (name, rest) = part.split_at_checked(name_end)?;
        spelt.push_str(endings.get(&format!("${name}"))?);
        spelt.push_str(rest);
    }
    Some(spelt)
}

/// Every way to read the `{a,b}` of a word; they may stand inside each other.
fn alternatives(word: &str) -> Vec<String> {
    let Some((before, rest)) = word.split_once('{') else {
        return vec![word.to_owned()];
    };
    let (choices, after) = choices(rest);
    let tails = alternatives(after);
    let heads = choices.into_iter().flat_map(alternatives);
    heads
        .flat_map(|head| {
            tails
                .iter()
                .map(move |tail| format!("{before}{head}{tail}"))
                .collect::<Vec<_>>()
        })
        .collect()
}

/// The choices of an opened brace, and what follows where it closes.
fn choices(opened: &str) -> (Vec<&str>, &str) {
    let mut choices = Vec::new();
    let mut depth = 0;
    let mut start = 0;
    for (at, c) in opened.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            ',' | '}' if depth == 0 => {
                choices.push(opened.get(start..at).unwrap_or_default());
                start = at + 1;
                if c == '}' {
                    return (choices, opened.get(start..).unwrap_or_default());
                }
            }
            _ => {}
        }
    }
    choices.push(opened.get(start..).unwrap_or_default());
    (choices, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_spelt_out() {
        let file = PhraseFile::parse("$s = ,s\nperson ~= {live_,}agent$s # people\n  rep").unwrap();
        let words: Vec<&str> = file
            .words
            .iter()
            .map(|(_, word, _)| word.as_str())
            .collect();
        assert_eq!(
            words,
            ["live agent", "live agents", "agent", "agents", "rep"]
        );
        assert!(
            file.words
                .iter()
                .all(|(class, _, writing)| class == "person" && *writing == Writing::Misspelt)
        );
    }

    #[test]
    fn alternatives_may_stand_inside_each_other() {
        assert_eq!(alternatives("a{b{c,d},}e"), ["abce", "abde", "ae"]);
        assert_eq!(alternatives("{,x}{y,z}"), ["y", "z", "xy", "xz"]);
    }

    #[test]
    fn mistakes_name_their_line() {
        assert_eq!(
            PhraseFile::parse("a = b\n\nperson agent").unwrap_err().line,
            3
        );
        assert_eq!(PhraseFile::parse("a = b$x").unwrap_err().line, 1);
    }
}
