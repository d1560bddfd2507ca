//! The cookie of a session.

use axum::http::{HeaderMap, HeaderValue, header};
use axum_extra::extract::cookie::{Cookie, SameSite};
use url::Url;

use crate::failure::Failure;
use crate::origin;

/// Where browsers keep the token of a session.
#[derive(Debug, Clone)]
pub(super) struct SessionCookie {
    name: &'static str,
    secure: bool,
}

impl SessionCookie {
    /// Under TLS, and on this machine itself, the prefix binds it to this host. A server that people reach over plain HTTP
    /// from elsewhere can't have that: browsers would not take it.
    pub(super) fn new(base: &Url) -> Self {
        let secure = base.scheme() == "https" || origin::is_loopback(base);
        Self {
            name: if secure { "__Host-handoff" } else { "handoff" },
            secure,
        }
    }

    /// The token that a request brings; none where there is none, or more than one.
    pub(super) fn token<'h>(&self, headers: &'h HeaderMap) -> Option<&'h str> {
        let lines = headers
            .get_all(header::COOKIE)
            .iter()
            .filter_map(|line| line.to_str().ok());
        let pairs = lines
            .flat_map(|line| line.split(';'))
            .filter_map(|pair| pair.trim().split_once('='));
        let mut tokens = pairs
            .filter(|(name, _)| *name == self.name)
            .map(|(_, token)| token);
        let token = tokens.next()?;
        tokens.next().is_none().then_some(token)
    }

    /// Sets the cookie.
    pub(super) fn set(&self, token: &str, seconds: i64) -> Result<HeaderValue, Failure> {
        let cookie = format!("{}; Max-Age={seconds}", self.bare(token));
        HeaderValue::from_str(&cookie).map_err(|error| Failure::internal(&error))
    }

    /// Takes the cookie away.
    pub(super) fn clear(&self) -> Result<HeaderValue, Failure> {
        self.set("", 0)
    }

    fn bare(&self, token: &str) -> Cookie<'static> {
        Cookie::build((self.name, token.to_owned()))
            .path("/")
            .http_only(true)
            .secure(self.secure)
            .same_site(SameSite::Strict)
            .build()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(base: &str, cookies: &str) -> Option<String> {
        let headers = HeaderMap::from_iter([(header::COOKIE, cookies.parse().unwrap())]);
        SessionCookie::new(&Url::parse(base).unwrap())
            .token(&headers)
            .map(String::from)
    }

    #[test]
    fn a_doubled_cookie_is_none() {
        let base = "https://a.example";
        assert_eq!(token(base, "x=1; __Host-handoff=abc; y=2").unwrap(), "abc");
        assert_eq!(token(base, "__Host-handoff=abc; __Host-handoff=def"), None);
        assert_eq!(token(base, "handoff=abc"), None);
    }

    #[test]
    fn a_cookie_stays_with_its_host_and_away_from_scripts() {
        let cookie = SessionCookie::new(&Url::parse("https://a.example").unwrap())
            .set("abc", 60)
            .unwrap();
        let cookie = cookie.to_str().unwrap();
        for part in [
            "__Host-handoff=abc",
            "HttpOnly",
            "Secure",
            "SameSite=Strict",
            "Path=/",
            "Max-Age=60",
        ] {
            assert!(cookie.contains(part), "{part} in {cookie}");
        }
        assert!(!cookie.contains("Domain"));
    }
}
