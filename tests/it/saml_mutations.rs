//! Damage at random: whatever happens to a signed message, nobody else gets in.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;

use crate::support::forge::Parts;
use crate::support::scene::Scene;

// Whatever happens to a signed message, nobody but the one it names gets in, with nothing
// but what it says.
fn same_or_refused(scene: &Scene, changed: &[u8]) {
    if let Ok(mut identity) = scene.world.finish_encoded(&STANDARD.encode(changed)) {
        let (evidence, _) = identity.take_trace();
        let vouched = identity.vouched();
        assert_eq!(vouched.subject, "alice@acme.test");
        assert_eq!(evidence.received.len(), 2);
        assert_eq!(evidence.received["email"], ["alice@acme.test"]);
        assert_eq!(evidence.received["groups"], ["staff", "admins", "R&D"]);
    }
}

#[test]
fn no_flipped_byte_changes_who_gets_in() {
    let scene = Scene::new();
    for parts in [Parts::Assertion, Parts::Response] {
        let good = scene.signed(parts).into_bytes();
        for at in 0..good.len() {
            for flip in [0x01, 0x20] {
                let mut changed = good.clone();
                changed[at] ^= flip;
                same_or_refused(&scene, &changed);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn no_splice_changes_who_gets_in(
        from in 0.0..1.0f64, length in 0usize..900, to in 0.0..1.0f64, cut in any::<bool>(),
        filler in "[<>a-z/&;:\"' !-]{0,12}",
    ) {
        thread_local! { static SCENE: (Scene, String) = {
            let scene = Scene::new();
            let good = scene.signed(Parts::Assertion);
            (scene, good)
        }}
        SCENE.with(|(scene, good)| {
            let place = |share: f64| (share * good.len() as f64) as usize;
            let (start, end) = (place(from), (place(from) + length).min(good.len()));
            let mut changed = good.clone();
            let piece = format!("{filler}{}", &good[start..end]);
            changed.insert_str(place(to), &piece);
            if cut {
                let start = if place(to) <= start { start + piece.len() } else { start };
                changed.replace_range(start..(start + length).min(changed.len()), "");
            }
            same_or_refused(scene, changed.as_bytes());
        });
    }
}
