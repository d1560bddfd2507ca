//! What a service wants: mode, autonomy, times, texts.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::assistant_policy::AssistantPolicy;
use crate::attention::FlagKind;
use crate::time::Millis;

/// Who may answer in a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Nobody can take over, and no person is offered; flags are still raised.
    AssistantOnly,
    /// The assistant answers; people watch, take over, are asked for.
    #[default]
    Supported,
    /// No automated word at all; new conversations wait for a person.
    HumanOnly,
}

/// How far the assistant's words reach without a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Autonomy {
    /// To the visitor.
    #[default]
    Auto,
    /// To an agent, who approves, edits or rejects.
    Draft,
    /// To agents only, as suggestions; visitors wait for a person.
    Off,
}

/// What a draft does that nobody approved or rejected in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum DraftTimeout {
    /// The conversation waits for a person.
    #[default]
    Escalate,
    /// The draft is sent.
    Send,
}

/// The answer to a request for control that the holder leaves unanswered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum SilentAnswer {
    /// The holder keeps the floor.
    #[default]
    Deny,
    /// Whoever asked gets the floor.
    Grant,
}

/// With whom a resolved conversation goes on when the visitor writes again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum ReopenWith {
    /// The assistant.
    #[default]
    Assistant,
    /// The last agent, where that agent is there; else the assistant.
    LastAgent,
}

/// The times of a service, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(default, deny_unknown_fields)]
pub struct Timing {
    /// A visitor waits so long for a person before the fallback. Default 2 minutes.
    pub takeover: Millis,
    /// A request for control waits so long for the holder. Default 30 seconds.
    pub control_request: Millis,
    /// A holder may leave a visitor unanswered for so long. Default 10 minutes.
    pub holder_silence: Millis,
    /// So long before losing the floor the holder is warned. Default 2 minutes.
    pub holder_warning: Millis,
    /// A holder may be gone from the dashboard for so long. Default 2 minutes.
    pub holder_absence: Millis,
    /// A reply of the assistant may take so long. Default 1 minute.
    pub reply: Millis,
    /// A draft waits so long for an agent. Default 2 minutes.
    pub draft: Millis,
    /// Quiet for so long is idle. Default 5 minutes.
    pub idle: Millis,
    /// A visitor gone for so long has dropped. Default 10 minutes.
    pub drop: Millis,
    /// Without a word for so long, it is closed. Default 24 hours.
    pub close: Millis,
}

impl Default for Timing {
    fn default() -> Self {
        Self {
            takeover: Millis::from_mins(2),
            control_request: Millis::from_secs(30),
            holder_silence: Millis::from_mins(10),
            holder_warning: Millis::from_mins(2),
            holder_absence: Millis::from_mins(2),
            reply: Millis::from_mins(1),
            draft: Millis::from_mins(2),
            idle: Millis::from_mins(5),
            drop: Millis::from_mins(10),
            close: Millis::from_hours(24),
        }
    }
}

/// The words that Handoff itself says to visitors. Each may be changed by the service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(default, deny_unknown_fields)]
pub struct Texts {
    /// When the visitor asked for a person.
    #[cfg_attr(feature = "ts", ts(type = "string"))]
    pub acknowledge: Arc<str>,
    /// When nobody came in time.
    #[cfg_attr(feature = "ts", ts(type = "string"))]
    pub fallback: Arc<str>,
    /// When the assistant failed and a person is asked for.
    #[cfg_attr(feature = "ts", ts(type = "string"))]
    pub assistant_failed: Arc<str>,
}

impl Default for Texts {
    fn default() -> Self {
        Self {
            acknowledge: "Of course. I'm bringing in a member of our team, one moment please.".into(),
            fallback: "Nobody from our team is free right now. Your messages are saved, and someone will follow up with \
                       you shortly. Leave an e-mail address if you like, and keep asking me in the meantime."
                .into(),
            assistant_failed: "I can't answer that right now. I'm asking a member of our team to help.".into(),
        }
    }
}

/// All that a service wants of its conversations.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(default, deny_unknown_fields)]
pub struct Policy {
    /// Rises when mode or times change: a conversation that has followed one revision never goes back to an older one,
    /// whatever a node still remembers. [`revise`](Self::revise) sets it.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub revision: u64,
    /// Who may answer.
    pub mode: Mode,
    /// How far the assistant's words reach, where the conversation does not say otherwise.
    pub autonomy: Autonomy,
    /// The times.
    pub timing: Timing,
    /// The words.
    pub texts: Texts,
    /// The assistant goes on answering while a visitor waits for a person. Default no.
    pub answer_while_waiting: bool,
    /// Flags that make a conversation wait for a person, beside a visitor's own request. Default none.
    pub waiting_flags: Vec<FlagKind>,
    /// The answer to a request for control that the holder leaves unanswered.
    pub silent_answer: SilentAnswer,
    /// What a draft does that nobody looked at in time.
    pub draft_timeout: DraftTimeout,
    /// With whom a resolved conversation goes on.
    pub reopen_with: ReopenWith,
    /// So many tries has the assistant for one turn, the first included. Default 2.
    pub reply_attempts: u32,
    /// A visitor has at most one open conversation in this service. Default yes.
    pub one_open_conversation: bool,
    /// What the assistant is told, and may do and spend.
    pub assistant: Arc<AssistantPolicy>,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            revision: 0,
            mode: Mode::default(),
            autonomy: Autonomy::default(),
            timing: Timing::default(),
            texts: Texts::default(),
            answer_while_waiting: false,
            waiting_flags: Vec::new(),
            silent_answer: SilentAnswer::default(),
            draft_timeout: DraftTimeout::default(),
            reopen_with: ReopenWith::default(),
            reply_attempts: 2,
            one_open_conversation: true,
            assistant: Arc::default(),
        }
    }
}

