//! The users page: who is there, how they sign in, and what ends when they go.

use actix_web::http::StatusCode;
use doorward::model::time::MINUTE;
use doorward::store::{owners, users};
use serde_json::{Value, json};

use crate::house::{self, Browser, House, run};
use crate::support::admin::Admin;
use crate::support::tenant::{CALLBACK, Tenant, app, authorize, onward, sent};

const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

/// The people of a list, by address.
fn addresses(list: &Value) -> Vec<&str> {
    let items = list["items"].as_array().unwrap_or_else(|| panic!("{list}"));
    items.iter().map(|item| item["email"].as_str().unwrap_or("?")).collect()
}

async fn add(house: &House, admin: &Admin, of: &str, email: &str, name: &str) -> String {
    house.wait(1);
    let body = json!({"organization": of, "email": email, "name": name});
    let (status, item) = admin.post(house, "/users", &body).await;
    assert_eq!(status, 201, "{item}");
    item["id"].as_str().unwrap().to_owned()
}

async fn edit(house: &House, admin: &Admin, id: &str, (method, body): (&str, Value)) -> u16 {
    let path = format!("/users/{id}");
    let found = admin.call(house, ("GET", &path), None, &Value::Null).await;
    admin.call(house, (method, &path), Some(&found.etag), &body).await.status
}

#[test]
fn who_signs_in_stands_in_the_list_at_once() {
    run(async {
        let house = house::open().await;
        let acme = Tenant::open(&house, "acme").await;
        let admin = Admin::open(&house, Some(&acme.organization)).await;
        let (mut laptop, mut phone) = (Browser::new(), Browser::new());
        assert_eq!(onward(&acme.sign_in(&house, &mut laptop, "ann@acme.test").await), "/");
        acme.sign_in(&house, &mut phone, "ann@acme.test").await;
        let (_, list) = admin.get(&house, "/users").await;
        let ann = &list["items"][0];
        assert_eq!(addresses(&list), ["ann@acme.test"]);
        assert_eq!(ann["identities"][0]["connection"], acme.connection.as_str());
        assert_eq!(ann["identities"][0]["subject"], "ann@acme.test");
        assert_eq!(ann["sign_in_methods"], json!(["upstream"]));
        assert_eq!((&ann["sessions"], &ann["state"]), (&json!(2), &json!("active")));
        assert!(ann["last_sign_in_at"].is_string());
        let (_, one) = admin.get(&house, &format!("/users/{}", ann["id"].as_str().unwrap())).await;
        assert_eq!(&one, ann);
    });
}

#[test]
fn people_are_found_by_address_name_organization_and_state() {
    run(async {
        let house = house::open().await;
        let acme = Tenant::open(&house, "acme").await;
        let evil = Tenant::bare(&house, "evil").await;
        let root = Admin::open(&house, None).await;
        let of = acme.organization.as_str();
        let bob = add(&house, &root, of, "bob@acme.test", "Bob Ash").await;
        let cyd = add(&house, &root, of, "Cyd@acme.test", "Anne Cyd").await;
        add(&house, &root, evil.as_str(), "anton@evil.test", "Anton").await;
        house.wait(1);
        acme.sign_in(&house, &mut Browser::new(), "ann@acme.test").await;
        assert_eq!(edit(&house, &root, &bob, ("PATCH", json!({"disabled": true}))).await, 200);
        let cyd = doorward::model::id::UserId::try_from(cyd.as_str()).unwrap();
        house
            .write(move |tx| {
                // What a role sync does at a sign-in.
                let mut user = users::find(tx, &cyd)?.unwrap();
                users::delete(tx, &cyd, user.version)?;
                user.inactive_since = Some(user.created_at);
                users::insert(tx, &user)
            })
            .await;
        let own = Admin::open(&house, Some(&acme.organization)).await;
        for (query, found) in [
            ("", "bob@acme.test Cyd@acme.test ann@acme.test"),
            ("q=AN", "ann@acme.test Cyd@acme.test"),
            ("q=anne%20c", "Cyd@acme.test"),
            ("q=cyd", "Cyd@acme.test"),
            ("q=%25", ""),
            ("q=acme.test", ""),
            ("state=active", "ann@acme.test"),
            ("state=disabled", "bob@acme.test"),
            ("state=inactive", "Cyd@acme.test"),
            ("never_signed_in=true", "bob@acme.test Cyd@acme.test"),
            ("never_signed_in=false", "ann@acme.test"),
            ("never_signed_in=true&state=disabled", "bob@acme.test"),
            ("q=b&state=active", ""),
            ("q=b&state=disabled&never_signed_in=true", "bob@acme.test"),
        ] {
            // In one piece, and one by one.
            let (status, list) = own.get(&house, &format!("/users?{query}")).await;
            assert_eq!((status, addresses(&list).join(" ")), (200, found.to_owned()), "{query}");
            let (mut one_by_one, mut after) = (Vec::new(), String::new());
            loop {
                let path = format!("/users?limit=1&{query}{after}");
                let (_, list) = own.get(&house, &path).await;
                one_by_one.extend(addresses(&list).into_iter().map(str::to_owned));
                let Some(next) = list["next"].as_str() else { break };
                after = format!("&after={next}");
            }
            assert_eq!(one_by_one.join(" "), found, "{query}");
        }
        let (_, everywhere) = root.get(&house, "/users?q=an").await;
        assert_eq!(addresses(&everywhere), ["ann@acme.test", "anton@evil.test", "Cyd@acme.test"]);
        let (status, _) = own.get(&house, &format!("/users?organization={evil}&q=an")).await;
        assert_eq!(status, 404);
        for (query, field) in [
            ("q=", "q"),
            ("q=%20", "q"),
            ("limit=0", "limit"),
            ("limit=201", "limit"),
            ("after=!", "after"),
            ("q=a&after=MC51MS5i", "after"),
            ("state=gone", "query"),
        ] {
            let (status, problem) = own.get(&house, &format!("/users?{query}")).await;
            assert_eq!((status, &problem["errors"][0]["field"]), (422, &json!(field)), "{query}");
        }
    });
}

