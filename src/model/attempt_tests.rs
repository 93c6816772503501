//! The life of an attempt under any sequence of steps at any time, even a clock that jumps.

use proptest::prelude::*;

use super::*;
use crate::model::rng::SystemRng;
use crate::model::user::Profile;

const BEGAN: Millis = Millis(1_800_000_000_000);

/// What somebody, or somebody else, tries to do to an attempt.
#[derive(Debug, Clone, Copy)]
enum Step {
    Ask { connection: u8, request: u8 },
    Vouch { connection: u8, request: u8, subject: u8 },
    Elsewhere { answer: u8 },
    Refuse,
    Admit,
    TakeOver,
}

impl Step {
    /// Whether it can be taken from every state that has not ended, at any time.
    const fn always(self) -> bool {
        matches!(self, Self::Refuse)
    }
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => (0u8..2, 0u8..2)
            .prop_map(|(connection, request)| Step::Ask { connection, request }),
        5 => (0u8..2, 0u8..2, 0u8..9)
            .prop_map(|(connection, request, subject)| Step::Vouch { connection, request, subject }),
        2 => (0u8..9).prop_map(|answer| Step::Elsewhere { answer }),
        1 => Just(Step::Refuse),
        3 => Just(Step::Admit),
        1 => Just(Step::TakeOver),
    ]
}

/// Mostly within the attempt's life, sometimes just past either end of it.
fn moment() -> impl Strategy<Value = i64> {
    prop_oneof![
        8 => 0..LIFETIME,
        1 => Just(LIFETIME),
        1 => Just(LIFETIME + 1),
        1 => LIFETIME..3 * LIFETIME,
        1 => -MINUTE..0,
    ]
}

fn connection(which: u8) -> ConnectionId {
    ConnectionId::try_from(["okta", "entra"][usize::from(which)]).unwrap()
}

fn expected(which: u8, request: u8) -> Expected {
    Expected {
        connection: connection(which),
        revision: RevisionId::try_from("first").unwrap(),
        sent_at: BEGAN,
        answer: ExpectedAnswer::Saml { request_id: format!("_{request}"), force_authn: false },
    }
}

fn vouched(which: u8, subject: u8) -> Vouched {
    Vouched {
        connection: connection(which),
        revision: None,
        unasked: false,
        subject: subject.to_string(),
        profile: Profile::empty(),
        authenticated_at: BEGAN,
        says_when: true,
        asked_anew_at: None,
        session_ends_at: None,
        logout_hint: None,
    }
}

fn attempt() -> Attempt {
    Attempt {
        id: AttemptId::random(&SystemRng),
        reference: Reference::random(&SystemRng, BEGAN),
        handle: Digest::of(b"handle"),
        browser: Some(Digest::of(b"browser")),
        purpose: Purpose::Home,
        state: State::Choosing,
        checks: Checks::new(),
        hops: Hops::default(),
        organization: None,
        connection: None,
        user: None,
        created_at: BEGAN,
        changed_at: BEGAN,
        redeemed_at: None,
    }
}

fn ticket() -> Digest {
    Digest::of(b"ticket")
}

/// The attempt after `step`, and who was let in by it.
fn take(attempt: Attempt, now: Millis, step: Step) -> Result<(Attempt, Option<Vouched>), Code> {
    match step {
        Step::Ask { connection, request } => {
            Ok((attempt.await_answer(now, expected(connection, request))?, None))
        }
        Step::Vouch { connection, request, subject } => {
            let (asked, vouched) = (expected(connection, request), vouched(connection, subject));
            Ok((attempt.verified(now, &asked, vouched, ticket())?, None))
        }
        Step::Refuse => Ok((attempt.refused(now, Code::Internal), None)),
        Step::TakeOver => Ok((attempt.taken_over(now)?, None)),
        Step::Elsewhere { answer } => {
            Ok((attempt.brought_elsewhere(now, Digest::of(&[answer])), None))
        }
        Step::Admit => attempt.admitted(now).map(|(attempt, who)| (attempt, Some(who))),
    }
}

/// Where a step may lead from, while the attempt lives.
fn allowed(from: &State, step: Step) -> bool {
    match (from, step) {
        (State::Choosing, Step::Ask { .. })
        | (State::Verified { .. }, Step::Admit)
        | (_, Step::TakeOver) => true,
        (State::Awaiting { expected: asked, .. }, Step::Vouch { connection, request, .. }) => {
            *asked == expected(connection, request)
        }
        _ => false,
    }
}

/// What a knock by another browser does: the answer it brought never counts again, and the
/// attempt waits on, for as many of them as there is room for.
fn check_elsewhere(before: &Attempt, after: &Attempt, answer: Digest) -> Result<(), TestCaseError> {
    match (&before.state, &after.state) {
        (State::Awaiting { spent, .. }, State::Refused { code }) => {
            prop_assert_eq!(*code, Code::BrowserMismatch);
            prop_assert!(spent.len() == SPENT_LIMIT && !spent.contains(&answer));
        }
        (State::Awaiting { expected, .. }, State::Awaiting { expected: same, spent }) => {
            prop_assert_eq!(expected, same);
            prop_assert!(after.is_spent(&answer) && spent.len() <= SPENT_LIMIT);
        }
        _ => prop_assert_eq!(before, after),
    }
    Ok(())
}

