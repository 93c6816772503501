//! One address with a password in two organizations: nobody is guessed at.

use super::*;

const EMAIL: &str = "bob@home.test";

#[test]
fn the_page_the_domain_or_the_browser_decides_and_nothing_else() {
    run(async {
        let scene = Scene::new().await;
        let acme = scene.acme.organization.clone();
        let evil = Tenant::bare(&scene.house, "evil").await;
        scene.bob(&acme, EMAIL, PASSWORD).await;
        let mut known = Browser::new();
        assert!(is_in(&scene.sign_in(&mut known, EMAIL, PASSWORD).await));
        scene.bob(&evil, EMAIL, OTHER).await;
        // At the general page neither password counts, and nothing tells why ...
        let unknown = scene.sign_in(&mut Browser::new(), "eve@home.test", PASSWORD).await;
        for password in [PASSWORD, OTHER] {
            let answer = scene.sign_in(&mut Browser::new(), EMAIL, password).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN);
            assert_eq!(bare(&answer, EMAIL), bare(&unknown, "eve@home.test"));
        }
        let attempt = scene.root.newest(&scene.house).await;
        let checks = attempt["checks"].to_string();
        assert!(checks.contains("several organizations"), "{checks}");
        // ... but in a browser that Bob of Acme is known in: nobody can shut him out there by
        // having the same address elsewhere.
        assert!(is_in(&scene.sign_in(&mut known, EMAIL, PASSWORD).await));
        // Each organization's own page has its own Bob.
        for (path, right, wrong) in [("/o/acme", PASSWORD, OTHER), ("/o/evil", OTHER, PASSWORD)] {
            let mut browser = Browser::new();
            let page = scene.house.get(&mut browser, path).await;
            let refused = scene.type_in(&mut browser, &page, (EMAIL, wrong)).await;
            assert_eq!(refused.status, StatusCode::FORBIDDEN, "{path}");
            assert!(is_in(&scene.type_in(&mut browser, &refused, (EMAIL, right)).await), "{path}");
            let home = scene.house.get(&mut browser, "/").await.body;
            assert!(home.contains(&format!("{} Inc", &path[3..])), "{path}: {home}");
        }
        // Whoever holds the domain decides for it.
        scene.hold(&acme, "home.test").await;
        assert!(is_in(&scene.sign_in(&mut Browser::new(), EMAIL, PASSWORD).await));
        let refused = scene.sign_in(&mut Browser::new(), EMAIL, OTHER).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN);
    });
}

#[test]
fn an_app_that_is_open_to_one_of_them_only() {
    run(async {
        let scene = Scene::new().await;
        let acme = scene.acme.organization.clone();
        let evil = Tenant::bare(&scene.house, "evil").await;
        scene.bob(&acme, EMAIL, PASSWORD).await;
        scene.bob(&evil, EMAIL, OTHER).await;
        let wiki = crate::support::tenant::app(&scene.house).await;
        let (id, only) = (wiki.clone(), acme.clone());
        scene
            .house
            .write(move |tx| {
                use doorward::store::apps;
                let mut app = apps::find(tx, &id)?.unwrap();
                app.organizations = vec![only];
                apps::update(tx, &app)
            })
            .await;
        let mut browser = Browser::new();
        let link = crate::support::tenant::authorize(&wiki, &[]);
        let page = scene.house.get(&mut browser, &link).await;
        let refused = scene.type_in(&mut browser, &page, (EMAIL, OTHER)).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN);
        let done = scene.type_in(&mut browser, &refused, (EMAIL, PASSWORD)).await;
        assert!(done.header("location").starts_with("https://wiki.test/cb?code="));
        // Not through another organization's page either.
        let mut browser = Browser::new();
        let page = scene.house.get(&mut browser, &link).await;
        let (csrf, attempt) = (page.field("csrf"), page.field("attempt"));
        let fields = [
            ("csrf", csrf.as_str()),
            ("attempt", attempt.as_str()),
            ("organization", evil.as_str()),
            ("email", EMAIL),
            ("password", OTHER),
        ];
        let refused = scene.house.post(&mut browser, "/login/password", &fields).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN);
    });
}
