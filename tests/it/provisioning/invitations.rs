//! Invitations by link: once, for one address, in the browser that opened it.

use actix_web::http::Method;
use actix_web::test::TestRequest;
use doorward::model::id::{ConnectionId, OrganizationId};
use doorward::model::time::{DAY, HOUR};
use serde_json::{Value, json};

use super::{Place, assert_refused, person};
use crate::house::{Answer, Browser, run};
use crate::support::admin::Admin;
use crate::support::openid::Provider;
use crate::support::tenant::{Tenant, onward, sent};

const DEAD: &str = "was used already, was taken back or has run out";

impl Place {
    fn invitations(&self) -> String {
        format!("/organizations/{}/invitations", self.acme)
    }

    /// Invites somebody; gives the invitation and the token of its link.
    async fn invite(&self, body: &Value) -> (Value, String) {
        let (status, item) = self.admin.post(&self.house, &self.invitations(), body).await;
        assert_eq!(status, 201, "{item}");
        let link = item["link"].as_str().unwrap();
        let token = link.strip_prefix("http://localhost:8080/invitation#").unwrap().to_owned();
        (item, token)
    }

    /// Opens a link as a person would.
    async fn open(&self, browser: &mut Browser, token: &str) -> Answer {
        self.house.fill(browser, "/invitation", &[("token", token)]).await
    }

    /// Opens a link and signs in where it leads.
    async fn accept(&self, browser: &mut Browser, token: &str, claims: Value) -> Answer {
        let asked = self.open(browser, token).await;
        self.answer(browser, &asked, claims).await
    }

    async fn state(&self, item: &Value) -> Value {
        let path = format!("{}/{}", self.invitations(), item["id"].as_str().unwrap());
        self.admin.get(&self.house, &path).await.1
    }
}

#[test]
fn an_invitation_lets_one_person_in_once() {
    run(async {
        let place = Place::proved().await;
        place.invited_only().await;
        let (item, token) = place.invite(&json!({"email": "Bob@Acme.test"})).await;
        assert_eq!((&item["state"], &item["user"]), (&json!("open"), &Value::Null));
        // Shown once, kept as a digest only.
        let listed = place.admin.get(&place.house, &place.invitations()).await.1;
        assert_eq!(listed["items"][0]["email"], "Bob@Acme.test");
        assert!(!listed.to_string().contains(&token));
        let audited = place.audited("invitation.create").await;
        assert_eq!(audited.len(), 1);
        assert!(!audited[0].to_string().contains(&token));
        let mut bob = Browser::new();
        let back = place.accept(&mut bob, &token, person("bob", "bob@ACME.test")).await;
        assert_eq!(onward(&back), "/", "{}", back.body);
        let user = place.users().await[0]["id"].clone();
        let used = place.state(&item).await;
        assert_eq!((&used["state"], &used["user"]), (&json!("used"), &user));
        let audited = place.audited("invitation.use").await;
        assert_eq!(audited.len(), 1);
        assert_eq!(audited[0]["actor"], json!({"type": "user", "id": user}));
        // Known from now on, anywhere.
        assert_eq!(place.signs_in(person("bob", "bob@acme.test")).await["sub"], user);
        // Used twice: by nobody, in this browser or another one.
        for browser in [&mut bob, &mut Browser::new()] {
            let page = place.open(browser, &token).await;
            assert_eq!(page.status, 422);
            assert!(page.body.contains(DEAD), "{}", page.body);
        }
    });
}

#[test]
fn of_two_browsers_at_once_one_gets_in() {
    run(async {
        let place = Place::proved().await;
        place.invited_only().await;
        let (_, token) = place.invite(&json!({"email": "bob@acme.test"})).await;
        let (mut one, mut other) = (Browser::new(), Browser::new());
        let first = place.open(&mut one, &token).await;
        let second = place.open(&mut other, &token).await;
        let in_first = place.answer(&mut one, &first, person("bob", "bob@acme.test")).await;
        assert_eq!(onward(&in_first), "/");
        // Another subject, another address of the same name: not by this link again.
        let claims = person("bob2", "bob@elsewhere.test");
        let in_second = place.answer(&mut other, &second, claims).await;
        assert_refused(&in_second, "not_invited", &[]);
        assert_eq!(place.users().await.len(), 1);
    });
}

