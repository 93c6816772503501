//! What a refused visitor can quote leads to their own trace, even when draws repeat.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use doorward::model::attempt::{Reference, State};
use doorward::model::code::Code;
use doorward::model::rng::{Rng, SystemRng};
use doorward::store::attempts;

use crate::house::{self, Browser, House, run};
use crate::support::tenant::Tenant;

/// Draws every reference twice.
struct Twice(AtomicU32);

impl Rng for Twice {
    fn fill(&self, out: &mut [u8]) {
        match <&mut [u8; 4]>::try_from(&mut *out) {
            Ok(four) => *four = (self.0.fetch_add(1, Ordering::SeqCst) / 2).to_le_bytes(),
            Err(_) => SystemRng.fill(out),
        }
    }
}

/// The reference on a page.
fn shown(body: &str) -> String {
    let (_, rest) = body.split_once("<dt>Reference</dt><dd><strong>").unwrap();
    rest.split_once("</strong>").unwrap().0.to_owned()
}

async fn found(house: &House, reference: &str) -> State {
    let text = reference.to_owned();
    house.read(move |tx| attempts::find_by_reference(tx, &text)).await.unwrap().state
}

#[test]
fn two_draws_alike_are_two_references() {
    run(async {
        let house = house::open_drawing(Arc::new(Twice(AtomicU32::new(0)))).await;
        let acme = Tenant::open(&house, "acme").await;
        let mut seen = BTreeSet::new();
        for _ in 0..4 {
            // Nowhere to go, an answer nobody asked for, and one refused after it was asked for.
            for path in ["/o/nowhere", "/oidc/callback?state=unknown&code=x"] {
                let answer = house.get(&mut Browser::new(), path).await;
                let reference = shown(&answer.body);
                assert_eq!(Reference::read(&reference), Some(Reference(reference.clone())));
                assert!(reference.starts_with("0800-"), "the minute in UTC: {reference}");
                let state = found(&house, &reference).await;
                assert!(matches!(state, State::Refused { .. }), "{path}: {state:?}");
                assert!(seen.insert(reference), "{path}");
            }
            let mut ann = Browser::new();
            let asked = house.get(&mut ann, "/o/acme").await;
            let handle = crate::support::tenant::sent(&asked, "RelayState").unwrap();
            let answer = acme.post(&house, &handle, "nonsense").await;
            let reference = shown(&answer.body);
            let state = found(&house, &reference).await;
            assert_eq!(state, State::Refused { code: Code::SamlMalformed });
            assert!(seen.insert(reference));
        }
    });
}
