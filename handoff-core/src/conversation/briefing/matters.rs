//! What is settled, and what is open.

use serde::{Deserialize, Serialize};

use super::promises::speaks_of_floor;
use super::sentences::{beginning, clip};
use crate::attention::FlagKind;
use crate::conversation::{Actor, Event, EventBody, Speaker};

/// At most so many matters of each kind are told, the newest.
pub const MAX_MATTERS: usize = 12;
/// A matter is told with at most so many bytes of the visitor's words.
const MAX_BYTES: usize = 160;

/// What the visitor wanted, in the visitor's words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Matter {
    /// The beginning of it.
    pub words: String,
    /// Who answered it; none: it is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ts", ts(optional))]
    pub answered_by: Option<Speaker>,
    /// The agent's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ts", ts(optional))]
    pub agent: Option<String>,
}

/// What the visitor wanted, oldest first. A question back, a moment's wait and a non-answer settle nothing.
pub(super) fn matters(events: &[Event]) -> Vec<Matter> {
    let mut matters: Vec<Matter> = Vec::new();
    let mut asked_back = false;
    for event in events {
        match (&event.body, &event.by) {
            (EventBody::MessageReceived { text }, _) if !asked_back && !text.trim().is_empty() => {
                matters.push(Matter {
                    words: clip(text.trim(), MAX_BYTES),
                    answered_by: None,
                    agent: None,
                });
            }
            (EventBody::MessageReceived { .. }, _) => {}
            (EventBody::ReplyCommitted { reply, .. }, _) => {
                asked_back = reply.text.trim_end().ends_with('?');
                if !reply.non_answer && !asked_back && !speaks_of_floor(beginning(&reply.text)) {
                    settle(&mut matters, Speaker::Assistant, None);
                }
                continue;
            }
            (EventBody::AgentMessaged { text }, Actor::Agent(agent)) => {
                asked_back = text.trim_end().ends_with('?');
                if !asked_back && !speaks_of_floor(beginning(text)) {
                    settle(&mut matters, Speaker::Agent, Some(agent.name.as_ref()));
                }
                continue;
            }
            // The detectors found that the reply before it was none.
            (EventBody::FlagRaised(flag), _) if flag.finding.kind == FlagKind::NonAnswer => {
                reopen(&mut matters);
            }
            _ => continue,
        }
        asked_back = false;
    }
    matters
}

fn settle(matters: &mut [Matter], by: Speaker, agent: Option<&str>) {
    for matter in matters
        .iter_mut()
        .rev()
        .take_while(|matter| matter.answered_by.is_none())
    {
        matter.answered_by = Some(by);
        matter.agent = agent.map(str::to_owned);
    }
}

fn reopen(matters: &mut [Matter]) {
    if let Some(matter) = matters
        .last_mut()
        .filter(|matter| matter.answered_by == Some(Speaker::Assistant))
    {
        matter.answered_by = None;
    }
}
