//! Sign-ins that begin elsewhere: an OpenID Provider's tile (OpenID Connect Core section 4), the
//! tile address of an organization and app, a bookmark, and the app where people land.

mod tiles;
mod unsolicited;

use doorward::model::domain::Domain;
use doorward::model::id::{AppId, OrganizationId};
use doorward::model::rng::SystemRng;
use doorward::store::domains;
use serde_json::{Value, json};

use crate::house::{self, Answer, Browser, House, run};
use crate::reason_codes::reference;
use crate::support::admin::Admin;
use crate::support::openid::Provider;
use crate::support::tenant::{Tenant, app, authorize, onward, sent};

/// Where the app of the tests is told to begin.
pub const BEGINS: &str = "https://wiki.test/login?from=sso";

/// Edits something as the installation's administrator.
pub async fn patch(house: &House, path: &str, body: &Value) -> (u16, Value) {
    let root = Admin::open(house, None).await;
    let called = root.call(house, ("PATCH", path), Some("*"), body).await;
    (called.status, called.json)
}

/// An app that may be told to begin.
pub async fn beginner(house: &House) -> AppId {
    let app = app(house).await;
    let (status, item) =
        patch(house, &format!("/apps/{app}"), &json!({"initiate_login_uri": BEGINS})).await;
    assert_eq!((status, &item["initiate_login_uri"]), (200, &json!(BEGINS)), "{item}");
    app
}

/// Makes `app` the default of an organization.
pub async fn default_app(
    house: &House,
    organization: &OrganizationId,
    app: &Value,
) -> (u16, Value) {
    patch(house, &format!("/organizations/{organization}"), &json!({"default_app": app})).await
}

/// An address of ours with parameters.
pub fn with(path: &str, parameters: &[(&str, &str)]) -> String {
    let query = url::form_urlencoded::Serializer::new(String::new());
    format!("{path}?{}", { query }.extend_pairs(parameters).finish())
}

/// The app is told to begin, and the request it then sends is answered at once.
pub async fn lands(
    house: &House,
    browser: &mut Browser,
    app: &AppId,
    answer: &Answer,
    target: Option<&str>,
) {
    let location = answer.header("location");
    assert!(location.starts_with(BEGINS), "{} {location} {}", answer.status, answer.body);
    assert_eq!(sent(answer, "from").as_deref(), Some("sso"), "{location}");
    assert_eq!(sent(answer, "iss").as_deref(), Some("http://localhost:8080"), "{location}");
    assert_eq!(sent(answer, "target_link_uri").as_deref(), target, "{location}");
    assert_eq!(sent(answer, "login_hint"), None, "{location}");
    let asked = house.get(browser, &authorize(app, &[])).await;
    assert!(sent(&asked, "code").is_some(), "{} {}", asked.status, asked.header("location"));
}

fn leads_to(answer: &Answer, provider: &Provider) -> bool {
    answer.header("location").starts_with(&provider.issuer)
}

async fn hold(house: &House, organization: &OrganizationId, domain: &str) {
    let domain =
        Domain::pending(&SystemRng, house.hub.now(), organization.clone(), domain.to_owned());
    let domain = domain.accepted(house.hub.now(), false);
    house.write(move |tx| domains::save(tx, &domain)).await;
}

/// The page without what differs from one refusal to the next.
pub fn stripped(page: &Answer) -> String {
    let body = page.body.replace(&reference(page), "");
    let handle = body.split("attempt=").nth(1).and_then(|rest| rest.split(['"', '&']).next());
    handle.map_or_else(|| body.clone(), |handle| body.replace(handle, ""))
}

