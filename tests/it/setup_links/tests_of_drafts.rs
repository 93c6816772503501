//! What the browser of a link sees of test sign-ins: those of its one connection, masked and
//! without what is none of its business, and no other attempt.

use doorward::model::time::HOUR;
use serde_json::{Value, json};

use super::Town;
use crate::house::{Browser, run};
use crate::support::openid::Provider;
use crate::support::tenant::{app, sent};
use crate::support::testing::{self, Link, assert_passed, run_oidc};

const ANN: &str = "ann@acme.test";
const SECRET: &str = "s3cret-of-acme";

impl Town {
    /// Has the draft of the link's connection point at `provider`.
    async fn point_at(&self, bob: &mut Browser, provider: &Provider) {
        let path = format!("/connections/{}/draft", self.own);
        let draft =
            json!({"issuer": provider.issuer, "client_id": "doorward", "client_secret": SECRET});
        let put = self.call(bob, ("PUT", &path), &draft).await;
        assert_eq!(put.status, 200, "{}", put.json);
    }

    /// A test that the browser of the link asks for.
    async fn test(&self, bob: &mut Browser) -> Link {
        let path = format!("/connections/{}/test", self.own);
        let asked = self.call(bob, ("POST", &path), &json!({})).await;
        assert_eq!(asked.status, 200, "{}", asked.json);
        let url = asked.json["url"].as_str().unwrap();
        let path = url.strip_prefix("http://localhost:8080").unwrap().to_owned();
        Link { path, reference: asked.json["reference"].as_str().unwrap().to_owned() }
    }

    /// What that browser gets to see of an attempt.
    async fn seen(&self, bob: &mut Browser, reference: &str) -> (u16, Value) {
        let found = self.get(bob, &format!("/attempts/{reference}")).await;
        (found.status, found.json)
    }
}

#[test]
fn what_came_of_its_own_test_is_masked_and_names_no_app_and_nobody() {
    run(async {
        let town = Town::new().await;
        app(&town.house).await;
        let (mut bob, _) = town.holder().await;
        let provider = Provider::start();
        town.point_at(&mut bob, &provider).await;
        let link = town.test(&mut bob).await;
        let (status, waiting) = town.seen(&mut bob, &link.reference).await;
        assert_eq!((status, &waiting["test"]["passed"]), (200, &Value::Null), "{waiting}");
        let page = run_oidc(&town.house, &provider, &mut Browser::new(), &link, |_| {}).await;
        assert_passed(&page);
        let (status, seen) = town.seen(&mut bob, &link.reference).await;
        assert_eq!((status, &seen["test"]["passed"]), (200, &json!(true)), "{seen}");
        assert!(seen["received"]["matches"].as_array().unwrap().len() > 2, "{seen}");
        for kept_back in [ANN, "Wiki", SECRET] {
            assert!(!seen.to_string().contains(kept_back), "{kept_back}: {seen}");
        }
        assert_eq!(seen["test"]["report"]["apps"], json!([]));
        for name in ["user", "app", "capture"] {
            assert_eq!(seen[name], Value::Null, "{name}");
        }
        assert_eq!(seen["test"]["report"]["user"], Value::Null);
        // The organization's own administrators see the rest.
        let whole = town.root.attempt(&town.house, &link.reference).await;
        assert_eq!(whole["test"]["report"]["apps"][0]["name"], "Wiki");
        // Nothing is revealed, judged again or listed.
        let path = |what: &str| format!("/attempts/{}/{what}", link.reference);
        for (method, path) in [
            ("POST", path("reveal")),
            ("POST", path("replay")),
            ("GET", "/attempts".to_owned()),
            ("GET", format!("/attempts?connection={}", town.own)),
            ("GET", format!("/attempts?reference={}", link.reference)),
        ] {
            let status = town.call(&mut bob, (method, &path), &json!({})).await.status;
            assert_eq!(status, 403, "{path}");
        }
        let (_, trail) = town.root.get(&town.house, "/audit-events?limit=200").await;
        assert!(!trail.to_string().contains("attempt.reveal"), "{trail}");
    });
}

