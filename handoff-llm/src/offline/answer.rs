//! Composing one reply. Pure: the same turn gets the same reply.

use handoff_core::assistant::Turn;
use handoff_core::attention::{Detector, HelpRequest, Observed};
use handoff_core::conversation::{Purpose, Reply, Source};

use super::agent_words::{self, Quote};
use super::history::{AgentLine, History};
use super::instruction::{Telling, tellings};
use super::known::{self, Known};
use super::options::OfflineOptions;
use super::parts::{Part, parts};
use super::phrases::{Phrases, fill};
use super::small_talk::SmallTalk;
use crate::knowledge::Knowledge;
use crate::retrieval::{Concept, Confidence, Hit, Question, passage};
use crate::words::clean;

/// At most so many answers stand in one reply.
const MAX_ANSWERS: usize = 3;
/// At most so many titles are named as topics.
const MAX_TOPICS: usize = 8;
/// A part that could not be answered is named with at most so many characters.
const MAX_NAMED_CHARS: usize = 120;
/// A section with less of the best one's score is not looked at.
const RIVAL: f32 = 0.6;
/// At most so many earlier messages help to understand a question.
const MAX_BEFORE: usize = 6;
/// With so many subjects of its own, a question that points back is understood alone.
const ENOUGH_SUBJECTS: usize = 2;

/// What came of a turn.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Composed {
    /// Say this.
    Say(Reply),
    /// A person is needed, for this reason.
    AskForPerson(String),
}

/// Composes replies of one turn.
pub(super) struct Desk<'a> {
    knowledge: &'a Knowledge,
    options: &'a OfflineOptions,
    help: &'a HelpRequest,
    history: History<'a>,
    known: Vec<Known>,
    /// What an agent wants the visitor to be told, and nobody told yet.
    tellings: Vec<Telling>,
}

/// The answer to one question.
#[derive(Debug)]
enum Found {
    Page { hit: Hit, question: Question },
    Quote(Quote),
    Known(Known),
    Telling(Telling),
}

impl<'a> Desk<'a> {
    pub(super) fn new(
        turn: &'a Turn,
        knowledge: &'a Knowledge,
        options: &'a OfflineOptions,
        help: &'a HelpRequest,
    ) -> Self {
        let history = History::of(&turn.transcript, turn.purpose == Purpose::Suggestion);
        let known = known::known(turn);
        let wishes = turn.briefing.instruction.iter().chain(&turn.briefing.notes);
        let mut open: Vec<Telling> = Vec::new();
        for telling in wishes.flat_map(|wish| tellings(wish)) {
            let told = history.said.iter().any(|said| said.contains(&telling.text));
            let needless = telling
                .asks_for
                .as_ref()
                .is_some_and(|thing| known::covers(thing, &known));
            if !told && !needless && !open.contains(&telling) {
                open.push(telling);
            }
        }
        Self {
            knowledge,
            options,
            help,
            history,
            known,
            tellings: open,
        }
    }

    /// Composes the reply.
    pub(super) fn compose(mut self) -> Composed {
        if self.history.asked.is_empty() {
            let back = if self.tellings.is_empty() {
                self.phrases().back.clone()
            } else {
                String::new()
            };
            return Composed::Say(self.finished(back, Vec::new(), false));
        }
        let all_asked = self.history.asked.join("\n");
        let talk = SmallTalk::of(&all_asked);
        if talk == Some(SmallTalk::Yes) && self.was_offered_person() {
            return self.person("the visitor said yes to a person");
        }
        if self.asks_for_person() {
            return self.person("the visitor asked for a person");
        }
        match talk {
            Some(talk) => self.small_talk(talk),
            None => self.answers(),
        }
    }

