//! An app hears that somebody is new once, over all apps and tabs.

use doorward::model::time::MINUTE;
use serde_json::{Value, json};

use super::{Place, person};
use crate::house::{Browser, run};
use crate::support::tenant::sent;

#[test]
fn the_first_code_that_is_redeemed_says_so_and_none_after_it() {
    run(async {
        let place = Place::new().await;
        let mut ann = Browser::new();
        let unredeemed = place.come(&mut ann, person("ann", "ann@acme.test")).await;
        assert!(sent(&unredeemed, "code").is_some());
        // That code is never redeemed; days go by.
        place.house.wait(2 * MINUTE);
        let link = place.link();
        let (one, other) =
            (place.house.get(&mut ann, &link).await, place.house.get(&mut ann, &link).await);
        // Two tabs: whichever is redeemed first.
        let second = place.told(&other).await;
        let first = place.told(&one).await;
        assert_eq!(second["is_new_user"], json!(true));
        assert_eq!(first["is_new_user"], Value::Null);
        assert_eq!(first["sub"], second["sub"]);
        // Another browser, another day.
        let again = place.signs_in(person("ann", "ann@acme.test")).await;
        assert_eq!(again["is_new_user"], Value::Null);
    });
}

#[test]
fn another_app_does_not_hear_it_again() {
    run(async {
        let mut place = Place::new().await;
        let mut ann = Browser::new();
        let back = place.come(&mut ann, person("ann", "ann@acme.test")).await;
        assert_eq!(place.told(&back).await["is_new_user"], json!(true));
        place.wiki = crate::support::tenant::app(&place.house).await;
        let back = place.house.get(&mut ann, &place.link()).await;
        assert_eq!(place.told(&back).await["is_new_user"], Value::Null);
    });
}

#[test]
fn a_code_that_is_refused_tells_nobody() {
    run(async {
        let place = Place::new().await;
        let mut ann = Browser::new();
        let back = place.come(&mut ann, person("ann", "ann@acme.test")).await;
        // Too late for this one.
        place.house.wait(2 * MINUTE);
        let code = sent(&back, "code").unwrap();
        let fields = [
            ("grant_type", "authorization_code"),
            ("client_id", place.wiki.as_str()),
            ("code", code.as_str()),
            ("redirect_uri", crate::support::tenant::CALLBACK),
            ("code_verifier", super::VERIFIER),
        ];
        let refused = place.house.post(&mut Browser::new(), "/oauth2/token", &fields).await;
        assert!(refused.body.contains("invalid_grant"), "{}", refused.body);
        let back = place.house.get(&mut ann, &place.link()).await;
        assert_eq!(place.told(&back).await["is_new_user"], json!(true));
    });
}
