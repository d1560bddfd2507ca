//! Finding what answers a question: the help pages, the agents' words, what is known.

use super::agent_words::{self, Quote};
use super::answer::Desk;
use super::history::AgentLine;
use super::instruction::Telling;
use super::known::{self, Known};
use super::parts::Part;
use super::small_talk::SmallTalk;
use crate::retrieval::{Concept, Confidence, Hit, Question};

/// A section with less of the best one's score is not looked at.
const RIVAL: f32 = 0.6;
/// At most so many earlier messages help to understand a question.
const MAX_BEFORE: usize = 6;
/// With so many subjects of its own, a question that points back is understood alone.
const ENOUGH_SUBJECTS: usize = 2;

/// The answer to one question.
#[derive(Debug)]
pub(super) enum Found {
    Page { hit: Hit, question: Question },
    Quote(Quote),
    Known(Known),
    Telling(Telling),
}

impl Desk<'_> {
    fn question(&self, text: &str) -> Question {
        Question::read(text, self.knowledge.index().spelling())
    }

    pub(super) fn find(&self, part: &Part<'_>) -> Option<Found> {
        if let Some(known) = known::asked_for(part.text, &self.known) {
            return Some(Found::Known(known.clone()));
        }
        if let Some(quote) = agent_words::last_words(part.text, &self.history) {
            return Some(Found::Quote(quote));
        }
        let question = self.question(part.text);
        let context = self.context(&question, &part.lead);
        let page = self.page(&question, &context);
        self.told(&question, &context, page.as_ref())
            .or_else(|| page.map(|(hit, _)| Found::Page { hit, question }))
    }

    /// Whether it is said what is asked about, even if nothing is known about it.
    pub(super) fn is_clear(&self, part: &Part<'_>) -> bool {
        let question = self.question(part.text);
        question.subjects().next().is_some()
            || (!question.points_back && !question.concepts.is_empty() && part.is_question)
    }

    pub(super) fn find_together(&self, asked: &[&str]) -> Option<Found> {
        let question = self.question(&asked.join("\n"));
        self.page(&question, &[])
            .map(|(hit, _)| Found::Page { hit, question })
    }

    /// The section that answers, and how much of the question it covers.
    fn page(&self, question: &Question, context: &[Concept]) -> Option<(Hit, f32)> {
        let index = self.knowledge.index();
        let alone = best(index.search(question, &[]), Confidence::alone);
        let stands_alone = !question.points_back || question.subjects().count() >= ENOUGH_SUBJECTS;
        if context.is_empty() || (alone.is_some() && stands_alone) {
            return alone;
        }
        best(index.search(question, context), Confidence::in_context).or(alone)
    }

    /// What an agent said, or wants to be said, where it answers at least as well as the page.
    fn told(
        &self,
        question: &Question,
        context: &[Concept],
        page: Option<&(Hit, f32)>,
    ) -> Option<Found> {
        let covered_by_page = page.map_or(0.0, |(_, covered)| *covered);
        let said = agent_words::quote(question, context, &self.history.agents);
        let to_say = self.tellings.iter().filter_map(|telling| {
            let line = AgentLine {
                name: None,
                text: &telling.text,
            };
            Some((
                agent_words::quote(question, context, &[line])?.covered,
                telling,
            ))
        });
        let to_say = to_say
            .max_by(|(a, _), (b, _)| a.total_cmp(b))
            .filter(|(covered, _)| *covered >= covered_by_page);
        match (said.filter(|said| said.covered >= covered_by_page), to_say) {
            (Some(said), Some((covered, _))) if said.covered > covered => Some(Found::Quote(said)),
            (_, Some((_, telling))) => Some(Found::Telling(telling.clone())),
            (said, None) => said.map(Found::Quote),
        }
    }

    /// What was asked about before, where the question points back at it or says too little. A message that points back
    /// itself is read together with the one before it.
    fn context(&self, question: &Question, lead: &[&str]) -> Vec<Concept> {
        let mut context: Vec<Concept> = Vec::new();
        if !question.points_back && question.subjects().count() >= ENOUGH_SUBJECTS {
            return context;
        }
        let before = lead.iter().chain(&self.history.earlier).take(MAX_BEFORE);
        for text in before.filter(|text| SmallTalk::of(text).is_none()) {
            let earlier = self.question(text);
            let known = |concept: &Concept| {
                question.concepts.contains(concept) || context.contains(concept)
            };
            let subjects: Vec<Concept> = earlier
                .subjects()
                .filter(|concept| !known(concept))
                .cloned()
                .collect();
            context.extend(subjects);
            if !context.is_empty() && !earlier.points_back {
                break;
            }
        }
        context
    }
}

/// The first of some ranked sections that answers, unless one that does not is far ahead of it.
fn best(ranked: Vec<Hit>, confidence: impl Fn(&Hit) -> Confidence) -> Option<(Hit, f32)> {
    let least = ranked.first()?.score * RIVAL;
    ranked
        .into_iter()
        .take_while(|hit| hit.score >= least)
        .find_map(|hit| {
            let confidence = confidence(&hit);
            confidence.enough.then_some((hit, confidence.covered))
        })
}

impl Found {
    pub(super) fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Page { hit, .. }, Self::Page { hit: other, .. }) => {
                (hit.page, hit.section) == (other.page, other.section)
            }
            (Self::Quote(quote), Self::Quote(other)) => quote.words == other.words,
            (Self::Known(known), Self::Known(other)) => known == other,
            (Self::Telling(telling), Self::Telling(other)) => telling == other,
            _ => false,
        }
    }
}
