//! The link through which a password is set.

use super::*;

#[test]
fn a_link_sets_a_password_once_and_looking_at_it_uses_nothing_up() {
    run(async {
        let scene = Scene::new().await;
        let of = &scene.acme.organization;
        let bob = scene.add(of, "bob@home.test").await;
        let token = scene.link(&bob).await;
        for _ in 0..3 {
            let page = scene.house.get(&mut Browser::new(), "/password").await;
            assert_eq!(page.status, StatusCode::OK);
            assert!(page.body.len() < 15_000 && page.body.contains("new-password"));
        }
        let mut browser = Browser::new();
        let short = scene.set(&mut browser, &token, "short").await;
        assert_eq!(short.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(short.body.contains("at least 12 characters"), "{}", short.body);
        let set = scene.set(&mut browser, &token, PASSWORD).await;
        assert!(set.body.contains("href=\"http://localhost:8080/o/acme\""), "{}", set.body);
        // Whoever made the link knows whose it is; the browser is nobody's by it.
        assert_eq!(browser.cookie("doorward-session"), None);
        let again = scene.set(&mut browser, &token, OTHER).await;
        assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(is_in(&scene.sign_in(&mut browser, " BOB@home.test", PASSWORD).await));
        let actions = scene.actions().await;
        for action in ["user.create", "user.password_link", "user.password_set"] {
            assert_eq!(actions.iter().filter(|a| *a == action).count(), 1, "{action}");
        }
        let (_, item) = scene.root.get(&scene.house, &format!("/users/{bob}")).await;
        assert_eq!(item["sign_in_methods"], json!(["password"]));
        assert!(item["last_sign_in_at"].is_string());
    });
}

#[test]
fn a_newer_link_a_day_and_what_happened_meanwhile_end_a_link() {
    run(async {
        let scene = Scene::new().await;
        let of = scene.acme.organization.clone();
        let bob = scene.add(&of, "bob@home.test").await;
        let refused = async |token: &str, why: &str| {
            let answer = scene.set(&mut Browser::new(), token, PASSWORD).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{why}");
            // One wording for every reason.
            assert!(answer.body.contains("used already, has run out"), "{why}: {}", answer.body);
        };
        let (older, newer) = (scene.link(&bob).await, scene.link(&bob).await);
        refused(&older, "an older one").await;
        refused("", "none").await;
        refused("nonsense", "made up").await;
        scene.house.wait(24 * HOUR);
        refused(&newer, "a day later").await;
        let token = scene.link(&bob).await;
        scene.enforce(&of, EnforcementMode::Required, None).await;
        refused(&token, "single sign-on is required").await;
        let path = format!("/users/{bob}/password-link");
        let (status, problem) = scene.root.post(&scene.house, &path, &Value::Null).await;
        assert_eq!((status, &problem["code"]), (409, &json!("sso_only")));
        let body = json!({"organization": of, "email": "cyd@home.test"});
        let (status, problem) = scene.root.post(&scene.house, "/users", &body).await;
        assert_eq!((status, &problem["code"]), (409, &json!("sso_only")));
        scene.enforce(&of, EnforcementMode::Off, None).await;
        let (path, off) = (format!("/users/{bob}"), json!({"disabled": true}));
        let done = scene.root.call(&scene.house, ("PATCH", &path), Some("*"), &off).await;
        assert_eq!(done.status, 200);
        refused(&token, "shut out").await;
        scene.root.call(&scene.house, ("DELETE", &path), Some("*"), &Value::Null).await;
        refused(&token, "deleted").await;
    });
}

#[test]
fn a_new_password_ends_what_the_old_one_opened() {
    run(async {
        let scene = Scene::new().await;
        let of = &scene.acme.organization;
        let bob = scene.bob(of, "bob@home.test", PASSWORD).await;
        let mut laptop = Browser::new();
        assert!(is_in(&scene.sign_in(&mut laptop, "bob@home.test", PASSWORD).await));
        let token = scene.link(&bob).await;
        // Making a link locks nobody out.
        assert_eq!(scene.house.get(&mut laptop, "/").await.status, StatusCode::OK);
        scene.set(&mut Browser::new(), &token, OTHER).await;
        assert_eq!(scene.house.get(&mut laptop, "/").await.status, StatusCode::SEE_OTHER);
        let old = scene.sign_in(&mut laptop, "bob@home.test", PASSWORD).await;
        assert_eq!(old.status, StatusCode::FORBIDDEN);
        assert!(is_in(&scene.sign_in(&mut laptop, "bob@home.test", OTHER).await));
    });
}

#[test]
fn owners_have_a_door_of_their_own() {
    run(async {
        let scene = Scene::new().await;
        scene.house.set_up(&mut Browser::new()).await;
        let (_, list) = scene.root.get(&scene.house, "/owners").await;
        let owner = list["items"][0]["id"].as_str().unwrap();
        let path = format!("/users/{owner}/password-link");
        let (status, problem) = scene.root.post(&scene.house, &path, &Value::Null).await;
        assert_eq!((status, &problem["code"]), (409, &json!("is_owner")), "{problem}");
    });
}

#[test]
fn switching_single_sign_on_off_leaves_nobody_without_a_way_in() {
    run(async {
        let scene = Scene::new().await;
        let of = scene.acme.organization.clone();
        for n in 0..3 {
            let person = format!("p{n}@acme.test");
            scene.acme.sign_in(&scene.house, &mut Browser::new(), &person).await;
        }
        scene.bob(&of, "bob@home.test", PASSWORD).await;
        let other = Tenant::bare(&scene.house, "other").await;
        scene.add(&other, "eve@other.test").await;
        // Somebody nobody can write to.
        let (of_it, nameless) = (of.clone(), UserId::try_from("nameless").unwrap());
        scene
            .house
            .write(move |tx| {
                let mut user = users::list(tx, Some(&of_it), &Page::first(1))?.remove(0);
                (user.id, user.profile.email) = (nameless, None);
                users::insert(tx, &user)
            })
            .await;
        let path = format!("/organizations/{of}/password-links");
        let (status, made) = scene.root.post(&scene.house, &path, &Value::Null).await;
        assert_eq!(status, 200, "{made}");
        let items = made["items"].as_array().unwrap();
        assert_eq!((items.len(), &made["remaining"]), (3, &json!(0)), "{made}");
        assert_eq!(made["without_address"], 1);
        // A second call gives nobody a second link: the first still works.
        let (_, again) = scene.root.post(&scene.house, &path, &Value::Null).await;
        assert_eq!(again["items"], json!([]));
        for item in items {
            let token = item["link"].as_str().unwrap().split_once('#').unwrap().1;
            let set = scene.set(&mut Browser::new(), token, PASSWORD).await;
            assert_eq!(set.status, StatusCode::OK, "{}", set.body);
        }
        scene.enforce(&of, EnforcementMode::Off, None).await;
        for n in 0..3 {
            let mut browser = Browser::new();
            let page = scene.house.get(&mut browser, "/o/acme").await;
            assert!(!page.body.contains("Sign in with"), "{}", page.body);
            let person = format!("p{n}@acme.test");
            assert!(is_in(&scene.type_in(&mut browser, &page, (&person, PASSWORD)).await));
        }
        let left = scene.house.read(move |tx| local::list_without(tx, &of, None, 9)).await;
        assert_eq!(left.iter().map(|user| user.id.as_str()).collect::<Vec<_>>(), ["nameless"]);
        let own = Admin::open(&scene.house, Some(&other)).await;
        assert_eq!(own.post(&scene.house, &path, &Value::Null).await.0, 404);
    });
}

#[test]
fn several_who_make_links_at_once_give_everybody_one() {
    run(async {
        let scene = Scene::new().await;
        let of = scene.acme.organization.clone();
        for n in 0..6 {
            let person = format!("p{n}@acme.test");
            scene.acme.sign_in(&scene.house, &mut Browser::new(), &person).await;
        }
        let path = format!("/organizations/{of}/password-links");
        let call = || scene.root.post(&scene.house, &path, &Value::Null);
        let made = tokio::join!(call(), call(), call(), call());
        let mut given = Vec::new();
        for (status, made) in [made.0, made.1, made.2, made.3] {
            assert_eq!((status, &made["remaining"]), (200, &json!(0)), "{made}");
            given.extend(made["items"].as_array().unwrap().clone());
        }
        assert_eq!(given.len(), 6, "{given:?}");
        for item in given {
            let token = item["link"].as_str().unwrap().split_once('#').unwrap().1;
            let set = scene.set(&mut Browser::new(), token, PASSWORD).await;
            assert_eq!(set.status, StatusCode::OK, "{item} {}", set.body);
        }
    });
}

#[test]
fn a_hundred_links_at_most_by_one_call() {
    run(async {
        let scene = Scene::new().await;
        let of = scene.acme.organization.clone();
        let first = scene.add(&of, "p@home.test").await;
        let (of_it, first) = (of.clone(), UserId::try_from(first).unwrap());
        scene
            .house
            .write(move |tx| {
                let template = users::find(tx, &first)?.unwrap();
                for n in 0..119 {
                    let mut user = template.clone();
                    user.id = UserId::try_from(format!("person{n}")).unwrap();
                    user.organization = of_it.clone();
                    user.profile.email = Some(format!("p{n}@home.test"));
                    users::insert(tx, &user)?;
                }
                Ok(())
            })
            .await;
        let path = format!("/organizations/{of}/password-links");
        for (made, remaining) in [(100, 20), (20, 0), (0, 0)] {
            let (_, answer) = scene.root.post(&scene.house, &path, &Value::Null).await;
            assert_eq!(answer["items"].as_array().unwrap().len(), made);
            assert_eq!(answer["remaining"], remaining);
        }
    });
}

#[test]
fn whoever_can_have_no_link_is_in_nobodys_way() {
    run(async {
        let scene = Scene::new().await;
        let of = scene.acme.organization.clone();
        // An address that two come in under is the way in of whoever has the password.
        scene.bob(&of, "bob@home.test", PASSWORD).await;
        let first = scene.add(&of, "last@home.test").await;
        let (of_it, first) = (of.clone(), UserId::try_from(first).unwrap());
        scene
            .house
            .write(move |tx| {
                let mut template = users::find(tx, &first)?.unwrap();
                template.created_at = Millis(1);
                for n in 0..250 {
                    let mut user = template.clone();
                    user.id = UserId::try_from(format!("person{n:03}")).unwrap();
                    user.organization = of_it.clone();
                    let odd = if n == 0 { "bob@home.test" } else { "front desk" };
                    user.profile.email = Some(odd.to_owned());
                    users::insert(tx, &user)?;
                }
                Ok(())
            })
            .await;
        let path = format!("/organizations/{of}/password-links");
        let (_, made) = scene.root.post(&scene.house, &path, &Value::Null).await;
        assert_eq!(made["items"].as_array().unwrap().len(), 1, "{made}");
        assert_eq!(made["items"][0]["email"], "last@home.test");
        assert_eq!((&made["remaining"], &made["without_address"]), (&json!(0), &json!(250)));
    });
}
