//! Attacks and slips of authorization requests.

use proptest::prelude::*;

use super::authorize::{AuthorizeError, Checked, Prompt, check};
use super::world::{CALLBACK, ISSUER, NOW, World, admission, app, authorize_params, param};
use super::{Answer, AppReply, error_reply, must_authenticate, respond};
use crate::model::attempt::ResponseMode;
use crate::model::code::Code;
use crate::model::id::OrganizationId;
use crate::model::rng::SystemRng;
use crate::store::fixture;
use crate::wire::oauth::OAuthError;

async fn ask(world: &World, params: Vec<(String, String)>) -> Result<Checked, AuthorizeError> {
    world.write(move |tx| Ok(check(tx, &params))).await
}

#[tokio::test]
async fn a_sound_request_passes() {
    let world = World::new().await;
    let mut params = authorize_params(&[
        ("max_age", "60"),
        ("organization", "acme"),
        ("login_hint", "ann@acme.test"),
        ("response_mode", "form_post"),
        ("prompt", "select_account login"),
        ("scope", "openid email offline_access"),
    ]);
    // Unknown parameters are ignored, repeated or not.
    params.extend([("resource".into(), "a".into()), ("resource".into(), "b".into())]);
    let checked = ask(&world, params).await.unwrap();
    assert_eq!(checked.prompt, Prompt::SelectAccount);
    assert_eq!(checked.hints.organization.as_deref(), Some("acme"));
    assert_eq!(checked.hints.login_hint.as_deref(), Some("ann@acme.test"));
    let request = checked.request;
    assert_eq!(request.response_mode, ResponseMode::FormPost);
    assert_eq!(request.scopes, ["openid", "email"]);
    assert_eq!((request.max_age, request.force_login), (Some(60), true));
    assert_eq!(request.state.as_deref(), Some("st&te"));
    assert_eq!(checked.app, app("wiki"));
}

#[tokio::test]
async fn nothing_is_sent_to_an_unproven_address() {
    use Code::{AppDisabled, AppUnknown, AuthorizeRequestInvalid, RedirectUriMismatch};
    let world = World::new().await;
    for (changes, expected) in [
        (&[("client_id", "")][..], AuthorizeRequestInvalid),
        (&[("client_id", "nobody")], AppUnknown),
        (&[("client_id", "wiki ")], AppUnknown),
        (&[("client_id", "WIKI")], AppUnknown),
        (&[("client_id", "' OR 1=1 --")], AppUnknown),
        (&[("redirect_uri", "")], AuthorizeRequestInvalid),
        (&[("redirect_uri", "https://evil.example/cb")], RedirectUriMismatch),
        (&[("redirect_uri", "https://app.example/cb/")], RedirectUriMismatch),
        (&[("redirect_uri", "https://app.example/cb2")], RedirectUriMismatch),
        // Whatever else is wrong, the address comes first.
        (&[("redirect_uri", "https://evil.example"), ("scope", "")], RedirectUriMismatch),
    ] {
        let got = ask(&world, authorize_params(changes)).await;
        assert!(
            matches!(&got, Err(AuthorizeError::Page(c, ..)) if *c == expected),
            "{changes:?} {got:?}"
        );
    }
    for name in ["client_id", "redirect_uri"] {
        let mut params = authorize_params(&[]);
        let again = params.iter().find(|(n, _)| n == name).unwrap().clone();
        params.push(again);
        let got = ask(&world, params).await;
        assert!(matches!(got, Err(AuthorizeError::Page(AuthorizeRequestInvalid, ..))), "{name}");
    }
    // The admin reads what the app sent and what is registered.
    let wrong = authorize_params(&[("redirect_uri", "https://app.example/cb/")]);
    let Err(AuthorizeError::Page(_, checks, _)) = ask(&world, wrong).await else {
        panic!("no page")
    };
    let check = checks.as_slice().last().unwrap();
    assert_eq!((&*check.name, &*check.received), ("redirect_uri", "https://app.example/cb/"));
    assert!(check.expected.contains("https://app.example/cb "), "{}", check.expected);
    world.write(|tx| fixture::disable(tx, "apps")).await;
    let got = ask(&world, authorize_params(&[])).await;
    assert!(matches!(got, Err(AuthorizeError::Page(AppDisabled, ..))));
}

