//! How a server is talked to.

use std::time::Duration;

/// Settings of a [`RedisStore`](crate::RedisStore) and a [`RedisBus`](crate::RedisBus). The defaults suit a server in the
/// same data centre.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct RedisOptions {
    /// What every key and channel begins with. Installations that share a server have different ones.
    pub prefix: String,
    /// How long an answer may take before the call fails as temporary: what became of a write is unknown then.
    pub response_timeout: Duration,
    /// How long connecting may take.
    pub connect_timeout: Duration,
}

impl Default for RedisOptions {
    /// Prefix `handoff`, 5 s for an answer, 3 s to connect.
    fn default() -> Self {
        Self {
            prefix: "handoff".to_owned(),
            response_timeout: Duration::from_secs(5),
            connect_timeout: Duration::from_secs(3),
        }
    }
}

impl RedisOptions {
    /// With this prefix.
    #[must_use]
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = prefix.into();
        self
    }

    /// With so long for an answer.
    #[must_use]
    pub fn response_timeout(mut self, timeout: Duration) -> Self {
        self.response_timeout = timeout;
        self
    }

    /// With so long to connect.
    #[must_use]
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }
}
