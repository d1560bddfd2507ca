//! Phrase files of several languages, compiled.

use aho_corasick::{AhoCorasick, MatchKind};

use super::language::Language;
use super::lexicon::{Lexicon, LexiconBuilder, Spelling};
use super::pattern::{Classes, Pattern};
use super::phrase_file::{PhraseFile, PhraseFileError, Writing};
use super::reading::{Reading, likely_readings};
use super::text::Text;
use super::units::units;

/// The patterns of one language.
#[derive(Debug)]
pub(super) struct Dialect {
    pub(super) language: Language,
    pub(super) patterns: Vec<Pattern>,
    /// The words of a script without spaces, longest first, with their classes.
    pub(super) unspaced: Option<(AhoCorasick, Vec<Classes>)>,
}

/// Words and patterns, ready to be laid over texts.
#[derive(Debug)]
pub(in crate::attention) struct Grammar {
    lexicon: Lexicon,
    dialects: Vec<Dialect>,
}

impl Grammar {
    /// Compiles phrase files; several of one language are read as one. `rules` are the names that patterns may have.
    ///
    /// # Errors
    ///
    /// The first mistake in a file, with its language and line.
    pub(in crate::attention) fn compile(
        files: &[(Language, &str)],
        rules: &[&str],
        spelling: Spelling,
    ) -> Result<Self, String> {
        let mut lexicon = LexiconBuilder::default();
        let mut dialects = Vec::new();
        for chunk in files.chunk_by(|a, b| a.0 == b.0) {
            let Some((language, _)) = chunk.first() else {
                continue;
            };
            // The common words stand last, so that a mistake is found in the line where it is.
            let texts = chunk
                .iter()
                .map(|(_, text)| *text)
                .chain([language.common_words()]);
            let text: String = texts.flat_map(|text| [text, "\n"]).collect();
            let dialect = PhraseFile::parse(&text)
                .and_then(|file| Dialect::compile(*language, file, rules, &mut lexicon))
                .map_err(|error| format!("{language:?}, {error}"))?;
            dialects.push(dialect);
        }
        Ok(Self {
            lexicon: lexicon.build(spelling),
            dialects,
        })
    }

    /// The text as the languages see it that it may be written in: those that know nearly as many of its words as the
    /// language that knows the most.
    pub(in crate::attention) fn readings<'g>(&'g self, text: &Text<'_>) -> Vec<Reading<'g>> {
        likely_readings(text, &units(text, &self.lexicon), &self.dialects)
    }
}

impl Dialect {
    fn compile(
        language: Language,
        file: PhraseFile,
        rules: &[&str],
        lexicon: &mut LexiconBuilder,
    ) -> Result<Self, PhraseFileError> {
        let mut classes: Vec<String> = Vec::new();
        let mut literals: Vec<(String, Classes)> = Vec::new();
        for (class, _, _) in &file.words {
            if !classes.contains(class) {
                classes.push(class.clone());
            }
        }
        let mut patterns = Vec::new();
        for (line, rule, elements) in file.patterns {
            let wrong = |problem: String| PhraseFileError { line, problem };
            let rule = rules
                .iter()
                .position(|known| *known == rule)
                .ok_or_else(|| wrong(format!("no rule `{rule}`")))?;
            let class = |name: &str| {
                let place = match classes.iter().position(|known| known == name) {
                    Some(place) => place,
                    None if name.starts_with('\'') => {
                        classes.push(name.to_owned());
                        classes.len() - 1
                    }
                    None => return Err(format!("no class `{name}`")),
                };
                let bit = bit(place)?;
                if let Some(word) = name.strip_prefix('\'') {
                    literals.push((word.replace('_', " "), bit));
                }
                Ok(bit)
            };
            patterns.push(Pattern::compile(rule, &elements, class).map_err(wrong)?);
        }
        let mut words: Vec<(String, Classes, Writing)> = literals
            .into_iter()
            .map(|(word, bit)| (word, bit, Writing::Exact))
            .collect();
        for (class, word, writing) in file.words {
            let place = classes
                .iter()
                .position(|known| *known == class)
                .unwrap_or_default();
            let bit = bit(place).map_err(|problem| PhraseFileError { line: 0, problem })?;
            words.push((word, bit, writing));
        }
        let unspaced = language
            .is_unspaced()
            .then(|| automaton(&words))
            .transpose()?;
        if unspaced.is_none() {
            for (word, classes, writing) in &words {
                lexicon.add(language, word, *classes, *writing);
            }
        }
        Ok(Self {
            language,
            patterns,
            unspaced,
        })
    }
}

fn bit(place: usize) -> Result<Classes, String> {
    u32::try_from(place)
        .ok()
        .and_then(|place| 1u128.checked_shl(place))
        .ok_or_else(|| "too many classes".to_owned())
}

/// An automaton that finds the words of a script without spaces, the longest first.
fn automaton(
    words: &[(String, Classes, Writing)],
) -> Result<(AhoCorasick, Vec<Classes>), PhraseFileError> {
    let mut folded: Vec<(String, Classes)> = Vec::new();
    for (word, classes, _) in words {
        let word = Text::read(word).folded().trim_end().to_owned();
        if word.is_empty() {
            let problem = "a word without a letter".to_owned();
            return Err(PhraseFileError { line: 0, problem });
        }
        match folded.iter_mut().find(|(known, _)| *known == word) {
            Some((_, known)) => *known |= classes,
            None => folded.push((word, *classes)),
        }
    }
    let automaton = AhoCorasick::builder()
        .match_kind(MatchKind::LeftmostLongest)
        .build(folded.iter().map(|(word, _)| word))
        .map_err(|error| PhraseFileError {
            line: 0,
            problem: error.to_string(),
        })?;
    Ok((
        automaton,
        folded.into_iter().map(|(_, classes)| classes).collect(),
    ))
}
