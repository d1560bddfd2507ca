//! The record of a person of the team.

use handoff_core::conversation::{AgentRef, Role};
use handoff_core::directory::{Record, RecordKind};
use handoff_core::error::StoreError;
use handoff_core::id::{AgentId, ServiceId};
use serde::{Deserialize, Serialize};

use super::password;
use crate::failure::Failure;
use crate::ws::protocol::Me;

const MAX_NAME_BYTES: usize = 64;
const MAX_EMAIL_BYTES: usize = 320;

/// A person of the team, as stored.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Account {
    pub(super) name: String,
    pub(super) email: String,
    pub(super) role: Role,
    /// The services that they see; none: every one.
    pub(super) services: Option<Vec<ServiceId>>,
    /// The hash of the password.
    pub(super) password: String,
    #[serde(default)]
    pub(super) disabled: bool,
}

impl Account {
    pub(super) fn of(record: &Record) -> Result<Self, StoreError> {
        serde_json::from_value(record.body.clone()).map_err(StoreError::corrupt)
    }

    /// A new one, not yet stored.
    pub(super) fn record(&self, id: &AgentId) -> Result<Record, StoreError> {
        Ok(Record {
            kind: RecordKind::Account,
            key: id.to_string(),
            lookup: Some(lookup(&self.email)),
            service: None,
            version: 0,
            expires_at: None,
            body: serde_json::to_value(self).map_err(StoreError::backend)?,
        })
    }

    pub(super) fn me(&self, id: AgentId) -> Me {
        Me {
            agent: AgentRef {
                id,
                name: self.name.as_str().into(),
            },
            role: self.role,
            services: self.services.clone(),
        }
    }
}

/// What an address is found by: people do not care how they write it.
pub(super) fn lookup(email: &str) -> String {
    email.trim().to_lowercase()
}

/// What somebody tells of themselves when they join.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NewPerson {
    pub(super) token: String,
    pub(super) name: String,
    pub(super) email: String,
    pub(super) password: String,
}

impl NewPerson {
    pub(super) fn check(&self) -> Result<(), Failure> {
        let name = self.name.trim();
        if name.is_empty() || name.len() > MAX_NAME_BYTES || name.chars().any(char::is_control) {
            return Err(Failure::invalid(format!(
                "Write a name of at most {MAX_NAME_BYTES} bytes."
            )));
        }
        check_email(&self.email)?;
        password::check_choice(&self.password, name, self.email.trim())
    }
}

fn check_email(email: &str) -> Result<(), Failure> {
    let email = email.trim();
    let parts = email.split_once('@');
    let shaped = parts
        .is_some_and(|(user, host)| !user.is_empty() && !host.is_empty() && !host.contains('@'));
    let clean = !email
        .chars()
        .any(|char| char.is_control() || char.is_whitespace());
    if shaped && clean && email.len() <= MAX_EMAIL_BYTES {
        Ok(())
    } else {
        Err(Failure::invalid(
            "Write an e-mail address like ann@example.org.",
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_a_user_and_a_host() {
        for bad in [
            "",
            "a",
            "@b",
            "a@",
            "a@b@c",
            "a b@c",
            "a@b\r\nBcc: x@y",
            "a@b\0",
        ] {
            assert!(check_email(bad).is_err(), "{bad:?}");
        }
        assert!(check_email(" Ann@Example.org ").is_ok());
        assert_eq!(lookup(" Ann@Example.org "), "ann@example.org");
    }
}