#[test]
fn the_invited_address_has_to_be_the_asserted_one() {
    run(async {
        let place = Place::proved().await;
        place.invited_only().await;
        let (item, token) = place.invite(&json!({"email": "bob@acme.test"})).await;
        let mut eve = Browser::new();
        let mut refuted = person("bob", "bob@acme.test");
        refuted["email_verified"] = json!(false);
        for (claims, code, says) in [
            (
                person("eve", "eve@acme.test"),
                "invitation_email_mismatch",
                "for another e-mail address",
            ),
            (json!({"sub": "eve"}), "invitation_email_mismatch", "for another e-mail address"),
            (
                person("eve", "bob@acme.test,eve@acme.test"),
                "invitation_email_mismatch",
                "for another e-mail address",
            ),
            (
                person("eve", "bob@acme.test.evil.test"),
                "invitation_email_mismatch",
                "for another e-mail address",
            ),
            (refuted, "invitation_email_refuted", "stated that the e-mail address"),
        ] {
            let page = place.accept(&mut eve, &token, claims).await;
            assert_refused(&page, code, &[says]);
            assert!(!page.body.contains("bob@"), "{}", page.body);
        }
        assert_eq!(place.state(&item).await["state"], "open");
        assert_eq!(place.users().await.len(), 0);
        // A provider that does not speak of it, in any case.
        let claims = json!({"sub": "bob", "email": "BOB@acme.test"});
        assert_eq!(onward(&place.accept(&mut eve, &token, claims).await), "/");
    });
}

#[test]
fn what_is_no_link_opens_nothing() {
    run(async {
        let place = Place::proved().await;
        place.invited_only().await;
        let bob = json!({"email": "bob@acme.test", "expires_in_hours": 1});
        let (expired, old) = place.invite(&bob).await;
        let mut early = Browser::new();
        let asked = place.open(&mut early, &old).await;
        place.house.wait(HOUR);
        let (revoked, taken) = place.invite(&bob).await;
        let path = format!("{}/{}", place.invitations(), revoked["id"].as_str().unwrap());
        for _ in 0..2 {
            let gone = place.admin.call(&place.house, ("DELETE", &path), None, &Value::Null).await;
            assert_eq!(gone.status, 204);
        }
        assert_eq!(place.audited("invitation.revoke").await.len(), 1);
        assert_eq!(place.state(&expired).await["state"], "expired");
        assert_eq!(place.state(&revoked).await["state"], "revoked");
        let forged = "A".repeat(43);
        let digest = expired["id"].as_str().unwrap();
        for token in [old.as_str(), &taken, &forged, digest, "", "#", "%00"] {
            let page = place.open(&mut Browser::new(), token).await;
            assert_eq!(page.status, 422, "{token}");
            assert!(page.body.contains(DEAD), "{token}");
            assert!(!page.body.contains("cme Inc"), "{token}");
        }
        // Opened in time, used too late.
        let page = place.answer(&mut early, &asked, person("bob", "bob@acme.test")).await;
        assert_eq!(page.status, 400);
        assert!(page.body.contains("attempt_expired"), "{}", page.body);
        let page = place.come(&mut early, person("bob", "bob@acme.test")).await;
        assert_refused(&page, "not_invited", &[]);
    });
}

#[test]
fn opened_and_then_taken_back_lets_nobody_in() {
    run(async {
        let place = Place::proved().await;
        place.invited_only().await;
        let (item, token) = place.invite(&json!({"email": "bob@acme.test"})).await;
        let mut bob = Browser::new();
        let asked = place.open(&mut bob, &token).await;
        let path = format!("{}/{}", place.invitations(), item["id"].as_str().unwrap());
        place.admin.call(&place.house, ("DELETE", &path), None, &Value::Null).await;
        let page = place.answer(&mut bob, &asked, person("bob", "bob@acme.test")).await;
        assert_refused(&page, "not_invited", &[]);
    });
}

/// Scanners of mail open links, some with every method that is harmless.
#[test]
fn looking_at_the_address_changes_nothing() {
    run(async {
        let place = Place::proved().await;
        place.invited_only().await;
        let (item, token) = place.invite(&json!({"email": "bob@acme.test"})).await;
        let mut scanner = Browser::new();
        for path in ["/invitation", &format!("/invitation?token={token}")] {
            for _ in 0..3 {
                assert_eq!(place.house.get(&mut scanner, path).await.status, 200);
            }
            let head = TestRequest::default().method(Method::HEAD).uri(path);
            place.house.send(&mut scanner, head).await;
        }
        // Nor does a form that no page of ours sent.
        let form = [("token", token.as_str()), ("csrf", "00")];
        assert_eq!(place.house.post(&mut scanner, "/invitation", &form).await.status, 403);
        let page = place.come(&mut scanner, person("bob", "bob@acme.test")).await;
        assert_refused(&page, "not_invited", &[]);
        assert_eq!(place.state(&item).await["state"], "open");
        let back = place.accept(&mut Browser::new(), &token, person("bob", "bob@acme.test")).await;
        assert_eq!(onward(&back), "/");
    });
}

