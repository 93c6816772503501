//! What an organization wants to know of its people is asked once, before the app is reached.

use serde_json::{Value, json};

use super::{Place, person};
use crate::house::{Answer, Browser, run};
use crate::support::tenant::{Tenant, onward, sent};

const SESSION: &str = "doorward-session";

fn fields() -> Value {
    json!([
        {"name": "room", "label": "Room number"},
        {"name": "family_name", "label": "Last name"},
    ])
}

impl Place {
    /// Fills the page in and sends it.
    async fn tell(&self, browser: &mut Browser, page: &Answer, told: &[(&str, &str)]) -> Answer {
        let names = ["csrf", "attempt", "ticket"];
        let values = names.map(|name| page.field(name));
        let mut fields: Vec<_> =
            names.iter().copied().zip(values.iter().map(String::as_str)).collect();
        fields.extend_from_slice(told);
        self.house.post(browser, "/login/profile", &fields).await
    }
}

#[test]
fn what_the_provider_does_not_say_is_asked_once() {
    run(async {
        let place = Place::new().await;
        place.require(&fields()).await;
        let mut ann = Browser::new();
        let page = place.come(&mut ann, person("ann", "ann@acme.test")).await;
        assert_eq!(page.status, 200, "{}", page.body);
        for part in
            ["Complete your profile", "Room number", "Last name", "autocomplete=\"family-name\""]
        {
            assert!(page.body.contains(part), "{part}: {}", page.body);
        }
        assert!(page.body.len() < 15_000 && !page.body.contains("<script"));
        assert!(ann.cookie(SESSION).is_none());
        assert_eq!(place.users().await.len(), 0);
        // Not all of it, or nothing of use.
        let half = [("answer_room", "4.01 <b>"), ("answer_family_name", " ")];
        let again = place.tell(&mut ann, &page, &half).await;
        assert_eq!(again.status, 422);
        assert!(again.body.contains("Last name: Fill this in."), "{}", again.body);
        // What was said right is not lost over it.
        assert!(again.body.contains("value=\"4.01 &#60;b&#62;\""), "{}", again.body);
        assert!(ann.cookie(SESSION).is_none());
        let whole = [("answer_room", "4.01"), ("answer_family_name", "Archer")];
        let back = place.tell(&mut ann, &again, &whole).await;
        let claims = place.told(&back).await;
        assert_eq!((&claims["room"], &claims["family_name"]), (&json!("4.01"), &json!("Archer")));
        let users = place.users().await;
        assert_eq!(users[0]["answers"], json!({"room": "4.01", "family_name": "Archer"}));
        assert_eq!(users[0]["family_name"], Value::Null);
        // Once.
        let claims = place.signs_in(person("ann", "ann@acme.test")).await;
        assert_eq!(claims["room"], "4.01");
    });
}

#[test]
fn what_the_provider_says_stands() {
    run(async {
        let place = Place::new().await;
        place.require(&fields()).await;
        let mut ann = Browser::new();
        let mut claims = person("ann", "ann@acme.test");
        claims["family_name"] = json!("Archer");
        let page = place.come(&mut ann, claims.clone()).await;
        assert!(!page.body.contains("Last name"), "{}", page.body);
        // What nobody asked for is not taken.
        let told = [
            ("answer_room", "4.01"),
            ("answer_family_name", "Boss"),
            ("answer_email", "boss@acme.test"),
            ("answer_sub", "boss"),
        ];
        let back = place.tell(&mut ann, &page, &told).await;
        let said = place.told(&back).await;
        assert_eq!(said["family_name"], "Archer");
        assert_eq!(place.users().await[0]["answers"], json!({"room": "4.01"}));
        // The provider says it later: then that.
        place.require(&json!([{"name": "given_name", "label": "First name"}])).await;
        let page = place.come(&mut Browser::new(), claims.clone()).await;
        assert!(page.body.contains("First name"), "{}", page.body);
        claims["given_name"] = json!("Ann");
        assert_eq!(place.signs_in(claims).await["given_name"], "Ann");
        // What is not asked for any more is forgotten and not told.
        let users = place.users().await;
        assert_eq!(users[0]["answers"], json!({}));
    });
}

/// There is no session before the step is done, so nothing goes around it.
#[test]
fn there_is_no_way_around_the_question() {
    run(async {
        let place = Place::new().await;
        place.require(&fields()).await;
        let mut ann = Browser::new();
        let page = place.come(&mut ann, person("ann", "ann@acme.test")).await;
        let (attempt, ticket) = (page.field("attempt"), page.field("ticket"));
        let finish = format!("/login/finish?attempt={attempt}&ticket={ticket}");
        // The app's own request again: to the provider.
        let asked = place.house.get(&mut ann, &place.link()).await;
        assert!(asked.header("location").starts_with(&place.provider.issuer));
        // Without asking: nobody is signed in.
        let silent = place.house.get(&mut ann, &format!("{}&prompt=none", place.link())).await;
        assert_eq!(sent(&silent, "error").as_deref(), Some("login_required"));
        // A reload, the way back, a second tab: the question again.
        for _ in 0..2 {
            let again = place.house.get(&mut ann, &finish).await;
            assert!(again.body.contains("Room number"), "{}", again.body);
        }
        let home = place.house.get(&mut ann, "/").await;
        assert!(
            home.header("location").ends_with("/login")
                || home.header("location").ends_with("/setup")
        );
        // The button of the other question.
        let csrf = page.field("csrf");
        let press = [
            ("csrf", csrf.as_str()),
            ("attempt", &attempt),
            ("ticket", &ticket),
            ("choice", "continue"),
            ("instead_of", "abc"),
        ];
        let pressed = place.house.post(&mut ann, "/login/finish", &press).await;
        assert!(pressed.body.contains("Room number"), "{}", pressed.body);
        // Starting again.
        let again = place.house.get(&mut ann, &format!("/login/again?attempt={attempt}")).await;
        assert!(again.header("location").starts_with(&place.provider.issuer));
        // The provider's word from a second tab.
        let page = place.answer(&mut ann, &again, person("ann", "ann@acme.test")).await;
        assert!(page.body.contains("Room number"), "{}", page.body);
        assert!(ann.cookie(SESSION).is_none());
        assert_eq!(place.users().await.len(), 0);
        // Both tabs may be filled in; one person comes of it.
        let whole = [("answer_room", "4.01"), ("answer_family_name", "Archer")];
        let back = place.tell(&mut ann, &page, &whole).await;
        assert!(sent(&back, "code").is_some(), "{}", back.body);
        let first = place.house.get(&mut ann, &finish).await;
        assert!(sent(&first, "code").is_some(), "{}", first.body);
        assert_eq!(place.users().await.len(), 1);
    });
}

