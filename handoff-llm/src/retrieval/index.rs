//! [`Index`]: all sections, by the stems in them.

use std::fmt;

use bm25::{
    Embedder, EmbedderBuilder, Embedding, Scorer, TokenEmbedder, TokenEmbedding, Tokenizer,
};

use super::asks::Asks;
use super::entry::{self, Entry, MAX_SECTION_WORDS, text_of};
use super::question::{Concept, Question};
use crate::knowledge::Page;
use crate::words::{Spelling, Synonyms, words};

/// How much an everyday word counts in the ranking.
const LIGHT: f32 = 0.25;
/// How much a thing counts that was asked about before.
const CONTEXT: f32 = 0.5;
/// How much a subject that no page speaks of counts against an answer.
const UNKNOWN: f32 = 0.9;
/// The same for a name: many a question names people and places that no page needs to speak of.
const NAME: f32 = 0.3;
/// The same for a subject that only other sections speak of.
const ELSEWHERE: f32 = 0.45;
/// A subject counts at least so much, however common.
const LEAST_WEIGHT: f32 = 0.5;
/// What it adds that the question names all of the page's title.
const TITLED: f32 = 0.4;
/// What it takes that a heading says what is not so, and the question does not, or the other way round.
const NEGATED: f32 = 0.4;
/// What it adds that the question names all of a heading; a part of it adds that part.
const NAMED: f32 = 0.6;
/// What it adds that the question repeats a heading word by word.
const REPEATED: f32 = 0.5;
/// What it adds that a section has the time or price that is asked for.
const MEETS: f32 = 0.35;
/// What would be left of the score of a section that speaks of no subject; the more it does, the more is left.
const PARTLY: f32 = 0.4;
/// What is left of the score of a section that has not.
const UNMET: f32 = 0.4;
/// What it adds that a heading and the question both ask how.
const HOW_TOO: f32 = 0.25;
/// What it adds that a heading asks for the time or price that the question asks for.
const ASKS_TOO: f32 = 0.5;
/// What it adds to be the first section of a page whose title the question names.
const FIRST: f32 = 0.3;

/// All sections, by the stems in them.
pub(crate) struct Index {
    entries: Vec<Entry>,
    scorer: Scorer<usize, u64>,
    spelling: Spelling,
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
    /// How many subjects the question has.
    pub(crate) subjects: usize,
    /// The share of the subjects that it speaks of, 0 to 1; a synonym counts a little less.
    pub(crate) covered: f32,
    /// What all of the subjects weigh.
    asked: f32,
    /// How many of them its heading or its page's title names.
    pub(crate) headed: usize,
    /// How much of its heading the question names, 0 to 1.
    pub(crate) named: f32,
    /// Whether the question is short and a question by its form.
    pub(crate) to_the_point: bool,
    /// Whether it has the time or price that is asked for; none where neither is.
    pub(crate) meets: Option<bool>,
    /// Which part of what was asked before it speaks of, 0 to 1.
    pub(crate) context: f32,
}

impl fmt::Debug for Index {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
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
            for (number, section) in page.sections.iter().enumerate() {
                let text = text_of(page, section);
                for word in &words(&text, MAX_SECTION_WORDS) {
                    spelling.add(word);
                }
                entries.extend(Entry::new(pages, at, number));
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
        let subjects = question.subjects().count();
        let mut hits: Vec<Hit> = self
            .entries
            .iter()
            .map(|entry| Hit::none(entry, subjects))
            .collect();
        for concept in &question.concepts {
            let weights = self.weights(concept);
            for (hit, fit) in hits.iter_mut().zip(self.fits(concept)) {
                hit.score += fit.score * if concept.light { LIGHT } else { 1.0 };
                if concept.light {
                    continue;
                }
                if fit.strength > 0.0 {
                    hit.covered += fit.strength * weights.spoken_of;
                    hit.asked += weights.spoken_of;
                } else {
                    hit.asked += weights.missing;
                }
                hit.headed += usize::from(fit.headed);
            }
        }
        for concept in context {
            for (hit, fit) in hits.iter_mut().zip(self.fits(concept)) {
                hit.score += fit.score * CONTEXT;
                hit.context += fit.strength / entry::as_f32(context.len());
            }
        }
        let mut ranked: Vec<Hit> = hits
            .into_iter()
            .zip(&self.entries)
            .filter(|(hit, _)| hit.score > 0.0)
            .map(|(hit, entry)| hit.ranked(entry, question))
            .collect();
        // A stable sort over a fixed order: the same question always finds the same section.
        ranked.sort_by(|a, b| b.score.total_cmp(&a.score));
        ranked
    }

