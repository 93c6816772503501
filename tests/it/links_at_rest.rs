//! Links that let somebody in: once made and once used, no value of theirs stands on the disk,
//! and the trail tells who made each, for which organization.

use doorward::model::id::OrganizationId;
use serde_json::{Value, json};

use crate::house::{self, Browser, House, PASSWORD, run};
use crate::support::admin::Admin;
use crate::support::disk;
use crate::support::door::{EMAIL, add_app, owner};
use crate::support::tenant::{Tenant, sent};

/// What follows the last of these in an address.
fn token(url: &Value) -> String {
    let url = url.as_str().unwrap_or_else(|| panic!("an address, not {url}"));
    url.rsplit(['#', '=']).next().unwrap().to_owned()
}

#[track_caller]
fn assert_nowhere(house: &House, what: &str, value: &str) {
    assert!(value.len() >= 30, "{what}: {value}");
    for (table, rows) in disk::dump(house) {
        let found = rows.iter().find(|row| row.contains(value));
        assert!(found.is_none(), "{what} stands in {table}: {found:?}");
    }
    assert!(!disk::holds(house, value.as_bytes()), "{what} stands in a file");
}

/// Makes something; gives what came and sees that the trail tells of it.
async fn made(
    (house, root): (&House, &Admin),
    (action, of): (&str, Option<&OrganizationId>),
    path: &str,
    body: Value,
) -> Value {
    house.wait(1_000);
    let (status, made) = root.post(house, path, &body).await;
    assert!(status < 300, "{path}: {status} {made}");
    let (_, trail) = root.get(house, "/audit-events?limit=200").await;
    let row = trail["items"].as_array().unwrap().iter().find(|row| row["action"] == action);
    let row = row.unwrap_or_else(|| panic!("{action} is told of"));
    assert_eq!(row["organization"], json!(of.map(OrganizationId::as_str)), "{action}");
    assert_eq!(row["actor"]["type"], "token", "{action}");
    made
}

#[test]
fn no_link_stands_on_the_disk_made_or_used() {
    run(async {
        let house = house::open().await;
        let mut ann = Browser::new();
        house.set_up(&mut ann).await;
        add_app(&house, &mut ann).await;
        let (home, _) = owner(&house).await;
        let acme = Tenant::open(&house, "globex").await;
        let root = Admin::open(&house, None).await;
        let (of, on) = (&acme.organization, (&house, &root));
        let (o, c) = (format!("/organizations/{of}"), format!("/connections/{}", acme.connection));
        let mut browser = Browser::new();
        let post = |action, path: String, body| async move {
            made(on, (action, Some(of)), &path, body).await
        };

        let body = json!({"email": "bob@globex.test"});
        let invited = post("invitation.create", format!("{o}/invitations"), body).await;
        let invitation = token(&invited["link"]);
        assert_nowhere(&house, "an invitation", &invitation);
        house.fill(&mut browser, "/invitation", &[("token", &invitation)]).await;
        assert_nowhere(&house, "an invitation", &invitation);

        let body = json!({"organization": of.as_str(), "email": "pat@globex.test"});
        let pat = post("user.create", "/users".to_owned(), body).await;
        let path = format!("/users/{}/password-link", pat["id"].as_str().unwrap());
        let link = token(&post("user.password_link", path, Value::Null).await["link"]);
        assert_nowhere(&house, "a password link", &link);
        let fields = [("token", link.as_str()), ("password", PASSWORD)];
        assert_eq!(house.fill(&mut browser, "/password", &fields).await.status.as_u16(), 200);
        assert_nowhere(&house, "a password link", &link);

        let body = json!({"email": "olga@globex.test", "name": "Olga"});
        let olga = post("owner.create", format!("{o}/owners"), body).await;
        let again = format!("{o}/owners/{}/link", olga["id"].as_str().unwrap());
        let second = post("owner.link_issue", again, Value::Null).await;
        for link in [token(&olga["link"]), token(&second["link"])] {
            assert_nowhere(&house, "an owner's link", &link);
            let fields = [("token", link.as_str()), ("password", PASSWORD)];
            house.fill(&mut Browser::new(), "/owner/link", &fields).await;
            assert_nowhere(&house, "an owner's link", &link);
        }

        let body = json!({"sent_to": "Bob"});
        let link = post("setup_link.create", format!("{c}/setup-links"), body).await;
        let link = token(&link["url"]);
        assert_nowhere(&house, "a set-up link", &link);
        let mut holder = Browser::new();
        house.fill(&mut holder, "/setup-link", &[("token", &link)]).await;
        assert_nowhere(&house, "a set-up link", &link);
        for cookie in holder.cookies.values().filter(|value| value.len() >= 30) {
            assert_nowhere(&house, "the cookie of a set-up link", cookie);
        }

        let body = json!({"revision": "live"});
        let link = token(&post("connection.test", format!("{c}/test"), body).await["url"]);
        assert_nowhere(&house, "a test link", &link);
        let mut tester = Browser::new();
        let (path, fields) = (format!("/login/test?link={link}"), [("link", link.as_str())]);
        let asked = house.fill(&mut tester, &path, &fields).await;
        assert_nowhere(&house, "a test link", &link);
        let handle = sent(&asked, "RelayState").expect("sent to the provider");
        assert_ne!(handle, link, "what travels is another value");
        let page = acme.vouch(&house, &mut tester, &asked, "ann@globex.test").await;
        assert!(page.header("location").contains("/login/"), "{}", page.body);
        assert_nowhere(&house, "a test link", &link);
        let over = house.fill(&mut Browser::new(), &path, &fields).await;
        assert!(over.body.contains("This test is over"), "{}", over.body);

        let body = json!({"organization": home.as_str()});
        let drill = made(on, ("owner.drill_start", Some(&home)), "/owners/drill", body).await;
        let drill = token(&drill["url"]);
        assert_nowhere(&house, "a drill", &drill);
        let fields = [("email", EMAIL), ("password", PASSWORD), ("drill", drill.as_str())];
        let next = house.fill(&mut ann, &format!("/owner?drill={drill}"), &fields).await;
        assert_eq!(next.header("location"), "http://localhost:8080/owner/second", "{}", next.body);
        assert_nowhere(&house, "a drill that waits for the second factor", &drill);

        let body = json!({"name": "a token", "organization": of.as_str()});
        let bearer = post("token.create", "/tokens".to_owned(), body).await;
        assert_nowhere(&house, "a token", bearer["token"].as_str().unwrap());
        let app = made(on, ("app.create", None), "/apps", json!({"name": "An app"})).await;
        let secret = app["client_secret"].as_str().or_else(|| app["secret"].as_str());
        if let Some(secret) = secret {
            assert_nowhere(&house, "an app's secret", secret);
        }
        for cookie in ann.cookies.values().filter(|value| value.len() >= 30) {
            assert_nowhere(&house, "a cookie of an owner", cookie);
        }
    });
}

