//! Set-up links through the public door: what the one browser of a link may do, and that it may
//! do nothing else.

use actix_web::http::Method;
use actix_web::test::TestRequest;
use doorward::model::id::{ConnectionId, OrganizationId, SetupLinkId};
use doorward::model::secret::Digest;
use doorward::model::time::{DAY, HOUR, Millis};
use doorward::store::{StoreError, Tx, setup_links};
use serde_json::{Value, json};

use crate::house::{self, Answer, Browser, House, run};
use crate::support::admin::{Admin, Called};
use crate::support::openid::Provider;
use crate::support::tenant::{Tenant, app, onward};

const COOKIE: &str = "doorward-setup-link";

mod tests_of_drafts;

/// A house with two organizations; `acme` has an OpenID Connect connection in preparation.
struct Town {
    house: House,
    root: Admin,
    acme: OrganizationId,
    own: String,
    beta: Tenant,
}

impl Town {
    async fn new() -> Self {
        let house = house::open_among_private().await;
        let root = Admin::open(&house, None).await;
        let acme = Tenant::bare(&house, "acme").await;
        let beta = Tenant::open(&house, "beta").await;
        let config = json!({"issuer": "https://idp.acme.test", "client_id": "c1", "client_secret": "s3cret-of-acme"});
        let body = json!({"organization": acme.as_str(), "name": "Okta", "protocol": "oidc", "config": config});
        let (status, made) = root.post(&house, "/connections", &body).await;
        assert_eq!(status, 201, "{made}");
        let own = made["id"].as_str().unwrap().to_owned();
        Self { house, root, acme, own, beta }
    }

    fn links(&self) -> String {
        format!("/connections/{}/setup-links", self.own)
    }

    /// A new link: its item and its token.
    async fn link(&self) -> (Value, String) {
        let body = json!({"sent_to": "Bob of IT", "expires_in_days": 3});
        let (status, made) = self.root.post(&self.house, &self.links(), &body).await;
        assert_eq!(status, 201, "{made}");
        let url = made["url"].as_str().unwrap();
        let token = url.strip_prefix("http://localhost:8080/setup-link#").expect("in the fragment");
        (made.clone(), token.to_owned())
    }

    async fn open(&self, browser: &mut Browser, token: &str) -> Answer {
        self.house.fill(browser, "/setup-link", &[("token", token)]).await
    }

    /// A browser that opened a new link.
    async fn holder(&self) -> (Browser, String) {
        let (made, token) = self.link().await;
        let mut browser = Browser::new();
        let answer = self.open(&mut browser, &token).await;
        assert_eq!(onward(&answer), "/setup-link");
        (browser, made["id"].as_str().unwrap().to_owned())
    }

    /// Calls the API as the browser does.
    async fn call(
        &self,
        browser: &mut Browser,
        (method, path): (&str, &str),
        body: &Value,
    ) -> Called {
        let me = TestRequest::get().uri("/api/v1/me");
        let me = self.house.send(browser, me).await;
        let me: Value = serde_json::from_str(&me.body).unwrap_or_default();
        let csrf = me["csrf_token"].as_str().unwrap_or_default().to_owned();
        let mut request = TestRequest::default()
            .method(method.parse::<Method>().unwrap())
            .uri(&format!("/api/v1{path}"))
            .insert_header(("X-CSRF-Token", csrf))
            .insert_header(("If-Match", "*"));
        if !body.is_null() {
            request = request.set_json(body);
        }
        let answer = self.house.send(browser, request).await;
        Called {
            status: answer.status.as_u16(),
            etag: answer.header("etag").to_owned(),
            json: serde_json::from_str(&answer.body).unwrap_or(Value::Null),
        }
    }

    async fn get(&self, browser: &mut Browser, path: &str) -> Called {
        self.call(browser, ("GET", path), &Value::Null).await
    }

    /// The link as an administrator sees it.
    async fn item(&self, id: &str) -> Value {
        let (_, listed) = self.root.get(&self.house, &self.links()).await;
        let items = listed["items"].as_array().unwrap();
        items.iter().find(|item| item["id"] == id).unwrap().clone()
    }
}