#[test]
fn pieces_stay_whole_while_people_come_and_go() {
    run(async {
        let house = house::open().await;
        let root = Admin::open(&house, None).await;
        let acme = Tenant::bare(&house, "acme").await;
        let mut ids = Vec::new();
        for n in 0..6 {
            let email = format!("p{n}@acme.test");
            ids.push(add(&house, &root, acme.as_str(), &email, "P").await);
        }
        for query in ["q=p", "organization="] {
            let query = match query {
                "organization=" => format!("organization={acme}"),
                other => other.to_owned(),
            };
            let (_, first) = root.get(&house, &format!("/users?limit=2&{query}")).await;
            let next = first["next"].as_str().unwrap();
            // The one the cursor names goes, and one behind it.
            let last = first["items"][1]["id"].as_str().unwrap();
            assert_eq!(edit(&house, &root, last, ("DELETE", Value::Null)).await, 204);
            let path = format!("/users?{query}&after={next}");
            let (_, rest) = root.get(&house, &path).await;
            let seen = addresses(&first).len() + addresses(&rest).len();
            let left = house.read(|tx| users::list(tx, None, &doorward::store::Page::first(50)));
            assert_eq!(seen, left.await.len() + 1, "{query}");
        }
    });
}

#[test]
fn whoever_was_deleted_comes_back_as_somebody_new() {
    run(async {
        let house = house::open().await;
        let acme = Tenant::open(&house, "acme").await;
        let admin = Admin::open(&house, Some(&acme.organization)).await;
        let wiki = app(&house).await;
        let mut ann = Browser::new();
        let link = authorize(&wiki, &[("organization", "acme")]);
        let asked = house.get(&mut ann, &link).await;
        let done = acme.vouch(&house, &mut ann, &asked, "ann@acme.test").await;
        let code = sent(&done, "code").unwrap();
        let (_, list) = admin.get(&house, "/users").await;
        let before = list["items"][0]["id"].as_str().unwrap().to_owned();
        let redeem = |code: String| {
            let fields = [
                ("grant_type", "authorization_code".to_owned()),
                ("client_id", wiki.to_string()),
                ("code", code),
                ("redirect_uri", CALLBACK.to_owned()),
                ("code_verifier", VERIFIER.to_owned()),
            ];
            let house = &house;
            async move {
                let fields: Vec<_> = fields.iter().map(|(n, v)| (*n, v.as_str())).collect();
                house.post(&mut Browser::new(), "/oauth2/token", &fields).await
            }
        };
        house.wait(1);
        // Nobody else's administrator gets at them, and nobody without their version.
        let evil = Tenant::bare(&house, "evil").await;
        let evil = Admin::open(&house, Some(&evil)).await;
        let path = format!("/users/{before}");
        for (by, version, status) in [
            (&evil, Some("*"), 404),
            (&admin, None, 428),
            (&admin, Some("\"99\""), 412),
            (&admin, Some("*"), 204),
            (&admin, Some("*"), 404),
        ] {
            let gone = by.call(&house, ("DELETE", &path), version, &Value::Null).await;
            assert_eq!(gone.status, status, "{}", gone.json);
        }
        let refused = redeem(code).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{}", refused.body);
        assert_eq!(house.get(&mut ann, "/").await.status, StatusCode::SEE_OTHER);
        let (_, trail) = admin.get(&house, "/audit-events?limit=1").await;
        assert_eq!(trail["items"][0]["action"], "user.delete");
        assert_eq!(trail["items"][0]["before"]["email"], "ann@acme.test");
        house.wait(MINUTE);
        assert_eq!(onward(&acme.sign_in(&house, &mut ann, "ann@acme.test").await), "/");
        let (_, list) = admin.get(&house, "/users").await;
        assert_eq!(addresses(&list), ["ann@acme.test"]);
        assert_ne!(list["items"][0]["id"], json!(before));
    });
}

