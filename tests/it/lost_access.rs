//! Whoever loses what they administer by while a request of theirs is on its way changes nothing by
//! it: the head of it is looked at long before its last byte has come.

use actix_web::test::TestRequest;
use doorward::broker::session;
use doorward::hub::Hub;
use doorward::model::secret::Digest;
use doorward::model::session::Session;
use doorward::model::user::User;
use doorward::store::{Page, StoreError, Tx, api_tokens, organizations, sessions, users};
use serde_json::{Value, json};

use crate::house::{self, Answer, Browser, House, run};
use crate::support::admin::Admin;
use crate::support::tenant::Tenant;

/// Does something in the store of `house`, once it is waited for.
fn later(
    house: &House,
    f: impl FnOnce(&Tx<'_>, &Hub) -> Result<(), StoreError> + Send + 'static,
) -> impl Future<Output = ()> + 'static {
    let hub = house.hub.clone();
    async move {
        let on = hub.clone();
        hub.store.write(move |tx| f(tx, &on)).await.unwrap();
    }
}

/// What happens in the store.
type Event = fn(&Tx<'_>, &Hub) -> Result<(), StoreError>;

fn nothing(_: &Tx<'_>, _: &Hub) -> Result<(), StoreError> {
    Ok(())
}

/// How many tokens were made that outlast what made them.
async fn tokens(house: &House) -> usize {
    let all = house.read(|tx| api_tokens::list(tx, None, &Page::first(50))).await;
    all.iter().filter(|token| token.name == "for later").count()
}

fn refused(answer: &Answer) -> bool {
    let problem: Value = serde_json::from_str(&answer.body).unwrap_or(Value::Null);
    answer.status.as_u16() == 401 && problem["code"] == "unauthenticated"
}

#[test]
fn a_revoked_token_makes_no_other() {
    run(async {
        let house = house::open().await;
        let acme = Tenant::open(&house, "acme").await;
        let ways: [(_, Event, _); 3] = [
            (None, nothing, true),
            (None, revoke_all, false),
            (Some(&acme.organization), switch_off, false),
        ];
        for (of, way, may) in ways {
            let admin = Admin::open(&house, of).await;
            let before = tokens(&house).await;
            let body = json!({"name": "for later", "organization": of.map(|id| id.as_str())});
            let request = TestRequest::post()
                .uri("/api/v1/tokens")
                .insert_header(("Authorization", admin.bearer()));
            let mut nobody = Browser::new();
            let answer = house.send_slowly(&mut nobody, request, &body, later(&house, way)).await;
            assert_eq!(refused(&answer), !may, "{} {}", answer.status, answer.body);
            assert_eq!(tokens(&house).await, before + usize::from(may));
        }
    });
}

fn revoke_all(tx: &Tx<'_>, hub: &Hub) -> Result<(), StoreError> {
    for token in api_tokens::list(tx, None, &Page::first(50))? {
        if token.name == "test" {
            api_tokens::revoke(tx, &token.id, hub.now())?;
        }
    }
    Ok(())
}

fn switch_off(tx: &Tx<'_>, _: &Hub) -> Result<(), StoreError> {
    for mut found in organizations::list(tx, &Page::first(50))? {
        found.disabled = !found.home;
        organizations::update(tx, &found)?;
    }
    Ok(())
}

/// What happens to somebody.
type Way = fn(&Tx<'_>, &Hub, &User) -> Result<(), StoreError>;

/// The owner of a house, signed in.
async fn owner(house: &House) -> (Browser, String) {
    let mut browser = Browser::new();
    house.set_up(&mut browser).await;
    let me = house.get(&mut browser, "/api/v1/me").await;
    let me: Value = serde_json::from_str(&me.body).unwrap();
    (browser, me["csrf_token"].as_str().unwrap().to_owned())
}

fn session_of(tx: &Tx<'_>, user: &User) -> Result<Session, StoreError> {
    Ok(sessions::list(tx, None, Some(&user.id), &Page::first(1))?.remove(0))
}

/// They sign in once more in the same browser: whoever has the cookie of before has nothing.
fn renew(tx: &Tx<'_>, _: &Hub, user: &User) -> Result<(), StoreError> {
    sessions::renew(tx, &session_of(tx, user)?, Digest::of(b"another cookie"), None)
}

/// They have not asked for anything for long.
fn idle(tx: &Tx<'_>, hub: &Hub, user: &User) -> Result<(), StoreError> {
    let limits = hub.running.settings().limits;
    sessions::seen(tx, &session_of(tx, user)?.id, hub.now().plus(-limits.idle - 1))
}

#[test]
fn who_is_shut_out_signed_out_or_demoted_makes_no_token() {
    run(async {
        let ways: [(Way, _); 7] = [
            (|_, _, _| Ok(()), true),
            (renew, false),
            (idle, false),
            (|tx, hub, user| session::end_access(tx, hub.now(), &user.id).map(drop), false),
            (|tx, _, user| session::end_of_user(tx, &user.id).map(drop), false),
            (|tx, _, user| users::set_disabled(tx, &user.id, user.version, true).map(drop), false),
            (|tx, _, user| users::set_standing(tx, &user.id, false, true), false),
        ];
        for (number, (way, may)) in ways.into_iter().enumerate() {
            let house = house::open().await;
            let (mut browser, csrf) = owner(&house).await;
            let request =
                TestRequest::post().uri("/api/v1/tokens").insert_header(("X-CSRF-Token", csrf));
            let body = json!({"name": "for later"});
            let meanwhile = later(&house, move |tx, hub| {
                let owner = users::list_owners(tx, None, &Page::first(1))?.remove(0);
                way(tx, hub, &owner)
            });
            let answer = house.send_slowly(&mut browser, request, &body, meanwhile).await;
            assert_eq!(refused(&answer), !may, "{number}: {} {}", answer.status, answer.body);
            assert_eq!(tokens(&house).await, usize::from(may), "{number}");
        }
    });
}
