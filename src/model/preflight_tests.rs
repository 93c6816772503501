//! One thing is wrong at a time, and only that is found.

use super::*;

const NOW: Millis = Millis(1_000 * DAY);

fn okta() -> ConnectionFacts {
    ConnectionFacts {
        id: ConnectionId::try_from("okta").unwrap(),
        name: "Okta".to_owned(),
        proved_at: Some(NOW.plus(-HOUR)),
        certificate_ends: Some(NOW.plus(400 * DAY)),
        secret_ends: None,
        skew: Some(-2_000),
    }
}

fn ann() -> OwnerFacts {
    OwnerFacts { name: "Ann".to_owned(), password: true, second_factor: true }
}

fn sound() -> Facts {
    Facts {
        sso_allowed: true,
        connections: vec![okta()],
        owners: vec![ann()],
        last_drill: Some(NOW.plus(-DAY)),
        ways: Ways { path: false, domain: true, only: false },
    }
}

fn failed(facts: &Facts) -> Vec<&'static str> {
    let findings = judge(facts, NOW);
    assert_eq!(passed(&findings), findings.iter().all(|f| f.passed));
    for finding in &findings {
        assert_eq!(finding.passed, finding.remedy.is_empty(), "{finding:?}");
        assert!(!finding.received.is_empty(), "{finding:?}");
    }
    findings.iter().filter(|f| !f.passed).map(|f| f.name).collect()
}

#[test]
fn everything_is_so() {
    assert_eq!(failed(&sound()), Vec::<&str>::new());
}

#[test]
fn nothing_is_so() {
    let names =
        ["sso_allowed", "connection_live", "proved_by_owner", "owner_ready", "drill", "way_in"];
    assert_eq!(failed(&Facts::default()), names);
}

#[test]
fn each_by_itself() {
    type Change = fn(&mut Facts);
    let cases: [(Change, &[&str]); 22] = [
        (|f| f.sso_allowed = false, &["sso_allowed"]),
        (|f| f.connections[0].proved_at = None, &["proved_by_owner"]),
        (|f| f.connections[0].proved_at = Some(NOW.plus(-PROOF)), &[]),
        (|f| f.connections[0].proved_at = Some(NOW.plus(-PROOF - 1)), &["proved_by_owner"]),
        (|f| f.owners.clear(), &["owner_ready"]),
        (|f| f.owners[0].password = false, &["owner_ready"]),
        (|f| f.owners[0].second_factor = false, &["owner_ready"]),
        // Two halves are no whole.
        (
            |f| {
                f.owners[0].password = false;
                f.owners.push(OwnerFacts { second_factor: false, ..ann() });
            },
            &["owner_ready"],
        ),
        (|f| f.owners.insert(0, OwnerFacts { password: false, ..ann() }), &[]),
        (|f| f.last_drill = None, &["drill"]),
        (|f| f.last_drill = Some(NOW.plus(-DRILL)), &[]),
        (|f| f.last_drill = Some(NOW.plus(-DRILL - 1)), &["drill"]),
        (|f| f.ways.domain = false, &["way_in"]),
        (|f| f.ways = Ways { path: true, ..Ways::default() }, &[]),
        (|f| f.ways = Ways { only: true, ..Ways::default() }, &[]),
        (|f| f.connections[0].certificate_ends = Some(NOW.plus(LASTING)), &[]),
        (|f| f.connections[0].certificate_ends = Some(NOW.plus(LASTING - 1)), &["lasting"]),
        (|f| f.connections[0].secret_ends = Some(NOW.plus(DAY)), &["lasting"]),
        (|f| f.connections[0].skew = None, &[]),
        (|f| f.connections[0].skew = Some(-CLOCK), &["clock"]),
        (|f| f.connections[0].skew = Some(CLOCK - 1), &[]),
        // What is wrong with a second connection is found as well; one proof is enough.
        (
            |f| {
                let skew = Some(HOUR);
                f.connections.push(ConnectionFacts { proved_at: None, skew, ..okta() });
            },
            &["clock"],
        ),
    ];
    for (index, (change, expected)) in cases.into_iter().enumerate() {
        let mut facts = sound();
        change(&mut facts);
        assert_eq!(failed(&facts), expected, "case {index}");
    }
}

#[test]
fn where_nothing_is_known_nothing_is_proved() {
    let unknown = |facts: &Facts| -> Vec<&'static str> {
        judge(facts, NOW).iter().filter(|f| !f.known).map(|f| f.name).collect()
    };
    let mut facts = sound();
    assert_eq!(unknown(&facts), Vec::<&str>::new());
    facts.connections[0].skew = None;
    assert_eq!(unknown(&facts), ["clock"]);
    facts.connections[0].certificate_ends = None;
    assert_eq!(unknown(&facts), ["lasting", "clock"]);
    assert!(passed(&judge(&facts, NOW)), "it is in nobody's way");
}

#[test]
fn a_proof_from_the_future_is_told_in_words_that_make_sense() {
    let mut facts = sound();
    facts.connections[0].proved_at = Some(NOW.plus(HOUR));
    let findings = judge(&facts, NOW);
    assert_eq!(findings[2].received, "just now");
}
