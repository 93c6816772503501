//! What strangers may cause, so that a flood of them costs little and hides nothing.

use std::net::{IpAddr, Ipv4Addr};

use super::rate::{Limiter, Rate};
use crate::model::id::{AppId, ConnectionId, OrganizationId, UserId};
use crate::model::rng::Rng;
use crate::model::time::Millis;

/// Sign-ins begun from one client address (an IPv4 address or an IPv6 /64). A whole company can
/// stand behind one: ten thousand people who all arrive within half an hour are six a second,
/// and a thousand at the same stroke of nine are the burst. What a script leaves in an hour at
/// fifty a second, the retention job clears away within a minute.
const ADDRESS: Rate = Rate { burst: 1_000, interval: 20 };
/// From one IPv6 /48, which is what one customer is given and holds 65,536 of the above.
const SITE: Rate = Rate { burst: 4_000, interval: 5 };
/// From a private or loopback address: a reverse proxy nobody told us of, which stands for all
/// visitors, or people of the house.
const NEAR: Rate = Rate { burst: 20_000, interval: 1 };
/// By somebody who is signed in, when the address is used up.
const PERSON: Rate = Rate { burst: 200, interval: 500 };
/// Records of refusals about one thing: sixty a minute.
const RECORDS: Rate = Rate { burst: 60, interval: 1_000 };
/// Records of refusals about everything together.
const ALL_RECORDS: Rate = Rate { burst: 600, interval: 100 };

/// What a refusal that anybody can cause is about. Only things that exist have a budget of
/// their own: else every made-up name would bring one along.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum About {
    /// Answers at a connection that exists.
    Connection(ConnectionId),
    /// Requests of an app that exists.
    App(AppId),
    /// Ways in that were typed or linked to.
    Routes,
    /// The owner's door.
    OwnersDoor,
    /// Passwords of people who are not owners.
    Passwords,
    /// Nothing that is known here.
    Nameless,
}

/// The bounds, counted in memory. A restart forgets the counts, which costs one burst.
pub struct Bounds {
    begun: Limiter,
    recorded: Limiter,
}

impl Bounds {
    /// With nothing counted yet.
    pub fn new(rng: &dyn Rng) -> Self {
        Self { begun: Limiter::new(rng), recorded: Limiter::new(rng) }
    }

    /// Whether one more sign-in may begin from `address`, which is counted if so.
    pub fn may_begin(&self, address: IpAddr, now: Millis) -> bool {
        let take = |name: &[u8], rate| self.begun.take(name, rate, now);
        let own = network(address);
        if is_near(address) {
            return take(&own, NEAR);
        }
        take(&own, ADDRESS) && site(address).is_none_or(|site| take(&site, SITE))
    }

    /// Whether one more sign-in may be begun by somebody who is signed in.
    pub fn may_begin_again(&self, user: &UserId, now: Millis) -> bool {
        self.begun.take(user.as_str().as_bytes(), PERSON, now)
    }

    /// Whether one more test sign-in may be asked for by the administrators of an organization.
    /// What strangers cause takes nothing from it.
    pub fn may_test(&self, organization: &OrganizationId, now: Millis) -> bool {
        let name = format!("tests of {}", organization.as_str());
        self.begun.take(name.as_bytes(), RECORDS, now)
    }

    /// Whether one more refusal may leave a record, which is counted if so.
    pub fn may_record(&self, about: &About, now: Millis) -> bool {
        let name = match about {
            About::Connection(id) => format!("connection {}", id.as_str()),
            About::App(id) => format!("app {}", id.as_str()),
            About::Routes => "routes".to_owned(),
            About::OwnersDoor => "owner".to_owned(),
            About::Passwords => "passwords".to_owned(),
            About::Nameless => "nameless".to_owned(),
        };
        // Its own first: what is over that takes nothing from the others.
        self.recorded.take(name.as_bytes(), RECORDS, now)
            && self.recorded.take(b"all", ALL_RECORDS, now)
    }
}

