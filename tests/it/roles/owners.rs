//! Owners by a role: what opens the owner's door to them, and that it goes with the role.

use serde_json::{Value, json};

use super::Town;
use crate::house::{Browser, PASSWORD, run};

impl Town {
    fn owners(&self) -> String {
        format!("/organizations/{}/owners", self.acme)
    }

    /// Sets a password through the link of an answer.
    async fn use_link(&self, made: &Value) {
        let link = made["link"].as_str().unwrap_or_else(|| panic!("{made}"));
        let fields = [("token", link), ("password", PASSWORD)];
        let set = self.house.fill(&mut Browser::new(), "/owner/link", &fields).await;
        assert_eq!(set.status.as_u16(), 303, "{}", set.body);
    }

    /// Whether the password opens the owner's door.
    async fn opens(&self, email: &str) -> bool {
        let answer = self.house.sign_in(&mut Browser::new(), email, PASSWORD).await;
        assert!([303, 403].contains(&answer.status.as_u16()), "{} {}", answer.status, answer.body);
        answer.status.as_u16() == 303
    }

    async fn owner(&self, id: &str) -> (u16, Value) {
        self.root.get(&self.house, &format!("{}/{id}", self.owners())).await
    }

    /// Another owner, so that any can be spared.
    async fn spare(&self) {
        let boss = json!({"email": "boss@acme.test", "name": "Boss"});
        let (status, made) = self.root.post(&self.house, &self.owners(), &boss).await;
        assert_eq!(status, 201, "{made}");
        self.use_link(&made).await;
    }

    async fn id_of(&self, email: &str) -> String {
        self.person(email).await["id"].as_str().unwrap().to_owned()
    }
}

#[test]
fn an_owner_by_a_group_gets_a_password_and_loses_it_with_the_role() {
    run(async {
        let town = Town::new().await;
        town.spare().await;
        town.map(&[("owner", "bosses")]).await;
        town.arrive("olga@acme.test", &json!(["bosses"])).await;
        let olga = town.id_of("olga@acme.test").await;
        let link = format!("{}/{olga}/link", town.owners());
        let (status, made) = town.root.post(&town.house, &link, &Value::Null).await;
        assert_eq!((status, &made["email"]), (200, &json!("olga@acme.test")), "{made}");
        town.use_link(&made).await;
        assert!(town.opens("olga@acme.test").await);
        assert_eq!(town.owner(&olga).await.1["can_sign_in"], true);
        // Whoever has something to sign in with is told what to do instead.
        let again = json!({ "user": olga });
        let (status, problem) = town.root.post(&town.house, &town.owners(), &again).await;
        assert_eq!((status, &problem["code"]), (409, &json!("already_owner")));
        // By hand nobody takes away what a group gives.
        let at = format!("{}/{olga}", town.owners());
        let kept = town.try_edit("DELETE", &at, &Value::Null).await;
        assert_eq!((kept.status, &kept.json["code"]), (409, &json!("role_from_provider")));
        assert!(town.opens("olga@acme.test").await);
        // Out of the group, and back in it: the old password is nobody's.
        let mut door = Browser::new();
        town.house.sign_in(&mut door, "olga@acme.test", PASSWORD).await;
        town.arrive("olga@acme.test", &json!([])).await;
        assert_eq!(town.owner(&olga).await.0, 404);
        assert!(!town.opens("olga@acme.test").await);
        let inside = town.house.get(&mut door, "/api/v1/me").await;
        assert_eq!(inside.status.as_u16(), 401);
        town.arrive("olga@acme.test", &json!(["bosses"])).await;
        let (_, item) = town.owner(&olga).await;
        assert_eq!((&item["has_password"], &item["can_sign_in"]), (&json!(false), &json!(false)));
        assert!(!town.opens("olga@acme.test").await);
        let inside = town.house.get(&mut door, "/api/v1/me").await;
        assert_eq!(inside.status.as_u16(), 401, "nor what was opened with it");
        let (_, made) = town.root.post(&town.house, &link, &Value::Null).await;
        town.use_link(&made).await;
        assert!(town.opens("olga@acme.test").await);
    });
}

