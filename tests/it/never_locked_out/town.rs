//! Two organizations with a provider, their owners, and who administers them.

use std::collections::BTreeMap;

use doorward::model::id::{ConnectionId, OrganizationId, UserId};
use doorward::model::time::{HOUR, SECOND};
use doorward::store::owners::{Who, can_enter};
use doorward::store::{Page, connections, owners, users};
use serde_json::{Value, json};

use super::{Drawn, Step};
use crate::house::{self, Answer, Browser, House, PASSWORD};
use crate::support::admin::{Admin, by_browser};
use crate::support::door::{App, EMAIL, add_app, is_in, owner, press};
use crate::support::openid::Provider;
use crate::support::owner::{come_in, drill, prove};
use crate::support::tenant::{Tenant, sent};
use crate::support::testing::activate;

/// Who comes through the provider of Globex.
const PEOPLE: [&str; 6] = ["boss", "adm", "p1", "p2", "p3", "p4"];

/// An owner's way in, as the owner knows it.
struct Keys {
    email: String,
    app: Option<App>,
}

pub struct Town {
    pub house: House,
    provider: Provider,
    organizations: [OrganizationId; 2],
    paths: [&'static str; 2],
    /// The installation's, and that of each organization.
    tokens: [Admin; 3],
    owner: Browser,
    admin: Browser,
    keys: BTreeMap<String, Keys>,
    made: usize,
}

impl Town {
    /// The owner of Globex came through the provider once; `ready` = single sign-on is required.
    pub async fn new(ready: bool) -> Self {
        let house = house::open_among_private().await;
        let (mut ann, provider) = (Browser::new(), Provider::start());
        house.set_up(&mut ann).await;
        let (home, ann) = owner(&house).await;
        let globex = Tenant::bare(&house, "globex").await;
        let root = Admin::open(&house, None).await;
        root.call(
            &house,
            ("PATCH", &format!("/organizations/{home}")),
            Some("*"),
            &json!({ "path": "acme" }),
        )
        .await;
        let tokens = [
            root,
            Admin::open(&house, Some(&home)).await,
            Admin::open(&house, Some(&globex)).await,
        ];
        let mut keys = BTreeMap::new();
        keys.insert(ann.to_string(), Keys { email: EMAIL.to_owned(), app: None });
        let mut town = Self {
            house,
            provider,
            organizations: [home, globex],
            paths: ["acme", "globex"],
            tokens,
            owner: Browser::new(),
            admin: Browser::new(),
            keys,
            made: 0,
        };
        for of in [0, 1] {
            town.connect(of).await;
        }
        town.settle(ready).await;
        town
    }

    async fn settle(&mut self, ready: bool) {
        self.arrive(1, "boss", &Value::Null).await;
        self.admin = self.arrive(1, "adm", &Value::Null).await;
        let of = self.organizations[1].clone();
        let people = self.house.read(move |tx| users::list(tx, Some(&of), &Page::first(9))).await;
        let id = |email: &str| {
            let found = people.iter().find(|user| user.profile.email.as_deref() == Some(email));
            found.unwrap().id.to_string()
        };
        let adm = format!("/users/{}/roles", id("adm@globex.test"));
        let body = json!({ "roles": ["admin"] });
        let made = self.tokens[0].call(&self.house, ("PUT", &adm), Some("*"), &body).await;
        assert_eq!(made.status, 200, "{}", made.json);
        let boss = json!({ "user": id("boss@globex.test") });
        assert_eq!(self.invite(0, 1, &boss).await, 201);
        assert!(self.somebody_can_enter(1).await);
        if ready {
            self.prepare(1).await;
            let path = format!("/organizations/{}/enforcement", self.organizations[1]);
            let body = json!({ "mode": "required" });
            let done = self.tokens[0].call(&self.house, ("PUT", &path), Some("*"), &body).await;
            assert_eq!(done.status, 200, "{}", done.json);
        }
    }

    pub async fn somebody_can_enter(&self, of: usize) -> bool {
        let of = self.organizations[of].clone();
        self.house.read(move |tx| can_enter(tx, &of, Who::Anybody)).await
    }