#[test]
fn a_provider_of_its_own_tells_it_nothing_about_who_is_there() {
    run(async {
        let town = Town::new().await;
        app(&town.house).await;
        // An owner, and somebody this very connection knows.
        let path = format!("/organizations/{}/owners", town.acme);
        let owner = json!({"email": "olga@acme.test", "name": "Olga"});
        assert_eq!(town.root.post(&town.house, &path, &owner).await.0, 201);
        let (mut bob, _) = town.holder().await;
        let provider = Provider::start();
        town.point_at(&mut bob, &provider).await;
        let link = town.test(&mut bob).await;
        assert_passed(&run_oidc(&town.house, &provider, &mut Browser::new(), &link, |_| {}).await);
        let on = testing::activate(&town.house, &town.root, &town.own).await;
        assert_eq!(on.status, 200, "{}", on.json);
        let mut ann = Browser::new();
        let asked = town.house.get(&mut ann, "/o/acme").await;
        let back = provider.vouch(town.house.hub.now(), &asked, ANN);
        town.house.get(&mut ann, &back).await;
        town.point_at(&mut bob, &provider).await;
        let mut told = Vec::new();
        for (subject, address) in
            [("1", "nobody@acme.test"), ("2", "olga@acme.test"), ("3", ANN), (ANN, ANN)]
        {
            town.house.wait(1_000);
            let link = town.test(&mut bob).await;
            let of = |claims: &mut Value| {
                claims["email"] = json!(address);
                claims["email_verified"] = json!(true);
                claims["sub"] = json!(subject);
            };
            let page = run_oidc(&town.house, &provider, &mut Browser::new(), &link, of).await;
            assert_passed(&page);
            assert!(!page.body.contains("Wiki"), "{}", page.body);
            let (_, seen) = town.seen(&mut bob, &link.reference).await;
            let checks: Vec<_> = seen["checks"].as_array().unwrap().iter().collect();
            let outcomes: Vec<_> =
                checks.iter().map(|c| (c["name"].clone(), c["verdict"].clone())).collect();
            let report = &seen["test"]["report"];
            let words = page.body.replace(address, "x").replace(&link.reference, "y");
            let lines = words.lines().filter(|line| !line.contains("datetime")).count();
            told.push((outcomes, report["let_in"].clone(), report["code"].clone(), lines));
        }
        assert_eq!(told[0], told[1], "an owner's address");
        assert_eq!(told[0], told[2], "an address this connection knows");
        assert_eq!(told[0], told[3], "a lasting identity this connection knows");
    });
}

#[test]
fn a_test_that_waits_ends_with_its_link() {
    run(async {
        let town = Town::new().await;
        let (mut bob, id) = town.holder().await;
        let provider = Provider::start();
        town.point_at(&mut bob, &provider).await;
        let link = town.test(&mut bob).await;
        let path = format!("{}/{id}", town.links());
        town.root.call(&town.house, ("DELETE", &path), None, &Value::Null).await;
        let page = testing::start(&town.house, &mut Browser::new(), &link).await;
        assert!(sent(&page, "state").is_none(), "{:?}", page.header("location"));
        let own = format!("/connections/{}", town.own);
        let (_, kept) = town.root.get(&town.house, &own).await;
        assert_eq!(kept["draft"]["tested_at"], Value::Null, "{kept}");
    });
}

#[test]
fn no_other_attempt_is_there_for_it() {
    run(async {
        let town = Town::new().await;
        let (mut bob, _) = town.holder().await;
        let provider = Provider::start();
        // A sign-in, and a test, of another organization.
        let mut ann = Browser::new();
        town.beta.sign_in(&town.house, &mut ann, "ann@beta.test").await;
        let sign_in_of_beta = town.root.newest(&town.house).await;
        let of_beta =
            testing::ask(&town.house, &town.root, town.beta.connection.as_str(), "live").await;
        // A test of another connection of the same organization.
        let config =
            json!({"issuer": provider.issuer, "client_id": "c3", "client_secret": "another"});
        let body = json!({"organization": town.acme.as_str(), "name": "Second", "protocol": "oidc", "config": config});
        let (_, second) = town.root.post(&town.house, "/connections", &body).await;
        let second = second["id"].as_str().unwrap();
        let of_second = testing::ask(&town.house, &town.root, second, "draft").await;
        // Real sign-ins through the very connection: one that was let in, one that waits.
        town.point_at(&mut bob, &provider).await;
        let link = town.test(&mut bob).await;
        assert_passed(&run_oidc(&town.house, &provider, &mut Browser::new(), &link, |_| {}).await);
        let on = testing::activate(&town.house, &town.root, &town.own).await;
        assert_eq!(on.status, 200, "{}", on.json);
        // The newest from now on.
        town.house.wait(1_000);
        let asked = town.house.get(&mut ann, "/o/acme").await;
        assert!(sent(&asked, "state").is_some(), "sent to the provider");
        let waiting = town.root.newest(&town.house).await;
        assert_eq!(waiting["connection"], town.own.as_str());
        let back = provider.vouch(town.house.hub.now(), &asked, ANN);
        town.house.get(&mut ann, &back).await;
        let sign_in = town.root.newest(&town.house).await;
        assert_eq!(sign_in["connection"], town.own.as_str());
        let text = |item: &Value, name: &str| item[name].as_str().unwrap().to_owned();
        for reference in [
            text(&sign_in_of_beta, "reference"),
            text(&sign_in_of_beta, "id"),
            of_beta.reference,
            of_second.reference,
            text(&waiting, "reference"),
            text(&sign_in, "reference"),
            text(&sign_in, "id"),
            "0000-amber-otter-lake".to_owned(),
        ] {
            assert_eq!(town.seen(&mut bob, &reference).await.0, 404, "{reference}");
            for fix in ["pick_email", "accept_audience", "correct_issuer"] {
                let path = format!("/attempts/{reference}/fixes/{fix}");
                let called = town.call(&mut bob, ("POST", &path), &json!({})).await;
                assert_eq!(called.status, 404, "{path} {}", called.json);
            }
        }
        assert_eq!(town.seen(&mut bob, &link.reference).await.0, 200, "its own it sees");
    });
}

