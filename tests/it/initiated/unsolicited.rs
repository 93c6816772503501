//! SAML responses nobody asked for: a tile begins a sign-in of ours, or, where an administrator
//! allows it, is taken under conditions.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use doorward::model::time::{MINUTE, SECOND};
use doorward::store::{Page, users};
use serde_json::{Value, json};

use super::{beginner, default_app, lands, patch};
use crate::house::{self, Answer, Browser, House, run};
use crate::reason_codes::reference;
use crate::support::admin::Admin;
use crate::support::forge::{ECDSA_SHA256, Signer, Signing, without_marks};
use crate::support::openid::Provider;
use crate::support::tenant::{Tenant, Unsigned, onward, sent};

const ANSWERS: &str = " InResponseTo=\"_handle\"";

/// A response about `person` that answers nothing.
fn unasked(house: &House, tenant: &Tenant, person: &str) -> String {
    changed(house, tenant, person, |xml| xml)
}

fn changed(
    house: &House,
    tenant: &Tenant,
    person: &str,
    change: impl FnOnce(String) -> String,
) -> String {
    let Unsigned { xml, id } = tenant.unsigned(house.hub.now(), "handle", person);
    assert_eq!(xml.matches(ANSWERS).count(), 2, "{xml}");
    tenant.sign(&change(xml.replace(ANSWERS, "")), &id)
}

/// Posts it as the browser would: from another site, so without its cookies.
async fn post(house: &House, tenant: &Tenant, response: &str, relay_state: &str) -> Answer {
    let acs = format!("/saml/{}/acs", tenant.connection);
    let mut fields = vec![("SAMLResponse", response)];
    if !relay_state.is_empty() {
        fields.push(("RelayState", relay_state));
    }
    let mut stranger = Browser::new();
    let answer = house.post(&mut stranger, &acs, &fields).await;
    assert!(stranger.cookies.is_empty(), "nothing is kept across sites");
    answer
}

async fn allow(house: &House, tenant: &Tenant) {
    let path = format!("/connections/{}", tenant.connection);
    let (status, item) = patch(house, &path, &json!({"accept_unsolicited": true})).await;
    assert_eq!((status, &item["accept_unsolicited"]), (200, &json!(true)), "{item}");
}

async fn people(house: &House) -> usize {
    house.read(|tx| users::list(tx, None, &Page::first(100))).await.len()
}

/// Follows redirects of ours until one leads away or a page comes.
async fn follow(house: &House, browser: &mut Browser, mut answer: Answer) -> (Answer, usize) {
    let mut hops = 0;
    while answer.header("location").starts_with("http://localhost:8080") {
        hops += 1;
        assert!(hops < 7, "too many redirects: {}", answer.header("location"));
        answer = house.get(browser, &onward(&answer)).await;
    }
    (answer, hops)
}

#[test]
fn a_tile_begins_a_sign_in_of_ours_and_nothing_of_it_is_believed() {
    run(async {
        let house = house::open().await;
        let acme = Tenant::open(&house, "acme").await;
        let wiki = beginner(&house).await;
        let tile = format!("http://localhost:8080/o/{}/{wiki}", acme.organization);
        // Signed or not: nobody looks.
        let good = unasked(&house, &acme, "evil@acme.test");
        let Unsigned { xml, .. } = acme.unsigned(house.hub.now(), "handle", "evil@acme.test");
        let bare = STANDARD.encode(without_marks(&xml.replace(ANSWERS, "")));
        let deep = "https://wiki.test/page";
        for (response, relay, target) in
            [(&good, tile.as_str(), None), (&bare, wiki.as_str(), None), (&good, deep, Some(deep))]
        {
            let mut browser = Browser::new();
            let answer = post(&house, &acme, response, relay).await;
            let (asked, hops) = follow(&house, &mut browser, answer).await;
            assert!(sent(&asked, "SAMLRequest").is_some(), "{}", asked.body);
            assert!(hops <= 3, "{hops}");
            assert!(browser.cookie("doorward-session").is_none());
            let answer = acme.vouch(&house, &mut browser, &asked, "ann@acme.test").await;
            lands(&house, &mut browser, &wiki, &answer, target).await;
            assert!(browser.cookie("doorward-tile").is_none(), "it worked: the next one may begin");
        }
        assert_eq!(people(&house).await, 1, "nobody but ann");
        let admin = Admin::open(&house, None).await;
        let newest = admin.newest(&house).await;
        assert!(newest["checks"].to_string().contains("nobody asked for"), "{newest}");
        // Any other RelayState is no place to land.
        default_app(&house, &acme.organization, &json!(wiki.as_str())).await;
        for relay in ["", "https://evil.test/", "dashboard", "//evil.test", "javascript:x", "%00"] {
            let mut browser = Browser::new();
            let answer = post(&house, &acme, &good, relay).await;
            let (asked, _) = follow(&house, &mut browser, answer).await;
            let answer = acme.vouch(&house, &mut browser, &asked, "ann@acme.test").await;
            lands(&house, &mut browser, &wiki, &answer, None).await;
        }
    });
}

