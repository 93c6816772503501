//! What strangers learn, and how often they may try.

use super::*;

const EMAIL: &str = "bob@home.test";

#[test]
fn every_refusal_looks_the_same() {
    run(async {
        let scene = Scene::new().await;
        let of = scene.acme.organization.clone();
        scene.house.set_up(&mut Browser::new()).await;
        scene.bob(&of, EMAIL, PASSWORD).await;
        let shut = scene.bob(&of, "shut@home.test", PASSWORD).await;
        let path = format!("/users/{shut}");
        let off = json!({"disabled": true});
        scene.root.call(&scene.house, ("PATCH", &path), Some("*"), &off).await;
        let idle = scene.bob(&of, "idle@home.test", PASSWORD).await;
        let idle = UserId::try_from(idle).unwrap();
        scene
            .house
            .write(move |tx| {
                let mut user = users::find(tx, &idle)?.unwrap();
                let credential = local::find(tx, &idle)?.unwrap();
                users::delete(tx, &idle, user.version)?;
                user.inactive_since = Some(user.created_at);
                users::insert(tx, &user)?;
                local::set(tx, &credential, "idle@home.test", Millis(0))
            })
            .await;
        scene.add(&of, "new@home.test").await;
        let (mut pages, mut refusals) = (Vec::new(), Vec::new());
        for (email, password, found) in [
            (EMAIL, OTHER, "another password"),
            (EMAIL, "", "another password"),
            ("nobody@home.test", PASSWORD, "without a password"),
            ("new@home.test", PASSWORD, "without a password"),
            ("shut@home.test", PASSWORD, "may not sign in"),
            ("idle@home.test", PASSWORD, "may not sign in"),
            // The owner's own password opens the owner's door and nothing else.
            ("ann@acme.test", PASSWORD, "without a password"),
        ] {
            let mut browser = Browser::new();
            let page = scene.typed(&mut browser, email).await;
            let refused = scene.type_in(&mut browser, &page, (email, password)).await;
            assert_eq!(refused.status, StatusCode::FORBIDDEN, "{email}");
            assert_eq!(browser.cookie("doorward-session"), None, "{email}");
            assert!(!refused.body.contains(PASSWORD), "{email}");
            let attempt = scene.root.newest(&scene.house).await;
            assert_eq!(attempt["code"], "password_refused", "{email}");
            assert!(attempt["checks"].to_string().contains(found), "{email}: {attempt}");
            assert!(!attempt.to_string().contains(email), "what was typed is not kept");
            pages.push(bare(&page, email));
            refusals.push(bare(&refused, email));
        }
        assert!(pages.windows(2).all(|two| two[0] == two[1]), "{pages:#?}");
        assert!(refusals.windows(2).all(|two| two[0] == two[1]), "{refusals:#?}");
    });
}

