//! Whose request it is, by address.

use std::net::{IpAddr, SocketAddr};

use axum::extract::ConnectInfo;
use axum::http::{Extensions, HeaderMap};

/// The address that limits count, where it is known and not the machine's own.
pub(crate) fn counted(
    extensions: &Extensions,
    headers: &HeaderMap,
    trusted: &[IpAddr],
) -> Option<IpAddr> {
    let ConnectInfo(peer) = extensions.get::<ConnectInfo<SocketAddr>>()?;
    let mut address = peer.ip().to_canonical();
    // From the last proxy backwards: the first that nobody vouches for is the client.
    let hops = headers
        .get_all("x-forwarded-for")
        .iter()
        .filter_map(|value| value.to_str().ok());
    let hops: Vec<&str> = hops
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .collect();
    for hop in hops.into_iter().rev() {
        if !trusted.contains(&address) {
            break;
        }
        match hop.parse::<IpAddr>() {
            Ok(hop) => address = hop.to_canonical(),
            Err(_) => break,
        }
    }
    (!address.is_loopback()).then(|| network(address))
}

/// An IPv6 customer has a whole /64.
fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(six) => IpAddr::V6((u128::from(six) >> 64 << 64).into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(peer: &str, forwarded: &str, trusted: &[&str]) -> Option<String> {
        let mut extensions = Extensions::new();
        extensions.insert(ConnectInfo(SocketAddr::new(peer.parse().unwrap(), 1)));
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-for", forwarded.parse().unwrap());
        let trusted: Vec<IpAddr> = trusted.iter().map(|one| one.parse().unwrap()).collect();
        counted(&extensions, &headers, &trusted).map(|address| address.to_string())
    }

    #[test]
    fn only_trusted_proxies_are_believed() {
        assert_eq!(
            address("203.0.113.9", "198.51.100.1", &[]).unwrap(),
            "203.0.113.9"
        );
        assert_eq!(
            address("10.0.0.1", "198.51.100.1", &["10.0.0.1"]).unwrap(),
            "198.51.100.1"
        );
        // What the client wrote itself stands before what the proxy saw.
        assert_eq!(
            address("10.0.0.1", "1.1.1.1, 198.51.100.1", &["10.0.0.1"]).unwrap(),
            "198.51.100.1"
        );
        assert_eq!(
            address(
                "10.0.0.1",
                "198.51.100.1, 10.0.0.2",
                &["10.0.0.1", "10.0.0.2"]
            )
            .unwrap(),
            "198.51.100.1"
        );
        assert_eq!(
            address("10.0.0.1", "nonsense", &["10.0.0.1"]).unwrap(),
            "10.0.0.1"
        );
        assert_eq!(address("127.0.0.1", "198.51.100.1", &[]), None);
        assert_eq!(address("2001:db8::1:2", "", &[]).unwrap(), "2001:db8::");
    }
}
