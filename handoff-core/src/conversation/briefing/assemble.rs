//! [`Briefing`]: what an assistant is told when it gets the floor, beside the newest words.

use serde::{Deserialize, Serialize};

use super::budget::{TurnBudget, all, clipped, cost, newest};
use super::known::{KnownFact, known};
use super::matters::{MAX_MATTERS, Matter, matters};
use super::promises::{Promised, promises, speaks_of_floor};
use super::sentences::clip;
use crate::assistant::Line;
use crate::conversation::mutant::Mutant;
use crate::conversation::{Conversation, Event, EventBody, Profile};

/// An older line is condensed to so many bytes.
const CONDENSED_BYTES: usize = 160;

/// What an assistant is told when it gets the floor (back), beside the newest words. It fits a [`TurnBudget`]; facts and
/// promises are shortened at most, never dropped.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Briefing {
    /// Who had the floor last, by name; none where no person was there. Whatever was said then about who takes over is past.
    pub returned_by: Option<String>,
    /// What that agent told the assistant.
    pub instruction: Option<String>,
    /// What agents told the assistant since then, without taking over, oldest first.
    pub whispers: Vec<String>,
    /// What is known of the visitor, and where from. Their values came from outside.
    pub facts: Vec<KnownFact>,
    /// What was promised to the visitor, and by whom, oldest first.
    pub promises: Vec<Promised>,
    /// What the visitor wanted and got an answer to, oldest first.
    pub settled: Vec<Matter>,
    /// What the visitor wanted and got no answer to, oldest first.
    pub open: Vec<Matter>,
    /// The words before the transcript, condensed, oldest first.
    pub earlier: Vec<Line>,
    /// So many lines are before those, and left out.
    pub left_out: usize,
    /// Notes that their author marked for the assistant, oldest first.
    pub notes: Vec<String>,
    /// What was wrong with the assistant's first try of this turn: it is asked once more, and these are told.
    pub objections: Vec<String>,
}

/// The newest lines that fit, whole, and the briefing. Linear in the events.
pub(in crate::conversation) fn briefed(
    state: &Conversation,
    events: &[Event],
    mut lines: Vec<Line>,
    budget: TurnBudget,
) -> (Vec<Line>, Briefing) {
    let mut briefing = Briefing {
        returned_by: state
            .last_holder
            .as_ref()
            .map(|agent| agent.name.to_string()),
        instruction: instruction(state, events),
        whispers: whispers(events),
        facts: known(state, events, &lines),
        promises: promises(&lines),
        notes: notes(events),
        ..Briefing::default()
    };
    let (settled, open) = matters(events)
        .into_iter()
        .partition(|matter: &Matter| matter.answered_by.is_some());
    (briefing.settled, briefing.open) = (last(settled), last(open));
    briefing.shorten(budget);
    let left = budget
        .tokens()
        .saturating_sub(briefing.tokens() + visitor_tokens(state));
    let older = lines.len() - fitting(&lines, left);
    let transcript = lines.split_off(older);
    let left = left.saturating_sub(tokens_of(&transcript));
    match lines.pop() {
        // Not even the newest line fits whole.
        Some(mut line) if transcript.is_empty() => {
            line.text = clipped(&line.text, left).unwrap_or_default();
            briefing.left_out = lines.len();
            (vec![line], briefing)
        }
        line => {
            lines.extend(line);
            briefing.condense(lines, left);
            (transcript, briefing)
        }
    }
}

/// The estimate for a turn's words, briefing, profile and page: what a [`TurnBudget`] bounds.
pub fn tokens(state: &Conversation, transcript: &[Line], briefing: &Briefing) -> usize {
    tokens_of(transcript) + briefing.tokens() + visitor_tokens(state)
}

fn tokens_of(lines: &[Line]) -> usize {
    lines.iter().map(line_tokens).sum()
}

fn line_tokens(line: &Line) -> usize {
    cost(line.text.len() + line.name.as_ref().map_or(0, String::len))
}

/// How many of the newest lines fit whole, leaving room to tell of older ones.
fn fitting(lines: &[Line], tokens: usize) -> usize {
    let whole: usize = tokens_of(lines);
    let mut left = if whole > tokens {
        tokens - tokens / 16
    } else {
        tokens
    };
    let fits = |line: &&Line| {
        let cost = line_tokens(line);
        let fits = cost <= left;
        left = left.saturating_sub(cost);
        fits
    };
    lines.iter().rev().take_while(fits).count()
}

