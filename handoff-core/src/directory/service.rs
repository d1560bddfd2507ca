//! A service, as its team set it up.

use serde::{Deserialize, Serialize};

use crate::conversation::{InvalidPolicy, Policy};
use crate::id::ServiceId;

/// One site or bot with its own policy and look: the wall between visitors.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct Service {
    /// Its id, as it stands in the page's script tag.
    pub id: ServiceId,
    /// The name that the team sees.
    pub name: String,
    /// What it wants of its conversations.
    #[serde(default)]
    pub policy: Policy,
    /// How its widget looks.
    #[serde(default)]
    pub look: Look,
    /// Sites whose pages may hold the widget, like `https://shop.example`; empty: any.
    #[serde(default)]
    pub origins: Vec<String>,
}

/// How a service's widget looks and what it says by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(default, deny_unknown_fields)]
pub struct Look {
    /// The title of the chat.
    pub title: String,
    /// The first words that a visitor sees.
    pub greeting: String,
    /// The colour of header and button, like `#2457d6`.
    pub color: String,
    /// Where a visitor can turn to when the chat does not work: a `mailto:` or `https:` address; may be empty.
    pub contact: String,
    /// Questions offered at the start.
    pub suggestions: Vec<String>,
}

impl Default for Look {
    fn default() -> Self {
        Self {
            title: "Chat with us".into(),
            greeting: "Hello! Ask me anything, or ask for a person.".into(),
            color: "#2457d6".into(),
            contact: String::new(),
            suggestions: Vec::new(),
        }
    }
}

impl Service {
    /// A service with the default policy and look.
    pub fn new(id: ServiceId, name: impl Into<String>) -> Self {
        Self {
            id,
            name: name.into(),
            policy: Policy::default(),
            look: Look::default(),
            origins: Vec::new(),
        }
    }

    /// Checks every setting.
    ///
    /// # Errors
    /// [`InvalidPolicy`] names the first setting that is out of its bounds.
    pub fn validate(&self) -> Result<(), InvalidPolicy> {
        let color = self.look.color.strip_prefix('#').unwrap_or_default();
        if color.len() != 6 || !color.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return Err(InvalidPolicy {
                field: "look.color",
                problem: "write a colour like #2457d6",
            });
        }
        let contact = &self.look.contact;
        if !contact.is_empty()
            && !contact.starts_with("mailto:")
            && !contact.starts_with("https://")
        {
            return Err(InvalidPolicy {
                field: "look.contact",
                problem: "write a mailto: or https: address",
            });
        }
        if self.name.trim().is_empty() || self.name.len() > 120 {
            return Err(InvalidPolicy {
                field: "name",
                problem: "write a name of at most 120 bytes",
            });
        }
        if self.look.title.len() > 120
            || self.look.greeting.len() > 2_000
            || self.look.contact.len() > 500
        {
            return Err(InvalidPolicy {
                field: "look",
                problem: "title, greeting or contact is too long",
            });
        }
        if self.look.suggestions.len() > 6
            || self.look.suggestions.iter().any(|text| text.len() > 200)
        {
            return Err(InvalidPolicy {
                field: "look.suggestions",
                problem: "offer at most 6 questions of 200 bytes",
            });
        }
        if self.origins.len() > 100 || self.origins.iter().any(|origin| !is_origin(origin)) {
            return Err(InvalidPolicy {
                field: "origins",
                problem: "write origins like https://shop.example, 100 at most",
            });
        }
        self.policy.validate()
    }
}

/// Scheme and host, and a port perhaps: no path, no wildcard.
fn is_origin(text: &str) -> bool {
    let host = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"))
        .unwrap_or_default();
    !host.is_empty()
        && host
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_that_could_do_harm_are_refused() {
        let service = Service::new(ServiceId::new("store").unwrap(), "Store");
        assert_eq!(service.validate(), Ok(()));
        let look = |look: Look| {
            Service {
                look,
                ..service.clone()
            }
            .validate()
            .unwrap_err()
            .field
        };
        assert_eq!(
            look(Look {
                color: "red;}".into(),
                ..Look::default()
            }),
            "look.color"
        );
        assert_eq!(
            look(Look {
                contact: "javascript:alert(1)".into(),
                ..Look::default()
            }),
            "look.contact"
        );
        for origin in [
            "*",
            "null",
            "https://",
            "https://a.example/x",
            "ftp://a.example",
        ] {
            let service = Service {
                origins: vec![origin.into()],
                ..service.clone()
            };
            assert_eq!(service.validate().unwrap_err().field, "origins", "{origin}");
        }
    }
}
