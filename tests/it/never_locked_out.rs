//! Whatever administrators and providers do, in whatever order: an organization that has an
//! owner who can sign in with the provider switched off still has one afterwards.

mod town;

use serde_json::{Value, json};

use crate::house::{Browser, run};
use crate::support::door::is_in;
use town::Town;

const STEPS: usize = 30;

/// Numbers that look drawn and are the same every time (SplitMix64).
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, most: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(most).unwrap()).unwrap()
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }
}

/// Something somebody does.
#[derive(Debug, Clone)]
enum Step {
    /// A call of the admin API by one of the actors. `{u}`, `{o}` and `{c}` stand for a person,
    /// an organization and a connection, chosen by the numbers.
    Call { actor: usize, method: &'static str, path: &'static str, body: Value },
    /// A new owner, or an old one anew, follows the link.
    Invite { actor: usize, by_id: bool },
    /// Somebody signs in through the provider with these groups.
    Arrive { person: usize, groups: Value },
    /// An owner adds an app, or removes it.
    Factor { add: bool },
    /// An owner does what is needed before single sign-on may be required.
    Prepare,
    /// Another connection, when the one there was is gone.
    Connect,
    /// Hours pass.
    Wait(i64),
}

/// A step with what chooses organization and person.
#[derive(Debug, Clone)]
struct Drawn {
    step: Step,
    organization: usize,
    person: usize,
}

fn draw(dice: &mut Dice) -> Drawn {
    let groups = |dice: &mut Dice| {
        dice.pick(&["null", "[]", "[\"g1\"]", "[\"g2\"]", "[\"g1\",\"g2\"]", "[\"else\"]"])
    };
    let actor = dice.pick(&[0, 0, 1, 2, 3, 4]);
    let (organization, person) = (dice.pick(&[0, 1, 1]), dice.below(64));
    let step = match dice.below(20) {
        0..=4 => Step::Arrive {
            person: dice.below(6),
            groups: serde_json::from_str(groups(dice)).unwrap(),
        },
        5 => Step::Factor { add: dice.pick(&[true, true, false]) },
        6 => Step::Prepare,
        7 => Step::Invite { actor, by_id: dice.pick(&[true, false]) },
        8 if dice.below(2) == 0 => Step::Connect,
        8 => Step::Wait(7),
        _ => call(dice, actor),
    };
    Drawn { step, organization, person }
}

fn call(dice: &mut Dice, actor: usize) -> Step {
    let yes = dice.pick(&[true, false]);
    let (method, path, body) = match dice.below(17) {
        0 | 1 => ("PATCH", "/users/{u}", json!({ "disabled": yes })),
        2 => ("DELETE", "/users/{u}", Value::Null),
        3 => ("DELETE", "/organizations/{o}/owners/{u}", Value::Null),
        4 | 5 => {
            let roles: &[&str] =
                [&["owner"][..], &["admin"], &[], &["owner", "admin"]][dice.below(4)];
            ("PUT", "/users/{u}/roles", json!({ "roles": roles }))
        }
        6 | 7 => {
            let all = [("owner", "g1"), ("admin", "g2")];
            let some = [&all[..], &all[..1], &all[1..], &[]][dice.below(4)];
            let one = |(role, group): &(&str, &str)| json!({ "role": role, "group": group });
            let some: Vec<Value> = some.iter().map(one).collect();
            ("PUT", "/connections/{c}/role-mappings", json!({ "mappings": some }))
        }
        8 => {
            let admit = dice.pick(&["everyone", "mapped_groups", "mapped_groups"]);
            let sync = dice.pick(&["mirror", "mirror", "add_only"]);
            ("PATCH", "/connections/{c}", json!({ "admit": admit, "role_sync": sync }))
        }
        9 => ("PATCH", "/connections/{c}", json!({ "disabled": yes })),
        10 => ("DELETE", "/connections/{c}", Value::Null),
        11 | 12 => {
            let mode = dice.pick(&["required", "required", "optional", "off"]);
            ("PUT", "/organizations/{o}/enforcement", json!({ "mode": mode }))
        }
        13 => ("PATCH", "/organizations/{o}", json!({ "sso_allowed": yes })),
        14 => ("POST", "/users/{u}/end-access", Value::Null),
        15 => {
            let email = dice.pick(&["p1@globex.test", "new@globex.test"]);
            ("POST", "/organizations/{o}/invitations", json!({ "email": email }))
        }
        _ => ("POST", "/organizations/{o}/password-links", Value::Null),
    };
    Step::Call { actor, method, path, body }
}

fn sequences(from: u64) {
    for seed in from..from + 6 {
        let mut dice = Dice(seed);
        let steps: Vec<Drawn> = (0..STEPS).map(|_| draw(&mut dice)).collect();
        run(go_through(seed, &steps));
    }
}

async fn go_through(seed: u64, steps: &[Drawn]) {
    let mut town = Town::new(seed.is_multiple_of(2)).await;
    let mut done = Vec::new();
    for drawn in steps {
        let said = town.act(drawn).await;
        done.push(format!("{drawn:?} -> {said}"));
        for of in [0, 1] {
            let kept = town.somebody_can_enter(of).await;
            assert!(kept, "seed {seed}, organization {of}: {}", done.join("\n"));
        }
    }
    for of in [0, 1] {
        let mut browser = Browser::at(&format!("198.51.100.{}:1", of + 1));
        let answer = town.an_owner_comes_in(of, &mut browser).await;
        let told =
            || format!("seed {seed}: {} {}\n{}", answer.status, answer.body, done.join("\n"));
        assert!(is_in(&town.house, &mut browser).await, "{}", told());
    }
}

#[test]
fn an_owner_always_gets_in_first_quarter() {
    sequences(0);
}

#[test]
fn an_owner_always_gets_in_second_quarter() {
    sequences(100);
}

#[test]
fn an_owner_always_gets_in_third_quarter() {
    sequences(200);
}

#[test]
fn an_owner_always_gets_in_last_quarter() {
    sequences(300);
}