#[test]
fn a_provider_that_sends_people_straight_back_ends_on_a_page() {
    run(async {
        let house = house::open().await;
        let acme = Tenant::open(&house, "acme").await;
        let mut browser = Browser::new();
        let response = unasked(&house, &acme, "ann@acme.test");
        let answer = post(&house, &acme, &response, "").await;
        let (asked, first) = follow(&house, &mut browser, answer).await;
        assert!(sent(&asked, "SAMLRequest").is_some());
        // It answers our request with one more of these.
        let answer = post(&house, &acme, &response, "").await;
        let (page, second) = follow(&house, &mut browser, answer).await;
        assert_eq!(page.status, 200);
        assert!(page.body.contains("Continue to sign in"), "{}", page.body);
        assert!(first + 1 + second <= 6, "{first} {second}");
        let onward = page.body.split("class=\"button\" href=\"").nth(1).unwrap();
        let onward = onward.split('"').next().unwrap().replace("&#38;", "&");
        let asked = house.get(&mut browser, &onward).await;
        assert!(sent(&asked, "SAMLRequest").is_some(), "the person may go on: {onward}");
        // Nor does a browser without cookies go round and round.
        let answer = post(&house, &acme, &response, "").await;
        let answer = house.get(&mut Browser::new(), &super::onward(&answer)).await;
        let page = house.get(&mut Browser::new(), &super::onward(&answer)).await;
        assert_eq!(page.status, 200);
        assert!(page.body.contains("Continue to sign in"), "{}", page.body);
    });
}

#[test]
fn only_what_answers_nothing_begins_and_only_where_people_may_sign_in() {
    run(async {
        let house = house::open().await;
        let acme = Tenant::open(&house, "acme").await;
        let handle = "h".repeat(43);
        let response = unasked(&house, &acme, "ann@acme.test");
        let invented = |id: &'static str| {
            changed(&house, &acme, "ann@acme.test", move |xml| {
                xml.replacen(
                    "<samlp:Response ",
                    &format!("<samlp:Response InResponseTo=\"{id}\" "),
                    1,
                )
            })
        };
        for (response, relay, code) in [
            (response.as_str(), handle.as_str(), "attempt_unknown"),
            (&invented("_invented"), "", "attempt_unknown"),
            (&invented("invented"), "", "saml_unsolicited"),
            (&invented(""), "", "saml_unsolicited"),
            ("bm90IHhtbA==", "", "saml_unsolicited"),
            ("", "", "saml_unsolicited"),
        ] {
            let page = post(&house, &acme, response, relay).await;
            assert!(page.body.contains(code), "{code} {} {}", page.status, page.body);
        }
        let path = format!("/connections/{}", acme.connection);
        assert_eq!(patch(&house, &path, &json!({"disabled": true})).await.0, 200);
        let page = post(&house, &acme, &response, "").await;
        assert!(page.body.contains("saml_unsolicited"), "{}", page.body);
        let start = format!("/saml/{}/start?go=1", acme.connection);
        for path in [start.as_str(), "/saml/none/start?go=1", "/saml/No%20id/start?go=1"] {
            let page = house.get(&mut Browser::new(), path).await;
            assert!(page.body.contains("saml_unsolicited"), "{path} {}", page.body);
        }
        let address = Browser::new().address.ip();
        assert_eq!(patch(&house, &path, &json!({"disabled": false})).await.0, 200);
        while house.hub.bounds.may_begin(address, house.hub.now()) {}
        assert_eq!(house.get(&mut Browser::new(), &start).await.status, 429);
    });
}