#[test]
fn only_the_browser_that_signed_in_answers() {
    run(async {
        let place = Place::new().await;
        place.require(&fields()).await;
        let mut ann = Browser::new();
        let page = place.come(&mut ann, person("ann", "ann@acme.test")).await;
        let whole = [("answer_room", "4.01"), ("answer_family_name", "Archer")];
        // Another browser with its own form, and what it saw over a shoulder.
        let mut eve = Browser::new();
        let own = place.come(&mut eve, person("eve", "eve@acme.test")).await;
        let (csrf, attempt, ticket) =
            (own.field("csrf"), page.field("attempt"), page.field("ticket"));
        let mut fields = vec![("csrf", csrf.as_str()), ("attempt", &attempt), ("ticket", &ticket)];
        fields.extend(whole);
        let stolen = place.house.post(&mut eve, "/login/profile", &fields).await;
        assert!(sent(&stolen, "code").is_none());
        assert!(eve.cookie(SESSION).is_none(), "{}", stolen.body);
        // No form of ours.
        fields[0].1 = "00";
        let forged = place.house.post(&mut ann, "/login/profile", &fields).await;
        assert_eq!(forged.status, 403);
        assert_eq!(place.users().await.len(), 0);
    });
}

#[test]
fn somebody_who_gave_way_is_not_asked_twice_about_it() {
    run(async {
        let place = Place::new().await;
        let mut browser = Browser::new();
        let back = place.come(&mut browser, person("bob", "bob@acme.test")).await;
        assert!(sent(&back, "code").is_some());
        place.require(&json!([{"name": "room", "label": "Room number"}])).await;
        let link = format!("{}&prompt=login", place.link());
        let asked = place.house.get(&mut browser, &link).await;
        let page = place.answer(&mut browser, &asked, person("ann", "ann@acme.test")).await;
        assert!(page.body.contains("Change who is signed in?"), "{}", page.body);
        let names = ["csrf", "attempt", "ticket", "instead_of"];
        let values = names.map(|name| page.field(name));
        let mut fields: Vec<_> =
            names.iter().copied().zip(values.iter().map(String::as_str)).collect();
        fields.push(("choice", "continue"));
        let page = place.house.post(&mut browser, "/login/finish", &fields).await;
        assert!(page.body.contains("Room number"), "{}", page.body);
        let gives_way = page.field("instead_of");
        let told = [("answer_room", "1"), ("instead_of", gives_way.as_str())];
        let back = place.tell(&mut browser, &page, &told).await;
        assert_eq!(place.told(&back).await["room"], "1");
    });
}

#[test]
fn it_works_after_a_saml_answer_too() {
    run(async {
        let place = Place::new().await;
        let tenant = Tenant::open(&place.house, "globex").await;
        let path = format!("/organizations/{}", tenant.organization);
        let set = json!({"required_fields": [{"name": "room", "label": "Room number"}]});
        let set = place.root.call(&place.house, ("PATCH", &path), Some("*"), &set).await;
        assert_eq!(set.status, 200, "{}", set.json);
        let mut ann = Browser::new();
        let page = tenant.sign_in(&place.house, &mut ann, "ann@globex.test").await;
        assert!(page.body.contains("Room number"), "{} {}", page.header("location"), page.body);
        let back = place.tell(&mut ann, &page, &[("answer_room", "1")]).await;
        assert_eq!(onward(&back), "/");
        assert!(ann.cookie(SESSION).is_some());
    });
}

#[test]
fn fields_that_would_tell_apps_who_somebody_is_are_refused() {
    run(async {
        let place = Place::new().await;
        let path = format!("/organizations/{}", place.acme);
        let field = |name: &str| json!({"name": name, "label": "x"});
        let many: Vec<Value> = (0..11).map(|n| field(&format!("f{n}"))).collect();
        for fields in [
            json!([field("sub")]),
            json!([field("email")]),
            json!([field("roles")]),
            json!([field("groups")]),
            json!([field("preferred_username")]),
            json!([field("Room")]),
            json!([field("room"), field("room")]),
            json!([{"name": "room", "label": ""}]),
            json!([{"name": "room", "label": "x".repeat(201)}]),
            json!(many),
        ] {
            let set = place.patch(&path, &json!({"required_fields": fields})).await;
            assert_eq!(set.status, 422, "{fields}: {}", set.json);
        }
        let (_, item) = place.admin.get(&place.house, &path).await;
        assert_eq!(item["required_fields"], json!([]));
    });
}
