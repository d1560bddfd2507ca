//! What a service wants of its assistant.

use serde::{Deserialize, Serialize};

use super::policy::InvalidPolicy;

/// Longest prompt that may be set, in bytes.
const MAX_PROMPT_BYTES: usize = 16_000;
/// Longest name of a model, in bytes.
const MAX_MODEL_BYTES: usize = 200;

/// What a service wants of its assistant, whichever it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(default, deny_unknown_fields)]
pub struct AssistantPolicy {
    /// Off: the assistant writes nothing more, what it writes now is stopped, and visitors get people where the mode has
    /// them. Default on.
    pub enabled: bool,
    /// The model to ask; none: the server's.
    pub model: Option<String>,
    /// What the assistant is told of the service and of its work, rules for asking a person among it, in plain words.
    pub prompt: String,
    /// What the assistant may spend.
    pub budget: Budget,
}

/// What an assistant may spend, in tokens of its provider, those of the prompts included.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(default, deny_unknown_fields)]
pub struct Budget {
    /// In one conversation; none: without a limit.
    #[cfg_attr(feature = "ts", ts(type = "number | null"))]
    pub conversation: Option<u64>,
    /// In the service on one day, from midnight to midnight UTC; none: without a limit.
    #[cfg_attr(feature = "ts", ts(type = "number | null"))]
    pub day: Option<u64>,
}

impl Default for AssistantPolicy {
    fn default() -> Self {
        Self {
            enabled: true,
            model: None,
            prompt: String::new(),
            budget: Budget::default(),
        }
    }
}

impl AssistantPolicy {
    pub(super) fn validate(&self) -> Result<(), InvalidPolicy> {
        let wrong = |field, problem| Err(InvalidPolicy { field, problem });
        if self.prompt.len() > MAX_PROMPT_BYTES || self.prompt.contains('\0') {
            return wrong(
                "assistant.prompt",
                "write at most 16,000 bytes, without a NUL character",
            );
        }
        let named = |model: &String| {
            !model.is_empty()
                && model.len() <= MAX_MODEL_BYTES
                && !model.chars().any(|c| c.is_whitespace() || c.is_control())
        };
        if !self.model.as_ref().is_none_or(named) {
            return wrong(
                "assistant.model",
                "write a model's name without spaces, or none",
            );
        }
        Ok(())
    }
}
