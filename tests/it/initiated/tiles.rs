//! One address for each organization and app, and the app where people land who name none.

use serde_json::{Value, json};

use super::{BEGINS, beginner, default_app, lands, patch, stripped, with};
use crate::house::{self, Browser, PASSWORD, run};
use crate::support::admin::Admin;
use crate::support::tenant::{Tenant, app, onward, sent};

#[test]
fn a_tile_works_as_a_bookmark_signed_in_or_not() {
    run(async {
        let house = house::open().await;
        let acme = Tenant::open(&house, "acme").await;
        let wiki = beginner(&house).await;
        let by_id = format!("/o/{}/{wiki}", acme.organization);
        for tile in [&by_id, &format!("/o/acme/{wiki}")] {
            let mut browser = Browser::new();
            let asked = house.get(&mut browser, tile).await;
            let answer = acme.vouch(&house, &mut browser, &asked, "ann@acme.test").await;
            lands(&house, &mut browser, &wiki, &answer, None).await;
            let again = house.get(&mut browser, tile).await;
            lands(&house, &mut browser, &wiki, &again, None).await;
            // What a provider adds is not needed, and a place inside the app is found.
            let deep = "https://wiki.test/page";
            let said = [("iss", "https://any.test"), ("target_link_uri", deep), ("x", "y")];
            let again = house.get(&mut browser, &with(tile, &said)).await;
            lands(&house, &mut browser, &wiki, &again, Some(deep)).await;
            let evil = [("target_link_uri", "https://evil.test/")];
            let again = house.get(&mut browser, &with(tile, &evil)).await;
            lands(&house, &mut browser, &wiki, &again, None).await;
        }
    });
}

#[test]
fn strangers_learn_nothing_from_a_tile() {
    run(async {
        let house = house::open().await;
        let acme = Tenant::open(&house, "acme").await;
        let beta = Tenant::open(&house, "beta").await;
        let wiki = beginner(&house).await;
        let own = beginner(&house).await;
        let off = beginner(&house).await;
        let only = json!({"organizations": [beta.organization.as_str()]});
        assert_eq!(patch(&house, &format!("/apps/{own}"), &only).await.0, 200);
        let disabled = json!({"disabled": true});
        assert_eq!(patch(&house, &format!("/apps/{off}"), &disabled).await.0, 200);
        let none = house.get(&mut Browser::new(), &format!("/o/nobody/{wiki}")).await;
        assert!(none.body.contains("route_unknown"), "{}", none.body);
        for tile in [
            format!("/o/acme/{own}"),
            format!("/o/acme/{off}"),
            "/o/acme/none".to_owned(),
            "/o/acme/No%20id".to_owned(),
        ] {
            let page = house.get(&mut Browser::new(), &tile).await;
            assert_eq!((page.status, stripped(&page)), (none.status, stripped(&none)), "{tile}");
        }
        // Nor does somebody of another organization get in by it.
        let mut browser = Browser::new();
        acme.sign_in(&house, &mut browser, "ann@acme.test").await;
        let page = house.get(&mut browser, &format!("/o/acme/{own}")).await;
        assert_eq!(page.status, none.status);
        let asked = house.get(&mut browser, &format!("/o/beta/{own}")).await;
        assert!(sent(&asked, "SAMLRequest").is_some(), "asked who they are there");
    });
}

#[test]
fn the_tiles_of_an_organization_are_those_of_the_apps_open_to_it() {
    run(async {
        let house = house::open().await;
        let acme = Tenant::open(&house, "acme").await;
        let beta = Tenant::open(&house, "beta").await;
        let wiki = beginner(&house).await;
        let own = app(&house).await;
        let only = json!({"organizations": [beta.organization.as_str()]});
        assert_eq!(patch(&house, &format!("/apps/{own}"), &only).await.0, 200);
        let path = |of: &Tenant| format!("/organizations/{}/tiles", of.organization);
        let root = Admin::open(&house, None).await;
        let of_acme = Admin::open(&house, Some(&acme.organization)).await;
        default_app(&house, &acme.organization, &json!(wiki.as_str())).await;
        let expected = |tenant: &Tenant, app: &str, missing: &[&str], default: bool| {
            let url = format!("http://localhost:8080/o/{}/{app}", tenant.organization);
            json!({"app": app, "name": "Wiki", "url": url, "missing": missing,
                "disabled": false, "default": default})
        };
        let (status, listed) = of_acme.get(&house, &path(&acme)).await;
        assert_eq!(status, 200);
        assert_eq!(listed["items"], json!([expected(&acme, wiki.as_str(), &[], true)]));
        assert_eq!(of_acme.get(&house, &path(&beta)).await.0, 404);
        let (_, listed) = root.get(&house, &path(&beta)).await;
        let lacking = expected(&beta, own.as_str(), &["initiate_login_uri"], false);
        let items = listed["items"].as_array().unwrap();
        assert!(items.len() == 2 && items.contains(&lacking), "{listed}");
        // Until the app can begin, people land on our own page.
        let mut browser = Browser::new();
        let asked = house.get(&mut browser, &format!("/o/beta/{own}")).await;
        let answer = beta.vouch(&house, &mut browser, &asked, "bob@beta.test").await;
        assert_eq!(onward(&answer), "/");
    });
}

