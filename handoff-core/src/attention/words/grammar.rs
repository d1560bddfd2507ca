//! Phrase files of several languages, compiled.

use aho_corasick::{AhoCorasick, MatchKind};

use super::language::Language;
use super::lexicon::{Lexicon, LexiconBuilder, Spelling};
use super::pattern::{Classes, Item, Pattern};
use super::phrase_file::{PhraseFile, PhraseFileError, Writing};
use super::text::{Break, Text};
use super::units::{Unit, units};

/// The patterns of one language.
#[derive(Debug)]
struct Dialect {
    language: Language,
    patterns: Vec<Pattern>,
    #[cfg(test)]
    names: Vec<String>,
    /// The words of a script without spaces, longest first, with their classes.
    unspaced: Option<(AhoCorasick, Vec<Classes>)>,
}

/// Words and patterns, ready to be laid over texts.
#[derive(Debug)]
pub(in crate::attention) struct Grammar {
    lexicon: Lexicon,
    dialects: Vec<Dialect>,
}

/// Where a pattern of a rule was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::attention) struct Match {
    /// The rule, as its place in the list that the grammar was built with.
    pub(in crate::attention) rule: usize,
    /// The language whose pattern it was.
    pub(in crate::attention) language: Language,
    /// Its first token.
    pub(in crate::attention) first: usize,
    /// Its last token.
    pub(in crate::attention) last: usize,
}

/// A text as one language sees it.
#[derive(Debug)]
pub(in crate::attention) struct Reading<'g> {
    dialect: &'g Dialect,
    items: Vec<Item>,
    seen: Classes,
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
            let text: String = chunk.iter().map(|(_, text)| format!("{text}\n")).collect();
            let dialect = PhraseFile::parse(&text)
                .and_then(|file| Dialect::compile(*language, file, rules, &mut lexicon))
                .map_err(|error| format!("{language:?}, {error}"))?;
            dialects.push(dialect);
        }
        Ok(Self { lexicon: lexicon.build(spelling), dialects })
    }

    /// The text as the languages see it that it may be written in: those that know nearly as many of its words as the
    /// language that knows the most.
    pub(in crate::attention) fn readings<'g>(&'g self, text: &Text<'_>) -> Vec<Reading<'g>> {
        let units = units(text, &self.lexicon);
        let mut known = known_words(&units);
        let mut unspaced: Vec<Option<Vec<Item>>> = Vec::with_capacity(self.dialects.len());
        for dialect in &self.dialects {
            let words = dialect.unspaced.as_ref().filter(|_| text.has_unspaced);
            let (items, count) = words.map(|words| unspaced_items(text, words)).unzip();
            if let (Some(known), Some(count)) = (known.get_mut(dialect.language.index()), count) {
                *known = count;
            }
            unspaced.push(items);
        }
        let most = known.iter().copied().max().unwrap_or_default();
        let is_likely = |dialect: &Dialect| {
            known.get(dialect.language.index()).is_some_and(|known| *known > 0 && known * 3 >= most * 2)
        };
        let likely = self.dialects.iter().zip(unspaced).filter(|(dialect, _)| is_likely(dialect));
        let readings = likely.map(|(dialect, items)| {
            let items = items.unwrap_or_else(|| spaced_items(&units, dialect.language));
            let seen = items.iter().fold(0, |seen, item| seen | item.classes);
            Reading { dialect, items, seen }
        });
        readings.collect()
    }
}

