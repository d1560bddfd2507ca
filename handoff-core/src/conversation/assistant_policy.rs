//! What a service wants of its assistant.

use serde::{Deserialize, Serialize};

use super::policy::InvalidPolicy;
use super::state::MAX_FACTS;

/// Longest prompt that may be set, in bytes.
const MAX_PROMPT_BYTES: usize = 16_000;
/// A service has at most so many specialists, and each knows so many pages by name.
const MAX_SPECIALISTS: usize = 16;
const MAX_PAGES: usize = 200;
/// Longest name of a fact or a specialist, and longest words about it, in bytes.
const MAX_NAME_BYTES: usize = 64;
const MAX_ABOUT_BYTES: usize = 500;
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
    /// What the assistant may do beside answering. Default all but looking up the customer.
    pub tools: Vec<Tool>,
    /// The facts that it may keep of a visitor; empty: whatever it finds worth keeping.
    pub facts: Vec<FactField>,
    /// Several assistants in one service, each with a name and knowledge of its own: one speaks at a time, and hands over
    /// to another. The first receives the visitor. Default none: the assistant has no name.
    pub specialists: Vec<Specialist>,
}

/// Something that an assistant may do beside answering.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Tool {
    /// Ask for a person, with a reason.
    AskForPerson,
    /// Keep a fact of the visitor.
    SaveFact,
    /// Set the lead score.
    ScoreLead,
    /// Search the help pages.
    LookUpHelp,
    /// Ask the host what it knows of a visitor whose identity is verified.
    LookUpCustomer,
}

/// A fact that an assistant may keep of a visitor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct FactField {
    /// Its name, like `company`.
    pub name: String,
    /// What its value may be.
    #[serde(default)]
    pub kind: FactKind,
    /// What it means, for the assistant; may be empty.
    #[serde(default)]
    pub about: String,
}

/// What the value of a fact may be.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum FactKind {
    /// Any text.
    #[default]
    Text,
    /// An e-mail address.
    Email,
    /// A number.
    Number,
    /// `yes` or `no`.
    YesNo,
}

/// One of several assistants of a service.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(default, deny_unknown_fields)]
pub struct Specialist {
    /// The name on its badge.
    pub name: String,
    /// What it is there for: by this the others hand over to it.
    pub about: String,
    /// What it is told beside the service's prompt.
    pub prompt: String,
    /// The help pages that it knows, by the names of their files without `.md`; empty: all.
    pub pages: Vec<String>,
}

impl FactKind {
    /// Whether this is such a value.
    pub fn accepts(self, value: &str) -> bool {
        match self {
            Self::Text => true,
            Self::Email => value.split_once('@').is_some_and(|(name, host)| {
                let plain = |text: &str| !text.contains(|c: char| c.is_whitespace() || c == '@');
                !name.is_empty() && host.contains('.') && plain(name) && plain(host)
            }),
            Self::Number => value.parse::<f64>().is_ok_and(f64::is_finite),
            Self::YesNo => matches!(value, "yes" | "no"),
        }
    }
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
            tools: vec![
                Tool::AskForPerson,
                Tool::SaveFact,
                Tool::ScoreLead,
                Tool::LookUpHelp,
            ],
            facts: Vec::new(),
            specialists: Vec::new(),
        }
    }
}

impl AssistantPolicy {
    /// Whether the assistant may do this.
    pub fn allows(&self, tool: Tool) -> bool {
        self.tools.contains(&tool)
    }

    /// Whether the service keeps a fact of this name with this value.
    pub fn keeps(&self, name: &str, value: &str) -> bool {
        let mut fields = self.facts.iter();
        self.facts.is_empty() || fields.any(|field| field.name == name && field.kind.accepts(value))
    }

    /// The specialist of this name, else the one who receives visitors; none where the service has none.
    pub fn specialist(&self, name: Option<&str>) -> Option<&Specialist> {
        let named = name.and_then(|name| self.specialists.iter().find(|one| one.name == name));
        named.or(self.specialists.first())
    }

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
        let short = |text: &str| !text.trim().is_empty() && text.len() <= MAX_NAME_BYTES;
        let fields = self.facts.iter();
        if self.facts.len() > MAX_FACTS
            || fields
                .clone()
                .any(|fact| !short(&fact.name) || fact.about.len() > MAX_ABOUT_BYTES)
            || !all_differ(fields.map(|fact| fact.name.as_str()))
        {
            return wrong(
                "assistant.facts",
                "list at most 64 facts with names of their own of at most 64 bytes",
            );
        }
        let all = self.specialists.iter();
        let fits = |one: &Specialist| {
            short(&one.name)
                && one.about.len() <= MAX_ABOUT_BYTES
                && one.prompt.len() <= MAX_PROMPT_BYTES
                && one.pages.len() <= MAX_PAGES
        };
        if self.specialists.len() > MAX_SPECIALISTS
            || !all.clone().all(fits)
            || !all_differ(all.map(|one| one.name.as_str()))
        {
            return wrong(
                "assistant.specialists",
                "set at most 16, with names of their own of at most 64 bytes",
            );
        }
        Ok(())
    }
}

fn all_differ<'a>(names: impl Iterator<Item = &'a str>) -> bool {
    let mut seen = std::collections::HashSet::new();
    names.into_iter().all(|name| seen.insert(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fact_has_the_kind_that_the_service_says() {
        let policy = AssistantPolicy {
            facts: [
                ("email", FactKind::Email),
                ("seats", FactKind::Number),
                ("trial", FactKind::YesNo),
            ]
            .map(|(name, kind)| FactField {
                name: name.into(),
                kind,
                about: String::new(),
            })
            .to_vec(),
            ..AssistantPolicy::default()
        };
        assert_eq!(policy.validate(), Ok(()));
        for (name, value) in [
            ("email", "eve@acme.example"),
            ("seats", "12"),
            ("trial", "no"),
        ] {
            assert!(policy.keeps(name, value), "{name} {value}");
        }
        for (name, value) in [
            ("email", "eve"),
            ("email", "a@b@c.d"),
            ("email", "a b@c.d"),
            ("seats", "many"),
            ("seats", "NaN"),
            ("trial", "maybe"),
            ("password", "hunter2"),
        ] {
            assert!(!policy.keeps(name, value), "{name} {value}");
        }
    }

    #[test]
    fn the_first_specialist_receives_and_names_differ() {
        let named = |name: &str| Specialist {
            name: name.into(),
            ..Specialist::default()
        };
        let mut policy = AssistantPolicy::default();
        assert_eq!(policy.specialist(Some("Sales")), None);
        policy.specialists = vec![named("Front desk"), named("Sales")];
        let of = |name| policy.specialist(name).map(|one| one.name.as_str());
        assert_eq!(of(None), Some("Front desk"));
        assert_eq!(of(Some("Sales")), Some("Sales"));
        assert_eq!(of(Some("Nobody")), Some("Front desk"));
        policy.specialists.push(named("Sales"));
        assert_eq!(
            policy.validate().unwrap_err().field,
            "assistant.specialists"
        );
    }
}