#[test]
fn the_page_of_somebody_signed_in_leads_into_what_they_may_use() {
    run(async {
        let house = house::open().await;
        let acme = Tenant::open(&house, "acme").await;
        let beta = Tenant::open(&house, "beta").await;
        let mut browser = Browser::new();
        acme.sign_in(&house, &mut browser, "ann@acme.test").await;
        let page = house.get(&mut browser, "/").await.body;
        assert!(page.contains("Open your app to go on"), "{page}");
        let wiki = beginner(&house).await;
        let link = format!("/o/{}/{wiki}\"", acme.organization);
        let page = house.get(&mut browser, "/").await.body;
        assert!(page.contains(&link) && page.contains(">Wiki</a>"), "{page}");
        // Neither what is off nor what is open to others.
        let path = format!("/apps/{wiki}");
        for (shut, open) in [
            (json!({"disabled": true}), json!({"disabled": false})),
            (json!({"organizations": [beta.organization.as_str()]}), json!({"organizations": []})),
        ] {
            let (status, item) = patch(&house, &path, &shut).await;
            assert_eq!(status, 200, "{item}");
            let page = house.get(&mut browser, "/").await.body;
            assert!(!page.contains(&link), "{shut} {page}");
            assert_eq!(patch(&house, &path, &open).await.0, 200);
        }
    });
}

#[test]
fn people_who_name_no_app_land_in_the_default_one() {
    run(async {
        let house = house::open().await;
        let acme = Tenant::open(&house, "acme").await;
        let wiki = beginner(&house).await;
        let land = async || {
            let mut browser = Browser::new();
            let answer = acme.sign_in(&house, &mut browser, "ann@acme.test").await;
            answer.header("location").to_owned()
        };
        let home = "http://localhost:8080/";
        assert_eq!(land().await, home);
        let (status, item) = default_app(&house, &acme.organization, &json!(wiki.as_str())).await;
        assert_eq!((status, &item["default_app"]), (200, &json!(wiki.as_str())));
        assert!(land().await.starts_with(BEGINS));
        // An app that is off, or cannot begin, is no place to land.
        for (off, on) in [
            (json!({"disabled": true}), json!({"disabled": false})),
            (json!({"initiate_login_uri": null}), json!({"initiate_login_uri": BEGINS})),
        ] {
            let path = format!("/apps/{wiki}");
            assert_eq!(patch(&house, &path, &off).await.0, 200);
            assert_eq!(land().await, home, "{off}");
            assert_eq!(patch(&house, &path, &on).await.0, 200);
            assert!(land().await.starts_with(BEGINS), "{on}");
        }
        let (status, item) = default_app(&house, &acme.organization, &Value::Null).await;
        assert_eq!((status, &item["default_app"]), (200, &Value::Null));
        assert_eq!(land().await, home);
    });
}

#[test]
fn an_owner_at_the_owners_door_came_for_doorward() {
    run(async {
        let house = house::open().await;
        let mut browser = Browser::new();
        house.set_up(&mut browser).await;
        let wiki = beginner(&house).await;
        let root = Admin::open(&house, None).await;
        let (_, listed) = root.get(&house, "/organizations").await;
        let own = listed["items"][0]["id"].as_str().unwrap().to_owned();
        let body = json!({"default_app": wiki.as_str()});
        assert_eq!(patch(&house, &format!("/organizations/{own}"), &body).await.0, 200);
        let mut browser = Browser::new();
        let asked = house.get(&mut browser, "/login").await;
        assert_eq!(asked.status, 200);
        let entered = house.sign_in(&mut browser, "ann@acme.test", PASSWORD).await;
        assert!(!entered.header("location").starts_with(BEGINS), "{}", entered.header("location"));
        // A tile is another matter: it names the app.
        let tile = house.get(&mut browser, &format!("/o/{own}/{wiki}")).await;
        lands(&house, &mut browser, &wiki, &tile, None).await;
    });
}

#[test]
fn what_cannot_be_kept_is_refused_by_name() {
    run(async {
        let house = house::open().await;
        let acme = Tenant::open(&house, "acme").await;
        let beta = Tenant::open(&house, "beta").await;
        let wiki = app(&house).await;
        for address in [
            "http://wiki.test/login",
            "com.example.wiki:/login",
            "/login",
            "javascript:alert(1)",
            "https://wiki.test/#x",
            "https://ann:secret@wiki.test/",
            "https://*.wiki.test/",
            "HTTPS://wiki.test/",
            "",
        ] {
            let body = json!({"initiate_login_uri": address});
            let (status, item) = patch(&house, &format!("/apps/{wiki}"), &body).await;
            assert_eq!(status, 422, "{address} {item}");
            assert_eq!(item["errors"][0]["field"], "initiate_login_uri", "{item}");
        }
        for address in ["http://localhost:3000/login", "http://127.0.0.1/login", BEGINS] {
            let body = json!({"initiate_login_uri": address});
            assert_eq!(patch(&house, &format!("/apps/{wiki}"), &body).await.0, 200, "{address}");
        }
        let only = json!({"organizations": [beta.organization.as_str()]});
        assert_eq!(patch(&house, &format!("/apps/{wiki}"), &only).await.0, 200);
        for id in [json!("none"), json!("No id"), json!(wiki.as_str())] {
            let (status, item) = default_app(&house, &acme.organization, &id).await;
            assert_eq!((status, &item["errors"][0]["field"]), (422, &json!("default_app")));
        }
        assert_eq!(default_app(&house, &beta.organization, &json!(wiki.as_str())).await.0, 200);
    });
}