impl Reading<'_> {
    /// The matches of the rules that `wanted` accepts, from left to right, none over another; where several begin at one
    /// word, the longest.
    pub(in crate::attention) fn matches(&self, wanted: impl Fn(usize) -> bool) -> Vec<Match> {
        let possible: Vec<&Pattern> = self
            .dialect
            .patterns
            .iter()
            .filter(|pattern| {
                wanted(pattern.rule) && pattern.needs.iter().all(|classes| classes & self.seen != 0)
            })
            .collect();
        let mut found = Vec::new();
        let mut at = 0;
        while at < self.items.len() && !possible.is_empty() {
            let longest = possible
                .iter()
                .filter_map(|pattern| Some((pattern.matched(&self.items, at)?, pattern.rule)))
                .reduce(|best, other| if other.0 > best.0 { other } else { best });
            let Some((end, rule)) = longest else {
                at += 1;
                continue;
            };
            if let (Some(first), Some(last)) = (self.items.get(at), self.items.get(end - 1)) {
                found.push(Match {
                    rule,
                    language: self.dialect.language,
                    first: first.first,
                    last: last.last,
                });
            }
            at = end;
        }
        found
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
        Ok(Self { language, patterns, #[cfg(test)] names: classes, unspaced })
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

/// How many of the words each language knows.
fn known_words(units: &[Unit<'_>]) -> [usize; Language::COUNT] {
    let mut known = [0; Language::COUNT];
    for unit in units {
        let languages = unit.entries.iter().flatten().fold(0, |bits, entry| bits | entry.languages);
        for (index, count) in known.iter_mut().enumerate() {
            *count += usize::from(languages >> index & 1);
        }
    }
    known
}

fn spaced_items(units: &[Unit<'_>], language: Language) -> Vec<Item> {
    let mut items = Vec::with_capacity(units.len());
    let mut at = 0;
    while let Some(unit) = units.get(at) {
        let phrase = unit
            .entries
            .iter()
            .flatten()
            .flat_map(|entry| &entry.phrases)
            .find(|phrase| {
                phrase.sense.language == language
                    && phrase.rest.iter().enumerate().all(|(place, hash)| {
                        units
                            .get(at + 1 + place)
                            .is_some_and(|next| next.hash == *hash && next.before != Break::Strong)
                    })
            });
        let length = phrase.map_or(1, |phrase| phrase.rest.len() + 1);
        let classes =
            phrase.map_or_else(|| classes_of(unit, language), |phrase| phrase.sense.classes);
        let last = units
            .get(at + length - 1)
            .map_or(unit.last, |unit| unit.last);
        items.push(Item {
            classes,
            first: unit.first,
            last,
            before: unit.before,
        });
        at += length;
    }
    items
}

fn classes_of(unit: &Unit<'_>, language: Language) -> Classes {
    unit.entries
        .iter()
        .flatten()
        .flat_map(|entry| &entry.senses)
        .filter(|sense| sense.language == language)
        .fold(0, |classes, sense| classes | sense.classes)
}

/// The words that `words` finds, and each character between them as a word that nobody knows.
fn unspaced_items(text: &Text<'_>, (words, classes): &(AhoCorasick, Vec<Classes>)) -> (Vec<Item>, usize) {
    let mut items = Vec::with_capacity(text.folded().len() / 3);
    let mut known = 0;
    let mut found = words.find_iter(text.folded()).peekable();
    let mut inside_until = 0;
    for (index, token) in text.tokens.iter().enumerate() {
        let mut before = token.before;
        for (at, _) in text
            .word(token)
            .char_indices()
            .map(|(at, c)| (token.folded.start + at, c))
        {
            while found.next_if(|next| next.start() < at).is_some() {}
            let starts = found.next_if(|next| next.start() == at);
            if let Some(word) = &starts {
                inside_until = word.end();
                known += 1;
            } else if at < inside_until {
                if let Some(item) = items.last_mut() {
                    let item: &mut Item = item;
                    item.last = index;
                }
                continue;
            }
            let classes = starts
                .and_then(|word| classes.get(word.pattern().as_usize()).copied())
                .unwrap_or_default();
            items.push(Item {
                classes,
                first: index,
                last: index,
                before,
            });
            before = Break::None;
        }
    }
    (items, known)
}

#[cfg(test)]
impl Reading<'_> {
    pub(in crate::attention) fn debug(&self) -> String {
        let mut o = format!("{:?} known:", self.dialect.language);
        for i in &self.items {
            let names: Vec<&str> = self.dialect.names.iter().enumerate().filter(|(b, _)| i.classes & (1 << b) != 0).map(|(_, n)| n.as_str()).collect();
            o += &format!(" [{}-{} {}]", i.first, i.last, names.join("|"));
        }
        o
    }
}
