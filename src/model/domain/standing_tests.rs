//! Which domain decides, and what an address is worth then.

use super::*;
use crate::model::domain::Missing;
use crate::model::id::OrganizationId;
use crate::model::rng::SystemRng;
use crate::model::time::Millis;

const NOW: Millis = Millis(1_800_000_000_000);
const DNS: State = State::ProvedByDns { missing: None };

fn domain(name: &str, of: &str, state: State, include_subdomains: bool) -> Domain {
    let organization = OrganizationId::try_from(of).unwrap();
    let pending = Domain::pending(&SystemRng, NOW, organization, name.to_owned());
    Domain { state, include_subdomains, ..pending }
}

#[test]
fn a_domain_covers_itself_and_more_only_where_asked() {
    let held = [
        domain("acme.test", "acme", DNS, true),
        domain("eu.acme.test", "other", State::ProvedByOperator, false),
        domain("lab.acme.test", "former", State::Lost, true),
        domain("us.acme.test", "squatter", State::Pending, true),
        domain("globex.test", "globex", DNS, false),
        domain("gone.test", "former", State::Lost, false),
    ];
    for (name, expected) in [
        ("acme.test", Some("acme")),
        ("mail.acme.test", Some("acme")),
        ("a.b.c.acme.test", Some("acme")),
        // Somebody else's own proof wins over the domain above it ...
        ("eu.acme.test", Some("other")),
        // ... for exactly what it covers.
        ("x.eu.acme.test", Some("acme")),
        // What was lost gives way to what is proved, and what is pending counts for nothing.
        ("lab.acme.test", Some("acme")),
        ("us.acme.test", Some("acme")),
        ("globex.test", Some("globex")),
        ("mail.globex.test", None),
        ("evilacme.test", None),
        ("acme.test.evil.test", None),
        ("test", None),
        // Lost, but nobody else has it.
        ("gone.test", Some("former")),
        ("mail.gone.test", None),
    ] {
        let found = holder(name, &held).map(|domain| domain.organization.as_str());
        assert_eq!(found, expected, "{name}");
    }
}

#[test]
fn what_apps_are_told_of_an_address() {
    use EmailVerified::{Refuted, Unstated, Verified};
    use Standing::{Anothers, Lost, Outside, Proved, Unclaimed, Unreadable};
    // Claim, standing, and whether it is verified where the issuer is one tenant, and where
    // it is not.
    for (stated, standing, one, shared) in [
        (Verified, Proved, true, true),
        (Verified, Unclaimed, true, true),
        (Verified, Lost, false, false),
        (Verified, Anothers, false, false),
        (Verified, Outside, false, false),
        (Verified, Unreadable, false, false),
        (Unstated, Proved, true, false),
        (Unstated, Unclaimed, false, false),
        (Unstated, Lost, false, false),
        (Unstated, Anothers, false, false),
        (Unstated, Outside, false, false),
        (Unstated, Unreadable, false, false),
        (Refuted, Proved, false, false),
        (Refuted, Unclaimed, false, false),
        (Refuted, Lost, false, false),
        (Refuted, Anothers, false, false),
        (Refuted, Outside, false, false),
        (Refuted, Unreadable, false, false),
    ] {
        let found = [true, false].map(|tenant| is_verified(stated, standing, tenant));
        assert_eq!(found, [one, shared], "{stated:?} {standing:?}");
    }
}

#[test]
fn who_comes_in() {
    use Entry::{In, Refused, Unverified};
    use OutsideDomains::{LetInUnverified, Refuse};
    use Standing::{Anothers, Lost, Outside, Proved, Unclaimed, Unreadable};
    // For each setting: somebody new, somebody known.
    for (standing, lenient, strict) in [
        (Proved, [In, In], [In, In]),
        (Unclaimed, [In, In], [In, In]),
        (Lost, [Refused, Unverified], [Refused, Unverified]),
        (Anothers, [Unverified, Unverified], [Refused, Refused]),
        (Outside, [Unverified, Unverified], [Refused, Refused]),
        (Unreadable, [Unverified, Unverified], [Refused, Refused]),
    ] {
        let at = |setting| [false, true].map(|known| entry(standing, setting, known));
        assert_eq!((at(LetInUnverified), at(Refuse)), (lenient, strict), "{standing:?}");
    }
    for setting in [LetInUnverified, Refuse] {
        assert_eq!(OutsideDomains::read(setting.as_str()), Some(setting));
    }
}

#[test]
fn a_record_that_is_missing_since_lately_still_proves() {
    let missing = Some(Missing { since: NOW, checks: 2 });
    let held = [domain("acme.test", "acme", State::ProvedByDns { missing }, false)];
    assert!(holder("acme.test", &held).is_some_and(|domain| domain.state.is_proved()));
}
