//! What ID tokens say, and what they leave out.

use serde_json::{Value, json};

use super::token::{Redeemed, TokenRequest, redeem};
use super::world::{
    CALLBACK, CHALLENGE, ISSUER, NOW, VERIFIER, World, app, organization, pairs, session,
    session_id, user,
};
use crate::model::app::{App, SigningAlgorithm};
use crate::model::id::{OrganizationId, SessionId, UserId};
use crate::model::rng::SystemRng;
use crate::model::secret::Digest;
use crate::model::session::{Method, Session};
use crate::model::time::{MINUTE, SECOND};
use crate::model::user::{EmailVerified, Groups, User};
use crate::store::codes::{self, CodeRow};
use crate::store::{fixture, sessions, users};
use crate::wire::jose::at_hash::at_hash;
use crate::wire::oauth::Params;

/// The ID token of `session` for `app`, with the access token's life in seconds.
async fn id_token(world: &World, app: App, session: SessionId, grant: Value) -> (Value, i64) {
    let request = pairs(&[
        ("grant_type", "authorization_code"),
        ("code", "code"),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
    ]);
    let redeemed = world
        .write(move |tx| {
            fixture::app(tx, &app)?;
            let code = CodeRow {
                digest: Digest::of(b"code"),
                app: app.id.clone(),
                session,
                grant: grant.to_string(),
                created_at: NOW,
                expires_at: NOW.plus(MINUTE),
                used_at: None,
                access_token: None,
            };
            codes::insert(tx, &code)?;
            let request = TokenRequest::read(Params::new(&request)).unwrap();
            redeem(tx, &SystemRng, NOW, &app.id, &request)
        })
        .await;
    let Redeemed::Granted(granted) = redeemed else { panic!("{redeemed:?}") };
    let mut claims = granted.id_token(ISSUER, NOW);
    let algorithm = granted.app().signing_algorithm;
    assert_eq!(claims["at_hash"], at_hash(algorithm, granted.access_token.expose()));
    claims.as_object_mut().unwrap().remove("at_hash");
    (claims, granted.expires_in)
}

fn grant(scopes: &[&str]) -> Value {
    json!({
        "redirect_uri": CALLBACK, "scopes": scopes, "nonce": null,
        "code_challenge": CHALLENGE,
    })
}

async fn signed_in(world: &World, user: User, session: Session) {
    world
        .write(move |tx| {
            users::insert(tx, &user)?;
            sessions::insert(tx, &session, Digest::of(b"other cookie"), None)
        })
        .await;
}

#[tokio::test]
async fn openid_alone_says_who_and_where_from() {
    let world = World::new().await;
    let mut app = app("wiki");
    app.signing_algorithm = SigningAlgorithm::EdDSA;
    app.groups_claim = false;
    let (claims, _) = id_token(&world, app, session_id(), grant(&["openid"])).await;
    let seconds = NOW.seconds();
    let expected = json!({
        "iss": ISSUER, "aud": "wiki", "sub": "ann", "sid": "session1",
        "iat": seconds, "exp": seconds + 600, "auth_time": seconds - 5,
        "org_id": "acme", "org_name": "Acme", "idp": "idp1", "is_new_user": true,
    });
    assert_eq!(claims, expected);
}

#[tokio::test]
async fn an_owner_with_a_password_and_a_session_that_ends_soon() {
    let world = World::new().await;
    let mut owner = user();
    owner.id = UserId::try_from("olga").unwrap();
    owner.owner = true;
    owner.announced = true;
    owner.profile.email_verified = EmailVerified::Verified;
    owner.profile.groups = Groups::Unknown;
    let mut ending = session();
    ending.id = SessionId::try_from("session2").unwrap();
    ending.user = owner.id.clone();
    ending.method = Method::OwnerPassword;
    ending.expires_at = NOW.plus(90 * SECOND);
    let id = ending.id.clone();
    signed_in(&world, owner, ending).await;
    let scopes = grant(&["openid", "email"]);
    let (claims, expires_in) = id_token(&world, app("wiki"), id, scopes).await;
    assert_eq!(expires_in, 90);
    assert_eq!(claims["amr"], json!(["pwd"]));
    assert_eq!(claims["email_verified"], true);
    // Unknown groups are not empty groups, and nothing is made up.
    for absent in ["groups", "idp", "name", "given_name", "acr", "roles", "is_new_user", "nonce"] {
        assert!(claims.get(absent).is_none(), "{absent}");
    }
}

#[tokio::test]
async fn an_address_is_verified_only_when_the_provider_said_so() {
    for stated in [EmailVerified::Refuted, EmailVerified::Unstated] {
        let world = World::new().await;
        let mut person = user();
        person.id = UserId::try_from("bob").unwrap();
        person.profile.email_verified = stated;
        let mut other = session();
        other.id = SessionId::try_from("session2").unwrap();
        other.user = person.id.clone();
        let id = other.id.clone();
        signed_in(&world, person, other).await;
        let scopes = grant(&["openid", "email"]);
        let (claims, _) = id_token(&world, app("wiki"), id, scopes).await;
        assert_eq!(claims["email_verified"], false, "{stated:?}");
    }
}

#[tokio::test]
async fn a_provider_verifies_no_address_at_the_domain_of_another_organization() {
    for (email, verified) in [
        ("boss@globex.test", false),
        ("boss@GLOBEX.test.", false),
        ("boss@glob\u{fe52}ex", false),
        ("boss@acme.test", true),
        // Outside what its organization has proved.
        ("boss@unclaimed.test", false),
    ] {
        let world = World::new().await;
        let mut globex = organization();
        globex.id = OrganizationId::try_from("globex").unwrap();
        let mut person = user();
        person.id = UserId::try_from("bob").unwrap();
        person.profile.email = Some(email.to_owned());
        person.profile.email_verified = EmailVerified::Verified;
        let mut other = session();
        other.id = SessionId::try_from("session2").unwrap();
        other.user = person.id.clone();
        let id = other.id.clone();
        world
            .write(move |tx| {
                crate::store::organizations::insert(tx, &globex)?;
                for (name, of) in [("globex.test", &globex.id), ("acme.test", &organization().id)] {
                    fixture::domain(tx, name, of)?;
                }
                Ok(())
            })
            .await;
        signed_in(&world, person, other).await;
        let scopes = grant(&["openid", "email"]);
        let (claims, _) = id_token(&world, app("wiki"), id, scopes).await;
        assert_eq!(claims["email_verified"], verified, "{email}");
    }
}