#[tokio::test]
async fn every_other_slip_is_told_to_the_app() {
    use OAuthError::*;
    let world = World::new().await;
    let long = "x".repeat(4_097);
    for (name, value, expected) in [
        ("response_type", "", InvalidRequest),
        ("response_type", "token", UnsupportedResponseType),
        ("response_type", "code id_token", UnsupportedResponseType),
        ("response_mode", "fragment", InvalidRequest),
        ("scope", "", InvalidScope),
        ("scope", "email", InvalidScope),
        ("scope", "openid  email", InvalidScope),
        ("code_challenge", "", InvalidRequest),
        ("code_challenge", "short", InvalidRequest),
        ("code_challenge_method", "", InvalidRequest),
        ("code_challenge_method", "plain", InvalidRequest),
        ("code_challenge_method", "s256", InvalidRequest),
        ("request", "eyJ", RequestNotSupported),
        ("request_uri", "https://x.example", RequestUriNotSupported),
        ("registration", "{}", RegistrationNotSupported),
        ("prompt", "none login", InvalidRequest),
        ("prompt", "create", InvalidRequest),
        ("max_age", "-1", InvalidRequest),
        ("max_age", "+1", InvalidRequest),
        ("max_age", "1.5", InvalidRequest),
        ("max_age", "99999999999", InvalidRequest),
        ("nonce", &long, InvalidRequest),
        ("login_hint", &long, InvalidRequest),
    ] {
        let got = ask(&world, authorize_params(&[(name, value)])).await;
        let Err(AuthorizeError::Redirect(to)) = got else { panic!("{name}={value}: {got:?}") };
        assert_eq!(to.error, expected, "{name}={value}");
        assert_eq!(to.state.as_deref(), Some("st&te"));
        let AppReply::Redirect(url) = to.reply(ISSUER) else { panic!("{name}") };
        assert!(url.starts_with("https://app.example/cb?error="));
        assert_eq!(param(&url, "state").as_deref(), Some("st&te"));
        assert_eq!(param(&url, "iss").as_deref(), Some(ISSUER));
    }
}

/// What is stored of a request that anybody may send is short; an app that sends more is told
/// so, with its state, or it would not believe the answer.
#[tokio::test]
async fn state_and_nonce_are_stored_and_bounded() {
    let world = World::new().await;
    for (name, longest) in [("state", 2_048), ("nonce", 512)] {
        let fits = "x".repeat(longest);
        let checked = ask(&world, authorize_params(&[(name, &fits)])).await.unwrap();
        let kept = if name == "state" { checked.request.state } else { checked.request.nonce };
        assert_eq!(kept.as_deref(), Some(fits.as_str()));
        let long = "x".repeat(longest + 1);
        let got = ask(&world, authorize_params(&[(name, &long)])).await;
        let Err(AuthorizeError::Redirect(to)) = got else { panic!("{name}: {got:?}") };
        assert_eq!(to.error, OAuthError::InvalidRequest);
        assert_eq!(to.description, format!("{name} is longer than {longest} bytes"));
        assert_eq!(
            to.state.as_deref(),
            Some(if name == "state" { long.as_str() } else { "st&te" })
        );
    }
}

#[tokio::test]
async fn repeated_parameters_are_refused() {
    let world = World::new().await;
    for name in [
        "response_type",
        "response_mode",
        "scope",
        "state",
        "nonce",
        "code_challenge",
        "code_challenge_method",
        "prompt",
        "max_age",
        "login_hint",
        "organization",
        "connection",
        "domain_hint",
        "id_token_hint",
    ] {
        let mut params = authorize_params(&[]);
        params.retain(|(n, _)| n != name);
        params.extend([(name.to_owned(), "1".to_owned()), (name.to_owned(), "1".to_owned())]);
        let got = ask(&world, params).await;
        let Err(AuthorizeError::Redirect(to)) = got else { panic!("{name}: {got:?}") };
        assert_eq!(to.error, OAuthError::InvalidRequest, "{name}");
        assert!(to.description.contains(name), "{name}: {}", to.description);
        assert_eq!(to.state.is_none(), name == "state");
    }
}

#[tokio::test]
async fn prompts() {
    let world = World::new().await;
    for (prompt, max_age, expected, force) in [
        ("", "", Prompt::Unstated, false),
        ("none", "", Prompt::None, false),
        ("login", "", Prompt::Login, true),
        ("consent", "", Prompt::Unstated, false),
        ("consent login", "", Prompt::Login, true),
        ("select_account", "", Prompt::SelectAccount, false),
        ("", "0", Prompt::Unstated, true),
        ("", "1", Prompt::Unstated, false),
    ] {
        let changes = [("prompt", prompt), ("max_age", max_age)];
        let checked = ask(&world, authorize_params(&changes)).await.unwrap();
        assert_eq!((checked.prompt, checked.request.force_login), (expected, force), "{prompt}");
    }
}