    /// Those who can, with the keys they have.
    async fn who_can_enter(&self, of: usize) -> Option<String> {
        let of = self.organizations[of].clone();
        let all = self
            .house
            .read(move |tx| {
                let mut can = Vec::new();
                for user in users::list_owners(tx, Some(&of), &Page::first(50))? {
                    if can_enter(tx, &of, Who::Only(&user.id))? {
                        can.push(user.id.to_string());
                    }
                }
                Ok(can)
            })
            .await;
        all.into_iter().next()
    }

    /// Somebody who can by the predicate really does.
    pub async fn an_owner_comes_in(&self, of: usize, browser: &mut Browser) -> Answer {
        let user = self.who_can_enter(of).await.expect("somebody who can");
        let keys = &self.keys[&user];
        come_in(&self.house, browser, &keys.email, keys.app.as_ref()).await
    }

    pub async fn act(&mut self, drawn: &Drawn) -> String {
        self.house.wait(SECOND);
        let of = drawn.organization;
        match &drawn.step {
            Step::Call { actor, method, path, body } => {
                self.call(*actor, (method, path), drawn, body).await
            }
            Step::Invite { actor, by_id } => {
                self.made += 1;
                let body = if *by_id {
                    json!({ "user": self.person(drawn).await })
                } else {
                    json!({ "email": format!("own{}@home.test", self.made), "name": "New" })
                };
                self.invite(*actor, of, &body).await.to_string()
            }
            Step::Arrive { person, groups } => {
                self.arrive(of, PEOPLE[*person], groups).await;
                String::new()
            }
            Step::Factor { add } => self.factor(of, *add).await.to_string(),
            Step::Prepare => {
                self.prepare(of).await;
                String::new()
            }
            Step::Connect => {
                self.connect(of).await;
                String::new()
            }
            Step::Wait(hours) => {
                self.house.wait(hours * HOUR);
                String::new()
            }
        }
    }

    /// A person of the organization.
    async fn person(&self, drawn: &Drawn) -> String {
        let of = self.organizations[drawn.organization].clone();
        let all = self.house.read(move |tx| users::list(tx, Some(&of), &Page::first(50))).await;
        all[drawn.person % all.len()].id.to_string()
    }

    async fn connection(&self, of: usize) -> Option<ConnectionId> {
        let of = self.organizations[of].clone();
        let all =
            self.house.read(move |tx| connections::list(tx, Some(&of), &Page::first(2))).await;
        all.into_iter().next().map(|found| found.id)
    }

    /// A connection that was tested and is live, where there is none and there may be one.
    async fn connect(&self, of: usize) {
        let (house, root) = (&self.house, &self.tokens[0]);
        if self.connection(of).await.is_none() {
            let body = json!({
                "organization": self.organizations[of], "name": "P", "protocol": "oidc",
                "config": {
                    "issuer": self.provider.issuer,
                    "client_id": "doorward",
                    "client_secret": "s3cret",
                },
            });
            let (status, made) = root.post(house, "/connections", &body).await;
            assert_eq!(status, 201, "{made}");
        }
        if self.prove(of, &mut Browser::new(), "draft").await {
            let id = self.connection(of).await.unwrap();
            activate(house, root, id.as_str()).await;
        }
    }

    /// Passes a test of a revision in a browser, where one may be made.
    async fn prove(&self, of: usize, browser: &mut Browser, revision: &str) -> bool {
        let Some(id) = self.connection(of).await else { return false };
        let (house, root, id) = (&self.house, &self.tokens[0], id.as_str());
        let path = format!("/connections/{id}/test");
        if root.post(house, &path, &json!({ "revision": revision })).await.0 != 200 {
            return false;
        }
        prove(house, root, (&self.provider, id), browser, revision).await;
        true
    }

