//! What the assistant says, and where it took it from.

use serde::{Deserialize, Serialize};

/// What the assistant says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct Reply {
    /// The text. It is hostile input: shown as text, never as HTML.
    pub text: String,
    /// The help pages that it was taken from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "ts", ts(as = "Option<Vec<Source>>", optional))]
    pub sources: Vec<Source>,
    /// The name of the specialist that wrote it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ts", ts(optional))]
    pub specialist: Option<String>,
    /// The assistant says itself that it could not answer.
    #[serde(default)]
    pub non_answer: bool,
}

/// A help page that a reply was taken from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// The page's title.
    pub title: String,
    /// Where it stands; none where it has no address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ts", ts(optional))]
    pub url: Option<String>,
}
