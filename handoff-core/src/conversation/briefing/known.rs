//! What is known of the visitor, and where each of it came from.

use serde::{Deserialize, Serialize};

use super::lexicon::LEXICON;
use super::told::said;
use crate::assistant::Line;
use crate::conversation::{Actor, Conversation, Event, EventBody};

/// At most so many things are read from what was said, the newest; beside them stand the facts of the state.
pub const MAX_SAID_FACTS: usize = 32;

/// Something that is known of the visitor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct KnownFact {
    /// Its name, like `order number`.
    pub name: String,
    /// Its value.
    pub value: String,
    /// Who it came from.
    pub from: Origin,
    /// The agent's name, where an agent said it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ts", ts(optional))]
    pub agent: Option<String>,
}

/// Where something that is known came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// The host vouches for it.
    Host,
    /// The visitor told it: in a form, or in a message.
    Visitor,
    /// An agent said it.
    Agent,
    /// The assistant learned it.
    Assistant,
}

/// All that is known: the profile, the facts that were learned, and what visitor and agents said, where the newest counts.
pub(super) fn known(state: &Conversation, events: &[Event], lines: &[Line]) -> Vec<KnownFact> {
    let profile = &state.profile;
    let from = if profile.verified {
        Origin::Host
    } else {
        Origin::Visitor
    };
    let mut known: Vec<KnownFact> = Vec::new();
    for (name, value) in [("name", &profile.name), ("email", &profile.email)] {
        known.extend(value.as_ref().map(|value| fact(name, value, from, None)));
    }
    for learned in state.facts.iter() {
        let by = events.iter().rev().find_map(|event| match &event.body {
            EventBody::FactLearned { name, .. } if *name == learned.name => Some(&event.by),
            _ => None,
        });
        let (from, agent) = match by {
            Some(Actor::Agent(agent)) => (Origin::Agent, Some(agent.name.to_string())),
            Some(Actor::Visitor) => (Origin::Visitor, None),
            _ => (Origin::Assistant, None),
        };
        known.push(fact(&learned.name, &learned.value, from, agent));
    }
    for said in said(lines) {
        let name = LEXICON.name_of(&said.name);
        known.retain(|known| LEXICON.name_of(&known.name) != name || known.value == said.value);
        if !known
            .iter()
            .any(|known| LEXICON.name_of(&known.name) == name)
        {
            known.push(said);
        }
    }
    known
}

pub(super) fn fact(name: &str, value: &str, from: Origin, agent: Option<String>) -> KnownFact {
    KnownFact {
        name: name.to_owned(),
        value: value.to_owned(),
        from,
        agent,
    }
}