#[test]
fn the_shared_address_picks_the_connection_by_its_issuer() {
    run(async {
        let house = house::open_among_private().await;
        let (okta, entra) = (Provider::start(), Provider::start());
        let acme = Tenant::bare(&house, "acme").await;
        let beta = Tenant::bare(&house, "beta").await;
        let through = okta.connect(&house, &acme).await;
        entra.connect(&house, &beta).await;
        for (provider, other) in [(&okta, &entra), (&entra, &okta)] {
            let hint = [("iss", provider.issuer.as_str()), ("login_hint", "ann@acme.test")];
            let mut browser = Browser::new();
            let answer = house.get(&mut browser, &with("/oidc/initiate", &hint)).await;
            assert!(leads_to(&answer, provider) && !leads_to(&answer, other));
            assert_eq!(sent(&answer, "login_hint").as_deref(), Some("ann@acme.test"));
            assert!(browser.cookie("doorward-browser").is_some(), "bound to the browser");
            let own = sent(&answer, "state").unwrap();
            assert!(own.len() >= 43, "a state of our own: {own}");
        }
        // The issuer's exact text, and one that is in use.
        let slash = format!("{}/", okta.issuer);
        let root = Admin::open(&house, None).await;
        for iss in [None, Some(""), Some(slash.as_str()), Some("https://evil.test"), Some("%")] {
            let said: Vec<_> = iss.iter().map(|iss| ("iss", *iss)).collect();
            let page = house.get(&mut Browser::new(), &with("/oidc/initiate", &said)).await;
            assert_eq!(page.status, 403, "{iss:?}");
            assert!(page.body.contains("initiate_issuer_unknown"), "{}", page.body);
            let attempt = root.attempt(&house, &reference(&page)).await;
            assert_eq!(attempt["code"], "initiate_issuer_unknown", "{attempt}");
        }
        for (path, body) in [
            (format!("/connections/{through}"), json!({"disabled": true})),
            (format!("/organizations/{acme}"), json!({"disabled": true})),
        ] {
            assert_eq!(patch(&house, &path, &body).await.0, 200);
            let known = with("/oidc/initiate", &[("iss", okta.issuer.as_str())]);
            let page = house.get(&mut Browser::new(), &known).await;
            assert!(page.body.contains("initiate_issuer_unknown"), "{path}: {}", page.body);
            let own = format!("/oidc/{through}/initiate");
            let page = house.get(&mut Browser::new(), &own).await;
            assert!(page.body.contains("route_unknown"), "{path}: {}", page.body);
            let again = json!({"disabled": false});
            assert_eq!(patch(&house, &path, &again).await.0, 200);
        }
    });
}

#[test]
fn at_a_connections_own_address_the_issuer_is_its_own_or_absent() {
    run(async {
        let house = house::open_among_private().await;
        let (okta, entra) = (Provider::start(), Provider::start());
        let acme = Tenant::bare(&house, "acme").await;
        let beta = Tenant::bare(&house, "beta").await;
        let through = okta.connect(&house, &acme).await;
        entra.connect(&house, &beta).await;
        let own = format!("/oidc/{through}/initiate");
        for path in [own.clone(), with(&own, &[("iss", &okta.issuer)])] {
            assert!(leads_to(&house.get(&mut Browser::new(), &path).await, &okta), "{path}");
        }
        let root = Admin::open(&house, None).await;
        let other = with(&own, &[("iss", &entra.issuer)]);
        let page = house.get(&mut Browser::new(), &other).await;
        assert!(page.body.contains("initiate_issuer_unknown"), "{}", page.body);
        let attempt = root.attempt(&house, &reference(&page)).await;
        assert_eq!(attempt["checks"][0]["expected"], okta.issuer.as_str(), "{attempt}");
        assert_eq!(attempt["connection"], through.as_str(), "{attempt}");
        // No connection, and one that speaks SAML, look the same.
        let saml = Tenant::open(&house, "saml").await;
        let none = house.get(&mut Browser::new(), "/oidc/none/initiate").await;
        let saml = format!("/oidc/{}/initiate", saml.connection);
        let saml = house.get(&mut Browser::new(), &saml).await;
        assert_eq!((none.status, stripped(&none)), (saml.status, stripped(&saml)));
        // HEAD begins nothing.
        let head = actix_web::test::TestRequest::default().method("HEAD".parse().unwrap());
        let head = house.send(&mut Browser::new(), head.uri(&own)).await;
        assert_eq!((head.status.as_u16(), head.body.as_str()), (200, ""));
    });
}

#[test]
fn a_post_is_sent_round_to_where_the_cookies_are() {
    run(async {
        let house = house::open_among_private().await;
        let okta = Provider::start();
        let acme = Tenant::bare(&house, "acme").await;
        let through = okta.connect(&house, &acme).await;
        let wiki = beginner(&house).await;
        for path in [
            "/oidc/initiate".to_owned(),
            format!("/oidc/{through}/initiate"),
            format!("/o/acme/{wiki}"),
        ] {
            let long = "x".repeat(3_000);
            let fields = [
                ("iss", okta.issuer.as_str()),
                ("login_hint", "ann@acme.test"),
                ("target_link_uri", &long),
                ("client_id", "evil"),
            ];
            let mut browser = Browser::new();
            let answer = house.post(&mut browser, &path, &fields).await;
            let expected = with(&path, &fields[..2]);
            assert_eq!((answer.status.as_u16(), onward(&answer)), (303, expected.clone()));
            assert!(browser.cookies.is_empty(), "nothing began yet");
            assert!(leads_to(&house.get(&mut browser, &expected).await, &okta), "{expected}");
        }
    });
}

