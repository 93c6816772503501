//! Whom a logout request signs out, and where it may lead.

use serde_json::{Value, json};

use super::logout::{Browser, Logout, Next, logout};
use super::token::Provider;
use crate::broker::session::{self, Limits};
use crate::downstream::oidc::world::{COOKIE, ISSUER, NOW, World, pairs, session_id};
use crate::hub::bounds::Bounds;
use crate::model::app::SigningAlgorithm;
use crate::model::rng::SystemRng;
use crate::model::secret::Digest;
use crate::model::time::HOUR;

const BYE: &str = "https://app.example/bye";

fn token(world: &World, changes: Value) -> String {
    let mut claims = json!({
        "iss": ISSUER, "aud": "wiki", "sub": "ann", "sid": "session1", "exp": 1,
    });
    for (name, value) in changes.as_object().unwrap() {
        claims[name] = value.clone();
    }
    world.ring.sign(SigningAlgorithm::RS256, "JWT", &claims).unwrap()
}

async fn ask(world: &World, cookie: bool, confirmed: bool, list: &[(&str, &str)]) -> Logout {
    let bounds = Bounds::new(&SystemRng);
    let provider = Provider {
        store: &world.store,
        ring: &world.ring,
        rng: &world.rng,
        issuer: ISSUER,
        now: NOW,
        limits: Limits::new(12 * HOUR, HOUR),
        bounds: &bounds,
    };
    let cookie = cookie.then(|| Digest::of_ordered(COOKIE));
    logout(&provider, Browser { cookie, confirmed }, pairs(list)).await.unwrap().0
}

async fn signed_in(world: &World) -> bool {
    world.write(|tx| session::admission_of(tx, NOW, &session_id())).await.is_some()
}

fn done(next: Next) -> Logout {
    Logout::Done { next, prompt_next: true }
}

#[tokio::test]
async fn a_valid_hint_signs_out_and_leads_back() {
    for (cookie, changes) in
        [(true, json!({})), (true, json!({"sid": "older"})), (false, json!({}))]
    {
        let world = World::new().await;
        let hint = token(&world, changes);
        let list =
            [("id_token_hint", hint.as_str()), ("post_logout_redirect_uri", BYE), ("state", "s&")];
        let next = Next::Redirect(format!("{BYE}?state=s%26"));
        assert_eq!(ask(&world, cookie, false, &list).await, done(next));
        assert!(!signed_in(&world).await);
    }
}

#[tokio::test]
async fn without_a_valid_hint_the_person_is_asked() {
    let world = World::new().await;
    let own = token(&world, json!({}));
    let forged = format!("{}A", &own[..own.len() - 1]);
    let elsewhere = token(&world, json!({"iss": "https://evil.example"}));
    let somebody = token(&world, json!({"sub": "bob", "sid": "session9"}));
    for list in [
        &[][..],
        &[("client_id", "wiki")],
        &[("id_token_hint", "junk")],
        &[("id_token_hint", elsewhere.as_str())],
        &[("id_token_hint", somebody.as_str())],
        &[("id_token_hint", own.as_str()), ("client_id", "other")],
        &[("id_token_hint", own.as_str()), ("id_token_hint", own.as_str())],
    ] {
        let got = ask(&world, true, false, list).await;
        assert!(matches!(&got, Logout::Confirm { .. }), "{list:?} {got:?}");
        assert!(signed_in(&world).await, "{list:?}");
    }
    if forged != own {
        let got = ask(&world, true, false, &[("id_token_hint", &forged)]).await;
        assert!(matches!(got, Logout::Confirm { .. }));
    }
}

#[tokio::test]
async fn a_confirmed_logout_leads_to_registered_addresses_only() {
    for (uri, client, next) in [
        (BYE, "wiki", Next::Redirect(BYE.to_owned())),
        (BYE, "nobody", Next::SignedOutPage),
        ("https://app.example/bye/", "wiki", Next::SignedOutPage),
        ("https://evil.example/", "wiki", Next::SignedOutPage),
        // A sign-in address is not a sign-out address.
        ("https://app.example/cb", "wiki", Next::SignedOutPage),
    ] {
        let world = World::new().await;
        let list = [("client_id", client), ("post_logout_redirect_uri", uri)];
        let Logout::Confirm { fields, .. } = ask(&world, true, false, &list).await else {
            panic!("{uri}")
        };
        assert_eq!(fields.is_empty(), next == Next::SignedOutPage);
        assert_eq!(ask(&world, true, true, &list).await, done(next), "{uri}");
        assert!(!signed_in(&world).await);
    }
}

#[tokio::test]
async fn with_nobody_signed_in_there_is_nothing_to_ask() {
    let world = World::new().await;
    assert_eq!(ask(&world, false, false, &[]).await, done(Next::SignedOutPage));
    assert!(signed_in(&world).await);
}