    async fn call(
        &mut self,
        actor: usize,
        (method, path): (&str, &str),
        drawn: &Drawn,
        body: &Value,
    ) -> String {
        let connection = self.connection(drawn.organization).await;
        let connection = connection.map_or_else(|| "none".to_owned(), |id| id.to_string());
        let path = path
            .replace("{u}", &self.person(drawn).await)
            .replace("{o}", self.organizations[drawn.organization].as_str())
            .replace("{c}", &connection);
        let (status, said) = self.by(actor, drawn.organization, (method, &path), body).await;
        assert!(status < 500, "{method} {path} {body}: {status} {said}");
        format!("{path} {status} {}", said["code"])
    }

    async fn by(
        &mut self,
        actor: usize,
        of: usize,
        (method, path): (&str, &str),
        body: &Value,
    ) -> (u16, Value) {
        let house = &self.house;
        match actor {
            token @ 0..3 => {
                let called = self.tokens[token].call(house, (method, path), Some("*"), body).await;
                (called.status, called.json)
            }
            3 => {
                let mut browser = std::mem::replace(&mut self.owner, Browser::new());
                if !is_in(&self.house, &mut browser).await {
                    self.an_owner_comes_in(of, &mut browser).await;
                }
                let said = by_browser(&self.house, &mut browser, (method, path), body).await;
                self.owner = browser;
                said
            }
            _ => by_browser(house, &mut self.admin, (method, path), body).await,
        }
    }

    /// Makes an owner, who follows the link; gives the status.
    async fn invite(&mut self, actor: usize, of: usize, body: &Value) -> u16 {
        let path = format!("/organizations/{}/owners", self.organizations[of]);
        let (status, made) = self.by(actor, of, ("POST", &path), body).await;
        assert!(status < 500, "{made}");
        if status == 201 {
            let fields = [("token", made["link"].as_str().unwrap()), ("password", PASSWORD)];
            self.house.fill(&mut Browser::new(), "/owner/link", &fields).await;
            let id = UserId::try_from(made["id"].as_str().unwrap()).unwrap();
            let user = id.clone();
            let found = self.house.read(move |tx| owners::of(tx, &user)).await.unwrap();
            self.keys.insert(id.to_string(), Keys { email: found.email_key, app: None });
        }
        status
    }

    /// Somebody comes through the provider, as far as they get.
    async fn arrive(&self, of: usize, person: &str, groups: &Value) -> Browser {
        let mut browser = Browser::new();
        let path = format!("/o/{}", self.paths[of]);
        let asked = self.house.get(&mut browser, &path).await;
        if sent(&asked, "nonce").is_none() {
            return browser;
        }
        let person = format!("{person}@{}.test", self.paths[of]);
        let back = self.provider.vouch_changed(self.house.hub.now(), &asked, &person, |claims| {
            if !groups.is_null() {
                claims["groups"] = groups.clone();
            }
        });
        let answer = self.house.get(&mut browser, &back).await;
        assert!(answer.status.as_u16() < 500, "{}", answer.body);
        browser
    }

    /// An owner adds an app, or removes it.
    async fn factor(&mut self, of: usize, add: bool) -> u16 {
        let user = self.who_can_enter(of).await.expect("somebody who can");
        let mut browser = Browser::new();
        self.an_owner_comes_in(of, &mut browser).await;
        let keys = self.keys.get_mut(&user).unwrap();
        match (add, keys.app.is_some()) {
            (true, false) => {
                keys.app = Some(add_app(&self.house, &mut browser).await);
                200
            }
            (false, true) => {
                let gone = press(&self.house, &mut browser, "/owner/factors/totp/remove").await;
                if gone.header("location").contains("done=removed") {
                    keys.app = None;
                }
                gone.status.as_u16()
            }
            _ => 0,
        }
    }

    async fn prepare(&mut self, of: usize) {
        self.connect(of).await;
        self.factor(of, true).await;
        let user = self.who_can_enter(of).await.expect("somebody who can");
        let mut browser = Browser::new();
        self.an_owner_comes_in(of, &mut browser).await;
        let Some(app) = &self.keys[&user].app else { return };
        drill(&self.house, &mut browser, &self.keys[&user].email, app).await;
        self.prove(of, &mut browser, "live").await;
    }
}