#[test]
fn what_is_not_taken_any_more_lets_nobody_in_who_is_still_to_say_yes() {
    run(async {
        for forbidden in [false, true] {
            let house = house::open().await;
            let acme = Tenant::open(&house, "acme").await;
            allow(&house, &acme).await;
            let response = unasked(&house, &acme, "ann@acme.test");
            let answer = post(&house, &acme, &response, "").await;
            let mut browser = Browser::new();
            let page = house.get(&mut browser, &onward(&answer)).await;
            assert!(page.body.contains("Is this you?"), "{}", page.body);
            if forbidden {
                let path = format!("/connections/{}", acme.connection);
                let refuse = json!({"accept_unsolicited": false});
                assert_eq!(patch(&house, &path, &refuse).await.0, 200);
            }
            let fields = ["csrf", "attempt", "ticket"].map(|name| (name, page.field(name)));
            let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (*n, v.as_str())).collect();
            let answer = house.post(&mut browser, "/login/arrive", &fields).await;
            if forbidden {
                assert!(answer.body.contains("saml_unsolicited"), "{}", answer.body);
            } else {
                assert_eq!(onward(&answer), "/");
            }
            assert_eq!(browser.cookie("doorward-session").is_some(), !forbidden);
            assert_eq!(people(&house).await, usize::from(!forbidden));
        }
    });
}

#[test]
fn where_it_is_allowed_the_person_says_who_they_are_first() {
    run(async {
        let house = house::open().await;
        let acme = Tenant::open(&house, "acme").await;
        let wiki = beginner(&house).await;
        allow(&house, &acme).await;
        let response = unasked(&house, &acme, "ann@acme.test");
        let answer = post(&house, &acme, &response, wiki.as_str()).await;
        let mut browser = Browser::new();
        let page = house.get(&mut browser, &onward(&answer)).await;
        assert!(page.body.contains("Is this you?"), "{}", page.body);
        assert!(page.body.contains("ann@acme.test") && page.body.contains("acme Inc"));
        assert!(browser.cookie("doorward-session").is_none());
        assert_eq!(people(&house).await, 0, "nobody is made before they say so");
        // Not without the form of our own page.
        let fields = ["csrf", "attempt", "ticket"].map(|name| (name, page.field(name)));
        let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (*n, v.as_str())).collect();
        let forged = house.post(&mut browser, "/login/arrive", &fields[1..]).await;
        assert_eq!(forged.status, 403);
        assert!(browser.cookie("doorward-session").is_none());
        let answer = house.post(&mut browser, "/login/arrive", &fields).await;
        lands(&house, &mut browser, &wiki, &answer, None).await;
        let admin = Admin::open(&house, None).await;
        let (_, list) = admin.get(&house, "/attempts?outcome=admitted").await;
        let trace = admin.attempt(&house, list["items"][0]["reference"].as_str().unwrap()).await;
        assert!(trace["checks"].to_string().contains("unsolicited"), "{trace}");
        // Once.
        let page = post(&house, &acme, &response, wiki.as_str()).await;
        assert!(page.body.contains("saml_assertion_replayed"), "{}", page.body);
        // Signed in as the same person, they go straight on.
        let response = unasked(&house, &acme, "ann@acme.test");
        let answer = post(&house, &acme, &response, wiki.as_str()).await;
        let answer = house.get(&mut browser, &onward(&answer)).await;
        lands(&house, &mut browser, &wiki, &answer, None).await;
    });
}

