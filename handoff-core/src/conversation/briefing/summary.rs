//! [`Summary`]: what an agent reads on taking over.

use serde::{Deserialize, Serialize};

use super::known::{KnownFact, known};
use super::matters::{Matter, matters};
use super::promises::{Promised, promises};
use super::sentences::clip;
use crate::attention::FlagKind;
use crate::conversation::{Conversation, Event, EventBody, transcript};

/// At most so many replies of the assistant are told, the newest.
const MAX_TRIED: usize = 5;
/// The beginning of each is told, in bytes.
const TRIED_BYTES: usize = 200;
/// With so many stars or fewer a visitor is not content.
const FEW_STARS: u8 = 2;
/// With so many or more a visitor is.
const MANY_STARS: u8 = 4;

/// What an agent is told on taking over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Summary {
    /// What the visitor wants, in the visitor's words: what is open, or else what was said last; none before the first word.
    pub wants: Option<String>,
    /// What else is open, oldest first.
    pub open: Vec<Matter>,
    /// What the assistant tried, the newest last.
    pub tried: Vec<Tried>,
    /// What is known of the visitor, and where from.
    pub facts: Vec<KnownFact>,
    /// What was promised to the visitor.
    pub promises: Vec<Promised>,
    /// How the visitor feels.
    pub mood: Mood,
    /// The words that tell it; empty where a rating does, or nothing.
    pub mood_words: String,
    /// A text by the assistant, where it writes any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ts", ts(optional))]
    pub text: Option<String>,
}

/// A reply of the assistant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Tried {
    /// Its beginning.
    pub words: String,
    /// It was no answer, or the visitor gave it a thumbs-down.
    pub failed: bool,
}

/// How a visitor feels, by the last that tells it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Mood {
    /// Nothing tells anything.
    #[default]
    Calm,
    /// Angry or disappointed.
    Upset,
    /// Content.
    Pleased,
}

/// By rules, from the conversation's last events. Linear in them.
pub fn summary(state: &Conversation, events: &[Event]) -> Summary {
    let lines = transcript(events);
    let all = matters(events);
    let mut open: Vec<Matter> = all
        .iter()
        .filter(|matter| matter.answered_by.is_none())
        .cloned()
        .collect();
    let opening = || {
        state
            .opening
            .as_ref()
            .map(|opening| opening.text.to_string())
    };
    let wants = open.pop().or_else(|| all.last().cloned());
    let (mood, mood_words) = mood(events);
    Summary {
        wants: wants.map(|matter| matter.words).or_else(opening),
        open,
        tried: tried(events),
        facts: known(state, events, &lines),
        promises: promises(&lines),
        mood,
        mood_words,
        text: None,
    }
}

fn tried(events: &[Event]) -> Vec<Tried> {
    let mut tried: Vec<(u64, Tried)> = Vec::new();
    for event in events {
        match &event.body {
            EventBody::ReplyCommitted { reply, .. } => {
                let words = clip(reply.text.trim(), TRIED_BYTES);
                let failed = reply.non_answer;
                tried.push((event.seq, Tried { words, failed }));
            }
            EventBody::FlagRaised(flag) if flag.finding.kind == FlagKind::NonAnswer => {
                if let Some((_, last)) = tried.last_mut() {
                    last.failed = true;
                }
            }
            EventBody::MessageRated { message, up } => {
                let rated = tried.iter_mut().rev().find(|(seq, _)| seq == message);
                if let Some((_, rated)) = rated {
                    rated.failed = *up == Some(false);
                }
            }
            _ => {}
        }
    }
    let surplus = tried.len().saturating_sub(MAX_TRIED);
    tried
        .into_iter()
        .skip(surplus)
        .map(|(_, tried)| tried)
        .collect()
}

fn mood(events: &[Event]) -> (Mood, String) {
    let told = events.iter().rev().find_map(|event| match &event.body {
        EventBody::FlagRaised(flag) if flag.finding.kind == FlagKind::NegativeFeedback => {
            Some((Mood::Upset, flag.finding.quote.clone()))
        }
        EventBody::MessageRated { up: Some(up), .. } => {
            Some((if *up { Mood::Pleased } else { Mood::Upset }, String::new()))
        }
        EventBody::ConversationRated { stars, comment } if *stars <= FEW_STARS => {
            Some((Mood::Upset, comment.clone()))
        }
        EventBody::ConversationRated { stars, comment } if *stars >= MANY_STARS => {
            Some((Mood::Pleased, comment.clone()))
        }
        _ => None,
    });
    told.unwrap_or_default()
}