/// What the parts side by side added: each write leaves one row, by whom and of whose.
#[test]
fn every_newer_write_leaves_a_row_of_its_organization() {
    run(async {
        let house = house::open().await;
        let acme = Tenant::open(&house, "acme").await;
        let root = Admin::open(&house, None).await;
        let of = acme.organization.as_str();
        let (o, c) = (format!("/organizations/{of}"), format!("/connections/{}", acme.connection));
        let mut marks: Vec<(&str, String)> = vec![("{o}", o), ("{c}", c)];
        let writes: &[(&str, &str, Value, &str, Option<&str>)] = &[
            (
                "POST",
                "{o}/first-owner",
                json!({"email": "x@acme.test"}),
                "first_owner.create",
                None,
            ),
            ("DELETE", "{o}/first-owner", Value::Null, "first_owner.delete", None),
            (
                "POST",
                "{o}/invitations",
                json!({"email": "x@acme.test"}),
                "invitation.create",
                Some("{i}"),
            ),
            ("DELETE", "{o}/invitations/{i}", Value::Null, "invitation.revoke", None),
            (
                "POST",
                "/users",
                json!({"organization": of, "email": "p@acme.test"}),
                "user.create",
                Some("{u}"),
            ),
            ("POST", "{o}/roles", json!({"name": "editor"}), "role.create", Some("{r}")),
            ("PATCH", "{o}/roles/{r}", json!({"name": "writer"}), "role.update", None),
            (
                "PUT",
                "{c}/role-mappings",
                json!({"mappings": [{"role": "admin", "group": "ops"}]}),
                "connection.update_role_mappings",
                None,
            ),
            ("PUT", "/users/{u}/roles", json!({"roles": ["admin"]}), "user.update_roles", None),
            ("DELETE", "{o}/roles/{r}", Value::Null, "role.delete", None),
            ("DELETE", "/users/{u}/sessions", Value::Null, "user.sessions_end", None),
            ("POST", "/users/{u}/end-access", Value::Null, "user.end_access", None),
            (
                "POST",
                "{o}/owners",
                json!({"email": "o@acme.test", "name": "O"}),
                "owner.create",
                Some("{w}"),
            ),
            ("POST", "{o}/owners/{w}/link", Value::Null, "owner.link_issue", None),
            ("DELETE", "{o}/owners/{w}", Value::Null, "owner.delete", None),
            ("POST", "/owners/drill", json!({"organization": of}), "owner.drill_start", None),
            (
                "PUT",
                "{o}/enforcement",
                json!({"mode": "optional"}),
                "organization.put_enforcement",
                None,
            ),
            ("POST", "{c}/setup-links", json!({}), "setup_link.create", Some("{l}")),
            ("DELETE", "{c}/setup-links/{l}", Value::Null, "setup_link.revoke", None),
        ];
        let trail = async || {
            let (_, trail) = root.get(&house, "/audit-events?limit=200").await;
            trail["items"].as_array().unwrap().clone()
        };
        let mut rows = trail().await.len();
        for (method, path, body, action, mark) in writes {
            house.wait(1_000);
            let path =
                marks.iter().fold((*path).to_owned(), |path, (mark, id)| path.replace(mark, id));
            let called = root.call(&house, (method, &path), Some("*"), body).await;
            assert!(called.status < 300, "{method} {path}: {} {}", called.status, called.json);
            if let Some(mark) = mark {
                marks.push((mark, called.json["id"].as_str().unwrap().to_owned()));
            }
            let all = trail().await;
            rows += 1;
            assert_eq!(all.len(), rows, "{method} {path} leaves one row");
            assert_eq!(all[0]["action"], *action);
            assert_eq!(
                (&all[0]["organization"], &all[0]["actor"]["type"]),
                (&json!(of), &json!("token")),
                "{action}"
            );
        }
    });
}
