//! The address a request came from. `X-Forwarded-For` is believed from listed proxies only.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use actix_web::HttpRequest;

use crate::config::Config;

/// Most entries of `X-Forwarded-For` looked at, from the right.
const HOPS: usize = 32;

/// The client's address: the peer, unless the peer is a trusted proxy; then the right-most
/// address that is not one.
pub fn of(request: &HttpRequest, config: &Config) -> IpAddr {
    let peer = request.peer_addr().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |a| a.ip());
    let lines: Vec<&str> = request
        .headers()
        .get_all("x-forwarded-for")
        .filter_map(|value| value.to_str().ok())
        .collect();
    resolve(peer.to_canonical(), &lines, &config.trusted_proxies)
}

fn resolve(peer: IpAddr, lines: &[&str], trusted: &[IpAddr]) -> IpAddr {
    let known = |address: &IpAddr| trusted.iter().any(|t| t.to_canonical() == *address);
    let mut nearest = peer;
    for entry in lines.iter().rev().flat_map(|line| line.rsplit(',')).take(HOPS) {
        if !known(&nearest) {
            break;
        }
        // What cannot be read was not written by a proxy of ours: stop at the last sure hop.
        let Some(address) = parse(entry) else { break };
        nearest = address;
    }
    nearest
}

/// `192.0.2.1`, `192.0.2.1:4711`, `2001:db8::1`, `[2001:db8::1]:4711`.
fn parse(entry: &str) -> Option<IpAddr> {
    let entry = entry.trim();
    entry
        .parse::<IpAddr>()
        .or_else(|_| entry.parse::<SocketAddr>().map(|a| a.ip()))
        .or_else(|_| entry.trim_start_matches('[').trim_end_matches(']').parse())
        .ok()
        .map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_believed() {
        let proxies: Vec<IpAddr> = vec!["10.0.0.1".parse().unwrap(), "10.0.0.2".parse().unwrap()];
        for (peer, lines, expected) in [
            ("192.0.2.9", vec!["1.1.1.1"], "192.0.2.9"),
            ("10.0.0.1", vec![], "10.0.0.1"),
            ("10.0.0.1", vec!["192.0.2.7"], "192.0.2.7"),
            ("::ffff:10.0.0.1", vec!["192.0.2.7"], "192.0.2.7"),
            ("10.0.0.1", vec!["1.1.1.1, 192.0.2.7"], "192.0.2.7"),
            ("10.0.0.1", vec!["1.1.1.1, 192.0.2.7, 10.0.0.2"], "192.0.2.7"),
            ("10.0.0.1", vec!["1.1.1.1", "192.0.2.7, 10.0.0.2"], "192.0.2.7"),
            ("10.0.0.1", vec!["1.1.1.1, nonsense"], "10.0.0.1"),
            ("10.0.0.1", vec!["192.0.2.7:4711"], "192.0.2.7"),
            ("10.0.0.1", vec!["[2001:db8::1]:4711"], "2001:db8::1"),
            ("10.0.0.1", vec!["[2001:db8::1]"], "2001:db8::1"),
        ] {
            let peer = peer.parse::<IpAddr>().unwrap().to_canonical();
            let found = resolve(peer, &lines, &proxies);
            assert_eq!(found, expected.parse::<IpAddr>().unwrap(), "{peer} {lines:?}");
        }
    }
}