#[test]
fn a_tile_leads_into_the_app_at_the_place_it_names() {
    run(async {
        let house = house::open_among_private().await;
        let okta = Provider::start();
        let acme = Tenant::bare(&house, "acme").await;
        let through = okta.connect(&house, &acme).await;
        let wiki = beginner(&house).await;
        let tile = format!("http://localhost:8080/o/{acme}/{wiki}");
        let begin = |target: &str| {
            let path = format!("/oidc/{through}/initiate");
            with(&path, &[("iss", &okta.issuer), ("target_link_uri", target)])
        };
        let deep = "https://wiki.test/page/7?a=b";
        for (target, expected) in
            [(deep, Some(deep)), (BEGINS, None), (&tile, None), (wiki.as_str(), None)]
        {
            let mut browser = Browser::new();
            let asked = house.get(&mut browser, &begin(target)).await;
            let back = okta.vouch(house.hub.now(), &asked, "ann@acme.test");
            let answer = house.get(&mut browser, &back).await;
            lands(&house, &mut browser, &wiki, &answer, expected).await;
            // Signed in, the next click needs no provider.
            let again = house.get(&mut browser, &begin(target)).await;
            lands(&house, &mut browser, &wiki, &again, expected).await;
        }
        // Anywhere else is no place to land, and no error for the person either.
        let elsewhere = format!("http://localhost:8080/o/{acme}/none");
        for target in [
            "https://evil.test/page",
            "https://wiki.test.evil.test/",
            "https://wiki.test@evil.test/",
            "http://wiki.test/page",
            "https://wiki.test:8443/",
            "//evil.test",
            "javascript:alert(1)",
            "https://wiki.tes_/",
            "%",
            &elsewhere,
            "http://localhost:8080/console/",
        ] {
            let mut browser = Browser::new();
            let asked = house.get(&mut browser, &begin(target)).await;
            let back = okta.vouch(house.hub.now(), &asked, "ann@acme.test");
            let answer = house.get(&mut browser, &back).await;
            assert_eq!(onward(&answer), "/", "{target}");
        }
        // Two apps at one origin: it is not guessed which is meant.
        beginner(&house).await;
        let mut browser = Browser::new();
        let asked = house.get(&mut browser, &begin(deep)).await;
        let back = okta.vouch(house.hub.now(), &asked, "ann@acme.test");
        assert_eq!(onward(&house.get(&mut browser, &back).await), "/");
    });
}

#[test]
fn a_request_only_begins_and_signs_nobody_in_as_somebody_else() {
    run(async {
        let house = house::open_among_private().await;
        let okta = Provider::start();
        let acme = Tenant::bare(&house, "acme").await;
        let through = okta.connect(&house, &acme).await;
        let beta = Tenant::open(&house, "beta").await;
        let wiki = beginner(&house).await;
        let path = format!("/oidc/{through}/initiate");
        // Begun in one browser, brought by another.
        let (mut evil, mut ann) = (Browser::new(), Browser::new());
        let asked = house.get(&mut evil, &path).await;
        let back = okta.vouch(house.hub.now(), &asked, "evil@acme.test");
        let page = house.get(&mut ann, &back).await;
        assert!(page.body.contains("browser_"), "{}", page.body);
        assert!(ann.cookie("doorward-session").is_none());
        // Somebody of another organization is asked first, and stays meanwhile.
        beta.sign_in(&house, &mut ann, "ann@beta.test").await;
        let session = ann.cookie("doorward-session").unwrap().to_owned();
        let asked = house.get(&mut ann, &with(&path, &[("target_link_uri", wiki.as_str())])).await;
        assert!(leads_to(&asked, &okta), "their session is none of this connection");
        let back = okta.vouch(house.hub.now(), &asked, "evil@acme.test");
        let question = house.get(&mut ann, &back).await;
        let question = house.get(&mut ann, &onward(&question)).await;
        assert!(question.body.contains("Change who is signed in?"), "{}", question.body);
        assert_eq!(ann.cookie("doorward-session"), Some(session.as_str()));
    });
}