#[tokio::test]
async fn answers_carry_code_state_and_issuer() {
    let world = World::new().await;
    let params = authorize_params(&[
        ("redirect_uri", "https://app.example/cb2?x=1"),
        ("response_mode", "form_post"),
    ]);
    let (query, form) = world
        .write(move |tx| {
            let mut request = check(tx, &params).unwrap().request;
            let admission = admission(tx)?;
            let form = respond(tx, &SystemRng, NOW, ISSUER, &admission, &request)?;
            request.response_mode = ResponseMode::Query;
            let denied = error_reply(&request, ISSUER, OAuthError::LoginRequired, "nobody");
            Ok((denied, form))
        })
        .await;
    let Answer::Granted(AppReply::Form { action, fields }) = form else { panic!("{form:?}") };
    assert_eq!(action, "https://app.example/cb2?x=1");
    let names: Vec<_> = fields.iter().map(|(n, _)| n.as_str()).collect();
    assert_eq!(names, ["code", "state", "iss"]);
    assert_eq!(fields[0].1.len(), 43);
    let expected = "https://app.example/cb2?x=1&error=login_required&error_description=nobody&state=st%26te&iss=https%3A%2F%2Fsso.acme.test";
    assert_eq!(query, AppReply::Redirect(expected.to_owned()));
    assert!(!format!("{query:?}").contains("login"));
}

#[tokio::test]
async fn an_app_that_changed_since_it_asked_gets_nothing() {
    let world = World::new().await;
    let mut disabled = app("wiki");
    disabled.disabled = true;
    let mut moved = app("wiki");
    moved.redirect_uris.remove(0);
    let mut closed = app("wiki");
    closed.organizations = vec![OrganizationId::try_from("others").unwrap()];
    for (changed, expected) in [
        (disabled, Code::AppDisabled),
        (moved, Code::RedirectUriMismatch),
        (closed, Code::AppNotAdmitted),
    ] {
        let answer = world
            .write(move |tx| {
                fixture::app(tx, &app("wiki"))?;
                let request = check(tx, &authorize_params(&[])).unwrap().request;
                fixture::app(tx, &changed)?;
                respond(tx, &SystemRng, NOW, ISSUER, &admission(tx)?, &request)
            })
            .await;
        assert_eq!(answer, Answer::Refused(expected));
    }
}

#[tokio::test]
async fn an_old_authentication_is_renewed_when_asked() {
    let world = World::new().await;
    // The person authenticated five seconds ago.
    for (prompt, max_age, expected) in
        [("", "", false), ("login", "", true), ("", "0", true), ("", "4", true), ("", "5", false)]
    {
        let params = authorize_params(&[("prompt", prompt), ("max_age", max_age)]);
        let renewed = world
            .write(move |tx| {
                let request = check(tx, &params).unwrap().request;
                Ok(must_authenticate(NOW, &admission(tx)?, &request))
            })
            .await;
        assert_eq!(renewed, expected, "{prompt} {max_age}");
    }
}

proptest! {
    #[test]
    fn mutated_redirect_uris_never_match(at in 0usize..22, what in 0u8..3, with in "[ -~]") {
        let mut uri = CALLBACK.to_owned();
        prop_assume!(uri.is_char_boundary(at));
        match what {
            0 => uri.insert_str(at, &with),
            1 => { uri.remove(at); }
            _ => uri.replace_range(at..=at, &with),
        }
        prop_assert_eq!(app("wiki").redirect_uri(&uri), uri == CALLBACK);
    }

    #[test]
    fn an_answer_never_leaves_the_registered_address(state in ".{0,40}") {
        let reply = AppReply::new(CALLBACK, ResponseMode::Query, &[("state", &state)]);
        let AppReply::Redirect(url) = reply else { return Err(TestCaseError::fail("form")) };
        prop_assert!(url.starts_with("https://app.example/cb?state="));
        prop_assert!(url.is_ascii() && !url.contains(['\r', '\n', ' ', '#', '"', '<']));
        prop_assert_eq!(param(&url, "state").unwrap(), state);
    }
}
