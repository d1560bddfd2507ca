//! The settings of a transport.

use std::fmt::Debug;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use url::Url;

use crate::auth::Identify;

/// Who the people of the team are.
#[derive(Debug, Clone, Default)]
pub enum Team {
    /// Built-in accounts: passwords, session cookies, invitations.
    #[default]
    Accounts,
    /// The host knows them.
    Host(Arc<dyn Identify>),
}

/// The settings of a transport.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Options {
    /// Where people reach it, like `https://chat.example`. Links begin with it, and browsers' requests must come from it.
    pub base_url: Url,
    /// Who the people of the team are.
    pub team: Team,
    /// How much and how often.
    pub limits: Limits,
    /// A client sends a heartbeat at least so often; it is missed after two and a half times that.
    pub heartbeat: Duration,
    /// Proxies whose `X-Forwarded-For` counts. Nobody else's does.
    pub trusted_proxies: Vec<IpAddr>,
    /// Refuse requests whose `Host` is not that of `base_url`. Turn it off only behind a proxy that rewrites it.
    pub check_host: bool,
}

/// Why options are refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "the base URL {0:?} is none: write it like https://chat.example, with http or https, without user, query and fragment"
)]
pub struct InvalidOptions(String);

impl Options {
    /// The defaults for a server that people reach under this address.
    ///
    /// # Errors
    /// [`InvalidOptions`] where it is no http or https address.
    pub fn new(base_url: &str) -> Result<Self, InvalidOptions> {
        let invalid = || InvalidOptions(base_url.to_owned());
        let url = Url::parse(base_url).map_err(|_| invalid())?;
        let plain = url.username().is_empty() && url.query().is_none() && url.fragment().is_none();
        if !matches!(url.scheme(), "http" | "https") || url.host().is_none() || !plain {
            return Err(invalid());
        }
        Ok(Self {
            base_url: url,
            team: Team::default(),
            limits: Limits::default(),
            heartbeat: Duration::from_secs(25),
            trusted_proxies: Vec::new(),
            check_host: true,
        })
    }

    /// A link to one of the pages.
    pub(crate) fn link(&self, path_and_fragment: &str) -> String {
        format!(
            "{}{path_and_fragment}",
            self.base_url.as_str().trim_end_matches('/')
        )
    }
}

/// So many at once, and so many in a minute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// At once.
    pub burst: u32,
    /// In a minute.
    pub per_minute: u32,
}

impl Rate {
    /// A rate.
    pub const fn new(burst: u32, per_minute: u32) -> Self {
        Self { burst, per_minute }
    }
}

/// How much and how often. None: as much as one likes. What counts by address does not count the machine's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// The largest body of a request, in bytes.
    pub body: usize,
    /// New visitors by address.
    pub new_visitors: Option<Rate>,
    /// What a visitor says or does.
    pub visitor: Option<Rate>,
    /// Frames of one socket.
    pub frames: Option<Rate>,
    /// Sockets of one visitor.
    pub visitor_sockets: usize,
    /// Sockets of one person of the team.
    pub agent_sockets: usize,
    /// Sockets by address.
    pub address_sockets: usize,
    /// Tries to sign in to one account, from one address.
    pub sign_in: Option<Rate>,
    /// Tries to sign in to one account, from everywhere.
    pub sign_in_account: Option<Rate>,
    /// Tries to sign in from one address.
    pub sign_in_address: Option<Rate>,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body: 256 * 1024,
            new_visitors: Some(Rate::new(30, 60)),
            visitor: Some(Rate::new(30, 120)),
            frames: Some(Rate::new(200, 1_200)),
            visitor_sockets: 20,
            agent_sockets: 50,
            address_sockets: 500,
            sign_in: Some(Rate::new(10, 10)),
            sign_in_account: Some(Rate::new(60, 60)),
            sign_in_address: Some(Rate::new(30, 30)),
        }
    }
}

impl Limits {
    /// No limit but those on sizes and on passwords: for measurements.
    pub fn open() -> Self {
        Self {
            new_visitors: None,
            visitor: None,
            frames: None,
            visitor_sockets: usize::MAX,
            agent_sockets: usize::MAX,
            address_sockets: usize::MAX,
            ..Self::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_web_addresses_are_base_urls() {
        for bad in [
            "",
            "chat.example",
            "ftp://a.example",
            "https://u@a.example",
            "http://a.example/?x",
            "data:,x",
        ] {
            assert!(Options::new(bad).is_err(), "{bad}");
        }
        let options = Options::new("https://a.example/chat/").unwrap();
        assert_eq!(options.link("/setup#x"), "https://a.example/chat/setup#x");
    }
}
