//! [`OpenAiOptions`].

use std::fmt;
use std::time::Duration;

use url::{Host, Url};

/// Where an [`OpenAi`](super::OpenAi) assistant asks, and how patiently.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct OpenAiOptions {
    /// Where the server speaks the protocol. Default `https://api.openai.com/v1`.
    pub base_url: String,
    /// The key, sent as a bearer token; empty: none is sent.
    pub key: String,
    /// The model, where the service names none.
    pub model: String,
    /// Whether replies are shown as they are written. Off is for servers that do not stream. Default on.
    pub streamed: bool,
    /// A reply has at most so many tokens. Default 1,024.
    pub max_tokens: u32,
    /// A connection may take so long to be made. Default 5 seconds.
    pub connect: Duration,
    /// The first token of a reply may take so long, from the request on. Default 20 seconds.
    pub first_token: Duration,
    /// Any later one may take so long, from the one before. Default 10 seconds.
    pub idle: Duration,
    /// A turn may take so long, retries and tools included. Default 50 seconds, below the minute that a service gives.
    pub total: Duration,
    /// A request that failed before its first token is tried again so often. Default 2.
    pub retries: u32,
    /// The longest pause before a retry, whatever the server's `Retry-After` says. Default 5 seconds.
    pub longest_pause: Duration,
    /// After so many failures one after the other the server is left alone for a while. Default 5.
    pub failures_to_open: u32,
    /// For so long; then one request tries whether it is back. Default 30 seconds.
    pub open_for: Duration,
}

/// Why options are refused, in a sentence for the person who set them.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {problem}")]
pub struct InvalidOpenAi {
    /// The setting, like `base_url`.
    pub field: &'static str,
    /// What is wrong and what would be right.
    pub problem: &'static str,
}

/// No time is set to nothing, and none above ten minutes.
const SPAN: std::ops::RangeInclusive<Duration> = Duration::from_millis(1)..=Duration::from_mins(10);

impl OpenAiOptions {
    /// With a model and, for a server that wants one, a key.
    pub fn new(model: impl Into<String>, key: impl Into<String>) -> Self {
        Self {
            base_url: "https://api.openai.com/v1".into(),
            key: key.into(),
            model: model.into(),
            streamed: true,
            max_tokens: 1_024,
            connect: Duration::from_secs(5),
            first_token: Duration::from_secs(20),
            idle: Duration::from_secs(10),
            total: Duration::from_secs(50),
            retries: 2,
            longest_pause: Duration::from_secs(5),
            failures_to_open: 5,
            open_for: Duration::from_secs(30),
        }
    }

    /// Sets where the server speaks the protocol, like `http://127.0.0.1:11434/v1`.
    #[must_use]
    pub fn base_url(mut self, base_url: impl Into<String>) -> Self {
        self.base_url = base_url.into();
        self
    }

    /// Checks every setting; returns the base URL.
    pub(super) fn validate(&self) -> Result<Url, InvalidOpenAi> {
        let wrong = |field, problem| Err(InvalidOpenAi { field, problem });
        if self.model.trim().is_empty() || self.model.len() > 200 {
            return wrong("model", "name the model to ask");
        }
        if !self.key.bytes().all(|byte| byte.is_ascii_graphic()) {
            return wrong(
                "key",
                "it has a space, a line break or a letter that no key has: copy it anew",
            );
        }
        let spans = [
            ("connect", self.connect),
            ("first_token", self.first_token),
            ("idle", self.idle),
            ("total", self.total),
            ("longest_pause", self.longest_pause),
            ("open_for", self.open_for),
        ];
        if let Some((field, _)) = spans.into_iter().find(|(_, span)| !SPAN.contains(span)) {
            return wrong(
                field,
                "set a time of up to ten minutes, and more than nothing",
            );
        }
        if !(1..=100_000).contains(&self.max_tokens) {
            return wrong("max_tokens", "set 1 to 100,000 tokens");
        }
        if self.retries > 10 || !(1..=1_000).contains(&self.failures_to_open) {
            return wrong(
                "retries",
                "set at most 10 retries, and 1 to 1,000 failures before a pause",
            );
        }
        self.address()
    }

    fn address(&self) -> Result<Url, InvalidOpenAi> {
        let wrong = |problem| InvalidOpenAi {
            field: "base_url",
            problem,
        };
        let url = Url::parse(&self.base_url)
            .map_err(|_| wrong("write an address like https://api.openai.com/v1"))?;
        if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
            return Err(wrong(
                "write an address that begins with https:// or http://",
            ));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(wrong(
                "leave user and password out; the key goes into `key`",
            ));
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(wrong("leave out what follows ? or #"));
        }
        Ok(url)
    }

    /// OpenAI's own server has a new name for a field that all others know by the old one.
    pub(super) fn is_openai(&self) -> bool {
        let host = Url::parse(&self.base_url).ok();
        host.is_some_and(|url| url.host() == Some(Host::Domain("api.openai.com")))
    }
}

impl fmt::Debug for OpenAiOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OpenAiOptions")
            .field("base_url", &self.base_url)
            .field("model", &self.model)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_not_work_is_refused_and_the_key_is_never_shown() {
        let good = OpenAiOptions::new("m", "sk-secret");
        assert!(good.validate().is_ok());
        assert!(!format!("{good:?}").contains("sk-secret"));
        for bad in [
            "",
            "api.openai.com/v1",
            "ftp://x/v1",
            "file:///etc/passwd",
            "https://u:p@x/v1",
            "https://x/v1?key=1",
            "https:///v1#a",
        ] {
            let error = good.clone().base_url(bad).validate().unwrap_err();
            assert_eq!(error.field, "base_url", "{bad}");
        }
        let key = OpenAiOptions::new("m", "sk\r\nx: y").validate();
        assert_eq!(key.unwrap_err().field, "key");
        let model = OpenAiOptions::new(" ", "").validate();
        assert_eq!(model.unwrap_err().field, "model");
        let mut none = good;
        none.idle = Duration::ZERO;
        assert_eq!(none.validate().unwrap_err().field, "idle");
    }
}