#[test]
fn when_the_link_is_over_so_is_what_it_sees() {
    run(async {
        let town = Town::new().await;
        let (mut bob, id) = town.holder().await;
        let provider = Provider::start();
        town.point_at(&mut bob, &provider).await;
        let link = town.test(&mut bob).await;
        assert_eq!(town.seen(&mut bob, &link.reference).await.0, 200);
        let path = format!("{}/{id}", town.links());
        town.root.call(&town.house, ("DELETE", &path), None, &Value::Null).await;
        assert_eq!(town.seen(&mut bob, &link.reference).await.0, 401);
        let fix = format!("/attempts/{}/fixes/pick_email", link.reference);
        assert_eq!(town.call(&mut bob, ("POST", &fix), &json!({})).await.status, 401);
        // The next link of the same connection sees it again; one of another never does.
        let (mut carol, _) = town.holder().await;
        assert_eq!(town.seen(&mut carol, &link.reference).await.0, 200);
        for _ in 0..72 {
            assert_eq!(town.get(&mut carol, "/me").await.status, 200);
            town.house.wait(HOUR);
        }
        assert_eq!(town.seen(&mut carol, &link.reference).await.0, 401);
    });
}

#[test]
fn a_repair_goes_into_the_very_draft_that_was_tested_and_nowhere_else() {
    run(async {
        let town = Town::new().await;
        let (mut bob, id) = town.holder().await;
        let provider = Provider::start();
        town.point_at(&mut bob, &provider).await;
        let unnamed = |claims: &mut Value| {
            let claims = claims.as_object_mut().unwrap();
            claims.remove("email");
            claims.insert("work_address".to_owned(), json!(ANN));
        };
        let link = town.test(&mut bob).await;
        let page = run_oidc(&town.house, &provider, &mut Browser::new(), &link, unnamed).await;
        assert_passed(&page);
        let (_, seen) = town.seen(&mut bob, &link.reference).await;
        assert_eq!(seen["fixes"][0]["id"], "pick_email", "{seen}");
        assert!(!seen.to_string().contains(ANN), "{seen}");
        let fix = format!("/attempts/{}/fixes/pick_email", link.reference);
        let picked = json!({"value": "work_address"});
        // Not without our own page's token.
        let forged = actix_web::test::TestRequest::post()
            .uri(&format!("/api/v1{fix}"))
            .insert_header(("If-Match", "*"))
            .set_json(&picked);
        assert_eq!(town.house.send(&mut bob, forged).await.status, 403);
        let mended = town.call(&mut bob, ("POST", &fix), &picked).await;
        assert_eq!(mended.status, 200, "{}", mended.json);
        assert_eq!(mended.json["draft"]["config"]["attributes"]["email"], "work_address");
        assert_eq!(mended.json["draft"]["tested_at"], Value::Null, "to be tested anew");
        assert_eq!(mended.json["live"], Value::Null);
        let (_, trail) = town.root.get(&town.house, "/audit-events?limit=200").await;
        let mut events = trail["items"].as_array().unwrap().iter();
        let noted = events.find(|event| event["action"] == "connection.fix").unwrap();
        assert_eq!(noted["actor"], json!({"type": "setup_link", "id": id}));
        // That test was of another draft than the present one.
        let (_, seen) = town.seen(&mut bob, &link.reference).await;
        assert_eq!(seen["fixes"], json!([]));
        assert_eq!(town.call(&mut bob, ("POST", &fix), &picked).await.status, 404);
        // What is live is no draft: nothing of it is copied at the wish of a link.
        let link = town.test(&mut bob).await;
        let also = |claims: &mut Value| {
            claims.as_object_mut().unwrap().remove("email");
            claims["also"] = json!(ANN);
        };
        let page = run_oidc(&town.house, &provider, &mut Browser::new(), &link, also).await;
        assert_passed(&page);
        let on = testing::activate(&town.house, &town.root, &town.own).await;
        assert_eq!(on.status, 200, "{}", on.json);
        let (status, seen) = town.seen(&mut bob, &link.reference).await;
        assert_eq!((status, &seen["fixes"]), (200, &json!([])), "{seen}");
        let fix = format!("/attempts/{}/fixes/pick_email", link.reference);
        let also = json!({"value": "also"});
        assert_eq!(town.call(&mut bob, ("POST", &fix), &also).await.status, 404);
        let own = town.get(&mut bob, &format!("/connections/{}", town.own)).await;
        assert_eq!(own.json["draft"], Value::Null, "{}", own.json);
    });
}

