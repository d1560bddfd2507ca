//! Composing one reply. Pure: the same turn gets the same reply.

use handoff_core::assistant::Turn;
use handoff_core::attention::{Detector, HelpRequest, Observed};
use handoff_core::conversation::{Purpose, Reply, Source};

use super::agent_words::Quote;
use super::find::Found;
use super::history::History;
use super::instruction::{Telling, tellings};
use super::known::{self, Known};
use super::options::OfflineOptions;
use super::parts::parts;
use super::phrases::{Phrases, fill};
use super::small_talk::SmallTalk;
use crate::knowledge::Knowledge;
use crate::retrieval::passage;
use crate::words::clean;

/// At most so many answers stand in one reply.
const MAX_ANSWERS: usize = 3;
/// At most so many titles are named as topics.
const MAX_TOPICS: usize = 8;
/// A part that could not be answered is named with at most so many characters.
const MAX_NAMED_CHARS: usize = 120;

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
    pub(super) knowledge: &'a Knowledge,
    options: &'a OfflineOptions,
    help: &'a HelpRequest,
    pub(super) history: History<'a>,
    pub(super) known: Vec<Known>,
    /// What an agent wants the visitor to be told, and nobody told yet.
    pub(super) tellings: Vec<Telling>,
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
        let briefing = &turn.briefing;
        let told = briefing.instruction.iter().chain(&briefing.whispers);
        let wishes = told.chain(&briefing.notes);
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
}
