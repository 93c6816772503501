//! Looks for the records that prove domains, no more often than is good for anybody.

use std::net::SocketAddr;

use tokio::sync::Semaphore;

use super::rate::{Limiter, Rate};
use crate::fetch::Dns;
use crate::model::domain::Domain;
use crate::model::domain::finding::Finding;
use crate::model::rng::Rng;
use crate::model::time::Millis;

/// Of one domain by one organization.
const OWN: Rate = Rate { burst: 5, interval: 20_000 };
/// Of one domain by all organizations together: its name servers get no more from us. More
/// than [`OWN`], so that whoever wants somebody else's domain does not keep them from it.
const DOMAIN: Rate = Rate { burst: 20, interval: 5_000 };
/// The first question in a while of one organization for one domain, which is not counted as
/// [`DOMAIN`]: several organizations that act together could else keep the owner from it.
const FIRST: Rate = Rate { burst: 1, interval: 100_000 };
/// By one organization.
const ORGANIZATION: Rate = Rate { burst: 30, interval: 3_000 };
/// By everybody together.
const ALL: Rate = Rate { burst: 200, interval: 200 };
/// Looked for at once: more than [`ALL`] begins while one that gets no answer goes on, so that
/// those who wait do not pile up.
const AT_ONCE: usize = 32;

/// Looks for records.
pub struct Proofs {
    dns: Dns,
    asked: Limiter,
    permits: Semaphore,
}

impl Proofs {
    /// Asks these name servers; the system's when there are none.
    pub fn new(servers: &[SocketAddr], rng: &dyn Rng) -> Self {
        let permits = Semaphore::new(AT_ONCE);
        Self { dns: Dns::new(servers), asked: Limiter::new(rng), permits }
    }

    /// Whether an administrator may have a domain looked for once more, which is counted if so.
    pub fn may_ask(&self, domain: &Domain, now: Millis) -> bool {
        let Domain { organization, name, .. } = domain;
        let take = |name: String, rate| self.asked.take(name.as_bytes(), rate, now);
        // Its own first: what is over that takes nothing from the others.
        take(format!("own {organization} {name}"), OWN)
            && take(format!("organization {organization}"), ORGANIZATION)
            && (take(format!("first {organization} {name}"), FIRST)
                || take(format!("domain {name}"), DOMAIN))
            && take("all".to_owned(), ALL)
    }

    /// Looks for the record of a domain. Takes some seconds at most, and longer only to wait
    /// for others.
    pub async fn look_for(&self, domain: &Domain) -> Finding {
        // Never closed; without a permit it would only be asked a little sooner.
        let _permit = self.permits.acquire().await;
        self.dns.look_for(&domain.record_name(), &domain.record_value()).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::id::OrganizationId;
    use crate::model::rng::SystemRng;

    const NOW: Millis = Millis(1_800_000_000_000);

    fn domain(of: &str, name: &str) -> Domain {
        let organization = OrganizationId::try_from(of).unwrap();
        Domain::pending(&SystemRng, NOW, organization, name.to_owned())
    }

    /// Organizations that act together ask for somebody else's domain all the time.
    #[test]
    fn the_first_question_of_an_organization_is_not_used_up_by_others() {
        let proofs = Proofs::new(&[], &SystemRng);
        let mut asked = 0;
        for second in 0..100 {
            for of in 0..8 {
                let evil = domain(&format!("evil{of}"), "acme.test");
                asked += u32::from(proofs.may_ask(&evil, NOW.plus(1_000 * second)));
            }
            let owner = domain(&format!("acme{second}"), "acme.test");
            assert!(proofs.may_ask(&owner, NOW.plus(1_000 * second)), "{second}");
        }
        // Still bounded for the name servers of the domain.
        assert!((20..=60).contains(&asked), "{asked}");
    }

    /// Name servers that never answer hold a lookup for five seconds.
    #[test]
    fn waiting_lookups_do_not_pile_up() {
        let started = i64::try_from(AT_ONCE).unwrap() * ALL.interval;
        assert!(started > 5_000, "{started}");
    }
}