#[test]
fn an_invitation_counts_in_its_own_organization_only() {
    run(async {
        let place = Place::proved().await;
        place.invited_only().await;
        let evil = Tenant::bare(&place.house, "evil").await;
        let evil_admin = Admin::open(&place.house, Some(&evil)).await;
        let provider = Provider::start();
        provider.connect(&place.house, &evil).await;
        let there = format!("/organizations/{evil}/invitations");
        let body = json!({"email": "bob@acme.test"});
        let (status, item) = evil_admin.post(&place.house, &there, &body).await;
        assert_eq!(status, 201);
        let token = item["link"].as_str().unwrap().split_once('#').unwrap().1.to_owned();
        // It leads to its own organization, and is no way into another one.
        let mut bob = Browser::new();
        let asked = place.open(&mut bob, &token).await;
        assert!(asked.header("location").starts_with(&provider.issuer));
        let page = place.come(&mut bob, person("bob", "bob@acme.test")).await;
        assert_refused(&page, "not_invited", &[]);
        // Nor does it speak of another one's connection, or let its administrators in there.
        let through = json!({"email": "bob@acme.test", "connection": place.connection.as_str()});
        assert_eq!(evil_admin.post(&place.house, &there, &through).await.0, 422);
        assert_eq!(evil_admin.post(&place.house, &place.invitations(), &body).await.0, 404);
        let (own, _) = place.invite(&body).await;
        let id = own["id"].as_str().unwrap();
        for path in [format!("{}/{id}", place.invitations()), format!("{there}/{id}")] {
            assert_eq!(evil_admin.get(&place.house, &path).await.0, 404);
            let delete = evil_admin.call(&place.house, ("DELETE", &path), None, &Value::Null).await;
            assert_eq!(delete.status, 404);
        }
    });
}

#[test]
fn an_invitation_leads_to_the_connections_it_is_for() {
    run(async {
        let place = Place::proved().await;
        place.invited_only().await;
        let other = Provider::start();
        let second: ConnectionId = other.connect(&place.house, &place.acme).await;
        let path = format!("/connections/{second}");
        place.patch(&path, &json!({"new_users": "invited_only"})).await;
        // Of any: the person chooses.
        let (_, token) = place.invite(&json!({"email": "bob@acme.test"})).await;
        let mut bob = Browser::new();
        let page = place.open(&mut bob, &token).await;
        assert_eq!(page.status, 200);
        for connection in [&place.connection, &second] {
            assert!(page.body.contains(connection.as_str()), "{}", page.body);
        }
        let (csrf, attempt) = (page.field("csrf"), page.field("attempt"));
        let fields = [
            ("csrf", csrf.as_str()),
            ("attempt", &attempt),
            ("connection", place.connection.as_str()),
        ];
        let asked = place.house.post(&mut bob, "/login/connection", &fields).await;
        let back = place.answer(&mut bob, &asked, person("bob", "bob@acme.test")).await;
        assert_eq!(onward(&back), "/");
        // Of one: straight there, and not through another one.
        let body = json!({"email": "ann@acme.test", "connection": second.as_str()});
        let (item, token) = place.invite(&body).await;
        assert_eq!(item["connection"], second.as_str());
        let mut ann = Browser::new();
        let asked = place.open(&mut ann, &token).await;
        assert!(asked.header("location").starts_with(&other.issuer));
        let asked = place
            .house
            .get(&mut ann, &place.link_through(&[("connection", place.connection.as_str())]))
            .await;
        let page = place.answer(&mut ann, &asked, person("ann", "ann@acme.test")).await;
        assert_refused(&page, "not_invited", &[]);
    });
}

#[test]
fn a_sign_in_that_failed_on_the_way_is_still_by_invitation() {
    run(async {
        let place = Place::proved().await;
        place.invited_only().await;
        let (_, token) = place.invite(&json!({"email": "bob@acme.test"})).await;
        let mut bob = Browser::new();
        place.open(&mut bob, &token).await;
        // Later, from the app, in the same browser.
        place.house.wait(DAY);
        let back = place.come(&mut bob, person("bob", "bob@acme.test")).await;
        assert!(sent(&back, "code").is_some(), "{}", back.body);
    });
}

#[test]
fn what_cannot_be_invited_is_said() {
    run(async {
        let place = Place::new().await;
        for (body, field) in [
            (json!({"email": "bob"}), "email"),
            (json!({"email": "bob@acme.test,eve@evil.test"}), "email"),
            (json!({"email": "bob@acme.test", "expires_in_hours": 0}), "expires_in_hours"),
            (json!({"email": "bob@acme.test", "expires_in_hours": 721}), "expires_in_hours"),
            (json!({"email": "bob@acme.test", "expires_in_hours": i64::MAX}), "expires_in_hours"),
            (json!({"email": "bob@acme.test", "connection": "none"}), "connection"),
        ] {
            let (status, problem) =
                place.admin.post(&place.house, &place.invitations(), &body).await;
            assert_eq!((status, &problem["errors"][0]["field"]), (422, &json!(field)), "{problem}");
        }
        let none = OrganizationId::random(&doorward::model::rng::SystemRng);
        let path = format!("/organizations/{none}/invitations");
        let body = json!({"email": "bob@acme.test"});
        assert_eq!(place.root.post(&place.house, &path, &body).await.0, 404);
    });
}