#[test]
fn it_is_told_who_asked_it_and_until_when() {
    run(async {
        let town = Town::new().await;
        let (mut bob, _) = town.holder().await;
        let me = town.get(&mut bob, "/me").await.json;
        let link = &me["setup_link"];
        assert_eq!(link["organization"], "acme Inc", "{me}");
        assert_eq!(link["connection"], "Okta");
        assert_eq!(link["login_url"], "http://localhost:8080/o/acme");
        assert_eq!(link["sent_by"], Value::Null, "a token has no name of a person");
        assert!(link["expires_at"].as_str().unwrap().ends_with('Z'), "{me}");
        let (_, me) = town.root.get(&town.house, "/me").await;
        assert_eq!(me["setup_link"], Value::Null);
    });
}

#[test]
fn only_the_browser_that_had_the_link_is_told_how_it_ended() {
    run(async {
        let town = Town::new().await;
        // Made by a person: they are whom to ask.
        let mut olive = Browser::new();
        town.house.set_up(&mut olive).await;
        let made = town.call(&mut olive, ("POST", &town.links()), &json!({})).await;
        assert_eq!(made.status, 201, "{}", made.json);
        let token = made.json["url"].as_str().unwrap().split_once('#').unwrap().1.to_owned();
        let mut bob = Browser::new();
        town.open(&mut bob, &token).await;
        let page = town.house.get(&mut bob, "/setup-link").await;
        assert!(page.body.contains("Ann Owner asks you to prepare"), "{}", page.body);
        let me = town.get(&mut bob, "/me").await.json;
        assert_eq!(me["setup_link"]["sent_by"], "Ann Owner");
        town.house.wait(HOUR + 1);
        let page = town.house.get(&mut bob, "/setup-link").await;
        assert!(page.body.contains("Open your link again"), "{}", page.body);
        assert!(!page.body.contains("acme"), "{}", page.body);
        let path = format!("{}/{}", town.links(), made.json["id"].as_str().unwrap());
        town.root.call(&town.house, ("DELETE", &path), None, &Value::Null).await;
        let page = town.house.get(&mut bob, "/setup-link").await;
        assert!(page.body.contains("Ask Ann Owner for a new one"), "{}", page.body);
        assert!(page.body.contains("administrator of acme Inc"), "{}", page.body);
        // Nobody else is, and not while the organization is off.
        let mut eve = Browser::new();
        eve.cookies.insert(super::COOKIE.to_owned(), "a".repeat(43));
        let page = town.house.get(&mut eve, "/setup-link").await;
        assert!(!page.body.contains("Owner for a new one"), "{}", page.body);
        let refused = town.open(&mut Browser::new(), &token).await;
        assert!(!refused.body.contains("acme") && !refused.body.contains("Ann Owner"));
        let organization = format!("/organizations/{}", town.acme);
        let off = json!({"disabled": true});
        town.root.call(&town.house, ("PATCH", &organization), Some("*"), &off).await;
        let page = town.house.get(&mut bob, "/setup-link").await;
        assert!(!page.body.contains("acme"), "{}", page.body);
    });
}
