//! How a domain is proved, kept and lost.

use proptest::prelude::*;

use super::finding::Failure;
use super::*;
use crate::model::rng::SystemRng;
use crate::model::time::MINUTE;

const START: Millis = Millis(1_800_000_000_000);

fn pending() -> Domain {
    let organization = OrganizationId::try_from("acme").unwrap();
    Domain::pending(&SystemRng, START, organization, "acme.test".to_owned())
}

fn proved() -> Domain {
    pending().judged(START, Finding::Found, 0)
}

#[test]
fn the_record_is_of_this_organization_and_domain_only() {
    let (one, other) = (pending(), pending());
    assert_eq!(one.record_name(), "_doorward-challenge.acme.test");
    assert!(one.record_value().starts_with("doorward-verification=") && one.token.len() == 32);
    assert_ne!(one.record_value(), other.record_value());
}

#[test]
fn what_each_finding_does_to_each_state() {
    let different = Finding::Different(vec!["x".to_owned()]);
    let failed = Finding::Failed(Failure::TimedOut);
    let lost = Domain { state: State::Lost, ..proved() };
    let accepted = pending().accepted(START, false);
    for (before, finding, expected) in [
        (pending(), Finding::Found, "proved_by_dns"),
        (pending(), Finding::Absent, "pending"),
        (pending(), different.clone(), "pending"),
        (pending(), Finding::Alias, "pending"),
        (pending(), failed.clone(), "pending"),
        (proved(), Finding::Found, "proved_by_dns"),
        (proved(), Finding::Absent, "proved_by_dns"),
        (proved(), different.clone(), "proved_by_dns"),
        (proved(), failed.clone(), "proved_by_dns"),
        (accepted.clone(), Finding::Found, "proved_by_operator"),
        (accepted.clone(), Finding::Absent, "proved_by_operator"),
        (accepted, different, "proved_by_operator"),
        (lost.clone(), Finding::Found, "proved_by_dns"),
        (lost.clone(), Finding::Absent, "lost"),
        (lost, failed, "lost"),
    ] {
        let place = format!("{} {finding:?}", before.state.as_str());
        let after = before.clone().judged(START.plus(MINUTE), finding, 0);
        assert_eq!(after.state.as_str(), expected, "{place}");
        let changed = before.state.as_str() != expected;
        let since = if changed { START.plus(MINUTE) } else { before.since };
        assert_eq!(after.since, since, "{place}");
        let looked_for = matches!(after.state, State::ProvedByDns { .. } | State::Lost);
        assert_eq!(after.next_check_at.is_some(), looked_for, "{place}");
    }
}

#[test]
fn it_takes_three_checks_and_two_days_to_lose_a_domain() {
    let after = |checks: &[(i64, Finding)]| {
        checks.iter().fold(proved(), |domain, (at, finding)| {
            domain.judged(START.plus(*at), finding.clone(), 0)
        })
    };
    let (gone, found) = (Finding::Absent, Finding::Found);
    let failed = Finding::Failed(Failure::ServerFailed);
    for (checks, lost) in [
        (vec![(0, gone.clone()), (DAY, gone.clone()), (2 * DAY, gone.clone())], true),
        (vec![(0, gone.clone()), (DAY, Finding::Alias), (2 * DAY - 1, gone.clone())], false),
        // However often somebody asks.
        (vec![(0, gone.clone()), (1, gone.clone()), (2, gone.clone()), (3, gone.clone())], false),
        (vec![(0, gone.clone()), (9 * DAY, gone.clone())], false),
        // A name server that fails neither counts nor forgives.
        (vec![(0, gone.clone()), (DAY, failed.clone()), (2 * DAY, failed.clone())], false),
        (
            vec![
                (0, gone.clone()),
                (DAY, gone.clone()),
                (2 * DAY, failed),
                (3 * DAY, gone.clone()),
            ],
            true,
        ),
        (
            vec![(0, gone.clone()), (DAY, gone.clone()), (2 * DAY - 1, found), (2 * DAY, gone)],
            false,
        ),
    ] {
        let state = after(&checks).state;
        assert_eq!(state == State::Lost, lost, "{checks:?} {state:?}");
    }
}

#[test]
fn only_a_lost_domain_is_given_up() {
    assert_eq!(proved().displaced(START), Err(StillHeld));
    assert_eq!(pending().accepted(START, true).displaced(START), Err(StillHeld));
    let lost = Domain { state: State::Lost, ..proved() };
    let given = lost.displaced(START.plus(1)).unwrap();
    assert_eq!((given.state, given.next_check_at), (State::Pending, None));
}

#[test]
fn lookups_that_come_to_nothing_are_repeated_less_and_less_often() {
    let mut domain = proved();
    let mut waits = Vec::new();
    for _ in 0..7 {
        domain = domain.judged(START, Finding::Failed(Failure::TimedOut), 0);
        waits.push(domain.next_check_at.unwrap().since(START) / HOUR);
    }
    assert_eq!(waits, [1, 2, 4, 8, 12, 12, 12]);
    let again = domain.judged(START, Finding::Found, 0);
    assert_eq!((again.failures, again.next_check_at), (0, Some(START.plus(DAY))));
}

fn any_finding() -> impl Strategy<Value = Finding> {
    prop_oneof![
        Just(Finding::Found),
        Just(Finding::Absent),
        Just(Finding::Alias),
        Just(Finding::Different(Vec::new())),
        Just(Finding::Failed(Failure::Unclear)),
    ]
}

proptest! {
    #[test]
    fn a_domain_is_never_lost_within_two_days_of_being_found(
        steps in prop::collection::vec((any_finding(), 0..DAY, any::<u8>()), 0..40),
    ) {
        let (mut domain, mut now, mut found) = (proved(), START, START);
        for (finding, wait, jitter) in steps {
            now = now.plus(wait);
            if finding == Finding::Found {
                found = now;
            }
            domain = domain.judged(now, finding, jitter);
            prop_assert!(domain.state != State::Lost || now.since(found) >= LOSS_SPAN);
            let next = domain.next_check_at.unwrap().since(now);
            prop_assert!((HOUR..=DAY + DAY / 12).contains(&next));
        }
    }
}