#[test]
fn an_attacker_is_slowed_and_bob_and_the_other_ways_in_are_not() {
    run(async {
        let scene = Scene::new().await;
        let mut owner = Browser::at("192.0.2.9:1");
        scene.house.set_up(&mut owner).await;
        scene.bob(&scene.acme.organization, EMAIL, PASSWORD).await;
        let mut bob = Browser::at("192.0.2.8:1");
        assert!(is_in(&scene.sign_in(&mut bob, EMAIL, PASSWORD).await));
        for n in 0..5 {
            let mut attacker = Browser::at(&format!("198.51.100.{n}:1"));
            let answer = scene.sign_in(&mut attacker, EMAIL, "guess").await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN);
        }
        // From here on nobody's password is looked at, not even the right one, on any page ...
        let mut attacker = Browser::at("198.51.100.77:1");
        let own = scene.house.get(&mut attacker, "/o/acme").await;
        for page in [scene.typed(&mut attacker, EMAIL).await, own] {
            let answer = scene.type_in(&mut attacker, &page, (EMAIL, PASSWORD)).await;
            assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
            assert_eq!(answer.header("retry-after"), "1");
            assert!(answer.body.contains("Wait 1 second,"), "{}", answer.body);
        }
        assert_eq!(scene.root.newest(&scene.house).await["code"], "password_throttled");
        // ... but in the browser Bob is known by, and for the organization's own way in.
        assert!(is_in(&scene.sign_in(&mut bob, EMAIL, PASSWORD).await));
        let page = scene.house.get(&mut attacker, "/o/acme").await;
        assert!(page.body.contains("Sign in with acme Inc"), "{}", page.body);
        let (csrf, attempt) = (page.field("csrf"), page.field("attempt"));
        let fields = [
            ("csrf", csrf.as_str()),
            ("attempt", attempt.as_str()),
            ("connection", scene.acme.connection.as_str()),
        ];
        let asked = scene.house.post(&mut attacker, "/login/connection", &fields).await;
        assert_eq!(asked.status, StatusCode::SEE_OTHER);
        // One address that walks through accounts is held, too; the owner's door is not.
        let mut walker = Browser::at("203.0.113.5:1");
        let mut statuses = Vec::new();
        for n in 0..21 {
            let email = format!("person{n}@home.test");
            statuses.push(scene.sign_in(&mut walker, &email, "guess").await.status.as_u16());
        }
        assert_eq!((&statuses[..20], statuses[20]), (&[403; 20][..], 429));
        walker.cookies.clone_from(&Browser::new().cookies);
        let answer = scene.house.sign_in(&mut walker, "ann@acme.test", PASSWORD).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER);
        // A stranger who waits may try again; success clears the count.
        scene.house.wait(15 * MINUTE);
        let mut attacker = Browser::at("198.51.100.90:1");
        assert!(is_in(&scene.sign_in(&mut attacker, EMAIL, PASSWORD).await));
        let names = scene.house.read(|tx| throttles::find(tx, "local address 198.51.100.90"));
        assert_eq!(names.await, None);
    });
}

#[test]
fn a_planted_device_is_not_kept_and_a_thief_with_a_known_browser_is_slowed() {
    run(async {
        let scene = Scene::new().await;
        scene.bob(&scene.acme.organization, EMAIL, PASSWORD).await;
        let mut bob = Browser::new();
        let planted = "p".repeat(43);
        bob.cookies.insert("doorward-local-device".to_owned(), planted.clone());
        assert!(is_in(&scene.sign_in(&mut bob, EMAIL, PASSWORD).await));
        assert_ne!(bob.cookie("doorward-local-device"), Some(planted.as_str()));
        let mut seen = Vec::new();
        for _ in 0..11 {
            seen.push(scene.sign_in(&mut bob, EMAIL, "guess").await.status.as_u16());
        }
        assert_eq!((&seen[..10], seen[10]), (&[403; 10][..], 429));
    });
}

#[test]
fn forms_from_elsewhere_are_refused() {
    run(async {
        let scene = Scene::new().await;
        let bob = scene.bob(&scene.acme.organization, EMAIL, PASSWORD).await;
        let token = scene.link(&bob).await;
        let typed = [("email", EMAIL), ("password", PASSWORD)];
        let link = [("token", token.as_str()), ("password", OTHER)];
        for (path, fields) in [("/login/password", &typed), ("/password", &link)] {
            let mut browser = Browser::new();
            scene.house.get(&mut browser, "/login").await;
            let answer = scene.house.post(&mut browser, path, fields).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path}");
            assert_eq!(browser.cookie("doorward-session"), None, "{path}");
        }
        assert!(is_in(&scene.sign_in(&mut Browser::new(), EMAIL, PASSWORD).await));
    });
}

#[test]
fn a_flood_of_refusals_leaves_a_bounded_trace() {
    run(async {
        let scene = Scene::new().await;
        scene.bob(&scene.acme.organization, EMAIL, PASSWORD).await;
        let mut browser = Browser::new();
        let page = scene.house.get(&mut browser, "/login").await;
        let csrf = page.field("csrf");
        for n in 0..100 {
            browser.address = format!("198.51.{n}.1:1").parse().unwrap();
            let email = format!("p{n}@home.test");
            let fields = [("csrf", csrf.as_str()), ("email", &email), ("password", "")];
            scene.house.post(&mut browser, "/login/password", &fields).await;
        }
        let (_, list) = scene.root.get(&scene.house, "/attempts?limit=200").await;
        let refused = list["items"].as_array().unwrap().len();
        assert!((1..=61).contains(&refused), "{refused}");
    });
}