#[test]
fn shut_out_and_let_in_again_and_signed_out() {
    run(async {
        let house = house::open().await;
        let acme = Tenant::open(&house, "acme").await;
        let admin = Admin::open(&house, Some(&acme.organization)).await;
        let mut ann = Browser::new();
        // Sooner, the provider would be asked once more.
        acme.sign_in(&house, &mut ann, "ann@acme.test").await;
        let (_, list) = admin.get(&house, "/users").await;
        let id = list["items"][0]["id"].as_str().unwrap().to_owned();
        let path = format!("/users/{id}/sessions");
        let ended = admin.call(&house, ("DELETE", &path), None, &Value::Null).await;
        assert_eq!((ended.status, &ended.json["ended"]), (200, &json!(1)));
        assert_eq!(house.get(&mut ann, "/").await.status, StatusCode::SEE_OTHER);
        house.wait(6 * MINUTE);
        acme.sign_in(&house, &mut ann, "ann@acme.test").await;
        assert_eq!(house.get(&mut ann, "/").await.status, StatusCode::OK);
        assert_eq!(edit(&house, &admin, &id, ("PATCH", json!({"disabled": true}))).await, 200);
        assert_eq!(house.get(&mut ann, "/").await.status, StatusCode::SEE_OTHER);
        house.wait(6 * MINUTE);
        let refused = acme.sign_in(&house, &mut ann, "ann@acme.test").await;
        assert!(refused.body.contains("user_disabled"), "{}", refused.body);
        assert_eq!(edit(&house, &admin, &id, ("PATCH", json!({"disabled": false}))).await, 200);
        house.wait(6 * MINUTE);
        assert_eq!(onward(&acme.sign_in(&house, &mut ann, "ann@acme.test").await), "/");
    });
}

#[test]
fn the_last_owner_who_can_sign_in_stays() {
    run(async {
        let house = house::open().await;
        house.set_up(&mut Browser::new()).await;
        let root = Admin::open(&house, None).await;
        let (_, list) = root.get(&house, "/owners").await;
        let owner = list["items"][0]["id"].as_str().unwrap().to_owned();
        let (_, shown) = root.get(&house, &format!("/users/{owner}")).await;
        assert_eq!(shown["sign_in_methods"], json!(["owner_password"]));
        assert_eq!(edit(&house, &root, &owner, ("DELETE", Value::Null)).await, 409);
        assert_eq!(edit(&house, &root, &owner, ("PATCH", json!({"disabled": true}))).await, 409);
        // Another owner who has no password yet is none who can sign in.
        let of = list["items"][0]["organization"].as_str().unwrap();
        let other = add(&house, &root, of, "ben@acme.test", "Ben").await;
        let id = doorward::model::id::UserId::try_from(other.as_str()).unwrap();
        house
            .write(move |tx| {
                let mut user = users::find(tx, &id)?.unwrap();
                users::delete(tx, &id, user.version)?;
                user.owner = true;
                users::insert(tx, &user)?;
                owners::insert(tx, &id, "ben@acme.test", None, user.created_at)
            })
            .await;
        assert_eq!(edit(&house, &root, &owner, ("DELETE", Value::Null)).await, 409);
        assert_eq!(edit(&house, &root, &other, ("DELETE", Value::Null)).await, 204);
        assert_eq!(
            house.sign_in(&mut Browser::new(), "ann@acme.test", house::PASSWORD).await.status,
            StatusCode::SEE_OTHER
        );
    });
}

#[test]
fn whoever_is_made_by_hand_has_an_address_of_their_own() {
    run(async {
        let house = house::open().await;
        let (acme, evil) = (Tenant::bare(&house, "acme").await, Tenant::bare(&house, "evil").await);
        let root = Admin::open(&house, None).await;
        let domain = format!("/organizations/{acme}/domains/acme.test");
        root.call(&house, ("PUT", &domain), None, &json!({})).await;
        let (status, item) = root.post(&house, &format!("{domain}/accept"), &json!({})).await;
        assert_eq!(status, 200, "{item}");
        add(&house, &root, acme.as_str(), "ann@acme.test", "Ann").await;
        let own = Admin::open(&house, Some(&evil)).await;
        for (admin, of, email, status, why) in [
            (&root, &acme, "ANN@acme.test", 409, "address_taken"),
            (&root, &acme, "ann", 422, "invalid"),
            (&root, &acme, "ann@", 422, "invalid"),
            (&root, &acme, "ann,bob@acme.test", 422, "invalid"),
            // Whoever gets in with it would look like one of Acme's people to apps.
            (&own, &evil, "boss@acme.test", 422, "invalid"),
            (&own, &acme, "boss@acme.test", 422, "invalid"),
        ] {
            let body = json!({"organization": of, "email": email});
            let (found, problem) = admin.post(&house, "/users", &body).await;
            assert_eq!((found, &problem["code"]), (status, &json!(why)), "{email}: {problem}");
        }
        add(&house, &own, evil.as_str(), "ann@gmail.test", "Ann").await;
    });
}