fn visitor_tokens(state: &Conversation) -> usize {
    let Profile {
        name,
        email,
        verified: _,
        device,
        place,
        locale,
    } = state.profile.as_ref();
    let profile = [name, email, device, place, locale];
    let profile: usize = profile
        .into_iter()
        .flatten()
        .map(|field| cost(field.len()))
        .sum();
    profile + cost(state.page.url.len()) + cost(state.page.title.len())
}

/// What the agent said at the return. One that only told who takes over counts until control changes again.
fn instruction(state: &Conversation, events: &[Event]) -> Option<String> {
    let instruction = state.instruction.as_deref()?;
    let last_change = events
        .iter()
        .rev()
        .find(|event| event.body.changes_control());
    let is_last = last_change.is_none_or(|event| {
        matches!(&event.body, EventBody::Returned { instruction: Some(text), .. } if text == instruction)
    });
    (is_last || !speaks_of_floor(instruction)).then(|| instruction.to_owned())
}

/// What agents whispered since the last takeover: with one, it is told anew or past.
fn whispers(events: &[Event]) -> Vec<String> {
    let since = events
        .iter()
        .rev()
        .take_while(|event| !matches!(event.body, EventBody::TakenOver { .. }));
    let whisper = |event: &Event| match &event.body {
        EventBody::Whispered { text } => Some(text.clone()),
        _ => None,
    };
    let mut whispers: Vec<String> = since.filter_map(whisper).collect();
    whispers.reverse();
    whispers
}

fn notes(events: &[Event]) -> Vec<String> {
    let note = |event: &Event| match &event.body {
        EventBody::NoteAdded {
            text,
            for_assistant,
        } => (*for_assistant || Mutant::NoteInBriefing.is_planted()).then(|| text.clone()),
        _ => None,
    };
    events.iter().filter_map(note).collect()
}

fn last(mut matters: Vec<Matter>) -> Vec<Matter> {
    let surplus = matters.len().saturating_sub(MAX_MATTERS);
    matters.split_off(surplus)
}

impl Briefing {
    fn tokens(&self) -> usize {
        let texts = self
            .instruction
            .iter()
            .chain(&self.whispers)
            .chain(&self.notes)
            .chain(&self.objections);
        let texts: usize = texts.map(|text| cost(text.len())).sum();
        let agent = |name: &Option<String>| name.as_ref().map_or(0, String::len);
        let facts: usize = self
            .facts
            .iter()
            .map(|fact| cost(fact.name.len() + fact.value.len() + agent(&fact.agent)))
            .sum();
        let promises: usize = self
            .promises
            .iter()
            .map(|promise| cost(promise.text.len() + agent(&promise.name)))
            .sum();
        let matters = self.settled.iter().chain(&self.open);
        let matters: usize = matters
            .map(|matter| cost(matter.words.len() + agent(&matter.agent)))
            .sum();
        texts
            + facts
            + promises
            + matters
            + tokens_of(&self.earlier)
            + cost(agent(&self.returned_by))
    }

    /// Every part keeps to its share, so that words find room beside them.
    fn shorten(&mut self, budget: TurnBudget) {
        self.instruction = self
            .instruction
            .take()
            .and_then(|text| newest(vec![text], budget.part(8)).pop());
        self.whispers = newest(std::mem::take(&mut self.whispers), budget.part(16));
        self.notes = newest(std::mem::take(&mut self.notes), budget.part(16));
        let facts = self.facts.iter_mut().map(|fact| {
            let beside = fact.name.len() + fact.agent.as_ref().map_or(0, String::len);
            (&mut fact.value, beside)
        });
        all(facts.collect(), budget.part(3));
        let promises = self.promises.iter_mut().map(|promise| {
            let beside = promise.name.as_ref().map_or(0, String::len);
            (&mut promise.text, beside)
        });
        all(promises.collect(), budget.part(8));
    }

    /// Tells the beginnings of the lines before the transcript, the newest, as many as fit.
    fn condense(&mut self, lines: Vec<Line>, tokens: usize) {
        let mut left = tokens;
        let all = lines.len();
        for mut line in lines.into_iter().rev() {
            line.text = clip(&line.text, CONDENSED_BYTES);
            let cost = line_tokens(&line);
            if cost > left {
                break;
            }
            left -= cost;
            self.earlier.push(line);
        }
        self.earlier.reverse();
        self.left_out = all - self.earlier.len();
    }
}
