//! Words and phrases of a shop that mean the same.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::{stem, words};

static ENGLISH: LazyLock<Synonyms> =
    LazyLock::new(|| Synonyms::read(include_str!("data/synonyms.txt")));
/// At most so many small words may stand inside a phrase: `send it back`, `call the order off`.
const MAX_GAP: usize = 2;
/// No phrase has more words.
const MAX_PHRASE: usize = 8;

#[derive(Debug)]
struct Group {
    stems: Vec<String>,
    is_whole: bool,
}

/// Groups of words and phrases with one meaning each.
#[derive(Debug)]
pub(crate) struct Synonyms {
    /// Stems of the single words of every group, and whether its phrases are whole.
    groups: Vec<Group>,
    /// The groups of a stem.
    of_stem: HashMap<String, Vec<usize>>,
    /// The single words as they are written.
    singles: Vec<String>,
    /// Phrases by the stem of their first word: the stems of the rest, and the group.
    phrases: HashMap<String, Vec<(Vec<String>, usize)>>,
}

/// A phrase that was found.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct PhraseMatch {
    /// Stems that mean the same.
    pub(crate) meanings: Vec<String>,
    /// Places of its words, ascending.
    pub(crate) places: Vec<usize>,
    /// Its words have no meaning of their own in it.
    pub(crate) is_whole: bool,
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
        let mut stems = Vec::new();
        let (said, meant) = line.split_once('>').unwrap_or((line, ""));
        for (entries, is_said) in [(said, true), (meant, false)] {
            for entry in entries.split(',').map(|entry| words(entry, MAX_PHRASE)) {
                let Some((first, rest)) = entry.split_first() else {
                    continue;
                };
                if rest.is_empty() {
                    self.add_word(first, group, is_said, &mut stems);
                } else if is_said {
                    let rest = rest.iter().map(|word| stem(word)).collect();
                    self.phrases
                        .entry(stem(first))
                        .or_default()
                        .push((rest, group));
                }
            }
        }
        self.groups.push(Group {
            stems,
            is_whole: line.starts_with('='),
        });
    }

    fn add_word(&mut self, word: &str, group: usize, is_said: bool, stems: &mut Vec<String>) {
        let stem = stem(word);
        self.singles.push(word.to_owned());
        if stems.contains(&stem) {
            return;
        }
        if is_said {
            self.of_stem.entry(stem.clone()).or_default().push(group);
            stems.push(stem);
        } else {
            // What is meant comes first: it is what a phrase in a page stands for.
            stems.insert(0, stem);
        }
    }

    /// Stems that mean the same as `stem`, itself not among them.
    pub(crate) fn of<'a>(&'a self, stem: &'a str) -> impl Iterator<Item = &'a str> {
        self.of_stem
            .get(stem)
            .into_iter()
            .flatten()
            .filter_map(|group| self.groups.get(*group))
            .flat_map(|group| &group.stems)
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

    /// The longest phrase that begins at `at` among some stems, with the meanings of every group that has it; `may_skip`
    /// says which of the stems may stand inside it.
    pub(crate) fn phrase_at(
        &self,
        stems: &[String],
        at: usize,
        may_skip: impl Fn(usize) -> bool,
    ) -> Option<PhraseMatch> {
        let mut longest: Option<PhraseMatch> = None;
        for (rest, group) in self.phrases.get(stems.get(at)?)? {
            let Some(group) = self.groups.get(*group) else {
                continue;
            };
            let gap = if group.is_whole { 0 } else { MAX_GAP };
            let Some(places) = places_of(rest, stems, at, gap, &may_skip) else {
                continue;
            };
            let meanings = group.stems.iter().cloned();
            match &mut longest {
                Some(known) if known.places.len() > places.len() => {}
                Some(known) if known.places.len() == places.len() => {
                    known.meanings.extend(meanings);
                }
                _ => {
                    let meanings = meanings.collect();
                    longest = Some(PhraseMatch {
                        meanings,
                        places,
                        is_whole: group.is_whole,
                    });
                }
            }
        }
        longest
    }
}

/// Where the words of a phrase stand whose first word stands at `first`.
fn places_of(
    rest: &[String],
    stems: &[String],
    first: usize,
    mut gap: usize,
    may_skip: &impl Fn(usize) -> bool,
) -> Option<Vec<usize>> {
    let mut places = vec![first];
    let mut at = first + 1;
    for wanted in rest {
        while stems.get(at)? != wanted {
            if gap == 0 || !may_skip(at) {
                return None;
            }
            gap -= 1;
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
        let found = known.phrase_at(&said, 2, |at| at == 3).unwrap();
        assert_eq!(
            (found.meanings, found.places),
            (vec!["return".to_owned()], vec![2, 4])
        );
        assert_eq!(known.phrase_at(&said, 2, |_| false), None);
    }

    #[test]
    fn a_meaning_may_go_one_way_only() {
        let known = Synonyms::read("snow, sleet > weather");
        assert_eq!(known.of("snow").collect::<Vec<_>>(), ["weather", "sleet"]);
        assert_eq!(known.of("weather").count(), 0);
    }

    #[test]
    fn words_of_a_group_mean_the_same() {
        let known = Synonyms::read("parcel, package, packages");
        assert_eq!(known.of("parcel").collect::<Vec<_>>(), ["packag"]);
        assert_eq!(known.of("door").count(), 0);
    }
}
