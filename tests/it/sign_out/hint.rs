//! What the provider is shown when the person signs out there: the ID token they came with
//! (OpenID Connect RP-Initiated Logout 1.0 section 2).

use super::ANN;
use super::provider::Scene;
use crate::house::run;
use crate::support::disk;
use crate::support::receiver::part;
use crate::support::tenant::sent;

/// The last column of the one session there is.
fn kept(scene: &Scene) -> bool {
    let tables = disk::dump(&scene.house);
    let [session] = &tables["sessions"][..] else { panic!("{:?}", tables["sessions"]) };
    !session.ends_with("|Null")
}

#[test]
fn the_provider_is_shown_the_token_it_gave() {
    run(async {
        let mut scene = Scene::new("always").await;
        scene.enter().await;
        assert!(kept(&scene));
        let there = scene.press().await;
        assert!(there.header("location").starts_with(&scene.provider.issuer), "{}", there.body);
        let hint = sent(&there, "id_token_hint").expect("a hint");
        let claims = part(&hint, 1);
        assert_eq!((&claims["sub"], &claims["aud"]), (&ANN.into(), &"doorward".into()));
        assert_eq!(claims["iss"], scene.provider.issuer);
        assert_eq!(sent(&there, "client_id").as_deref(), Some("doorward"));
        // Sealed while it was kept, and forgotten once it was sent.
        assert!(!disk::holds(&scene.house, hint.as_bytes()));
        let tables = disk::dump(&scene.house);
        assert!(tables["sessions"].is_empty());
        let [sign_out] = &tables["sign_outs"][..] else { panic!("{tables:?}") };
        assert_eq!(sign_out.split('|').nth(5), Some("Null"), "{sign_out}");
    });
}

#[test]
fn signing_in_again_keeps_the_newest() {
    run(async {
        let mut scene = Scene::new("ask").await;
        scene.enter().await;
        scene.house.wait(1_000);
        let asked = scene.house.get(&mut scene.ann, "/o/beta").await;
        let now = scene.house.hub.now();
        let back = scene.provider.vouch_changed(now, &asked, ANN, |c| c["again"] = true.into());
        scene.house.get(&mut scene.ann, &back).await;
        scene.press().await;
        let csrf = scene.page().await.field("csrf");
        let fields = [("csrf", csrf.as_str())];
        let there = scene.house.post(&mut scene.ann, "/sign-out/provider", &fields).await;
        assert_eq!(part(&sent(&there, "id_token_hint").unwrap(), 1)["again"], true);
    });
}

/// Nothing is kept where nobody is ever sent, and nothing that an address cannot hold.
#[test]
fn what_cannot_be_shown_is_not_kept() {
    run(async {
        let mut scene = Scene::new("never").await;
        scene.enter().await;
        assert!(!kept(&scene), "people are never sent to the provider");
        scene.press().await;
        scene.set("always").await;
        scene.long = true;
        scene.enter().await;
        assert!(!kept(&scene), "too long for an address");
        let there = scene.press().await;
        assert_eq!(sent(&there, "id_token_hint"), None);
        assert_eq!(sent(&there, "client_id").as_deref(), Some("doorward"));
        let mut silent = Scene::new("always").await;
        silent.provider.signs_out_nowhere();
        silent.enter().await;
        assert!(!kept(&silent), "the provider says no address");
    });
}
