//! [`Shelf`]: the passages of help pages that a turn was told of, by their numbers.

use std::fmt::Write as _;

use handoff_core::conversation::{Source, Specialist};

use crate::knowledge::{Knowledge, Passage};

/// A search tells of at most so many passages.
const AT_ONCE: usize = 4;
/// A turn is told of at most so many.
const MAX_PASSAGES: usize = 16;
/// Of a passage so many bytes are told.
const MAX_BYTES: usize = 2_000;

/// The passages of one turn.
#[derive(Debug)]
pub(super) struct Shelf<'a> {
    knowledge: Option<&'a Knowledge>,
    passages: Vec<Passage>,
}

impl<'a> Shelf<'a> {
    pub(super) fn new(knowledge: Option<&'a Knowledge>) -> Self {
        Self {
            knowledge,
            passages: Vec::new(),
        }
    }

    pub(super) fn has_pages(&self) -> bool {
        self.knowledge
            .is_some_and(|known| !known.pages().is_empty())
    }

    /// How many there are: their numbers are 1 to that.
    pub(super) fn len(&self) -> usize {
        self.passages.len()
    }

    /// Whether one of them answers what was asked.
    pub(super) fn answers(&self) -> bool {
        self.passages.iter().any(|passage| passage.answers)
    }

    /// Searches the pages that a specialist knows, and returns what the model is told.
    pub(super) fn search(&mut self, question: &str, specialist: Option<&Specialist>) -> String {
        let Some(knowledge) = self.knowledge else {
            return "There are no help pages.".to_owned();
        };
        let knows = |passage: &Passage| {
            specialist.is_none_or(|one| one.pages.is_empty() || one.pages.contains(&passage.page))
        };
        // A specialist's pages may stand far behind the others.
        let found = knowledge.passages(question, 4 * AT_ONCE).into_iter();
        let mut told = String::new();
        for passage in found.filter(knows).take(AT_ONCE) {
            let number = match self.passages.iter().position(|known| *known == passage) {
                Some(at) => at + 1,
                None if self.passages.len() == MAX_PASSAGES => continue,
                None => {
                    self.passages.push(passage.clone());
                    self.passages.len()
                }
            };
            let heading = passage.heading.as_deref().unwrap_or_default();
            let text = head(&passage.text);
            // Writing to a string never fails.
            write!(told, "[{number}] {} / {heading}\n{text}\n\n", passage.title).ok();
        }
        if told.is_empty() {
            told.push_str("Nothing was found in the help pages.");
        }
        told
    }

    /// The pages of these numbers, each once.
    pub(super) fn sources(&self, numbers: &[usize]) -> Vec<Source> {
        let mut sources: Vec<Source> = Vec::new();
        for number in numbers {
            let Some(passage) = number.checked_sub(1).and_then(|at| self.passages.get(at)) else {
                continue;
            };
            let source = Source {
                title: passage.title.clone(),
                url: passage.url.clone(),
            };
            if !sources.contains(&source) {
                sources.push(source);
            }
        }
        sources
    }
}

/// The beginning of a text, cut between letters.
fn head(text: &str) -> &str {
    text.get(..text.floor_char_boundary(MAX_BYTES))
        .unwrap_or(text)
}
