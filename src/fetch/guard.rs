//! Which addresses may be called.
//!
//! The name is resolved first and the addresses are judged, not the name; the connection
//! then goes to the very addresses that were judged, so that a second, different DNS answer
//! changes nothing.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// How far an address reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Anybody on the internet.
    Public,
    /// This machine or a network behind it: loopback, private, shared and link-local ranges.
    Private,
    /// No identity provider can be there: multicast, unspecified, reserved, documentation,
    /// tunnels that hide their target, and the metadata services of cloud hosts, which hand
    /// out credentials and are refused even where private addresses are allowed.
    Never,
}

/// Which addresses one client may connect to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Policy {
    /// Public ones.
    Public,
    /// Public and private ones.
    Any,
    /// Private ones: plain http must not leave the house.
    PrivateOnly,
}

impl Policy {
    /// Whether `address` may be called.
    pub fn admits(self, address: IpAddr) -> bool {
        match reach(address) {
            Reach::Public => matches!(self, Self::Public | Self::Any),
            Reach::Private => matches!(self, Self::Any | Self::PrivateOnly),
            Reach::Never => false,
        }
    }
}

/// How far `address` reaches. IPv6 forms that carry an IPv4 address are judged by it.
pub fn reach(address: IpAddr) -> Reach {
    match address {
        IpAddr::V4(v4) => reach_v4(v4),
        IpAddr::V6(v6) => reach_v6(v6),
    }
}

/// `(network, prefix length)` of the IANA IPv4 special-purpose registry, without 169.254/16
/// and the other private ones.
const NEVER_V4: [(Ipv4Addr, u32); 12] = [
    (Ipv4Addr::new(0, 0, 0, 0), 8),
    (Ipv4Addr::new(192, 0, 0, 0), 24),
    (Ipv4Addr::new(192, 0, 2, 0), 24),
    (Ipv4Addr::new(192, 88, 99, 0), 24),
    (Ipv4Addr::new(198, 51, 100, 0), 24),
    (Ipv4Addr::new(203, 0, 113, 0), 24),
    (Ipv4Addr::new(224, 0, 0, 0), 4),
    (Ipv4Addr::new(240, 0, 0, 0), 4),
    // Metadata services: AWS/GCP/Azure and most others, AWS containers, Alibaba, Oracle.
    (Ipv4Addr::new(169, 254, 169, 254), 32),
    (Ipv4Addr::new(169, 254, 170, 2), 32),
    (Ipv4Addr::new(100, 100, 100, 200), 32),
    (Ipv4Addr::new(192, 0, 0, 192), 32),
];

const PRIVATE_V4: [(Ipv4Addr, u32); 7] = [
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    (Ipv4Addr::new(100, 64, 0, 0), 10),
    (Ipv4Addr::new(127, 0, 0, 0), 8),
    (Ipv4Addr::new(169, 254, 0, 0), 16),
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    (Ipv4Addr::new(192, 168, 0, 0), 16),
    (Ipv4Addr::new(198, 18, 0, 0), 15),
];

fn reach_v4(address: Ipv4Addr) -> Reach {
    let within = |list: &[(Ipv4Addr, u32)]| {
        list.iter().any(|(network, length)| {
            let mask = u32::MAX << (32 - length);
            u32::from(address) & mask == u32::from(*network)
        })
    };
    if within(&NEVER_V4) {
        Reach::Never
    } else if within(&PRIVATE_V4) {
        Reach::Private
    } else {
        Reach::Public
    }
}

