//! What an OpenID Provider sends.

use serde_json::{Value, json};

use super::{Told, assert_told};
use crate::house::{self, Browser, run};
use crate::support::admin::Admin;
use crate::support::openid::Provider;
use crate::support::tenant::Tenant;

type Change = Box<dyn Fn(&mut Value)>;
type Fixture = (
    Change,
    &'static str,
    &'static str,
    (&'static str, &'static str, &'static str),
    Option<&'static str>,
);

#[test]
fn each_token_that_is_refused_has_its_code() {
    const OTHER: &str = "https://other.test";
    let off = |seconds: i64| {
        move |claims: &mut Value| {
            for name in ["iat", "exp", "auth_time"] {
                claims[name] = json!(claims[name].as_i64().unwrap() + seconds);
            }
        }
    };
    let ahead = "4 min 12 s after our clock: the provider's clock is 4 min 12 s ahead of ours";
    let behind = "5 min 0 s before our clock: the provider's clock is 10 min 0 s behind ours";
    let fixtures: Vec<Fixture> = vec![
        (
            Box::new(|claims| claims["kid"] = json!("k9")),
            "oidc_key_unknown",
            "it",
            ("signature", "k1", "kid k9"),
            None,
        ),
        (
            Box::new(|claims| claims["iss"] = json!(OTHER)),
            "oidc_issuer_mismatch",
            "it",
            ("issuer", "http://127.0.0.1", OTHER),
            Some("another host"),
        ),
        (
            Box::new(|claims| claims["aud"] = json!("another")),
            "oidc_audience_mismatch",
            "it",
            ("audience", "doorward", "another"),
            Some("nothing in common"),
        ),
        (
            Box::new(|claims| claims["nonce"] = json!("another")),
            "oidc_nonce_mismatch",
            "visitor",
            ("nonce", "equal", "another one"),
            None,
        ),
        (
            Box::new(off(252)),
            "oidc_token_not_yet_valid",
            "it",
            ("issued_at", "3 min 0 s after our clock", ahead),
            None,
        ),
        (
            Box::new(off(-600)),
            "oidc_token_expired",
            "it",
            ("expires", "3 min 0 s before our clock", behind),
            None,
        ),
        (
            Box::new(|claims| claims["sub"] = json!("")),
            "subject_missing",
            "it",
            ("subject", "sub", "absent"),
            None,
        ),
    ];
    run(async {
        let house = house::open_among_private().await;
        let provider = Provider::start();
        let acme = Tenant::bare(&house, "acme").await;
        let connection = provider.connect(&house, &acme).await;
        let admin = Admin::open(&house, None).await;
        for (change, code, who, check, difference) in fixtures {
            let mut ann = Browser::new();
            let asked = house.get(&mut ann, "/o/acme").await;
            let back = provider.vouch_changed(house.hub.now(), &asked, "ann@acme.test", change);
            let page = house.get(&mut ann, &back).await;
            let told = Told { code, who, check, difference };
            let attempt = assert_told(&house, &admin, &page, &told).await;
            assert_eq!(attempt["connection"], connection.as_str());
            assert_eq!(attempt["fixes"], json!([]), "nothing here is mended by a setting of ours");
            house.wait(60_000);
        }
    });
}