#[test]
fn a_link_that_ends_while_a_request_is_on_its_way_prepares_nothing() {
    type Event = fn(&Tx<'_>, &SetupLinkId, Millis) -> Result<(), StoreError>;
    run(async {
        let ways: [(Event, _); 3] = [
            (|_, _, _| Ok(()), true),
            (|tx, id, now| setup_links::revoke(tx, id, now), false),
            (|tx, id, now| setup_links::seen(tx, id, now.plus(-HOUR - 1), false), false),
        ];
        for (way, may) in ways {
            let town = Town::new().await;
            let (mut browser, id) = town.holder().await;
            let me = town.house.get(&mut browser, "/api/v1/me").await;
            let me: Value = serde_json::from_str(&me.body).unwrap();
            let (hub, id) = (town.house.hub.clone(), SetupLinkId::try_from(id).unwrap());
            let meanwhile = async move {
                let now = hub.now();
                hub.store.write(move |tx| way(tx, &id, now)).await.unwrap();
            };
            let request = TestRequest::put()
                .uri(&format!("/api/v1/connections/{}/draft", town.own))
                .insert_header(("X-CSRF-Token", me["csrf_token"].as_str().unwrap()))
                .insert_header(("If-Match", "*"));
            let draft = json!({
                "issuer": "https://new.acme.test", "client_id": "c2", "client_secret": "s3cret",
            });
            let answer = town.house.send_slowly(&mut browser, request, &draft, meanwhile).await;
            assert_eq!(answer.status.as_u16(), if may { 200 } else { 401 }, "{}", answer.body);
        }
    });
}

#[test]
fn a_link_prepares_its_connection_and_says_when_it_is_done() {
    run(async {
        let town = Town::new().await;
        let (mut bob, id) = town.holder().await;
        let page = town.house.get(&mut bob, "/setup-link").await;
        let callback = format!("/oidc/{}/callback", town.own);
        assert!(page.body.contains("acme Inc") && page.body.contains(&callback), "{}", page.body);
        let me = town.get(&mut bob, "/me").await;
        assert_eq!(me.json["actor"], json!({"type": "setup_link", "id": id}), "{}", me.json);
        assert_eq!(me.json["connection"], town.own.as_str());
        let item = town.item(&id).await;
        assert_eq!((&item["used_at"], item["opened_at"].is_string()), (&Value::Null, true));
        // What the wizard needs.
        let own = format!("/connections/{}", town.own);
        let found = town.get(&mut bob, &own).await;
        assert_eq!(found.status, 200, "{}", found.json);
        assert_eq!(found.json["draft"]["config"]["client_secret_set"], true);
        assert!(!found.json.to_string().contains("s3cret"), "{}", found.json);
        assert_eq!(town.get(&mut bob, "/presets").await.status, 200);
        assert_eq!(town.get(&mut bob, "/presets/okta").await.status, 200);
        let pasted = json!({"input": "https://acme.okta.com"});
        assert_eq!(town.call(&mut bob, ("POST", "/recognise"), &pasted).await.status, 200);
        let draft = json!({"issuer": "https://new.acme.test", "client_id": "c2", "client_secret": "an0ther-s3cret"});
        let put = town.call(&mut bob, ("PUT", &format!("{own}/draft")), &draft).await;
        assert_eq!(put.status, 200, "{}", put.json);
        assert!(!put.json.to_string().contains("an0ther"), "{}", put.json);
        assert_eq!(put.json["draft"]["config"]["issuer"], "https://new.acme.test");
        assert_eq!(put.json["live"], Value::Null, "nothing is in use");
        assert!(town.item(&id).await["used_at"].is_string());
        // A test of what was prepared, and of nothing else; not even that puts it into use.
        let test = format!("{own}/test");
        let tested = town.call(&mut bob, ("POST", &test), &json!({})).await;
        assert_eq!(tested.status, 200, "{}", tested.json);
        for revision in ["live", "previous"] {
            let body = json!({"revision": revision});
            assert_eq!(town.call(&mut bob, ("POST", &test), &body).await.status, 403);
        }
        let activate = format!("{own}/activate");
        let activated = town.call(&mut bob, ("POST", &activate), &Value::Null).await;
        assert_eq!(activated.status, 403);
        // Done.
        let done = town.call(&mut bob, ("POST", "/setup-links/finish"), &Value::Null).await;
        assert_eq!(done.status, 204, "{}", done.json);
        let item = town.item(&id).await;
        assert_eq!((item["finished_at"].is_string(), &item["in_force"]), (true, &json!(false)));
        assert_eq!(town.get(&mut bob, &own).await.status, 401);
        // All of it is in the trail, under the link's own name.
        let (_, trail) = town.root.get(&town.house, "/audit-events?limit=200").await;
        let by_link = |action: &str| {
            trail["items"].as_array().unwrap().iter().any(|event| {
                event["action"] == action
                    && event["actor"] == json!({"type": "setup_link", "id": id})
                    && event["organization"] == town.acme.as_str()
            })
        };
        for action in ["setup_link.open", "connection.put_draft", "setup_link.finish"] {
            assert!(by_link(action), "{action}: {trail:#}");
        }
        assert!(trail.to_string().contains("setup_link.create"));
        assert!(!trail.to_string().contains("an0ther"));
    });
}

/// What the browser of a link may ask for, of its own connection.
const ALLOWED: &[(&str, &str)] = &[
    ("get", "/api/v1/me"),
    ("get", "/api/v1/presets"),
    ("get", "/api/v1/presets/{id}"),
    ("post", "/api/v1/recognise"),
    ("get", "/api/v1/connections/{id}"),
    ("put", "/api/v1/connections/{id}/draft"),
    ("post", "/api/v1/connections/{id}/test"),
    ("get", "/api/v1/attempts/{reference}"),
    ("post", "/api/v1/attempts/{reference}/fixes/{id}"),
    ("post", "/api/v1/setup-links/finish"),
];

#[test]
fn a_link_reaches_nothing_else_of_the_whole_api() {
    run(async {
        let town = Town::new().await;
        let (mut bob, id) = town.holder().await;
        let wiki = app(&town.house).await;
        let mut browser = Browser::new();
        town.beta.sign_in(&town.house, &mut browser, "ann@beta.test").await;
        let newest = town.root.newest(&town.house).await;
        let (_, users) = town.root.get(&town.house, "/users").await;
        let ids: Vec<String> = [
            town.own.as_str(),
            town.acme.as_str(),
            town.beta.connection.as_str(),
            town.beta.organization.as_str(),
            wiki.as_str(),
            &id,
            newest["reference"].as_str().unwrap(),
            users["items"][0]["id"].as_str().unwrap(),
        ]
        .map(str::to_owned)
        .to_vec();
        let document = town.house.get(&mut Browser::new(), "/api/v1/openapi.json").await;
        let document: Value = serde_json::from_str(&document.body).unwrap();
        let mut refused = 0;
        for (path, operations) in document["paths"].as_object().unwrap() {
            for method in operations.as_object().unwrap().keys() {
                let allowed = ALLOWED.contains(&(method.as_str(), path.as_str()));
                for id in &ids {
                    // None of the attempts is a test of the link's connection.
                    let own = !path.contains("/attempts/")
                        && (!path.contains("/connections/") || *id == town.own);
                    if allowed && own {
                        continue;
                    }
                    let filled = path.split('/').map(|part| match part.starts_with('{') {
                        true => id.clone(),
                        false => part.to_owned(),
                    });
                    let filled = filled.collect::<Vec<_>>().join("/");
                    let filled = filled.strip_prefix("/api/v1").unwrap();
                    let method = method.to_uppercase();
                    let called = town.call(&mut bob, (&method, filled), &json!({})).await;
                    let status = called.status;
                    assert!(
                        [403, 404].contains(&status),
                        "{status} {method} {filled}: {}",
                        called.json
                    );
                    refused += 1;
                }
            }
        }
        assert!(refused > 300, "{refused}");
        // Nor is anything read by a way around the path.
        for path in [
            format!("/connections/{}/", town.own),
            format!("/connections//{}", town.own),
            format!("/connections/{}%2f..%2f{}", town.own, town.beta.connection),
            "/connections".to_owned(),
            "/organizations".to_owned(),
            "/audit-events".to_owned(),
        ] {
            let status = town.get(&mut bob, &path).await.status;
            assert!([403, 404].contains(&status), "{status} {path}");
        }
        assert_eq!(town.get(&mut bob, "/me").await.status, 200, "the link still holds");
    });
}

#[test]
fn the_first_browser_that_hands_the_token_over_has_the_link() {
    run(async {
        let town = Town::new().await;
        let (_, token) = town.link().await;
        // To look at the page opens nothing, and neither does a form of somebody else's.
        let mut scanner = Browser::new();
        assert_eq!(town.house.get(&mut scanner, "/setup-link").await.status, 200);
        let forged = town.house.post(&mut scanner, "/setup-link", &[("token", &token)]).await;
        assert_eq!((forged.status.as_u16(), scanner.cookie(COOKIE)), (403, None));
        let (mut bob, mut eve) = (Browser::new(), Browser::new());
        assert_eq!(onward(&town.open(&mut bob, &token).await), "/setup-link");
        let page = town.open(&mut eve, &token).await;
        assert_eq!((page.status.as_u16(), eve.cookie(COOKIE)), (422, None));
        let none = town.open(&mut eve, "no such token").await;
        let without = |page: &Answer| page.body.replace(&page.field("csrf"), "");
        assert_eq!(without(&page), without(&none), "nobody learns which tokens there are");
        assert!(!page.body.contains(&token), "it is not written down again");
        // The same browser may come again.
        let cookie = bob.cookie(COOKIE).unwrap().to_owned();
        assert_eq!(onward(&town.open(&mut bob, &token).await), "/setup-link");
        assert_eq!(bob.cookie(COOKIE), Some(cookie.as_str()));
        // It may open another link, for which it is known by another cookie.
        let (_, second) = town.link().await;
        let mut other = bob.clone();
        assert_eq!(onward(&town.open(&mut other, &second).await), "/setup-link");
        assert_ne!(other.cookie(COOKIE), Some(cookie.as_str()));
        // After an idle hour, with the token again, and not without.
        let own = format!("/connections/{}", town.own);
        assert_eq!(town.get(&mut bob, &own).await.status, 200);
        town.house.wait(HOUR + 1);
        assert_eq!(town.get(&mut bob, &own).await.status, 401);
        town.open(&mut bob, &token).await;
        assert_eq!(town.get(&mut bob, &own).await.status, 200);
        // A made-up cookie opens nothing, and the token is no bearer token.
        eve.cookies.insert(COOKIE.to_owned(), "a".repeat(43));
        assert_eq!(town.get(&mut eve, &own).await.status, 401);
        let bearer = TestRequest::get()
            .uri(&format!("/api/v1{own}"))
            .insert_header(("Authorization", format!("Bearer {token}")));
        assert_eq!(town.house.send(&mut Browser::new(), bearer).await.status, 401);
        // Only digests are kept.
        let (digest, held) = (Digest::of(token.as_bytes()), Digest::of(cookie.as_bytes()));
        let link = town.house.read(move |tx| setup_links::find_by_token(tx, &digest)).await;
        assert_eq!(link.unwrap().browser, Some(held));
    });
}

#[test]
fn a_link_ends_when_it_runs_out_is_revoked_or_its_organization_is_off() {
    run(async {
        let town = Town::new().await;
        let own = format!("/connections/{}", town.own);
        // Revoked.
        let (mut bob, id) = town.holder().await;
        let path = format!("{}/{id}", town.links());
        let revoked = town.root.call(&town.house, ("DELETE", &path), None, &Value::Null).await;
        assert_eq!(revoked.status, 204);
        assert_eq!(town.get(&mut bob, &own).await.status, 401);
        let again = town.root.call(&town.house, ("DELETE", &path), None, &Value::Null).await;
        assert_eq!(again.status, 404);
        // Revoked before it was opened.
        let (made, token) = town.link().await;
        let path = format!("{}/{}", town.links(), made["id"].as_str().unwrap());
        town.root.call(&town.house, ("DELETE", &path), None, &Value::Null).await;
        assert_eq!(town.open(&mut Browser::new(), &token).await.status, 422);
        // Its organization is off.
        let (mut bob, _) = town.holder().await;
        let organization = format!("/organizations/{}", town.acme);
        for (disabled, status) in [(true, 401), (false, 200)] {
            let body = json!({"disabled": disabled});
            town.root.call(&town.house, ("PATCH", &organization), Some("*"), &body).await;
            assert_eq!(town.get(&mut bob, &own).await.status, status);
        }
        // It ran out, seen to the last.
        let (_, unopened) = town.link().await;
        for _ in 0..72 {
            assert_eq!(town.get(&mut bob, &own).await.status, 200);
            town.house.wait(HOUR);
        }
        assert_eq!(town.get(&mut bob, &own).await.status, 401);
        assert_eq!(town.open(&mut Browser::new(), &unopened).await.status, 422);
        // The connection is gone.
        let (mut bob, _) = town.holder().await;
        town.root.call(&town.house, ("DELETE", &own), Some("*"), &Value::Null).await;
        assert_eq!(town.get(&mut bob, &own).await.status, 401);
    });
}

#[test]
fn who_makes_links_and_how_many() {
    run(async {
        let town = Town::new().await;
        let of_acme = Admin::open(&town.house, Some(&town.acme)).await;
        let of_beta = Admin::open(&town.house, Some(&town.beta.organization)).await;
        let links = town.links();
        for (body, field) in [
            (json!({"expires_in_days": 0}), "expires_in_days"),
            (json!({"expires_in_days": 15}), "expires_in_days"),
            (json!({"sent_to": ""}), "sent_to"),
            (json!({"may_activate": true}), "may_activate"),
        ] {
            let (status, answer) = of_acme.post(&town.house, &links, &body).await;
            assert_eq!((status, &answer["errors"][0]["field"]), (422, &json!(field)), "{answer}");
        }
        assert_eq!(of_beta.post(&town.house, &links, &json!({})).await.0, 404);
        assert_eq!(of_beta.get(&town.house, &links).await.0, 404);
        let (status, made) = of_acme.post(&town.house, &links, &json!({})).await;
        assert_eq!(status, 201, "{made}");
        assert!(made.get("digest").is_none() && made["in_force"] == true, "{made}");
        // Of another connection it cannot be revoked.
        let id = made["id"].as_str().unwrap();
        let foreign = format!("/connections/{}/setup-links/{id}", town.beta.connection);
        for admin in [&of_beta, &town.root] {
            let called = admin.call(&town.house, ("DELETE", &foreign), None, &Value::Null).await;
            assert_eq!(called.status, 404);
        }
        let (_, listed) = of_acme.get(&town.house, &links).await;
        assert_eq!(listed["items"][0]["id"], made["id"], "{listed}");
        assert_eq!(listed["items"][0].get("url"), None, "{listed}");
        let (_, token) = made["url"].as_str().unwrap().rsplit_once(['/', '#', '=']).unwrap();
        assert!(token.len() > 20 && !listed.to_string().contains(token), "{listed}");
        for _ in 1..10 {
            assert_eq!(of_acme.post(&town.house, &links, &json!({})).await.0, 201);
        }
        assert_eq!(of_acme.post(&town.house, &links, &json!({})).await.0, 422);
        town.house.wait(8 * DAY);
        assert_eq!(of_acme.post(&town.house, &links, &json!({})).await.0, 201);
    });
}

#[test]
fn a_secret_given_by_somebody_else_never_goes_to_another_issuer() {
    run(async {
        let town = Town::new().await;
        let (mut bob, _) = town.holder().await;
        let path = format!("/connections/{}/draft", town.own);
        let evil = Provider::start();
        for (issuer, client, kept) in
            [(evil.issuer.as_str(), "c1", false), ("https://idp.acme.test", "c2", false)]
        {
            let draft = json!({"issuer": issuer, "client_id": client});
            let put = town.call(&mut bob, ("PUT", &path), &draft).await;
            assert_eq!(put.status, 200, "{}", put.json);
            assert_eq!(put.json["draft"]["config"]["client_secret_set"], kept, "{}", put.json);
        }
    });
}

#[test]
fn a_write_needs_the_token_of_our_own_page() {
    run(async {
        let town = Town::new().await;
        let (mut bob, _) = town.holder().await;
        for (method, path) in [
            ("POST", "/api/v1/setup-links/finish".to_owned()),
            ("PUT", format!("/api/v1/connections/{}/draft", town.own)),
        ] {
            let request = TestRequest::default()
                .method(method.parse::<Method>().unwrap())
                .uri(&path)
                .insert_header(("If-Match", "*"))
                .set_json(json!({}));
            let answer = town.house.send(&mut bob, request).await;
            assert_eq!(answer.status, 403, "{path}");
            assert!(answer.body.contains("csrf"), "{}", answer.body);
        }
        let id = ConnectionId::try_from(town.own.as_str()).unwrap();
        assert_eq!(
            town.house
                .read(move |tx| setup_links::count_open(tx, &id, doorward::model::time::Millis(0)))
                .await,
            1
        );
    });
}
