//! How somebody authenticated, as apps are told (`amr`, RFC 8176): the ID token, userinfo and the
//! preview of a token agree.

use serde_json::{Value, json};

use crate::house::{self, Browser, House, PASSWORD, run};
use crate::sign_out::redeem;
use crate::support::admin::Admin;
use crate::support::door::{EMAIL, add_app, add_codes, code, owner, password};
use crate::support::receiver::{app_told_at, part};
use crate::support::tenant::{authorize, sent};

/// What an app is told of the owner in this browser, each way.
async fn told(house: &House, browser: &mut Browser) -> Value {
    let app = app_told_at(house, "Wiki", None).await;
    let back = house.get(browser, &authorize(&app, &[])).await;
    let code = sent(&back, "code").unwrap_or_else(|| panic!("{} {}", back.status, back.body));
    let tokens = redeem(house, &app, &code).await;
    let mut caller = Browser::new();
    caller.headers.push(("authorization", format!("Bearer {}", tokens.access_token)));
    let userinfo = house.get(&mut caller, "/oauth2/userinfo").await;
    let userinfo: Value = serde_json::from_str(&userinfo.body).unwrap();
    let claims = part(&tokens.id_token, 1);
    assert_eq!(claims["amr"], userinfo["amr"]);
    claims["amr"].clone()
}

/// What a preview says of the owner.
async fn previewed(house: &House, root: &Admin) -> Value {
    let app = app_told_at(house, "Preview", None).await;
    let (_, id) = owner(house).await;
    let path = format!("/apps/{app}/token-preview");
    let (status, shown) = root.post(house, &path, &json!({"user": id})).await;
    assert_eq!(status, 200, "{shown}");
    shown["claims"]["amr"].clone()
}

#[test]
fn a_second_factor_is_told_apart() {
    run(async {
        let house = house::open_among_private().await;
        let root = Admin::open(&house, None).await;
        let mut browser = Browser::new();
        house.set_up(&mut browser).await;
        assert_eq!(told(&house, &mut browser).await, json!(["pwd"]));
        assert_eq!(previewed(&house, &root).await, json!(["pwd"]));

        let codes = add_codes(&house, &mut browser).await;
        let mut browser = Browser::new();
        house.sign_in(&mut browser, EMAIL, PASSWORD).await;
        code(&house, &mut browser, &codes[0]).await;
        assert_eq!(told(&house, &mut browser).await, json!(["pwd", "mfa"]), "no generator");
        assert_eq!(previewed(&house, &root).await, json!(["pwd", "mfa"]));

        let app = add_app(&house, &mut browser).await;
        let mut browser = Browser::new();
        password(&house, &mut browser).await;
        let shown = app.code(&house);
        code(&house, &mut browser, &shown).await;
        assert_eq!(told(&house, &mut browser).await, json!(["pwd", "otp", "mfa"]));
        assert_eq!(previewed(&house, &root).await, json!(["pwd", "otp", "mfa"]));
    });
}