fn reach_v6(address: Ipv6Addr) -> Reach {
    let s = address.segments();
    let carried = |high: u16, low: u16| {
        let [a, b] = high.to_be_bytes();
        let [c, d] = low.to_be_bytes();
        reach_v4(Ipv4Addr::new(a, b, c, d))
    };
    match s {
        [0, 0, 0, 0, 0, 0, 0, 1] => Reach::Private,
        // IPv4-mapped, ::ffff:0:0/96.
        [0, 0, 0, 0, 0, 0xffff, high, low] => carried(high, low),
        // NAT64 with the well-known prefix, 64:ff9b::/96 (RFC 6052).
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => carried(high, low),
        // NAT64 of a network's own, 64:ff9b:1::/48 (RFC 8215): where it ends is unknown.
        [0x64, 0xff9b, 1, ..] => Reach::Private,
        // 6to4, 2002::/16 (RFC 3056).
        [0x2002, high, low, ..] => carried(high, low),
        // The metadata service of AWS.
        [0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254] => Reach::Never,
        // Unique local fc00::/7, link-local fe80::/10, the old site-local fec0::/10.
        [first, ..] if first & 0xfe00 == 0xfc00 || first & 0xff80 == 0xfe80 => Reach::Private,
        // Protocol assignments with Teredo 2001::/23, documentation.
        [0x2001, second, ..] if second < 0x200 || second == 0xdb8 => Reach::Never,
        [0x3fff, second, ..] if second < 0x1000 => Reach::Never,
        // Global unicast is 2000::/3; nothing else is routed on the internet.
        [first, ..] if first & 0xe000 == 0x2000 => Reach::Public,
        _ => Reach::Never,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use Reach::{Never, Private, Public};

    const TABLE: &[(&str, Reach)] = &[
        ("8.8.8.8", Public),
        ("9.255.255.255", Public),
        ("10.0.0.0", Private),
        ("10.255.255.255", Private),
        ("11.0.0.0", Public),
        ("100.63.255.255", Public),
        ("100.64.0.1", Private),
        ("100.127.255.255", Private),
        ("100.128.0.0", Public),
        ("100.100.100.200", Never),
        ("127.0.0.1", Private),
        ("127.255.255.254", Private),
        ("128.0.0.1", Public),
        ("169.254.1.1", Private),
        ("169.254.169.254", Never),
        ("169.254.170.2", Never),
        ("172.15.255.255", Public),
        ("172.16.0.1", Private),
        ("172.31.255.255", Private),
        ("172.32.0.0", Public),
        ("192.0.0.1", Never),
        ("192.0.2.1", Never),
        ("192.168.1.1", Private),
        ("192.169.0.0", Public),
        ("198.18.0.1", Private),
        ("198.19.255.255", Private),
        ("198.20.0.0", Public),
        ("203.0.113.9", Never),
        ("0.0.0.0", Never),
        ("0.1.2.3", Never),
        ("224.0.0.1", Never),
        ("240.0.0.1", Never),
        ("255.255.255.255", Never),
        ("::", Never),
        ("::1", Private),
        ("::2", Never),
        ("::127.0.0.1", Never),
        ("::ffff:127.0.0.1", Private),
        ("::ffff:169.254.169.254", Never),
        ("::ffff:8.8.8.8", Public),
        ("::ffff:0:8.8.8.8", Never),
        ("64:ff9b::10.0.0.1", Private),
        ("64:ff9b::8.8.8.8", Public),
        ("64:ff9b:1::8.8.8.8", Private),
        ("64:ff9b:2::1", Never),
        ("2002:7f00:1::", Private),
        ("2002:a9fe:a9fe::1", Never),
        ("2002:808:808::1", Public),
        ("2001:0:4136:e378:8000:63bf:3fff:fdd2", Never),
        ("2001:1ff::1", Never),
        ("2001:200::1", Public),
        ("2001:db8::1", Never),
        ("2606:4700::1111", Public),
        ("3fff:fff::1", Never),
        ("3fff:1000::1", Public),
        ("4000::1", Never),
        ("100::1", Never),
        ("fbff::1", Never),
        ("fc00::1", Private),
        ("fdff::1", Private),
        ("fd00:ec2::254", Never),
        ("fe00::1", Never),
        ("fe80::1", Private),
        ("febf::1", Private),
        ("fec0::1", Private),
        ("ff02::1", Never),
    ];

    #[test]
    fn addresses_and_how_far_they_reach() {
        for (text, expected) in TABLE {
            assert_eq!(reach(text.parse().unwrap()), *expected, "{text}");
        }
    }

    #[test]
    fn policies() {
        for (text, public, any, private_only) in [
            ("8.8.8.8", true, true, false),
            ("10.0.0.1", false, true, true),
            ("169.254.169.254", false, false, false),
        ] {
            let address = text.parse().unwrap();
            assert_eq!(Policy::Public.admits(address), public, "{text}");
            assert_eq!(Policy::Any.admits(address), any, "{text}");
            assert_eq!(Policy::PrivateOnly.admits(address), private_only, "{text}");
        }
    }
}
