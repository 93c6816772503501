//! Attacks on the endpoints apps call.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::Value;

use super::token::{Failure, Provider, Reply, Tokens, claims, exchange, origin_known, revoke};
use crate::broker::session::{self, Limits};
use crate::downstream::oidc::origin::belongs_to;
use crate::downstream::oidc::world::{
    CALLBACK, ISSUER, NOW, SECRET, VERIFIER, World, app, pairs, replace, session_id,
};
use crate::hub::bounds::Bounds;
use crate::model::app::{RedirectUri, SigningAlgorithm};
use crate::model::id::OrganizationId;
use crate::model::rng::SystemRng;
use crate::model::time::{HOUR, MINUTE, Millis};
use crate::store::expire::{Expiring, batch};
use crate::store::fixture;
use crate::wire::jose::at_hash::at_hash;
use crate::wire::oauth::OAuthError::{self, *};

static BOUNDS: LazyLock<Bounds> = LazyLock::new(|| Bounds::new(&SystemRng));

fn provider(world: &World, now: Millis) -> Provider<'_> {
    Provider {
        store: &world.store,
        ring: &world.ring,
        rng: &world.rng,
        issuer: ISSUER,
        now,
        limits: Limits::new(12 * HOUR, HOUR),
        bounds: &BOUNDS,
    }
}

fn request(code: &str, changes: &[(&str, &str)]) -> Vec<(String, String)> {
    let mut params = pairs(&[
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
        ("client_id", "wiki"),
        ("client_secret", SECRET),
    ]);
    replace(&mut params, changes);
    params
}

async fn redeem(world: &World, code: &str, changes: &[(&str, &str)]) -> Result<Tokens, OAuthError> {
    error_of(exchange(&provider(world, NOW), None, &request(code, changes)).await)
}

fn error_of<T>(reply: Reply<T>) -> Result<T, OAuthError> {
    reply.result.map_err(|failure| match failure {
        Failure::Refused(refusal) => refusal.error,
        other => panic!("{other:?}"),
    })
}

