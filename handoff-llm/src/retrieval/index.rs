//! [`Index`]: all sections, by the stems in them.

use std::collections::HashSet;

use bm25::{
    Embedder, EmbedderBuilder, Embedding, Scorer, TokenEmbedder, TokenEmbedding, Tokenizer,
};

use super::question::{Concept, Question};
use crate::knowledge::{Page, Section};
use crate::words::{Spelling, Synonyms, is_stop, stem, words};

/// At most so many words of a section are read; the rest is found by its beginning.
const MAX_SECTION_WORDS: usize = 20_000;
/// A word in a section's heading counts as if it stood in the text so many times more.
const HEADING: usize = 3;
/// The same for a word in the page's title.
const TITLE: usize = 1;
/// How much less an everyday word counts.
const LIGHT: f32 = 0.25;
/// How much less a thing counts that was asked about before.
const CONTEXT: f32 = 0.5;

/// All sections, by the stems in them.
pub(crate) struct Index {
    entries: Vec<Entry>,
    scorer: Scorer<usize, u64>,
    spelling: Spelling,
}

#[derive(Debug)]
struct Entry {
    page: usize,
    section: usize,
    heading: HashSet<String>,
    stems: HashSet<String>,
}

/// A section that has something to do with a question.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Hit {
    /// Its page's place in the knowledge.
    pub(crate) page: usize,
    /// Its place in the page.
    pub(crate) section: usize,
    /// How well it fits; comparable within one search only.
    pub(crate) score: f32,
    /// Subjects of the question.
    pub(crate) subjects: usize,
    /// How many of them it speaks of; a synonym counts a little less.
    pub(crate) matched: f32,
    /// How many of them its heading or its page's title names.
    pub(crate) headed: usize,
    /// Which part of what was asked before it speaks of, 0 to 1.
    pub(crate) context: f32,
}

impl std::fmt::Debug for Index {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Index")
            .field("sections", &self.entries.len())
            .finish_non_exhaustive()
    }
}

impl Index {
    /// Of all sections of these pages.
    pub(crate) fn new(pages: &[Page]) -> Self {
        let mut spelling = Spelling::default();
        let mut entries = Vec::new();
        let mut texts = Vec::new();
        for (at, page) in pages.iter().enumerate() {
            for (section, content) in page.sections.iter().enumerate() {
                let text = weighted_text(page, content);
                words(&text, MAX_SECTION_WORDS)
                    .iter()
                    .for_each(|word| spelling.add(word));
                let heading = format!(
                    "{} {}",
                    page.title,
                    content.heading.as_deref().unwrap_or_default()
                );
                entries.push(Entry {
                    page: at,
                    section,
                    heading: stems(&heading).collect(),
                    stems: stems(&text).collect(),
                });
                texts.push(text);
            }
        }
        Synonyms::english()
            .single_words()
            .for_each(|word| spelling.add(word));
        Self {
            scorer: scorer(&texts),
            entries,
            spelling,
        }
    }

    /// The words that the pages spell right.
    pub(crate) fn spelling(&self) -> &Spelling {
        &self.spelling
    }

    /// The sections that have something to do with the question, the best first; `context` was asked about before.
    pub(crate) fn search(&self, question: &Question, context: &[Concept]) -> Vec<Hit> {
        let mut tally: Vec<Hit> = self
            .entries
            .iter()
            .map(|entry| Hit::none(entry, question))
            .collect();
        for concept in &question.concepts {
            for (hit, (score, strength, headed)) in tally.iter_mut().zip(self.fit(concept)) {
                hit.score += score * if concept.light { LIGHT } else { 1.0 };
                if !concept.light {
                    hit.matched += strength;
                    hit.headed += usize::from(headed);
                }
            }
        }
        let share = 1.0 / f32::from(u16::try_from(context.len().max(1)).unwrap_or(u16::MAX));
        for concept in context {
            for (hit, (score, strength, _)) in tally.iter_mut().zip(self.fit(concept)) {
                hit.score += score * CONTEXT;
                hit.context += strength * share;
            }
        }
        tally.retain(|hit| hit.score > 0.0);
        // A stable sort over a fixed order: the same question always finds the same section.
        tally.sort_by(|a, b| b.score.total_cmp(&a.score));
        tally
    }

    /// For each section: the score of the concept, how well the best of its stems stands for it, and whether the heading
    /// has it.
    fn fit(&self, concept: &Concept) -> Vec<(f32, f32, bool)> {
        let mut fits = vec![(0.0_f32, 0.0_f32, false); self.entries.len()];
        for (stem, weight) in &concept.stems {
            let token = TokenEmbedding {
                index: u64::embed(stem),
                value: 1.0,
            };
            for found in self.scorer.matches(&Embedding(vec![token])) {
                let Some((fit, entry)) = fits.get_mut(found.id).zip(self.entries.get(found.id))
                else {
                    continue;
                };
                // Two stems may share a hash: what counts is whether the word is there.
                if entry.stems.contains(stem) {
                    fit.0 = fit.0.max(found.score * weight);
                    fit.1 = fit.1.max(*weight);
                    fit.2 |= entry.heading.contains(stem);
                }
            }
        }
        fits
    }
}

impl Hit {
    fn none(entry: &Entry, question: &Question) -> Self {
        Self {
            page: entry.page,
            section: entry.section,
            score: 0.0,
            subjects: question.subjects().count(),
            matched: 0.0,
            headed: 0,
            context: 0.0,
        }
    }
}

fn weighted_text(page: &Page, section: &Section) -> String {
    let mut text = String::new();
    let heading = section.heading.as_deref().unwrap_or_default();
    let headings = std::iter::repeat_n(heading, HEADING)
        .chain(std::iter::repeat_n(page.title.as_str(), TITLE));
    for part in headings.chain(section.blocks.iter().map(|block| block.text.as_str())) {
        text.push_str(part);
        text.push('\n');
    }
    text
}

fn stems(text: &str) -> impl Iterator<Item = String> {
    words(text, MAX_SECTION_WORDS)
        .into_iter()
        .filter(|word| !is_stop(word))
        .map(|word| stem(&word))
}

struct Stems;

impl Tokenizer for Stems {
    fn tokenize(&self, text: &str) -> Vec<String> {
        stems(text).collect()
    }
}

fn scorer(texts: &[String]) -> Scorer<usize, u64> {
    let corpus: Vec<&str> = texts.iter().map(String::as_str).collect();
    let embedder: Embedder<u64, Stems> =
        EmbedderBuilder::with_tokenizer_and_fit_to_corpus(Stems, &corpus)
            .b(0.5)
            .build();
    let mut scorer = Scorer::new();
    for (id, text) in corpus.iter().enumerate() {
        scorer.upsert(&id, embedder.embed(text));
    }
    scorer
}
