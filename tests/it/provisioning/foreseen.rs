//! A test says what a real sign-in would do with somebody new, and does none of it.

use serde_json::{Value, json};

use super::{Place, assert_refused, person};
use crate::house::{Answer, Browser, run};
use crate::support::testing::{self, assert_passed, run_oidc};

const ANN: &str = "ann@acme.test";

impl Place {
    /// Runs a test as somebody; gives the report and what administrators see.
    async fn tests(&self, browser: &mut Browser, claims: Value) -> (Answer, Value) {
        self.house.wait(1_000);
        let connection = self.connection.as_str();
        let draft = json!({
            "issuer": self.provider.issuer, "client_id": "doorward", "client_secret": "s3cret"
        });
        let path = format!("/connections/{connection}/draft");
        let put = self.admin.call(&self.house, ("PUT", &path), Some("*"), &draft).await;
        assert_eq!(put.status, 200, "{}", put.json);
        let link = testing::ask(&self.house, &self.admin, connection, "draft").await;
        let page = run_oidc(&self.house, &self.provider, browser, &link, |said| {
            let said = said.as_object_mut().unwrap();
            for name in ["sub", "email", "name"] {
                said.remove(name);
            }
            said.extend(claims.as_object().unwrap().clone());
        });
        let page = page.await;
        assert_passed(&page);
        assert!(page.body.len() < 15_000);
        (page, self.admin.attempt(&self.house, &link.reference).await)
    }
}

fn outcome(attempt: &Value) -> (bool, Option<&str>) {
    let report = &attempt["test"]["report"];
    (report["let_in"].as_bool().unwrap(), report["code"].as_str())
}

#[test]
fn somebody_nobody_invited() {
    run(async {
        let place = Place::new().await;
        place.invited_only().await;
        let (page, attempt) = place.tests(&mut Browser::new(), person("ann", ANN)).await;
        assert!(page.body.contains("It would not let this person in."), "{}", page.body);
        assert!(page.body.contains("not_invited"), "{}", page.body);
        assert_eq!(outcome(&attempt), (false, Some("not_invited")));
        let real = place.come(&mut Browser::new(), person("ann", ANN)).await;
        assert_refused(&real, "not_invited", &[]);
        // With the invitation open in this browser, the test comes in by it, and leaves it.
        let path = format!("/organizations/{}/invitations", place.acme);
        let (_, made) = place.admin.post(&place.house, &path, &json!({"email": ANN})).await;
        let token = made["link"].as_str().unwrap().split_once('#').unwrap().1.to_owned();
        let mut ann = Browser::new();
        place.house.fill(&mut ann, "/invitation", &[("token", &token)]).await;
        let (page, attempt) = place.tests(&mut ann, person("ann", ANN)).await;
        assert!(page.body.contains("with a new account"), "{}", page.body);
        assert_eq!(outcome(&attempt), (true, None));
        assert_eq!(place.users().await.len(), 0);
        let real = place.come(&mut ann, person("ann", ANN)).await;
        assert_eq!(place.told(&real).await["email"], ANN);
    });
}

#[test]
fn somebody_who_may_be_known() {
    run(async {
        let place = Place::proved().await;
        place.signs_in(person("old", ANN)).await;
        let relinks = format!("/organizations/{}/relinks", place.acme);
        let (page, attempt) = place.tests(&mut Browser::new(), person("new", ANN)).await;
        assert!(page.body.contains("It would wait for an administrator."), "{}", page.body);
        assert_eq!(outcome(&attempt), (false, Some("relink_pending")));
        let (_, asked) = place.admin.get(&place.house, &relinks).await;
        assert_eq!(asked["items"], json!([]), "a test asks nobody");
        let real = place.come(&mut Browser::new(), person("new", ANN)).await;
        assert_refused(&real, "relink_pending", &[]);
        let (_, asked) = place.admin.get(&place.house, &relinks).await;
        assert_eq!(asked["items"].as_array().unwrap().len(), 1);
        // Asked already: the same.
        let (_, attempt) = place.tests(&mut Browser::new(), person("new", ANN)).await;
        assert_eq!(outcome(&attempt), (false, Some("relink_pending")));
        let (_, attempt) = place.tests(&mut Browser::new(), person("old", ANN)).await;
        assert_eq!(outcome(&attempt), (true, None));
    });
}

#[test]
fn what_they_would_be_asked() {
    run(async {
        let place = Place::new().await;
        let fields = json!([
            {"name": "room", "label": "Room <number>"},
            {"name": "family_name", "label": "Last name"},
        ]);
        place.require(&fields).await;
        let (page, attempt) = place.tests(&mut Browser::new(), person("ann", ANN)).await;
        assert!(page.body.contains("Before that they would be asked"), "{}", page.body);
        assert!(page.body.contains("Room &#60;number&#62;"), "{}", page.body);
        assert_eq!(outcome(&attempt), (true, None));
        let asks = &attempt["test"]["report"]["asks"];
        assert_eq!(*asks, json!(["Room <number>", "Last name"]));
        let mut said = person("ann", ANN);
        said["family_name"] = json!("Archer");
        let (_, attempt) = place.tests(&mut Browser::new(), said).await;
        assert_eq!(attempt["test"]["report"]["asks"], json!(["Room <number>"]));
        assert_eq!(place.users().await.len(), 0);
        // The trace page draws it.
        let mut owner = Browser::new();
        place.house.set_up(&mut owner).await;
        let path = format!("/trace/{}", attempt["reference"].as_str().unwrap());
        let trace = place.house.get(&mut owner, &path).await;
        for text in ["What a real sign-in would do", "with a new account", "Room &#60;number&#62;"]
        {
            assert!(trace.body.contains(text), "{text}: {}", trace.body);
        }
        assert!(!trace.body.contains(ANN));
    });
}

#[test]
fn an_address_under_another_name_is_offered() {
    run(async {
        let place = Place::new().await;
        let said = json!({"sub": "ann", "login": ANN, "name": "Ann"});
        let (_, attempt) = place.tests(&mut Browser::new(), said).await;
        let fixes = attempt["fixes"].as_array().unwrap();
        let fix = fixes.iter().find(|fix| fix["id"] == "pick_email");
        let fix = fix.unwrap_or_else(|| panic!("{attempt}"));
        assert_eq!(fix["needs"]["values"], json!(["login"]));
        let (_, attempt) = place.tests(&mut Browser::new(), person("ann", ANN)).await;
        assert_eq!(attempt["fixes"], json!([]));
    });
}