proptest! {
    #[test]
    fn an_attempt_ends_once_and_admits_whom_its_provider_vouched_for(
        steps in proptest::collection::vec((step(), moment()), 0..24),
    ) {
        let mut attempt = attempt();
        let (mut admissions, mut owners) = (0, 0);
        for (step, after) in steps {
            let (before, now) = (attempt.clone(), BEGAN.plus(after));
            let taken = take(attempt, now, step);
            if before.state.ended() {
                // An ended attempt stays as it ended; what can never fail changes nothing.
                let kept = taken.as_ref().map_or(&before, |(after, _)| after);
                prop_assert_eq!(kept, &before);
                let quiet = step.always() || matches!(step, Step::Elsewhere { .. });
                prop_assert!(quiet || taken == Err(Code::AttemptUsed));
                attempt = before;
                continue;
            }
            if step.always() {
                let (ended, nobody) = taken.unwrap();
                prop_assert_eq!(&ended.state, &State::Refused { code: Code::Internal });
                prop_assert_eq!(nobody, None);
                attempt = ended;
                continue;
            }
            if let Step::Elsewhere { answer } = step {
                let (after, _) = taken.unwrap();
                check_elsewhere(&before, &after, Digest::of(&[answer]))?;
                attempt = after;
                continue;
            }
            prop_assert_eq!(taken.is_ok(), after <= LIFETIME && allowed(&before.state, step));
            if after > LIFETIME {
                prop_assert_eq!(taken.as_ref().err(), Some(&Code::AttemptExpired));
            }
            let Ok((changed, admitted)) = taken else {
                attempt = before;
                continue;
            };
            if let Some(who) = admitted {
                admissions += 1;
                prop_assert_eq!(&before.state, &State::Verified {
                    vouched: Box::new(who),
                    ticket: ticket(),
                });
                prop_assert_eq!(&changed.state, &State::Admitted);
            }
            if matches!(step, Step::TakeOver) {
                // An owner needs no provider, and so leaves nobody vouched for.
                prop_assert_eq!(&changed.state, &State::Admitted);
                owners += 1;
            }
            prop_assert_eq!(changed.changed_at, now);
            attempt = changed;
        }
        prop_assert!(admissions + owners <= 1);
        prop_assert!(admissions + owners == 0 || attempt.state == State::Admitted);
    }
}

#[test]
fn a_test_lets_nobody_in_and_a_sign_in_is_no_test() {
    let revision = RevisionId::random(&SystemRng);
    let of = TestOf { connection: connection(1), revision, link: None };
    let begun = |purpose: Purpose| Attempt { purpose, ..attempt() };
    let verified = |purpose: Purpose| {
        let asked = begun(purpose).await_answer(BEGAN, expected(1, 1)).unwrap();
        asked.verified(BEGAN, &expected(1, 1), vouched(1, 1), ticket()).unwrap()
    };
    let (test, report) = (|| Purpose::Test(of.clone()), || SealedSecret(String::new()));
    assert_eq!(verified(test()).admitted(BEGAN).err(), Some(Code::AttemptUnknown));
    assert_eq!(verified(test()).taken_over(BEGAN).err(), Some(Code::AttemptUsed));
    assert_eq!(begun(test()).tested(BEGAN, report()).err(), Some(Code::AttemptUnknown));
    assert_eq!(verified(Purpose::Home).tested(BEGAN, report()).err(), Some(Code::AttemptUnknown));
    let late = BEGAN.plus(LIFETIME + 1);
    assert_eq!(verified(test()).tested(late, report()).err(), Some(Code::AttemptExpired));
    let passed = verified(test()).tested(BEGAN, report()).unwrap();
    assert!(passed.state.ended());
    assert_eq!(passed.clone().tested(BEGAN, report()).err(), Some(Code::AttemptUsed));
    assert_eq!(passed.clone().refused(BEGAN, Code::Internal), passed);
}

#[test]
fn an_answer_counts_for_the_request_it_was_judged_against() {
    let first = Expected { sent_at: BEGAN.plus(-MINUTE), ..expected(1, 1) };
    let asked = attempt().await_answer(BEGAN, first.clone()).unwrap();
    assert_eq!(asked.clone().await_answer(BEGAN, first.clone()).err(), Some(Code::AttemptUsed));
    // Taken back, and asked anew.
    let again = Attempt { state: State::Choosing, ..asked.clone() };
    let again = again.await_answer(BEGAN, expected(1, 1)).unwrap();
    assert!(asked.is_still_at(&asked.state) && !again.is_still_at(&asked.state));
    let knocked = again.clone().brought_elsewhere(BEGAN, ticket());
    assert!(knocked.is_still_at(&again.state));
    assert_eq!(again.awaits(BEGAN, &first), Err(Code::AttemptUsed));
    let earlier = again.clone().verified(BEGAN, &first, vouched(1, 1), ticket());
    assert_eq!(earlier.err(), Some(Code::AttemptUsed));
    let foreign = again.clone().verified(BEGAN, &expected(1, 1), vouched(0, 1), ticket());
    assert_eq!(foreign.err(), Some(Code::ConnectionMismatch));
    let verified = again.clone().verified(BEGAN, &expected(1, 1), vouched(1, 1), ticket()).unwrap();
    assert!(!verified.is_still_at(&again.state));
}