    /// How much a subject counts. A word that every page has says less than one that few have; a word that no page has
    /// says most against an answer.
    fn weights(&self, concept: &Concept) -> Weights {
        let common = self
            .entries
            .iter()
            .filter(|entry| has(entry, concept))
            .count();
        if common == 0 {
            return Weights {
                spoken_of: 0.0,
                missing: if concept.name { NAME } else { UNKNOWN },
            };
        }
        let rarity = idf(self.entries.len(), common) / idf(self.entries.len(), 1);
        Weights {
            spoken_of: rarity.max(LEAST_WEIGHT),
            missing: ELSEWHERE,
        }
    }

    /// How well each section fits a concept.
    fn fits(&self, concept: &Concept) -> Vec<Fit> {
        let mut fits = vec![Fit::default(); self.entries.len()];
        for (stem, weight) in &concept.stems {
            let token = TokenEmbedding {
                index: u64::embed(stem),
                value: 1.0,
            };
            let matches = self.scorer.matches(&Embedding(vec![token]));
            let rarity = idf(self.entries.len(), matches.len());
            for found in matches {
                let place = fits.get_mut(found.id).zip(self.entries.get(found.id));
                // Two stems may share a hash: what counts is whether the word is there.
                if let Some((fit, entry)) = place.filter(|(_, entry)| entry.has(stem)) {
                    fit.frequency = fit.frequency.max(found.score / rarity * weight);
                    fit.strength = fit.strength.max(*weight);
                    fit.headed |= entry.is_headed_by(stem);
                }
            }
        }
        for (fit, entry) in fits.iter_mut().zip(&self.entries) {
            if entry.has_all(&concept.parts) {
                fit.frequency = fit.frequency.max(1.0);
                fit.strength = 1.0;
                fit.headed |= concept.parts.iter().all(|part| entry.is_headed_by(part));
            }
        }
        // All words for one thing are one word: a rare synonym must not outweigh the common name.
        let common = fits.iter().filter(|fit| fit.strength > 0.0).count();
        let rarity = idf(self.entries.len(), common);
        for fit in &mut fits {
            fit.score = fit.frequency * rarity;
        }
        fits
    }
}

fn has(entry: &Entry, concept: &Concept) -> bool {
    concept.stems.iter().any(|(stem, _)| entry.has(stem)) || entry.has_all(&concept.parts)
}

/// How much a word says that so many of all sections have, as BM25 has it.
fn idf(all: usize, having: usize) -> f32 {
    let (all, having) = (entry::as_f32(all), entry::as_f32(having));
    (1.0 + (all - having + 0.5) / (having + 0.5)).ln()
}

/// How much a subject counts for a section that speaks of it, and against one that does not.
#[derive(Debug, Clone, Copy)]
struct Weights {
    spoken_of: f32,
    missing: f32,
}

/// How well a section fits a concept.
#[derive(Debug, Clone, Copy, Default)]
struct Fit {
    /// How often the section has it, the longer the section the less.
    frequency: f32,
    /// What it adds to the ranking.
    score: f32,
    /// How well the best of the concept's stems that it has stands for the concept.
    strength: f32,
    /// A heading has it.
    headed: bool,
}

impl Hit {
    fn none(entry: &Entry, subjects: usize) -> Self {
        Self {
            page: entry.page,
            section: entry.section,
            score: 0.0,
            subjects,
            covered: 0.0,
            asked: 0.0,
            headed: 0,
            named: 0.0,
            to_the_point: false,
            meets: None,
            context: 0.0,
        }
    }

    /// With what the question's form adds to the score of its words.
    fn ranked(mut self, entry: &Entry, question: &Question) -> Self {
        self.covered /= self.asked.max(f32::EPSILON);
        self.named = entry.named_by(&question.concepts);
        self.to_the_point = question.is_to_the_point;
        self.meets = entry.meets(question.asks);
        let adds = |holds: bool, amount: f32| if holds { amount } else { 0.0 };
        let titled = entry.titled_by(&question.concepts);
        let asks_too = if question.asks == Asks::Steps {
            HOW_TOO
        } else {
            ASKS_TOO
        };
        // Small words count where the subject is right: `how long does … take` alone is about anything.
        let form = REPEATED * entry.repeated_by(&question.words)
            + adds(entry.asks_too(question.asks), asks_too);
        self.score *= 1.0
            + NAMED * self.named
            + titled * (TITLED + adds(entry.section == 0, FIRST))
            + form * self.named.max(titled)
            + adds(self.meets == Some(true), MEETS)
            - adds(entry.is_negative() != question.is_negative, NEGATED);
        self.score *= PARTLY + (1.0 - PARTLY) * self.covered;
        if self.meets == Some(false) {
            self.score *= UNMET;
        }
        self
    }
}

struct Stems;

impl Tokenizer for Stems {
    fn tokenize(&self, text: &str) -> Vec<String> {
        entry::stems(text)
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