#[test]
fn a_hint_that_names_somebody_else_goes_to_the_provider() {
    run(async {
        let house = house::open_among_private().await;
        let okta = Provider::start();
        let acme = Tenant::bare(&house, "acme").await;
        let through = okta.connect(&house, &acme).await;
        let wiki = beginner(&house).await;
        let mut browser = Browser::new();
        let tile = format!("/o/acme/{wiki}");
        let asked = house.get(&mut browser, &tile).await;
        let back = okta.vouch(house.hub.now(), &asked, "ann@acme.test");
        let answer = house.get(&mut browser, &back).await;
        lands(&house, &mut browser, &wiki, &answer, None).await;
        for path in [tile, format!("/oidc/{through}/initiate"), "/oidc/initiate".to_owned()] {
            let said = |hint| with(&path, &[("iss", okta.issuer.as_str()), ("login_hint", hint)]);
            let same = house.get(&mut browser, &said("Ann@Acme.test")).await;
            assert!(!leads_to(&same, &okta), "{path}");
            for other in ["bob@acme.test", "bob"] {
                let answer = house.get(&mut browser, &said(other)).await;
                assert!(leads_to(&answer, &okta), "{path} {other}");
                assert_eq!(sent(&answer, "login_hint").as_deref(), Some(other));
            }
        }
    });
}

#[test]
fn several_connections_with_one_issuer_are_told_apart_by_the_hint_or_the_person() {
    run(async {
        let house = house::open_among_private().await;
        let google = Provider::start();
        let acme = Tenant::bare(&house, "acme").await;
        let beta = Tenant::bare(&house, "beta").await;
        let of_acme = google.connect(&house, &acme).await;
        let of_beta = google.connect(&house, &beta).await;
        hold(&house, &acme, "acme.test").await;
        hold(&house, &beta, "beta.test").await;
        let wiki = beginner(&house).await;
        let begin = |hint: &str| {
            let iss = google.issuer.as_str();
            let said = [("iss", iss), ("login_hint", hint), ("target_link_uri", wiki.as_str())];
            with("/oidc/initiate", &said)
        };
        for (hint, through) in [("ann@acme.test", &of_acme), ("bob@beta.test", &of_beta)] {
            let mut browser = Browser::new();
            let asked = house.get(&mut browser, &begin(hint)).await;
            assert!(leads_to(&asked, &google), "{hint}");
            assert!(sent(&asked, "redirect_uri").unwrap().contains(through.as_str()), "{hint}");
            let back = google.vouch(house.hub.now(), &asked, hint);
            let answer = house.get(&mut browser, &back).await;
            lands(&house, &mut browser, &wiki, &answer, None).await;
            // The session says which of them it is, the next time.
            let plain = with("/oidc/initiate", &[("iss", google.issuer.as_str())]);
            assert_eq!(onward(&house.get(&mut browser, &plain).await), "/", "{hint}");
        }
        // Nobody is told who else signs in through it; what they type leads on into the app.
        let mut browser = Browser::new();
        for hint in ["", "ann@nowhere.test", "ann"] {
            let page = house.get(&mut browser, &begin(hint)).await;
            assert_eq!(page.status, 200, "{hint}");
            assert!(page.body.contains("name=\"email\""), "{}", page.body);
            assert!(!page.body.contains(" Inc") && !page.body.contains("Provider"), "{hint}");
        }
        let page = house.get(&mut browser, &begin("")).await;
        let (csrf, attempt) = (page.field("csrf"), page.field("attempt"));
        let typed = [("csrf", csrf.as_str()), ("attempt", &attempt), ("email", "bob@beta.test")];
        let asked = house.post(&mut browser, "/login", &typed).await;
        let back = google.vouch(house.hub.now(), &asked, "bob@beta.test");
        let answer = house.get(&mut browser, &back).await;
        lands(&house, &mut browser, &wiki, &answer, None).await;
    });
}

#[test]
fn a_flood_of_them_is_turned_away() {
    run(async {
        let house = house::open_among_private().await;
        let okta = Provider::start();
        let acme = Tenant::bare(&house, "acme").await;
        let through = okta.connect(&house, &acme).await;
        let wiki = beginner(&house).await;
        let address = Browser::new().address.ip();
        while house.hub.bounds.may_begin(address, house.hub.now()) {}
        for path in [
            with("/oidc/initiate", &[("iss", &okta.issuer)]),
            format!("/oidc/{through}/initiate"),
            format!("/o/acme/{wiki}"),
        ] {
            let page = house.get(&mut Browser::new(), &path).await;
            assert_eq!(page.status, 429, "{path}");
        }
    });
}