#[test]
fn nobody_is_signed_in_as_somebody_else_behind_their_back() {
    run(async {
        let house = house::open().await;
        let acme = Tenant::open(&house, "acme").await;
        let evil = Tenant::open(&house, "evil").await;
        allow(&house, &evil).await;
        let lure = async || {
            let response = unasked(&house, &evil, "trap@evil.test");
            onward(&post(&house, &evil, &response, "").await)
        };
        // Led to it without a session: the page says whose account it is, and nothing happened.
        let mut ann = Browser::new();
        let path = lure().await;
        let page = house.get(&mut ann, &path).await;
        assert!(page.body.contains("trap@evil.test") && page.body.contains("evil Inc"));
        assert!(ann.cookie("doorward-session").is_none());
        // The last step alone does not do.
        for path in [path.replace("/arrive", "/finish"), lure().await.replace("arrive", "finish")] {
            let page = house.get(&mut ann, &path).await;
            assert!(page.body.contains("browser_mismatch"), "{}", page.body);
            assert!(ann.cookie("doorward-session").is_none());
        }
        // Signed in: the question, as always.
        acme.sign_in(&house, &mut ann, "ann@acme.test").await;
        let session = ann.cookie("doorward-session").unwrap().to_owned();
        let path = lure().await;
        let question = house.get(&mut ann, &path).await;
        assert!(question.body.contains("Change who is signed in?"), "{}", question.body);
        assert_eq!(ann.cookie("doorward-session"), Some(session.as_str()));
        // What the other side knows is of no use after that, in any browser.
        let mut gone = ann.clone();
        gone.cookies.remove("doorward-session");
        for mut browser in [gone, Browser::new()] {
            for path in [path.clone(), path.replace("/arrive", "/finish")] {
                house.get(&mut browser, &path).await;
                assert!(browser.cookie("doorward-session").is_none(), "{path}");
            }
        }
    });
}

#[test]
fn every_check_of_an_answer_is_made_and_it_answers_nothing() {
    run(async {
        let house = house::open().await;
        let acme = Tenant::open(&house, "acme").await;
        allow(&house, &acme).await;
        let admin = Admin::open(&house, None).await;
        let confirmation = "<saml:SubjectConfirmationData ";
        let inside = |id: &str| format!("{confirmation}InResponseTo=\"{id}\" ");
        let outside = |id: &str| format!("<samlp:Response InResponseTo=\"{id}\" ");
        let now = house.hub.now();
        let issued = |ago: i64| now.plus(-ago).rfc3339();
        let aged = |xml: String, ago: i64| {
            let old = format!("IssueInstant=\"{}\"", now.rfc3339());
            xml.replace(&old, &format!("IssueInstant=\"{}\"", issued(ago)))
        };
        type Change<'a> = Box<dyn FnOnce(String) -> String + 'a>;
        let cases: Vec<(Change<'_>, &str)> = vec![
            (
                Box::new(|xml| xml.replacen("<samlp:Response ", &outside("_invented"), 1)),
                "saml_in_response_to_invented",
            ),
            (
                Box::new(|xml| xml.replacen("<samlp:Response ", &outside(""), 1)),
                "saml_in_response_to_invented",
            ),
            (
                Box::new(|xml| xml.replacen(confirmation, &inside("_invented"), 1)),
                "saml_in_response_to_invented",
            ),
            (
                Box::new(|xml| xml.replacen(confirmation, &inside(""), 1)),
                "saml_in_response_to_invented",
            ),
            (Box::new(|xml| aged(xml, 5 * MINUTE + SECOND)), "saml_expired"),
            (Box::new(|xml| aged(xml, -4 * MINUTE)), "saml_not_yet_valid"),
            (Box::new(|xml| xml.replace("/acs\"", "/other\"")), "saml_destination_mismatch"),
            (
                Box::new(|xml| xml.replace(&acme.names().entity_id, "https://other.test")),
                "saml_audience",
            ),
        ];
        for (change, code) in cases {
            let response = changed(&house, &acme, "ann@acme.test", change);
            let page = post(&house, &acme, &response, "").await;
            assert!(page.body.contains(code), "{code}: {} {}", page.header("location"), page.body);
            let attempt = admin.attempt(&house, &reference(&page)).await;
            assert_eq!(attempt["connection"], acme.connection.as_str(), "{attempt}");
            if code.ends_with("invented") {
                assert!(attempt["checks"].to_string().contains("Rippling"), "{attempt}");
            }
        }
        let response = unasked(&house, &acme, "ann@acme.test");
        let stranger = Signer::p256();
        let Unsigned { xml, id } = acme.unsigned(now, "handle", "ann@acme.test");
        let signing = Signing::by(&stranger, ECDSA_SHA256);
        let foreign = acme.sign_as(&xml.replace(ANSWERS, ""), &id, &signing);
        let page = post(&house, &acme, &foreign, "").await;
        assert!(page.body.contains("saml_signer_unknown"), "{}", page.body);
        // Five minutes are still fine, and what is sound gets through.
        let old = changed(&house, &acme, "ann@acme.test", |xml| aged(xml, 5 * MINUTE));
        for response in [old, response] {
            let answer = post(&house, &acme, &response, "").await;
            assert!(onward(&answer).starts_with("/login/arrive?"), "{}", answer.body);
        }
        // Our own requests are answered as before.
        let mut browser = Browser::new();
        let answer = acme.sign_in(&house, &mut browser, "ann@acme.test").await;
        assert_eq!(onward(&answer), "/");
        assert_eq!(people(&house).await, 1);
        let address = Browser::new().address.ip();
        while house.hub.bounds.may_begin(address, house.hub.now()) {}
        let response = unasked(&house, &acme, "ann@acme.test");
        assert_eq!(post(&house, &acme, &response, "").await.status, 429);
    });
}