#[test]
fn an_owner_by_hand_gets_a_password_and_loses_it_with_the_role() {
    run(async {
        let town = Town::new().await;
        town.spare().await;
        town.arrive("bob@acme.test", &Value::Null).await;
        let bob = town.id_of("bob@acme.test").await;
        let roles = format!("/users/{bob}/roles");
        let owner = json!({"roles": ["owner"]});
        town.edit("PUT", &roles, &owner).await;
        let new = json!({"user": bob, "email": "robert@acme.test"});
        let (status, made) = town.root.post(&town.house, &town.owners(), &new).await;
        assert_eq!((status, &made["email"]), (201, &json!("robert@acme.test")), "{made}");
        town.use_link(&made).await;
        assert!(town.opens("robert@acme.test").await);
        town.edit("PUT", &roles, &json!({"roles": []})).await;
        assert!(!town.opens("robert@acme.test").await);
        town.edit("PUT", &roles, &owner).await;
        assert!(!town.opens("robert@acme.test").await, "who is made an owner again begins anew");
        assert_eq!(town.owner(&bob).await.1["email"], Value::Null);
        // Unmade at the other address of the API: the role goes, too.
        let link = format!("{}/{bob}/link", town.owners());
        let (_, made) = town.root.post(&town.house, &link, &Value::Null).await;
        town.use_link(&made).await;
        town.edit("DELETE", &format!("{}/{bob}", town.owners()), &Value::Null).await;
        assert!(!town.opens("bob@acme.test").await);
        assert_eq!(town.person("bob@acme.test").await["roles"], json!([]));
        // They are a person like others again, whom the organization may give a password.
        let path = format!("/users/{bob}/password-link");
        let (status, made) = town.root.post(&town.house, &path, &Value::Null).await;
        assert_eq!(status, 200, "{made}");
    });
}

/// A link that nobody used goes with the role, too: it opens nothing to whoever is made an
/// owner again, and holds no address.
#[test]
fn a_connection_that_is_removed_leaves_nothing_of_its_owners() {
    run(async {
        let town = Town::new().await;
        town.spare().await;
        town.map(&[("owner", "bosses")]).await;
        town.arrive("olga@acme.test", &json!(["bosses"])).await;
        let olga = town.id_of("olga@acme.test").await;
        let link = format!("{}/{olga}/link", town.owners());
        let (_, made) = town.root.post(&town.house, &link, &Value::Null).await;
        let at = format!("/connections/{}", town.okta);
        assert_eq!(town.try_edit("DELETE", &at, &Value::Null).await.status, 204);
        assert_eq!(town.owner(&olga).await.0, 404);
        let (status, anew) =
            town.root.post(&town.house, &town.owners(), &json!({ "user": olga })).await;
        assert_eq!(status, 201, "{anew}");
        let token = made["link"].as_str().unwrap();
        let fields = [("token", token), ("password", PASSWORD)];
        let old = town.house.fill(&mut Browser::new(), "/owner/link", &fields).await;
        assert_eq!(old.status.as_u16(), 422, "{}", old.body);
        assert!(!town.opens("olga@acme.test").await);
        town.use_link(&anew).await;
        assert!(town.opens("olga@acme.test").await);
    });
}

#[test]
fn whose_address_is_another_owners_gets_no_link() {
    run(async {
        let town = Town::new().await;
        town.spare().await;
        town.map(&[("owner", "bosses")]).await;
        town.arrive("boss@acme.test", &json!(["bosses"])).await;
        let (_, list) =
            town.root.get(&town.house, &format!("/owners?organization={}", town.acme)).await;
        let items = list["items"].as_array().unwrap();
        let id = items.iter().find(|item| item["email"].is_null()).unwrap()["id"].clone();
        let link = format!("{}/{}/link", town.owners(), id.as_str().unwrap());
        let (status, problem) = town.root.post(&town.house, &link, &Value::Null).await;
        assert_eq!((status, &problem["code"]), (409, &json!("owner_email_taken")));
    });
}
