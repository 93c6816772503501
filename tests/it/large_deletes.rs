//! Deleting an organization of many people: nobody else waits for all of them.

use actix_web::http::StatusCode;
use doorward::model::id::{OrganizationId, UserId};
use doorward::model::rng::SystemRng;
use doorward::store::{Page, Tx, api_tokens, users};
use serde_json::{Value, json};

use crate::house::{self, Browser, House, run};
use crate::support::admin::{Admin, Called};
use crate::support::tenant::{Tenant, onward};

const ANN: &str = "ann@acme.test";
/// Six steps of people, and those who go with the organization.
const MANY: usize = 3_200;

/// An organization with a provider, and with many people beside the one who has signed in.
async fn crowded(house: &House) -> (Tenant, Browser) {
    let acme = Tenant::open(house, "acme").await;
    let mut ann = Browser::new();
    assert_eq!(onward(&acme.sign_in(house, &mut ann, ANN).await), "/");
    let of = acme.organization.clone();
    house
        .write(move |tx| {
            let mut user = users::list(tx, Some(&of), &Page::first(1))?.remove(0);
            for _ in 0..MANY {
                user.id = UserId::random(&SystemRng);
                users::insert(tx, &user)?;
            }
            Ok(())
        })
        .await;
    (acme, ann)
}

/// Deletes what is at `path` as it is now.
async fn delete(house: &House, admin: &Admin, path: &str) -> Called {
    let found = admin.call(house, ("GET", path), None, &Value::Null).await;
    admin.call(house, ("DELETE", path), Some(&found.etag), &Value::Null).await
}

async fn people(house: &House, of: &OrganizationId) -> bool {
    let of = of.clone();
    house.read(move |tx: &Tx<'_>| users::any_beyond(tx, &of, 0)).await
}

#[test]
fn many_people_go_some_at_a_time() {
    run(async {
        let house = house::open().await;
        Tenant::open(&house, "other").await;
        let root = Admin::open(&house, None).await;
        let (acme, mut ann) = crowded(&house).await;
        let path = format!("/organizations/{}", acme.organization);
        let found = root.call(&house, ("GET", &path), None, &Value::Null).await;
        let before = house.hub.store.commits();
        let deleting = root.call(&house, ("DELETE", &path), Some(&found.etag), &Value::Null);
        // Somebody of another organization begins to sign in meanwhile, which is written, and
        // need not wait for the end.
        let mut bob = Browser::new();
        let meanwhile = async {
            let asked = house.get(&mut bob, "/o/other").await;
            (asked.status, people(&house, &acme.organization).await)
        };
        let (deleted, begun) = tokio::join!(deleting, meanwhile);
        assert_eq!(begun, (StatusCode::SEE_OTHER, true), "the rest of them were still there");
        assert_eq!(deleted.status, 204, "{}", deleted.json);
        assert!(house.hub.store.commits() > before + 7);
        assert_eq!(root.get(&house, &path).await.0, 404);
        assert!(!people(&house, &acme.organization).await);
        assert_eq!(house.get(&mut ann, "/").await.status, StatusCode::SEE_OTHER);
        for (action, disabled) in [("delete_begin", json!(true)), ("delete", Value::Null)] {
            let path = format!("/audit-events?action=organization.{action}");
            let (_, trail) = root.get(&house, &path).await;
            assert_eq!(trail["items"].as_array().unwrap().len(), 1, "{trail}");
            assert_eq!(trail["items"][0]["after"]["disabled"], disabled, "{trail}");
        }
    });
}

#[test]
fn switching_it_on_again_keeps_who_is_left() {
    run(async {
        let house = house::open().await;
        let root = Admin::open(&house, None).await;
        let (acme, _) = crowded(&house).await;
        let path = format!("/organizations/{}", acme.organization);
        let deleting = delete(&house, &root, &path);
        let take_back = async {
            loop {
                let seen = root.call(&house, ("GET", &path), None, &Value::Null).await;
                assert_eq!(seen.status, 200, "gone before it could be taken back");
                if seen.json["disabled"] == true {
                    let on = json!({"disabled": false});
                    return root.call(&house, ("PATCH", &path), Some(&seen.etag), &on).await;
                }
            }
        };
        let (deleted, taken_back) = tokio::join!(deleting, take_back);
        assert_eq!(taken_back.status, 200, "{}", taken_back.json);
        assert_eq!(deleted.status, 412, "{}", deleted.json);
        assert!(people(&house, &acme.organization).await);
        // What was begun can be brought to its end.
        let gone = delete(&house, &root, &path).await;
        assert_eq!(gone.status, 204, "{}", gone.json);
    });
}

#[test]
fn a_deletion_ends_with_the_rights_of_whoever_began_it() {
    run(async {
        let house = house::open().await;
        let root = Admin::open(&house, None).await;
        let (acme, _) = crowded(&house).await;
        let path = format!("/organizations/{}", acme.organization);
        let deleting = delete(&house, &root, &path);
        let now = house.hub.now();
        let revoke = async {
            while root.get(&house, &path).await.1["disabled"] == false {}
            house
                .write(move |tx| {
                    for token in api_tokens::list(tx, None, &Page::first(10))? {
                        api_tokens::revoke(tx, &token.id, now)?;
                    }
                    Ok(())
                })
                .await;
        };
        let (deleted, ()) = tokio::join!(deleting, revoke);
        assert_eq!(deleted.status, 401, "{}", deleted.json);
        assert!(people(&house, &acme.organization).await);
        let other = Admin::open(&house, None).await;
        assert_eq!(other.get(&house, &path).await.1["disabled"], true);
    });
}
