//! Reads a transcript against what was sent.

use std::collections::BTreeMap;

use handoff_core::conversation::{Event, EventBody};

use super::visitor::Said;

/// What the transcripts say.
#[derive(Debug, Default)]
pub(super) struct Audit {
    pub(super) acknowledged: u64,
    /// Acknowledged messages that stand in the transcript exactly once, with their seq, in the order in which they were sent.
    pub(super) in_order: u64,
    pub(super) lost: u64,
    pub(super) doubled: u64,
    pub(super) gaps: u64,
    pub(super) assistant_messages: u64,
    pub(super) agent_messages: u64,
    pub(super) takeovers: u64,
    pub(super) interrupted: u64,
    /// Words of the assistant while an agent held the floor or nobody did.
    pub(super) after_takeover: u64,
    pub(super) flags: BTreeMap<String, u64>,
}

impl Audit {
    pub(super) fn read(&mut self, said: &Said, events: &[Event]) {
        self.gaps += events
            .iter()
            .zip(1..)
            .filter(|(event, seq)| event.seq != *seq)
            .count() as u64;
        self.messages(said, events);
        self.control(events);
    }

    fn messages(&mut self, said: &Said, events: &[Event]) {
        let received: Vec<(u64, &str)> = events
            .iter()
            .filter_map(|event| match &event.body {
                EventBody::MessageReceived { text } => Some((event.seq, text.as_str())),
                _ => None,
            })
            .collect();
        let mut last = 0;
        for sent in &said.sent {
            let Some(seq) = sent.seq else { continue };
            self.acknowledged += 1;
            let found = received
                .iter()
                .any(|(at, text)| *at == seq && *text == sent.text);
            self.lost += u64::from(!found);
            self.in_order += u64::from(found && seq > last);
            last = seq;
        }
        self.doubled += (received.len() as u64).saturating_sub(said.sent.len() as u64);
    }

    fn control(&mut self, events: &[Event]) {
        let mut silent = false;
        for event in events {
            match &event.body {
                EventBody::TakenOver { .. } => {
                    self.takeovers += 1;
                    silent = true;
                }
                EventBody::Released { .. } => silent = true,
                EventBody::Reopened { holder } => silent = holder.is_some(),
                body if body.changes_control() => silent = false,
                EventBody::ReplyCommitted { .. } => {
                    self.assistant_messages += 1;
                    self.after_takeover += u64::from(silent);
                }
                EventBody::ReplyInterrupted { .. } => self.interrupted += 1,
                EventBody::AgentMessaged { .. } => self.agent_messages += 1,
                EventBody::FlagRaised(flag) => {
                    let kind = serde_json::to_value(&flag.finding.kind).unwrap_or_default();
                    let kind = kind
                        .as_str()
                        .map_or_else(|| kind.to_string(), str::to_owned);
                    *self.flags.entry(kind).or_default() += 1;
                }
                _ => {}
            }
        }
    }
}
