//! When an organization requires single sign-on.

use super::*;

#[test]
fn a_password_works_until_single_sign_on_is_required_and_then_no_more() {
    run(async {
        let scene = Scene::new().await;
        let of = scene.acme.organization.clone();
        scene.hold(&of, "acme.test").await;
        scene.bob(&of, "bob@acme.test", PASSWORD).await;
        scene.bob(&of, "cyd@home.test", PASSWORD).await;
        let starts = scene.house.hub.now().plus(HOUR);
        scene.enforce(&of, EnforcementMode::Required, Some(starts)).await;
        let mut early = Browser::new();
        let page = scene.typed(&mut early, "bob@acme.test").await;
        assert!(is_in(&scene.type_in(&mut early, &page, ("bob@acme.test", PASSWORD)).await));
        let mut late = Browser::new();
        let own = scene.house.get(&mut late, "/o/acme").await;
        scene.house.wait(HOUR);
        // Everybody's way leads to the provider now ...
        for page in [
            scene.typed(&mut Browser::new(), "bob@acme.test").await,
            scene.house.get(&mut Browser::new(), "/o/acme").await,
        ] {
            assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.body);
        }
        // ... and a page left open says so, to whoever it is, whatever they type.
        let mut told = Vec::new();
        for (email, password) in [
            ("bob@acme.test", PASSWORD),
            ("bob@acme.test", OTHER),
            ("nobody@acme.test", PASSWORD),
            ("cyd@home.test", PASSWORD),
        ] {
            let answer = scene.type_in(&mut late, &own, (email, password)).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{email}");
            assert!(answer.body.contains("through its own identity provider"), "{}", answer.body);
            assert!(answer.body.contains("Sign in with acme Inc"), "{}", answer.body);
            assert!(!answer.body.contains("type=\"password\""), "{}", answer.body);
            told.push(bare(&answer, email));
        }
        assert!(told.windows(2).all(|two| two[0] == two[1]));
        let attempt = scene.root.newest(&scene.house).await;
        assert_eq!(attempt["code"], "password_sso_required");
        // At the general page nobody learns that an address at nobody's domain is Acme's.
        let mut general = Browser::new();
        let page = scene.typed(&mut general, "cyd@home.test").await;
        let right = scene.type_in(&mut general, &page, ("cyd@home.test", PASSWORD)).await;
        let unknown = scene.type_in(&mut general, &page, ("eve@home.test", PASSWORD)).await;
        assert_eq!(right.status, StatusCode::FORBIDDEN);
        assert_eq!(bare(&right, "cyd@home.test"), bare(&unknown, "eve@home.test"));
        assert!(right.body.contains("The e-mail address or the password is not right."));
        // Undone, the same password works again.
        scene.enforce(&of, EnforcementMode::Optional, None).await;
        assert!(is_in(&scene.sign_in(&mut Browser::new(), "bob@acme.test", PASSWORD).await));
    });
}