fn payload(tokens: &Tokens) -> Value {
    let part = tokens.id_token.expose().split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

async fn userinfo(world: &World, now: Millis, token: &str) -> Result<Option<Value>, OAuthError> {
    error_of(claims(&provider(world, now), Some(&format!("Bearer {token}")), &[]).await)
}

#[tokio::test]
async fn a_code_gives_tokens_that_say_who_it_is() {
    let world = World::new().await;
    let tokens = redeem(&world, &world.code("wiki").await, &[]).await.unwrap();
    assert_eq!((tokens.expires_in, tokens.scope.as_str()), (3_600, "openid profile email"));
    let token = tokens.access_token.expose();
    let seconds = NOW.seconds();
    let expected = serde_json::json!({
        "iss": ISSUER, "aud": "wiki", "sub": "ann", "sid": "session1", "nonce": "n0nce",
        "iat": seconds, "exp": seconds + 600, "auth_time": seconds - 5,
        "at_hash": at_hash(SigningAlgorithm::RS256, token),
        "email": "ann@acme.test", "email_verified": false, "name": "Ann A.", "given_name": "Ann",
        "org_id": "acme", "org_name": "Acme", "idp": "idp1", "groups": ["staff"],
        "is_new_user": true,
    });
    assert_eq!(payload(&tokens), expected);
    let told = userinfo(&world, NOW, token).await.unwrap().unwrap();
    for name in ["sub", "email", "email_verified", "name", "org_id", "groups", "sid"] {
        assert_eq!(told[name], expected[name], "{name}");
    }
    assert!(!format!("{tokens:?}").contains(token));
}

#[tokio::test]
async fn a_code_works_once_and_reuse_revokes() {
    let world = World::new().await;
    let code = world.code("wiki").await;
    let tokens = redeem(&world, &code, &[]).await.unwrap();
    assert_eq!(world.counts().await, (1, 1));
    assert_eq!(redeem(&world, &code, &[]).await.unwrap_err(), InvalidGrant);
    assert_eq!(world.counts().await, (1, 0));
    let gone = userinfo(&world, NOW, tokens.access_token.expose()).await;
    assert_eq!(gone.unwrap_err(), InvalidToken);
}

#[tokio::test]
async fn of_many_at_once_one_gets_tokens_and_the_rest_revoke_them() {
    let world = World::new().await;
    let code = world.code("wiki").await;
    let (a, b, c) = tokio::join!(
        redeem(&world, &code, &[]),
        redeem(&world, &code, &[]),
        redeem(&world, &code, &[])
    );
    let granted = [a, b, c].into_iter().filter(Result::is_ok).count();
    assert_eq!(granted, 1);
    assert_eq!(world.counts().await, (1, 0));
}

#[tokio::test]
async fn wrong_hands_get_nothing_and_spend_the_code() {
    let world = World::new().await;
    let plain = crate::downstream::oidc::world::CHALLENGE;
    for changes in [
        &[("code_verifier", "a".repeat(43).as_str())][..],
        &[("code_verifier", "short")],
        &[("code_verifier", plain)],
        &[("redirect_uri", "https://app.example/cb/")],
        &[("redirect_uri", "https://app.example/cb2?x=1")],
        &[("client_id", "other")],
        &[("client_id", "public"), ("client_secret", "")],
    ] {
        let code = world.code("wiki").await;
        assert_eq!(redeem(&world, &code, changes).await.unwrap_err(), InvalidGrant, "{changes:?}");
        let after = redeem(&world, &code, &[]).await;
        assert_eq!(after.unwrap_err(), InvalidGrant, "{changes:?} left the code good");
    }
    assert_eq!(world.counts().await.1, 0);
}

#[tokio::test]
async fn somebody_elses_repetition_revokes_nothing() {
    let world = World::new().await;
    let code = world.code("wiki").await;
    redeem(&world, &code, &[]).await.unwrap();
    let other = redeem(&world, &code, &[("client_id", "other")]).await;
    assert_eq!(other.unwrap_err(), InvalidGrant);
    assert_eq!(world.counts().await, (1, 1));
}

#[tokio::test]
async fn malformed_requests_leave_the_code_alone() {
    let world = World::new().await;
    let code = world.code("wiki").await;
    for (name, value, expected) in [
        ("grant_type", "", InvalidRequest),
        ("grant_type", "password", UnsupportedGrantType),
        ("grant_type", "refresh_token", UnsupportedGrantType),
        ("code", "", InvalidRequest),
        ("redirect_uri", "", InvalidRequest),
        ("code_verifier", "", InvalidRequest),
        ("client_id", "", InvalidClient),
        ("client_secret", "", InvalidClient),
        ("client_secret", "wrong", InvalidClient),
        ("client_id", "nobody", InvalidClient),
        ("client_assertion", "x", InvalidClient),
    ] {
        let got = redeem(&world, &code, &[(name, value)]).await;
        assert_eq!(got.unwrap_err(), expected, "{name}={value}");
    }
    for name in
        ["grant_type", "code", "redirect_uri", "code_verifier", "client_id", "client_secret"]
    {
        let mut params = request(&code, &[]);
        let again = params.iter().find(|(n, _)| n == name).unwrap().clone();
        params.push(again);
        let got = error_of(exchange(&provider(&world, NOW), None, &params).await);
        assert_eq!(got.unwrap_err(), InvalidRequest, "{name}");
    }
    assert!(redeem(&world, &code, &[]).await.is_ok());
}

#[tokio::test]
async fn clients_authenticate_in_exactly_one_way() {
    let world = World::new().await;
    let header = |credentials: &str| Some(format!("Basic {}", STANDARD.encode(credentials)));
    let encoded = "wiki:s3cret%2B%2F+%25";
    let none = [("client_id", ""), ("client_secret", "")];
    for (header, changes, expected) in [
        (header(encoded), &none[..], None),
        (header(encoded), &[("client_secret", "")], None),
        (header(encoded), &[], Some(InvalidRequest)),
        (header(encoded), &[("client_id", "other"), ("client_secret", "")], Some(InvalidRequest)),
        (header("wiki:wrong"), &none, Some(InvalidClient)),
        (header("nobody:wrong"), &none, Some(InvalidClient)),
        (header("wiki:%zz"), &none, Some(InvalidClient)),
        (Some("Bearer abc".to_owned()), &none, Some(InvalidClient)),
        (Some(String::new()), &none, Some(InvalidClient)),
        (None, &[], None),
        (None, &[("client_id", "public"), ("client_secret", "")], None),
        (None, &[("client_id", "public")], Some(InvalidClient)),
        (header("public:"), &none, Some(InvalidClient)),
    ] {
        let id = if changes.contains(&("client_id", "public")) { "public" } else { "wiki" };
        let params = request(&world.code(id).await, changes);
        let reply = exchange(&provider(&world, NOW), header.as_deref(), &params).await;
        if let Err(Failure::Refused(refusal)) = &reply.result
            && refusal.error == InvalidClient
        {
            assert_eq!(refusal.challenge, header.is_some());
            assert!(reply.app.is_none());
        }
        assert_eq!(error_of(reply).err(), expected, "{header:?} {changes:?}");
    }
    world.write(|tx| fixture::disable(tx, "apps")).await;
    let code = redeem(&world, "x", &[]).await;
    assert_eq!(code.unwrap_err(), InvalidClient);
}

#[tokio::test]
async fn a_code_dies_after_a_minute_and_with_its_session() {
    let world = World::new().await;
    let code = world.code("wiki").await;
    let late = provider(&world, NOW.plus(MINUTE));
    let got = error_of(exchange(&late, None, &request(&code, &[])).await);
    assert_eq!(got.unwrap_err(), InvalidGrant);

    let closed = {
        let mut app = app("wiki");
        app.organizations = vec![OrganizationId::try_from("others").unwrap()];
        app
    };
    let tokens = redeem(&world, &world.code("wiki").await, &[]).await.unwrap();
    let code = world.code("wiki").await;
    world.write(move |tx| fixture::app(tx, &closed)).await;
    let told = userinfo(&world, NOW, tokens.access_token.expose()).await;
    assert_eq!(told.unwrap_err(), InvalidToken);
    assert_eq!(redeem(&world, &code, &[]).await.unwrap_err(), InvalidGrant);

    world.write(|tx| fixture::app(tx, &app("wiki"))).await;
    let code = world.code("wiki").await;
    world.write(|tx| session::end(tx, &session_id())).await;
    assert_eq!(redeem(&world, &code, &[]).await.unwrap_err(), InvalidGrant);
}

#[tokio::test]
async fn tokens_die_with_whatever_they_stand_on() {
    for table in ["users", "organizations", "apps"] {
        let world = World::new().await;
        let tokens = redeem(&world, &world.code("wiki").await, &[]).await.unwrap();
        let token = tokens.access_token.expose();
        assert!(userinfo(&world, NOW.plus(HOUR - 1), token).await.is_ok());
        let late = userinfo(&world, NOW.plus(HOUR), token).await;
        assert_eq!(late.unwrap_err(), InvalidToken);
        let code = world.code("wiki").await;
        world.write(move |tx| fixture::disable(tx, table)).await;
        assert_eq!(userinfo(&world, NOW, token).await.unwrap_err(), InvalidToken, "{table}");
        assert!(redeem(&world, &code, &[]).await.is_err(), "{table}");
    }
    let world = World::new().await;
    let tokens = redeem(&world, &world.code("wiki").await, &[]).await.unwrap();
    world.write(|tx| session::end(tx, &session_id())).await;
    let gone = userinfo(&world, NOW, tokens.access_token.expose()).await;
    assert_eq!(gone.unwrap_err(), InvalidToken);
}

#[tokio::test]
async fn userinfo_takes_one_token_from_header_or_body() {
    let world = World::new().await;
    let tokens = redeem(&world, &world.code("wiki").await, &[]).await.unwrap();
    let token = tokens.access_token.expose();
    let header = format!("bearer {token}");
    let provider = provider(&world, NOW);
    let body = pairs(&[("access_token", token)]);
    assert!(error_of(claims(&provider, Some(&header), &[]).await).unwrap().is_some());
    assert!(error_of(claims(&provider, None, &body).await).unwrap().is_some());
    assert!(error_of(claims(&provider, None, &[]).await).unwrap().is_none());
    assert!(error_of(claims(&provider, Some("Basic YTpi"), &[]).await).unwrap().is_none());
    let both = error_of(claims(&provider, Some(&header), &body).await);
    assert_eq!(both.unwrap_err(), InvalidRequest);
    let malformed = error_of(claims(&provider, Some("Bearer a b"), &[]).await);
    assert_eq!(malformed.unwrap_err(), InvalidRequest);
    let twice = pairs(&[("access_token", token), ("access_token", token)]);
    assert_eq!(error_of(claims(&provider, None, &twice).await).unwrap_err(), InvalidRequest);
}

#[tokio::test]
async fn revocation() {
    let world = World::new().await;
    let tokens = redeem(&world, &world.code("wiki").await, &[]).await.unwrap();
    let token = tokens.access_token.expose();
    let give_back = async |client: &str, token: &str| {
        let params = pairs(&[("client_id", client), ("client_secret", SECRET), ("token", token)]);
        error_of(revoke(&provider(&world, NOW), None, &params).await)
    };
    assert_eq!(give_back("wiki", "").await, Err(InvalidRequest));
    assert_eq!(give_back("wiki", "unknown").await, Ok(()));
    assert_eq!(give_back("nobody", token).await, Err(InvalidClient));
    assert_eq!(give_back("other", token).await, Err(InvalidGrant));
    assert!(userinfo(&world, NOW, token).await.is_ok());
    assert_eq!(give_back("wiki", token).await, Ok(()));
    assert_eq!(userinfo(&world, NOW, token).await.unwrap_err(), InvalidToken);
    assert_eq!(give_back("wiki", token).await, Ok(()));
}

#[tokio::test]
async fn origins_are_those_of_redirect_uris() {
    let world = World::new().await;
    world
        .write(|tx| {
            let mut native = app("native");
            native.redirect_uris = ["com.example.app:/cb", "http://127.0.0.1/cb"]
                .map(|uri| RedirectUri::try_from(uri.to_owned()).unwrap())
                .to_vec();
            assert!(!belongs_to(&native, "null"));
            fixture::app(tx, &native)
        })
        .await;
    for (origin, expected) in [
        ("https://app.example", true),
        ("http://127.0.0.1", true),
        ("http://app.example", false),
        ("https://app.example:8443", false),
        ("https://app.example.evil.example", false),
        ("https://app.exampl", false),
        ("https://app_example", false),
        ("https://%", false),
        ("com.example.app:", false),
        ("null", false),
        ("", false),
    ] {
        assert_eq!(origin_known(&world.store, origin).await.unwrap(), expected, "{origin}");
        assert_eq!(belongs_to(&app("wiki"), origin), expected && origin.contains("app"));
    }
}

#[tokio::test]
async fn what_has_ended_is_cleared_away_in_batches() {
    let world = World::new().await;
    let code = world.code("wiki").await;
    redeem(&world, &code, &[]).await.unwrap();
    let later = NOW.plus(1);
    assert_eq!(world.write(move |tx| batch(tx, Expiring::Codes, NOW, 10)).await, 0);
    assert_eq!(world.write(move |tx| batch(tx, Expiring::Codes, later, 0)).await, 0);
    assert_eq!(world.write(move |tx| batch(tx, Expiring::Codes, later, 10)).await, 1);
    assert_eq!(world.write(move |tx| batch(tx, Expiring::AccessTokens, NOW, 10)).await, 0);
    assert_eq!(world.write(move |tx| batch(tx, Expiring::AccessTokens, later, 10)).await, 1);
}
