//! An address that may hold a password.

use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

use url::Url;

/// What was written for a store or a bus. It shows itself without what is secret.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Address(String);

impl Address {
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Address {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.0.contains("://") {
            return f.write_str(&self.0);
        }
        // Options may hold a password too.
        let shown = Url::parse(&self.0).ok().and_then(|mut url| {
            url.set_query(None);
            url.set_fragment(None);
            let secret = url.password().is_some();
            secret
                .then(|| url.set_password(Some("***")))
                .transpose()
                .ok()?;
            Some(url)
        });
        match shown {
            Some(url) => write!(f, "{url}"),
            None => f.write_str("an address that can't be read"),
        }
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Address({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_password_is_shown() {
        for (written, shown) in [
            ("memory", "memory"),
            ("sqlite:some where.db", "sqlite:some where.db"),
            ("postgres://db/handoff", "postgres://db/handoff"),
            (
                "postgres://ann:canary@db:5433/handoff",
                "postgres://ann:***@db:5433/handoff",
            ),
            (
                "postgres://db/handoff?password=canary",
                "postgres://db/handoff",
            ),
            ("redis://:canary@cache:6380/2", "redis://:***@cache:6380/2"),
            (
                "postgres://ann:can%2Fary@:::",
                "an address that can't be read",
            ),
        ] {
            let address: Address = written.parse().unwrap();
            assert_eq!(address.to_string(), shown);
            assert!(!format!("{address:?}").contains("canary"));
        }
    }
}