/// What stands for one client: an IPv4 address or an IPv6 /64.
pub(super) fn network(address: IpAddr) -> Vec<u8> {
    match address {
        IpAddr::V4(v4) => v4.octets().to_vec(),
        IpAddr::V6(v6) => v6.octets().into_iter().take(8).collect(),
    }
}

/// The IPv6 /48 around a client.
pub(super) fn site(address: IpAddr) -> Option<Vec<u8>> {
    match address {
        IpAddr::V4(_) => None,
        IpAddr::V6(v6) => Some(v6.octets().into_iter().take(6).collect()),
    }
}

/// Whether an address is a private or loopback one, behind which all visitors may be.
pub(super) fn is_near(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            v4.is_loopback() || v4.is_private() || v4.is_link_local() || is_shared(v4)
        }
        IpAddr::V6(v6) => v6.is_loopback() || v6.is_unique_local() || v6.is_unicast_link_local(),
    }
}

/// Shared address space (RFC 6598), where clouds and overlay networks put their proxies.
const fn is_shared(address: Ipv4Addr) -> bool {
    let [first, second, ..] = address.octets();
    first == 100 && second & 0xc0 == 64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::rng::SystemRng;
    use crate::model::time::SECOND;

    const NOW: Millis = Millis(1_800_000_000_000);

    fn begun(bounds: &Bounds, address: &str, now: Millis, tries: usize) -> usize {
        let address = address.parse().unwrap();
        (0..tries).filter(|_| bounds.may_begin(address, now)).count()
    }

    #[test]
    fn a_company_behind_one_address_gets_in_and_a_flood_does_not() {
        let bounds = Bounds::new(&SystemRng);
        assert_eq!(begun(&bounds, "192.0.2.1", NOW, 5_000), 1_000);
        assert_eq!(begun(&bounds, "192.0.2.1", NOW.plus(SECOND), 5_000), 50);
        assert_eq!(begun(&bounds, "192.0.2.2", NOW, 1_000), 1_000);
    }

    #[test]
    fn what_one_customer_is_given_counts_together() {
        let bounds = Bounds::new(&SystemRng);
        assert_eq!(begun(&bounds, "2001:db8:1:1::1", NOW, 900), 900);
        assert_eq!(begun(&bounds, "2001:db8:1:1:ffff::9", NOW, 900), 100, "the same /64");
        let networks = (2..100).map(|n| begun(&bounds, &format!("2001:db8:1:{n}::1"), NOW, 100));
        assert_eq!(networks.sum::<usize>(), 3_000, "the same /48");
        assert_eq!(begun(&bounds, "2001:db8:2:1::1", NOW, 900), 900);
    }

    #[test]
    fn a_proxy_nobody_told_us_of_stands_for_many() {
        let bounds = Bounds::new(&SystemRng);
        for address in
            ["127.0.0.1", "10.1.2.3", "100.64.0.1", "172.16.0.1", "192.168.1.1", "::1", "fd00::1"]
        {
            assert_eq!(begun(&bounds, address, NOW, 30_000), 20_000, "{address}");
        }
    }

    #[test]
    fn a_flood_at_one_thing_hides_nothing_else() {
        let bounds = Bounds::new(&SystemRng);
        let connection = |id: &str| About::Connection(ConnectionId::try_from(id).unwrap());
        let app = |id: &str| About::App(AppId::try_from(id).unwrap());
        let recorded =
            |about: &About, now| (0..1_000).filter(|_| bounds.may_record(about, now)).count();
        for about in [
            connection("c1"),
            connection("c2"),
            app("c1"),
            About::Routes,
            About::OwnersDoor,
            About::Passwords,
            About::Nameless,
        ] {
            assert_eq!(recorded(&about, NOW), 60, "{about:?}");
            assert_eq!(recorded(&about, NOW.plus(SECOND)), 1, "{about:?}");
        }
        let all = (0..100).map(|n| recorded(&connection(&format!("d{n}")), NOW));
        assert!(all.sum::<usize>() <= 250, "together they are bounded");
    }
}
