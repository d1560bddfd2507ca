//! Ids of own types. Those that the host owns are opaque strings; none of them is a secret.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Longest id that a host may use, in bytes.
pub const MAX_ID_BYTES: usize = 128;

/// Why a string is no id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("an id has 1 to {MAX_ID_BYTES} bytes, without control characters or spaces at its ends")]
pub struct InvalidId;

fn check(text: &str) -> Result<(), InvalidId> {
    let fits = !text.is_empty() && text.len() <= MAX_ID_BYTES;
    if fits && text.trim() == text && !text.chars().any(char::is_control) {
        Ok(())
    } else {
        Err(InvalidId)
    }
}

macro_rules! string_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(type = "string"))]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(Arc<str>);

        impl $name {
            /// From the host's string.
            ///
            /// # Errors
            /// [`InvalidId`] where it is empty, longer than [`MAX_ID_BYTES`], or has control characters.
            pub fn new(text: impl AsRef<str>) -> Result<Self, InvalidId> {
                check(text.as_ref()).map(|()| Self(text.as_ref().into()))
            }

            /// The host's string.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidId;
            fn try_from(text: String) -> Result<Self, InvalidId> {
                Self::new(text)
            }
        }

        impl TryFrom<&str> for $name {
            type Error = InvalidId;
            fn try_from(text: &str) -> Result<Self, InvalidId> {
                Self::new(text)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.0.as_ref().to_owned()
            }
        }
    };
}

string_id! {
    /// One site or bot: the wall between visitors.
    ServiceId
}
string_id! {
    /// A person of the team.
    AgentId
}
string_id! {
    /// A customer.
    VisitorId
}
string_id! {
    /// A client's own id of one command, unique in its conversation and caller: a repeat returns the first answer.
    CommandId
}

/// One conversation. A `UUIDv7`: it sorts by creation and leaks that time, so it never opens anything by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(type = "string"))]
#[serde(transparent)]
pub struct ConversationId(Uuid);

impl ConversationId {
    /// From a UUID.
    pub const fn from_uuid(id: Uuid) -> Self {
        Self(id)
    }

    /// The UUID.
    pub const fn as_uuid(self) -> Uuid {
        self.0
    }
}

impl fmt::Display for ConversationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.as_hyphenated().fmt(f)
    }
}

impl std::str::FromStr for ConversationId {
    type Err = InvalidId;
    fn from_str(text: &str) -> Result<Self, InvalidId> {
        Uuid::try_parse(text).map(Self).map_err(|_| InvalidId)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_refuse_what_could_not_be_told_apart() {
        for bad in ["", " a", "a ", "a\nb", "a\0", &"x".repeat(129)] {
            assert_eq!(ServiceId::new(bad), Err(InvalidId), "{bad:?}");
        }
        assert!(ServiceId::new("store 1/ü").is_ok());
        assert!(serde_json::from_str::<AgentId>("\"\"").is_err());
    }
}