    fn phrases(&self) -> &'a Phrases {
        &self.options.phrases
    }

    fn was_offered_person(&self) -> bool {
        let offer = &self.phrases().offer;
        self.options.offers_person
            && !offer.is_empty()
            && self
                .history
                .said
                .first()
                .is_some_and(|said| said.contains(offer.as_str()))
    }

    fn asks_for_person(&self) -> bool {
        self.history.asked.iter().any(|text| {
            !self
                .help
                .detect(Observed::VisitorMessage { text })
                .is_empty()
        })
    }

    fn person(mut self, why: &str) -> Composed {
        if self.options.offers_person {
            return Composed::AskForPerson(why.to_owned());
        }
        let text = self.phrases().no_person.clone();
        Composed::Say(self.finished(text, Vec::new(), true))
    }

    fn small_talk(mut self, talk: SmallTalk) -> Composed {
        let phrases = self.phrases();
        let text = match talk {
            SmallTalk::Greeting => self.greeting(),
            SmallTalk::HowAreYou => phrases.how_are_you.clone(),
            SmallTalk::Thanks => phrases.thanks.clone(),
            SmallTalk::Goodbye => phrases.goodbye.clone(),
            SmallTalk::About => phrases.about.clone(),
            SmallTalk::Abilities => self.abilities(),
            SmallTalk::Yes | SmallTalk::No => phrases.acknowledged.clone(),
            SmallTalk::Repeat => self
                .history
                .said
                .first()
                .map_or_else(|| phrases.unclear.clone(), |said| (*said).to_owned()),
            SmallTalk::Wrong => self.with_offer(&phrases.dissatisfied),
        };
        let non_answer = talk == SmallTalk::Wrong;
        Composed::Say(self.finished(text, Vec::new(), non_answer))
    }

    fn greeting(&self) -> String {
        let first = self
            .known
            .iter()
            .find(|known| known.thing == "name")
            .and_then(|known| known.value.split_whitespace().next());
        match first.filter(|name| {
            name.chars().count() <= 24 && name.chars().all(|c| c.is_alphabetic() || c == '-')
        }) {
            Some(name) => fill(&self.phrases().greeting_by_name, &[("name", name)]),
            None => self.phrases().greeting.clone(),
        }
    }

    fn abilities(&self) -> String {
        let titles: Vec<String> = self
            .knowledge
            .pages()
            .iter()
            .take(MAX_TOPICS)
            .map(|page| format!("- {}", page.title))
            .collect();
        if titles.is_empty() {
            return self.phrases().about.clone();
        }
        fill(&self.phrases().abilities, &[("topics", &titles.join("\n"))])
    }

    fn with_offer(&self, text: &str) -> String {
        if self.options.offers_person {
            format!("{text} {}", self.phrases().offer)
        } else {
            text.to_owned()
        }
    }

    /// Answers all open questions together.
    fn answers(mut self) -> Composed {
        let asked = std::mem::take(&mut self.history.asked);
        let parts = parts(&asked);
        let mut found: Vec<Found> = Vec::new();
        let mut unknown: Vec<&str> = Vec::new();
        let mut unclear = true;
        for part in &parts {
            if SmallTalk::of(part.text).is_some() {
                continue;
            }
            let room = found.len() < MAX_ANSWERS;
            match self.find(part) {
                Some(answer) => {
                    let new = !found.iter().any(|other| other.is_same(&answer));
                    found.extend(Some(answer).filter(|_| new && room));
                }
                None if self.is_clear(part) => {
                    unclear = false;
                    if part.is_question {
                        unknown.push(part.text);
                    }
                }
                None => {}
            }
        }
        if found.is_empty() && parts.len() > 1 {
            // Said in several breaths, it may make sense together.
            found.extend(self.find_together(&asked));
            if !found.is_empty() {
                unknown.clear();
            }
        }
        Composed::Say(if found.is_empty() {
            self.without_answer(unclear)
        } else {
            self.with_answers(&found, &unknown)
        })
    }

    fn without_answer(&mut self, unclear: bool) -> Reply {
        if unclear {
            let text = self.phrases().unclear.clone();
            return self.finished(text, Vec::new(), false);
        }
        let text = self.with_offer(&self.phrases().unknown);
        self.finished(text, Vec::new(), true)
    }

    fn with_answers(&mut self, found: &[Found], unknown: &[&str]) -> Reply {
        let mut paragraphs = Vec::new();
        let mut sources = Vec::new();
        for answer in found {
            if let Found::Telling(telling) = answer {
                self.tellings.retain(|open| open != telling);
            }
            paragraphs.push(self.words_of(answer));
            sources.extend(
                self.source_of(answer)
                    .filter(|source| !sources.contains(source)),
            );
        }
        if let Some(part) = unknown.first() {
            let named: String = clean(part).chars().take(MAX_NAMED_CHARS).collect();
            paragraphs.push(self.with_offer(&fill(
                &self.phrases().partly_unknown,
                &[("question", &named)],
            )));
        }
        self.finished(paragraphs.join("\n\n"), sources, !unknown.is_empty())
    }

    fn words_of(&self, answer: &Found) -> String {
        let phrases = self.phrases();
        match answer {
            Found::Page { hit, question } => self
                .knowledge
                .section(hit.page, hit.section)
                .map(|(_, section)| passage(section, question))
                .unwrap_or_default(),
            Found::Quote(Quote {
                name: Some(name),
                words,
                ..
            }) => fill(&phrases.agent_said, &[("name", name), ("words", words)]),
            Found::Quote(Quote {
                name: None, words, ..
            }) => fill(&phrases.somebody_said, &[("words", words)]),
            Found::Known(known) => fill(
                &phrases.known,
                &[("thing", &known.thing), ("value", &known.value)],
            ),
            Found::Telling(telling) => telling.text.clone(),
        }
    }

    fn source_of(&self, answer: &Found) -> Option<Source> {
        let Found::Page { hit, .. } = answer else {
            return None;
        };
        let (page, section) = self.knowledge.section(hit.page, hit.section)?;
        Some(Source {
            title: page.title.clone(),
            url: section.url.clone(),
        })
    }

    /// The reply, with what an agent wants the visitor to be told.
    fn finished(&mut self, text: String, sources: Vec<Source>, non_answer: bool) -> Reply {
        let told = self.tellings.drain(..).map(|telling| telling.text);
        let paragraphs: Vec<String> = std::iter::once(text)
            .chain(told)
            .filter(|text| !text.is_empty())
            .collect();
        Reply {
            text: paragraphs.join("\n\n"),
            sources,
            specialist: self.options.specialist.clone(),
            non_answer,
        }
    }

    fn question(&self, text: &str) -> Question {
        Question::read(text, self.knowledge.index().spelling())
    }

    fn find(&self, part: &Part<'_>) -> Option<Found> {
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
    fn is_clear(&self, part: &Part<'_>) -> bool {
        let question = self.question(part.text);
        question.subjects().next().is_some()
            || (!question.points_back && !question.concepts.is_empty() && part.is_question)
    }

    fn find_together(&self, asked: &[&str]) -> Option<Found> {
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
    fn is_same(&self, other: &Self) -> bool {
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