/// Why a policy is refused, in a sentence for the person who set it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {problem}")]
pub struct InvalidPolicy {
    /// The setting, like `timing.takeover`.
    pub field: &'static str,
    /// What is wrong and what would be right.
    pub problem: &'static str,
}

/// Shortest and longest time that may be set: a second, and a year.
const SPAN: std::ops::RangeInclusive<Millis> = Millis::from_secs(1)..=Millis::from_hours(24 * 366);
/// Longest text that may be set, in bytes.
const MAX_TEXT_BYTES: usize = 2_000;

impl Policy {
    /// Sets the revision, where this is to be stored as that version of its service in place of `before`.
    pub fn revise(&mut self, before: Option<&Self>, version: u64) {
        self.revision = match before {
            Some(before) if before.mode == self.mode && before.timing == self.timing => {
                before.revision
            }
            _ => version,
        };
    }

    /// Checks every setting.
    ///
    /// # Errors
    /// [`InvalidPolicy`] names the first setting that is out of its bounds.
    pub fn validate(&self) -> Result<(), InvalidPolicy> {
        let t = &self.timing;
        let spans = [
            ("timing.takeover", t.takeover),
            ("timing.control_request", t.control_request),
            ("timing.holder_silence", t.holder_silence),
            ("timing.holder_warning", t.holder_warning),
            ("timing.holder_absence", t.holder_absence),
            ("timing.reply", t.reply),
            ("timing.draft", t.draft),
            ("timing.idle", t.idle),
            ("timing.drop", t.drop),
            ("timing.close", t.close),
        ];
        if let Some((field, _)) = spans.into_iter().find(|(_, span)| !SPAN.contains(span)) {
            return Err(InvalidPolicy {
                field,
                problem: "set a time from one second to one year",
            });
        }
        if t.holder_warning >= t.holder_silence {
            return Err(InvalidPolicy {
                field: "timing.holder_warning",
                problem: "must be shorter than holder_silence",
            });
        }
        let texts = [
            ("texts.acknowledge", &self.texts.acknowledge),
            ("texts.fallback", &self.texts.fallback),
            ("texts.assistant_failed", &self.texts.assistant_failed),
        ];
        if let Some((field, _)) = texts
            .into_iter()
            .find(|(_, text)| text.trim().is_empty() || text.len() > MAX_TEXT_BYTES)
        {
            return Err(InvalidPolicy {
                field,
                problem: "write a text of at most 2,000 bytes",
            });
        }
        if !(1..=5).contains(&self.reply_attempts) {
            return Err(InvalidPolicy {
                field: "reply_attempts",
                problem: "set 1 to 5 tries",
            });
        }
        self.assistant.validate()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_revision_rises_with_what_conversations_follow() {
        let mut first = Policy {
            revision: 99,
            ..Policy::default()
        };
        first.revise(None, 1);
        assert_eq!(first.revision, 1);
        let mut reworded = first.clone();
        reworded.texts.fallback = "Later.".into();
        reworded.revision = 0;
        reworded.revise(Some(&first), 2);
        assert_eq!(reworded.revision, 1);
        let mut switched = reworded.clone();
        switched.mode = Mode::HumanOnly;
        switched.revise(Some(&reworded), 3);
        assert_eq!(switched.revision, 3);
        let mut slower = switched.clone();
        slower.timing.takeover = Millis::from_mins(9);
        slower.revise(Some(&switched), 4);
        assert_eq!(slower.revision, 4);
    }

    #[test]
    fn the_defaults_are_valid_and_zero_is_not() {
        assert_eq!(Policy::default().validate(), Ok(()));
        let mut policy = Policy::default();
        policy.timing.takeover = Millis::new(0);
        assert_eq!(policy.validate().unwrap_err().field, "timing.takeover");
        let mut policy = Policy::default();
        policy.timing.close = Millis::new(u64::MAX);
        assert_eq!(policy.validate().unwrap_err().field, "timing.close");
        let mut policy = Policy::default();
        policy.texts.fallback = "  ".into();
        assert_eq!(policy.validate().unwrap_err().field, "texts.fallback");
    }
}
