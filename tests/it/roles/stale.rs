//! A sign-in that waits at its last step brings the groups of a moment ago. What a later one
//! took away stays taken away.

use serde_json::{Value, json};

use super::Town;
use crate::house::{Answer, Browser, run};
use crate::support::tenant::onward;

const ANN: &str = "ann@acme.test";

impl Town {
    async fn ask_for(&self, fields: &Value) {
        let path = format!("/organizations/{}", self.acme);
        self.edit("PATCH", &path, &json!({ "required_fields": fields })).await;
    }

    /// Signs Ann in as far as the page that asks for more of her; gives the way there.
    async fn waiting(&self, browser: &mut Browser, groups: &Value) -> Answer {
        self.ask_for(&json!([{"name": "room", "label": "Room number"}])).await;
        let back = self.come(browser, ANN, groups).await;
        assert!(back.header("location").contains("/login/finish"), "{} {}", back.status, back.body);
        self.ask_for(&json!([])).await;
        back
    }
}

#[test]
fn an_older_word_does_not_undo_that_somebody_was_shut_out() {
    run(async {
        let town = Town::new().await;
        let editor = town.role("editor").await;
        town.map(&[(&editor, "eng")]).await;
        town.set(&json!({"admit": "mapped_groups"})).await;
        assert_eq!(town.roles_told(ANN, &json!(["eng"])).await, json!(["editor"]));
        let mut kept = Browser::new();
        let back = town.waiting(&mut kept, &json!(["eng"])).await;
        let page = town.come(&mut Browser::new(), ANN, &json!(["hr"])).await;
        assert!(page.body.contains("groups_not_mapped"), "{}", page.body);
        // The older one is finished now.
        let page = town.house.get(&mut kept, &onward(&back)).await;
        assert!(page.body.contains("user_inactive"), "{} {}", page.status, page.body);
        let shown = town.person(ANN).await;
        assert!(shown["inactive_since"].is_string(), "{shown}");
        assert_eq!(shown["roles"], json!([]));
        // A new one counts.
        assert_eq!(town.roles_told(ANN, &json!(["eng"])).await, json!(["editor"]));
    });
}

#[test]
fn an_older_word_does_not_give_back_what_a_later_one_took() {
    run(async {
        let town = Town::new().await;
        town.map(&[("admin", "ops")]).await;
        assert_eq!(town.roles_told(ANN, &json!(["ops"])).await, json!(["admin"]));
        let mut kept = Browser::new();
        let back = town.waiting(&mut kept, &json!(["ops"])).await;
        assert_eq!(town.roles_told(ANN, &json!([])).await, json!([]));
        let back = town.house.get(&mut kept, &onward(&back)).await;
        assert_eq!(town.told(&back).await["roles"], json!([]));
        assert_eq!(town.person(ANN).await["admin"], false);
        assert_eq!(town.roles_told(ANN, &json!(["ops"])).await, json!(["admin"]));
    });
}
