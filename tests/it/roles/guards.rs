//! Every write operation of the admin API, and whether it makes, touches or takes over an owner:
//! what does is tried by administrators, of an organization and of the home organization, and
//! changes nothing.

use std::collections::BTreeSet;

use doorward::model::attempt::Reference;
use doorward::model::id::{OrganizationId, RelinkId, UserId};
use doorward::model::relink::{Relink, State};
use doorward::model::rng::SystemRng;
use doorward::store::{organizations, relinks, users};
use serde_json::{Value, json};

use super::Town;
use crate::house::{Browser, run};
use crate::support::disk;
use crate::support::tenant::{Tenant, authorize};

/// Why a call is no administrator's, or why it may be.
enum Decided {
    /// Tried below; with what body, as JSON with marks, and why it is for owners.
    Owners(&'static [&'static str], &'static str),
    /// Nothing an owner is or has is reached by it, because.
    Open(&'static str),
}
use Decided::{Open, Owners};

const NONE: &[&str] = &["null"];

/// {o} organization, {c} connection, {owner} one of its owners, {me} the administrator, {s} the
/// owner's session, {t} a token.
const WRITES: &[(&str, &str, Decided)] = &[
    ("POST", "/apps", Open("an app's tokens open nothing here")),
    ("PATCH", "/apps/{id}", Open("whoever runs the installation runs its apps")),
    ("DELETE", "/apps/{id}", Open("whoever runs the installation runs its apps")),
    ("POST", "/apps/{id}/secret", Open("whoever runs the installation runs its apps")),
    ("POST", "/apps/{id}/token-preview", Open("shows what a token would say and issues none")),
    ("POST", "/attempts/{reference}/fixes/{id}", Open("changes a draft, which routes nobody")),
    ("POST", "/attempts/{reference}/replay", Open("judges what came again and lets nobody in")),
    ("POST", "/attempts/{reference}/reveal", Open("reading values, which the trail tells of")),
    ("POST", "/connections", Open("makes a draft, which routes nobody")),
    (
        "PATCH",
        "/connections/{c}",
        Owners(
            &[
                r#"{"disabled": true}"#,
                r#"{"admit": "mapped_groups"}"#,
                r#"{"role_sync": "add_only"}"#,
            ],
            "switching it off shuts owners out, and its rules decide whether they stay owners",
        ),
    ),
    ("DELETE", "/connections/{c}", Owners(NONE, "owners who come through it would be shut out")),
    ("PUT", "/connections/{id}/draft", Open("a draft routes nobody")),
    ("DELETE", "/connections/{id}/draft", Open("a draft routes nobody")),
    (
        "POST",
        "/connections/{c}/activate",
        Owners(NONE, "another provider could vouch for whoever is an owner"),
    ),
    ("POST", "/connections/{c}/return", Owners(NONE, "as an activation")),
    ("POST", "/connections/{id}/test", Open("a test lets nobody in")),
    ("POST", "/connections/{id}/capture", Open("what is captured has been used up")),
    ("DELETE", "/connections/{id}/capture", Open("what is captured has been used up")),
    (
        "PUT",
        "/connections/{c}/role-mappings",
        Owners(
            &[
                r#"{"mappings": [{"role": "owner", "group": "ops"}]}"#,
                r#"{"mappings": [{"role": "admin", "group": "ops"}]}"#,
            ],
            "a group one is in would make one an owner, and its end would unmake owners",
        ),
    ),
    ("POST", "/connections/{id}/role-mappings/preview", Open("changes nothing")),
    ("POST", "/connections/{id}/setup-links", Open("who holds it changes a draft only")),
    ("DELETE", "/connections/{id}/setup-links/{link}", Open("takes back what reaches a draft")),
    ("POST", "/setup-links/finish", Open("for the browser of a set-up link only")),
    ("POST", "/notices/{id}/acknowledge", Open("everybody acknowledges for themselves")),
    ("POST", "/organizations", Open("a new one has no people")),
    (
        "PATCH",
        "/organizations/{o}",
        Owners(
            &[r#"{"disabled": true}"#, r#"{"sso_allowed": false}"#],
            "whoever administers an organization does not switch its owners' way in off",
        ),
    ),
    ("POST", "/organizations/{id}/route-preview", Open("says where somebody would be sent")),
    ("DELETE", "/organizations/{id}", Open("for the installation, and the home one stays")),
    ("PUT", "/organizations/{id}/domains/{domain}", Open("proves nothing by itself")),
    ("PATCH", "/organizations/{id}/domains/{domain}", Open("owners have their own door")),
    ("DELETE", "/organizations/{id}/domains/{domain}", Open("owners have their own door")),
    ("POST", "/organizations/{id}/domains/{domain}/accept", Open("links nobody to an owner")),
    ("POST", "/organizations/{id}/domains/{domain}/check", Open("DNS decides")),
    (
        "PUT",
        "/organizations/{o}/enforcement",
        Owners(
            &[
                r#"{"mode": "off", "running_sessions": "keep"}"#,
                r#"{"mode": "required", "running_sessions": "end"}"#,
            ],
            "it decides what owners sign in with and may end their sessions",
        ),
    ),
    (
        "POST",
        "/organizations/{o}/first-owner",
        Owners(&[r#"{"email": "mallory@acme.test"}"#], "it makes an owner of whoever is named"),
    ),
    ("DELETE", "/organizations/{id}/first-owner", Open("takes back what makes an owner")),
    ("POST", "/organizations/{id}/invitations", Open("who is invited is no owner by it")),
    ("DELETE", "/organizations/{id}/invitations/{invitation}", Open("nobody is made by it")),
    (
        "POST",
        "/organizations/{o}/owners",
        Owners(
            &[r#"{"user": "{me}"}"#, r#"{"email": "mallory2@acme.test", "name": "Mallory"}"#],
            "it makes owners",
        ),
    ),
    ("DELETE", "/organizations/{o}/owners/{owner}", Owners(NONE, "it unmakes owners")),
    (
        "POST",
        "/organizations/{o}/owners/{owner}/link",
        Owners(NONE, "whoever has the link sets the owner's password"),
    ),
    ("POST", "/owners/drill", Open("who passes it needs an owner's password and factor")),
    ("POST", "/organizations/{id}/password-links", Open("passes owners over, as tried below")),
    ("DELETE", "/organizations/{id}/relinks/{relink}", Open("the question arises anew")),
    ("POST", "/organizations/{id}/relinks/{relink}/approve", Open("tried by itself below")),
    ("POST", "/organizations/{id}/relinks/{relink}/refuse", Open("links nobody")),
    ("POST", "/organizations/{id}/relinks/{relink}/separate", Open("links nobody")),
    ("POST", "/organizations/{id}/relinks/{relink}/undo", Open("tried by itself below")),
    ("POST", "/organizations/{id}/roles", Open("the built-in ones are not among them")),
    ("PATCH", "/organizations/{id}/roles/{role}", Open("the built-in ones are not among them")),
    ("DELETE", "/organizations/{id}/roles/{role}", Open("the built-in ones are not among them")),
    ("DELETE", "/sessions/{s}", Owners(NONE, "an owner's session is the owner's")),
    (
        "PATCH",
        "/settings",
        Owners(&[r#"{"session_idle_seconds": 600}"#], "it decides how long owners stay signed in"),
    ),
    (
        "POST",
        "/signing-keys/rotate",
        Owners(NONE, "every app trusts what these keys sign, of owners, too"),
    ),
    ("POST", "/tokens", Owners(&[r#"{"name": "mine"}"#], "a token reaches owners, and stays")),
    ("DELETE", "/tokens/{t}", Owners(NONE, "tokens are the owners'")),
    ("POST", "/users", Open("somebody new is no owner")),
    ("PATCH", "/users/{owner}", Owners(&[r#"{"disabled": true}"#], "it shuts an owner out")),
    ("DELETE", "/users/{owner}", Owners(NONE, "it removes an owner")),
    ("POST", "/users/{owner}/end-access", Owners(NONE, "it ends an owner's sessions")),
    (
        "POST",
        "/users/{owner}/password-link",
        Owners(NONE, "owners have no password but that of their door"),
    ),
    (
        "PUT",
        "/users/{owner}/roles",
        Owners(&[r#"{"roles": []}"#, r#"{"roles": ["admin"]}"#], "it unmakes an owner"),
    ),
    ("DELETE", "/users/{owner}/sessions", Owners(NONE, "they are the owner's")),
];

/// What must be as it was.
const KEPT: &[&str] = &[
    "organizations",
    "connections",
    "role_mappings",
    "users",
    "user_roles",
    "identities",
    "sessions",
    "owner_credentials",
    "owner_links",
    "local_links",
    "api_tokens",
    "end_access_receipts",
    "audit_events",
];

fn kept(town: &Town) -> Vec<(&'static str, Vec<String>)> {
    let mut all = disk::dump(&town.house);
    KEPT.iter().map(|table| (*table, all.remove(*table).expect("a table of that name"))).collect()
}

/// What the marks stand for.
struct Marks(Vec<(&'static str, String)>);

impl Marks {
    fn fill(&self, text: &str) -> String {
        self.0.iter().fold(text.to_owned(), |text, (mark, value)| text.replace(mark, value))
    }
}

async fn tries_everything(town: &Town, browser: &mut Browser, marks: &Marks) {
    let before = kept(town);
    for (method, path, decided) in WRITES {
        let Owners(bodies, why) = decided else { continue };
        let path = marks.fill(path);
        for body in *bodies {
            let body = serde_json::from_str(&marks.fill(body)).unwrap();
            let (status, problem) = town.by_browser(browser, (method, &path), &body).await;
            let code = problem["code"].as_str().unwrap_or_default();
            // A few are refused to whoever asks, or to all but the installation's.
            let refused = match status {
                403 => ["owners_only", "forbidden"].contains(&code),
                409 => ["is_owner", "has_owner"].contains(&code),
                _ => false,
            };
            assert!(refused, "{method} {path} {body}: {status} {problem}; {why}");
            for ((table, was), (_, is)) in before.iter().zip(kept(town)) {
                assert_eq!(*was, is, "{method} {path} {body} changes {table}");
            }
        }
    }
}

async fn session_of(town: &Town, user: &str) -> String {
    let (_, sessions) = town.root.get(&town.house, &format!("/sessions?user={user}")).await;
    sessions["items"][0]["id"].as_str().unwrap().to_owned()
}

async fn token_of(town: &Town, organization: Option<&OrganizationId>) -> String {
    let body = json!({"name": "kept", "organization": organization.map(|id| id.to_string())});
    let (status, made) = town.root.post(&town.house, "/tokens", &body).await;
    assert_eq!(status, 201, "{made}");
    made["id"].as_str().unwrap().to_owned()
}

fn id(person: &Value) -> String {
    person["id"].as_str().unwrap().to_owned()
}

#[test]
fn every_write_of_the_document_is_decided() {
    let text = include_str!("../../../web/openapi.json");
    let document: Value = serde_json::from_str(text).unwrap();
    let plain = |path: &str| -> String {
        let parts = path.split('/').map(|part| if part.starts_with('{') { "*" } else { part });
        parts.collect::<Vec<_>>().join("/")
    };
    let decided: BTreeSet<_> =
        WRITES.iter().map(|(method, path, _)| (method.to_lowercase(), plain(path))).collect();
    assert_eq!(decided.len(), WRITES.len(), "each once");
    let mut writes = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in item.as_object().unwrap().keys().filter(|method| *method != "get") {
            let path = path.strip_prefix("/api/v1").unwrap();
            if path != "/recognise" {
                writes.insert((method.clone(), plain(path)));
            }
        }
    }
    assert_eq!(writes, decided);
    for (.., decided) in WRITES {
        let (Owners(_, why) | Open(why)) = decided;
        assert!(!why.is_empty());
    }
}

#[test]
fn an_administrator_of_an_organization_reaches_no_owner() {
    run(async {
        let town = Town::new().await;
        town.map(&[("admin", "ops"), ("owner", "bosses")]).await;
        town.arrive("olga@acme.test", &json!(["bosses"])).await;
        let (mut mallory, _) = town.arrive("mallory@acme.test", &json!(["ops"])).await;
        let owner = id(&town.person("olga@acme.test").await);
        let marks = Marks(vec![
            ("{o}", town.acme.to_string()),
            ("{c}", town.okta.to_string()),
            ("{me}", id(&town.person("mallory@acme.test").await)),
            ("{s}", session_of(&town, &owner).await),
            ("{t}", token_of(&town, Some(&town.acme)).await),
            ("{owner}", owner.clone()),
        ]);
        tries_everything(&town, &mut mallory, &marks).await;
        // Links for everybody pass the owner over.
        let path = format!("/organizations/{}/password-links", town.acme);
        let (status, made) = town.by_browser(&mut mallory, ("POST", &path), &Value::Null).await;
        assert_eq!(status, 200, "{made}");
        assert!(!made.to_string().contains(&owner), "{made}");
    });
}

/// Whoever administers the home organization reaches everything, but its owners.
#[test]
fn an_administrator_of_the_home_organization_reaches_no_owner_of_it() {
    run(async {
        let town = Town::new().await;
        let house = &town.house;
        let mut ann = Browser::new();
        house.set_up(&mut ann).await;
        let home = house.read(|tx| Ok(organizations::home(tx)?.unwrap().id)).await;
        let okta = town.provider.connect(house, &home).await;
        let path = format!("/connections/{okta}/role-mappings");
        town.edit("PUT", &path, &super::mappings(&[("admin", "ops"), ("owner", "bosses")])).await;
        let mut mallory = Browser::new();
        let asked = authorize(&town.wiki, &[("organization", home.as_str())]);
        let asked = house.get(&mut mallory, &asked).await;
        let groups = |claims: &mut Value| claims["groups"] = json!(["ops"]);
        let back = town.provider.vouch_changed(house.hub.now(), &asked, "mallory", groups);
        house.get(&mut mallory, &back).await;
        let (_, listed) = town.root.get(house, &format!("/users?organization={home}")).await;
        let of = |owner: bool| {
            let items = listed["items"].as_array().unwrap();
            id(items.iter().find(|item| item["owner"] == owner).expect("somebody"))
        };
        let owner = of(true);
        let marks = Marks(vec![
            ("{o}", home.to_string()),
            ("{c}", okta.to_string()),
            ("{me}", of(false)),
            ("{s}", session_of(&town, &owner).await),
            ("{t}", token_of(&town, None).await),
            ("{owner}", owner),
        ]);
        let (_, me) = town.by_browser(&mut mallory, ("GET", "/me"), &Value::Null).await;
        assert_eq!((&me["owner"], &me["organization"]), (&json!(false), &Value::Null), "{me}");
        tries_everything(&town, &mut mallory, &marks).await;
        // Other organizations are helped out.
        let other = Tenant::bare(house, "other").await;
        let bob = json!({"email": "bob@other.test", "name": "Bob"});
        let path = format!("/organizations/{other}/owners");
        assert_eq!(town.by_browser(&mut mallory, ("POST", &path), &bob).await.0, 201);
        // A token of the home organization alone would give its own people the installation.
        let wide = json!({"name": "home", "organization": home.as_str()});
        assert_eq!(town.root.post(house, "/tokens", &wide).await.0, 422);
    });
}

/// Somebody known became an owner after the question arose.
#[test]
fn an_administrator_links_nobody_to_an_owner_and_cuts_none_off() {
    run(async {
        let town = Town::new().await;
        town.map(&[("admin", "ops"), ("owner", "bosses")]).await;
        town.arrive("olga@acme.test", &json!(["bosses"])).await;
        let (mut mallory, _) = town.arrive("mallory@acme.test", &json!(["ops"])).await;
        let owner = id(&town.person("olga@acme.test").await);
        for (state, verb) in [(State::Pending, "approve"), (State::Approved, "undo")] {
            let relink = Relink {
                id: RelinkId::random(&SystemRng),
                organization: town.acme.clone(),
                connection: town.okta.clone(),
                subject: format!("another {verb}"),
                user: UserId::try_from(owner.as_str()).unwrap(),
                email: "olga@acme.test".to_owned(),
                name: None,
                reference: Reference("1407-amber-otter-lake".to_owned()),
                state,
                created_at: town.house.hub.now(),
                decided_at: None,
                version: 1,
            };
            let path = format!("/organizations/{}/relinks/{}/{verb}", town.acme, relink.id);
            town.house.write(move |tx| relinks::insert(tx, &relink)).await;
            let before = kept(&town);
            let (status, problem) =
                town.by_browser(&mut mallory, ("POST", &path), &Value::Null).await;
            assert_eq!((status, &problem["code"]), (403, &json!("owners_only")), "{verb}");
            assert_eq!(kept(&town), before, "{verb}");
        }
    });
}

/// Who is named as the first owner comes in through a connection: until then nobody below puts
/// another provider in the place of the one that vouches for them.
#[test]
fn an_administrator_does_not_decide_who_the_first_owner_is() {
    run(async {
        let town = Town::new().await;
        town.map(&[("admin", "ops")]).await;
        let (mut mallory, _) = town.arrive("mallory@acme.test", &json!(["ops"])).await;
        let new = json!({
            "organization": town.acme.as_str(), "name": "Mine", "protocol": "oidc",
            "config": {"issuer": town.provider.issuer, "client_id": "mine"},
        });
        let (status, made) = town.by_browser(&mut mallory, ("POST", "/connections"), &new).await;
        assert_eq!(status, 201, "{made}");
        let path = format!("/connections/{}/activate", id(&made));
        let first = format!("/organizations/{}/first-owner", town.acme);
        let (status, _) =
            town.root.post(&town.house, &first, &json!({"email": "boss@acme.test"})).await;
        assert!(status < 300, "{status}");
        let (status, problem) = town.by_browser(&mut mallory, ("POST", &path), &Value::Null).await;
        assert_eq!((status, &problem["code"]), (403, &json!("owners_only")));
        // Nobody is awaited any more: it lacks nothing but a test.
        town.edit("DELETE", &first, &Value::Null).await;
        let (status, problem) = town.by_browser(&mut mallory, ("POST", &path), &Value::Null).await;
        assert_eq!(status, 409, "{problem}");
        let of = town.acme.clone();
        let owners = town.house.read(move |tx| users::has_owner(tx, &of)).await;
        assert!(!owners);
    });
}
