//! The address a request came from. `X-Forwarded-For` is believed from listed proxies only.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicBool, Ordering};

use actix_web::HttpRequest;

use crate::config::Config;

/// Most entries of `X-Forwarded-For` looked at, from the right.
const HOPS: usize = 32;

/// Whether somebody was told of a proxy that may have been forgotten.
static TOLD: AtomicBool = AtomicBool::new(false);

/// The client's address: the peer, unless the peer is a trusted proxy; then the right-most
/// address that is not one.
pub fn of(request: &HttpRequest, config: &Config) -> IpAddr {
    let peer = request.peer_addr().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |a| a.ip());
    let lines: Vec<&str> = request
        .headers()
        .get_all("x-forwarded-for")
        .filter_map(|value| value.to_str().ok())
        .collect();
    let peer = peer.to_canonical();
    if is_news(&TOLD, peer, &lines, &config.trusted_proxies) {
        tracing::warn!(
            %peer,
            "a request came with X-Forwarded-For from an address that is no trusted proxy. If it \
             is your reverse proxy, name it with --trusted-proxy: until then all its visitors \
             count as one client. This is said once"
        );
    }
    resolve(peer, &lines, &config.trusted_proxies)
}

/// Whether a request came by a proxy that is not among the trusted ones.
pub fn by_stranger(request: &HttpRequest, config: &Config) -> bool {
    let peer = request.peer_addr().map(|address| address.ip().to_canonical());
    request.headers().contains_key("x-forwarded-for")
        && !peer.is_some_and(|peer| is_trusted(peer, &config.trusted_proxies))
}

/// Whether this is the first request that looks as if a proxy had been forgotten.
fn is_news(told: &AtomicBool, peer: IpAddr, lines: &[&str], trusted: &[IpAddr]) -> bool {
    let forwarded = !lines.is_empty() && !is_trusted(peer, trusted);
    forwarded && !told.load(Ordering::Relaxed) && !told.swap(true, Ordering::Relaxed)
}

fn is_trusted(address: IpAddr, trusted: &[IpAddr]) -> bool {
    trusted.iter().any(|proxy| proxy.to_canonical() == address)
}

fn resolve(peer: IpAddr, lines: &[&str], trusted: &[IpAddr]) -> IpAddr {
    let mut nearest = peer;
    for entry in lines.iter().rev().flat_map(|line| line.rsplit(',')).take(HOPS) {
        if !is_trusted(nearest, trusted) {
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
    fn a_forgotten_proxy_is_named_once() {
        let told = AtomicBool::new(false);
        let proxies: Vec<IpAddr> = vec!["10.0.0.1".parse().unwrap()];
        let ask =
            |peer: &str, lines: &[&str]| is_news(&told, peer.parse().unwrap(), lines, &proxies);
        assert!(!ask("10.0.0.1", &["192.0.2.7"]), "a proxy that is known");
        assert!(!ask("10.0.0.2", &[]), "no proxy");
        assert!(ask("10.0.0.2", &["192.0.2.7"]));
        assert!(!ask("10.0.0.2", &["192.0.2.7"]), "told already");
        assert!(!ask("10.0.0.3", &["192.0.2.7"]), "told already");
    }

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
