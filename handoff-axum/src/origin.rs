//! Where a browser's request comes from.

use axum::http::uri::Authority;
use axum::http::{HeaderMap, Uri, header};
use url::Url;

/// Scheme, host and port of an address, as browsers write it in `Origin`.
pub(crate) fn of(url: &Url) -> String {
    url.origin().ascii_serialization()
}

/// The `Origin` header: none where there is none, `Some(Err)` where it is no single origin of a site.
pub(crate) fn asked(headers: &HeaderMap) -> Option<Result<&str, ()>> {
    let mut values = headers.get_all(header::ORIGIN).iter();
    let first = values.next()?;
    let origin = first
        .to_str()
        .ok()
        .filter(|origin| *origin != "null" && !origin.is_empty());
    Some(origin.filter(|_| values.next().is_none()).ok_or(()))
}

/// Whether `Host` is one under which this server answers.
#[derive(Debug, Clone)]
pub(crate) struct Hosts(Vec<String>);

impl Hosts {
    pub(crate) fn new(base: &Url) -> Self {
        let Some(host) = base.host_str() else {
            return Self(Vec::new());
        };
        let mut names = vec![host.to_owned()];
        if is_loopback(base) {
            names.extend(["localhost", "127.0.0.1", "[::1]"].map(String::from));
        }
        let port = base
            .port()
            .map(|port| format!(":{port}"))
            .unwrap_or_default();
        Self(
            names
                .into_iter()
                .map(|name| format!("{name}{port}"))
                .collect(),
        )
    }

    pub(crate) fn admit(&self, uri: &Uri, headers: &HeaderMap) -> bool {
        let host = match uri.authority().map(Authority::as_str) {
            Some(authority) => Some(authority),
            None => headers
                .get(header::HOST)
                .and_then(|host| host.to_str().ok()),
        };
        let one = headers.get_all(header::HOST).iter().count() <= 1;
        one && host.is_some_and(|host| self.0.iter().any(|own| own.eq_ignore_ascii_case(host)))
    }

    /// Whether an `Origin` is the server's own.
    pub(crate) fn is_own(&self, base: &Url, origin: &str) -> bool {
        let scheme = format!("{}://", base.scheme());
        origin
            .strip_prefix(&scheme)
            .is_some_and(|host| self.0.iter().any(|own| own == host))
    }
}

/// Whether an address is this machine's own: browsers then trust it without TLS.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(four)) => four.is_loopback(),
        Some(url::Host::Ipv6(six)) => six.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: header::HeaderName, value: &str) -> HeaderMap {
        HeaderMap::from_iter([(name, value.parse().unwrap())])
    }

    #[test]
    fn no_other_origin_is_ones_own() {
        let base = Url::parse("https://chat.example").unwrap();
        let hosts = Hosts::new(&base);
        assert!(hosts.is_own(&base, "https://chat.example"));
        for other in [
            "http://chat.example",
            "https://chat.example:444",
            "https://chat.example.evil.example",
            "https://evil.example",
            "https://xchat.example",
            "null",
            "",
        ] {
            assert!(!hosts.is_own(&base, other), "{other}");
        }
        assert_eq!(asked(&headers(header::ORIGIN, "null")), Some(Err(())));
        assert_eq!(asked(&HeaderMap::new()), None);
    }

    #[test]
    fn a_server_answers_under_its_own_name_alone() {
        let hosts = Hosts::new(&Url::parse("http://127.0.0.1:8080").unwrap());
        let admit = |host: &str| hosts.admit(&Uri::from_static("/"), &headers(header::HOST, host));
        assert!(admit("127.0.0.1:8080") && admit("localhost:8080") && admit("LOCALHOST:8080"));
        assert!(!admit("evil.example:8080") && !admit("127.0.0.1") && !admit(""));
    }
}
