//! Words and phrases of a shop that mean the same.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::{stem, words};

static ENGLISH: LazyLock<Synonyms> =
    LazyLock::new(|| Synonyms::read(include_str!("data/synonyms.txt")));
/// At most so many small words may stand inside a phrase: `send it back`, `call the order off`.
const MAX_GAP: usize = 2;

/// Groups of words and phrases with one meaning each.
#[derive(Debug)]
pub(crate) struct Synonyms {
    /// Stems of the single words of every group.
    groups: Vec<Vec<String>>,
    /// The groups of a stem.
    of_stem: HashMap<String, Vec<usize>>,
    /// The single words as they are written.
    singles: Vec<String>,
    /// Phrases by their first word: the rest, and the group.
    phrases: HashMap<String, Vec<(Vec<String>, usize)>>,
}

/// A phrase that was found.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct PhraseMatch<'a> {
    /// Stems that mean the same.
    pub(crate) meanings: &'a [String],
    /// Places of its words, ascending.
    pub(crate) places: Vec<usize>,
}

impl Synonyms {
    /// The list that comes with the crate.
    pub(crate) fn english() -> &'static Self {
        &ENGLISH
    }

    fn read(file: &str) -> Self {
        let mut known = Self {
            groups: Vec::new(),
            of_stem: HashMap::new(),
            singles: Vec::new(),
            phrases: HashMap::new(),
        };
        for line in file
            .lines()
            .filter(|line| !line.starts_with('#') && !line.trim().is_empty())
        {
            known.add_group(line);
        }
        known
    }

    fn add_group(&mut self, line: &str) {
        let group = self.groups.len();
        let mut singles = Vec::new();
        for entry in line.split(',') {
            let mut entry = words(entry, 8).into_iter();
            let Some(first) = entry.next() else { continue };
            let rest: Vec<String> = entry.collect();
            if rest.is_empty() {
                let stem = stem(&first);
                if !singles.contains(&stem) {
                    self.of_stem.entry(stem.clone()).or_default().push(group);
                    singles.push(stem);
                }
                self.singles.push(first);
            } else {
                self.phrases.entry(first).or_default().push((rest, group));
            }
        }
        self.groups.push(singles);
    }

    /// Stems that mean the same as `stem`, itself not among them.
    pub(crate) fn of<'a>(&'a self, stem: &'a str) -> impl Iterator<Item = &'a str> {
        self.of_stem
            .get(stem)
            .into_iter()
            .flatten()
            .filter_map(|group| self.groups.get(*group))
            .flatten()
            .map(String::as_str)
            .filter(move |other| *other != stem)
    }

    /// Every single word of every group, as it is written.
    pub(crate) fn single_words(&self) -> impl Iterator<Item = &str> {
        self.singles.iter().map(String::as_str)
    }

    /// Whether any group has this stem.
    pub(crate) fn has(&self, stem: &str) -> bool {
        self.of_stem.contains_key(stem)
    }

    /// The longest phrase that begins at `at`; `may_skip` says which words may stand inside it.
    pub(crate) fn phrase_at(
        &self,
        words: &[String],
        at: usize,
        may_skip: impl Fn(&str) -> bool,
    ) -> Option<PhraseMatch<'_>> {
        self.phrases
            .get(words.get(at)?)?
            .iter()
            .filter_map(|(rest, group)| {
                let mut places = places_of(rest, words, at + 1, &may_skip)?;
                places.insert(0, at);
                Some(PhraseMatch {
                    meanings: self.groups.get(*group)?,
                    places,
                })
            })
            .max_by_key(|found| found.places.len())
    }
}

fn places_of(
    rest: &[String],
    words: &[String],
    from: usize,
    may_skip: &impl Fn(&str) -> bool,
) -> Option<Vec<usize>> {
    let mut at = from;
    let mut skipped = 0;
    let mut places = Vec::with_capacity(rest.len() + 1);
    for wanted in rest {
        while words.get(at)? != wanted {
            if skipped == MAX_GAP || !may_skip(words.get(at)?) {
                return None;
            }
            skipped += 1;
            at += 1;
        }
        places.push(at);
        at += 1;
    }
    Some(places)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phrase_is_found_around_small_words() {
        let known = Synonyms::read("return, send back, bring back\nrefund, money back");
        let said = words("can i send it back", 9);
        let found = known.phrase_at(&said, 2, |word| word == "it").unwrap();
        assert_eq!(
            (found.meanings, found.places),
            (&["return".to_owned()][..], vec![2, 4])
        );
        assert_eq!(known.phrase_at(&said, 2, |_| false), None);
    }

    #[test]
    fn words_of_a_group_mean_the_same() {
        let known = Synonyms::read("parcel, package, packages");
        assert_eq!(known.of("parcel").collect::<Vec<_>>(), ["packag"]);
        assert_eq!(known.of("door").count(), 0);
    }
}