#[test]
fn it_is_off_by_default_and_for_saml_only() {
    run(async {
        let house = house::open_among_private().await;
        let acme = Tenant::open(&house, "acme").await;
        let admin = Admin::open(&house, None).await;
        let path = format!("/connections/{}", acme.connection);
        let (_, item) = admin.get(&house, &path).await;
        assert_eq!(item["accept_unsolicited"], false);
        assert_eq!(item.get("initiate_login_uris"), None);
        let oidc = Provider::start().connect(&house, &acme.organization).await;
        let path = format!("/connections/{oidc}");
        let (_, item) = admin.get(&house, &path).await;
        let own = format!("http://localhost:8080/oidc/{oidc}/initiate");
        let expected = json!([own, "http://localhost:8080/oidc/initiate"]);
        assert_eq!(item["initiate_login_uris"], expected);
        assert_eq!(item.get("accept_unsolicited"), None::<&Value>);
        let (status, item) = patch(&house, &path, &json!({"accept_unsolicited": true})).await;
        assert_eq!((status, &item["errors"][0]["field"]), (422, &json!("accept_unsolicited")));
    });
}

#[test]
fn one_that_is_taken_is_captured_as_any_answer_is() {
    run(async {
        let house = house::open().await;
        let acme = Tenant::open(&house, "acme").await;
        let admin = Admin::open(&house, Some(&acme.organization)).await;
        allow(&house, &acme).await;
        let before = unasked(&house, &acme, "ann@acme.test");
        assert_eq!(post(&house, &acme, &before, "").await.status, 303);
        let newest = admin.newest(&house).await;
        assert_eq!(newest["capture"], Value::Null, "capture is off");
        assert!(newest["received"]["attributes"].is_array(), "what came is kept: {newest}");
        house.wait(SECOND);
        let path = format!("/connections/{}/capture", acme.connection);
        assert_eq!(admin.post(&house, &path, &Value::Null).await.0, 200);
        let response = unasked(&house, &acme, "ann@acme.test");
        assert_eq!(post(&house, &acme, &response, "").await.status, 303);
        let newest = admin.newest(&house).await;
        assert_eq!(newest["capture"]["message"], Value::Null, "masked");
        assert!(newest["capture"]["captured_at"].is_string(), "{newest}");
        let path = format!("/attempts/{}", newest["reference"].as_str().unwrap());
        let (_, seen) = admin.post(&house, &format!("{path}/reveal"), &Value::Null).await;
        assert_eq!(seen["capture"]["message"], json!({"saml_response": response}));
        // Judged again as what it was: something that answers nothing.
        let live = json!({"revision": "live"});
        let (status, judged) = admin.post(&house, &format!("{path}/replay"), &live).await;
        assert_eq!((status, &judged["outcome"]), (200, &json!("passes")), "{judged}");
        assert!(judged["checks"].as_array().unwrap().iter().all(|c| c["verdict"] != "failed"));
    });
}
