//! [`WebhookOptions`].

use std::fmt;
use std::time::Duration;

use url::{Host, Url};

use super::signature::Key;

/// Where a [`Webhook`](super::Webhook) tells of turns, and how patiently.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct WebhookOptions {
    /// The bot's address: `https`, or `http` on this machine.
    pub url: String,
    /// What messages are signed with: `whsec_` and 24 to 64 bytes in base64.
    pub secret: String,
    /// One attempt may take so long, the connection included. Default 5 seconds.
    pub attempt: Duration,
    /// An attempt that failed is repeated so often, with the same id. Default 3.
    pub retries: u32,
    /// The pause before the first repeat; it doubles. Default 500 milliseconds.
    pub first_pause: Duration,
}

/// Why options are refused, in a sentence for the person who set them.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {problem}")]
pub struct InvalidWebhook {
    /// The setting, like `url`.
    pub field: &'static str,
    /// What is wrong and what would be right.
    pub problem: &'static str,
}

/// No time is set to nothing, and none above a minute.
const SPAN: std::ops::RangeInclusive<Duration> = Duration::from_millis(1)..=Duration::from_mins(1);

impl WebhookOptions {
    /// With an address and a secret.
    pub fn new(url: impl Into<String>, secret: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            secret: secret.into(),
            attempt: Duration::from_secs(5),
            retries: 3,
            first_pause: Duration::from_millis(500),
        }
    }

    /// Checks every setting; returns what they mean.
    pub(super) fn validate(&self) -> Result<(Url, Key), InvalidWebhook> {
        let wrong = |field, problem| InvalidWebhook { field, problem };
        let key = Key::parse(&self.secret).ok_or_else(|| {
            let problem = "write whsec_ and 24 to 64 random bytes in base64, as from: \
                           echo whsec_$(openssl rand -base64 32)";
            wrong("secret", problem)
        })?;
        if !SPAN.contains(&self.attempt) || !SPAN.contains(&self.first_pause) {
            let problem = "set a time of up to a minute, and more than nothing";
            return Err(wrong("attempt", problem));
        }
        if self.retries > 10 {
            return Err(wrong("retries", "set at most 10 repeats"));
        }
        Ok((self.address()?, key))
    }

    fn address(&self) -> Result<Url, InvalidWebhook> {
        let wrong = |problem| InvalidWebhook {
            field: "url",
            problem,
        };
        let url = Url::parse(&self.url)
            .map_err(|_| wrong("write the bot's address, like https://bot.example/turns"))?;
        let here = match url.host() {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        };
        if url.scheme() != "https" && !(url.scheme() == "http" && here) {
            let problem =
                "write https://, or http:// for a bot on this machine: visitors' words are in it";
            return Err(wrong(problem));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(wrong(
                "leave user and password out: the signature says who sends",
            ));
        }
        if url.fragment().is_some() {
            return Err(wrong("leave out what follows #"));
        }
        Ok(url)
    }
}

impl fmt::Debug for WebhookOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebhookOptions").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    #[test]
    fn only_what_keeps_words_and_secrets_to_themselves_is_taken() {
        for good in [
            "https://bot.example/turns?shop=1",
            "http://127.0.0.1:9000",
            "http://localhost:9000/",
            "http://[::1]:9000/turns",
        ] {
            let options = WebhookOptions::new(good, SECRET);
            assert!(options.validate().is_ok(), "{good}");
            assert!(!format!("{options:?}").contains("whsec"));
        }
        for bad in [
            "",
            "bot.example",
            "http://bot.example",
            "http://169.254.169.254/",
            "http://localhost.evil.example/",
            "https://user:word@bot.example/",
            "https://bot.example/#a",
            "file:///etc/passwd",
            "gopher://127.0.0.1/",
        ] {
            let refused = WebhookOptions::new(bad, SECRET).validate();
            assert_eq!(refused.err().map(|error| error.field), Some("url"), "{bad}");
        }
        let weak = WebhookOptions::new("https://bot.example", "changeme").validate();
        assert_eq!(weak.err().map(|error| error.field), Some("secret"));
        let mut never = WebhookOptions::new("https://bot.example", SECRET);
        never.attempt = Duration::ZERO;
        assert_eq!(
            never.validate().err().map(|error| error.field),
            Some("attempt")
        );
    }
}
