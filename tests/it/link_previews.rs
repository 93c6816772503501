//! Mail scanners and chats look at every address people are sent, by GET and by HEAD, before the
//! person does: no link is used up, opened or even looked up by that.

use actix_web::test::TestRequest;
use serde_json::{Value, json};

use crate::house::{self, Browser, PASSWORD, run};
use crate::support::admin::Admin;
use crate::support::disk;
use crate::support::tenant::{Tenant, sent};

/// A link: what makes it with which body, the field its address stands in, what its form calls
/// the token, and the fields the form needs besides.
type Link<'l> = (&'l str, Value, &'l str, &'l str, &'l [(&'l str, &'l str)]);

#[test]
fn looking_at_a_link_changes_nothing() {
    run(async {
        let house = house::open().await;
        let mut ann = Browser::new();
        house.set_up(&mut ann).await;
        let acme = Tenant::open(&house, "globex").await;
        let root = Admin::open(&house, None).await;
        let (of, c) = (acme.organization.as_str(), format!("/connections/{}", acme.connection));
        let o = format!("/organizations/{of}");
        let bob = json!({"organization": of, "email": "bob@globex.test", "name": "Bob"});
        let (_, bob) = root.post(&house, "/users", &bob).await;
        let password = format!("/users/{}/password-link", bob["id"].as_str().unwrap());
        let olga = json!({"email": "olga@globex.test", "name": "Olga"});
        let new = [("password", PASSWORD)];
        let table: [Link<'_>; 5] = [
            (&format!("{c}/test"), json!({"revision": "live"}), "url", "link", &[]),
            (
                &format!("{o}/invitations"),
                json!({"email": "eve@globex.test"}),
                "link",
                "token",
                &[],
            ),
            (&password, Value::Null, "link", "token", &new),
            (&format!("{c}/setup-links"), json!({"sent_to": "Eve"}), "url", "token", &[]),
            (&format!("{o}/owners"), olga, "link", "token", &new),
        ];
        for (path, body, place, name, fields) in table {
            let (status, made) = root.post(&house, path, &body).await;
            assert!(status < 300, "{path}: {status} {made}");
            let url = made[place].as_str().unwrap();
            let token = url.rsplit(['=', '#']).next().unwrap().to_owned();
            // What a fragment is, no server sees.
            let seen = url.split('#').next().unwrap();
            let seen = seen.strip_prefix("http://localhost:8080").unwrap().to_owned();
            let before = disk::dump(&house);
            for agent in ["Slackbot-LinkExpanding 1.0", "Mozilla/5.0"] {
                let mut scanner = Browser::new();
                scanner.headers.push(("User-Agent", agent.to_owned()));
                for _ in 0..2 {
                    let page = house.get(&mut scanner, &seen).await;
                    assert_eq!(page.status.as_u16(), 200, "{seen}: {}", page.body);
                    assert!(page.body.contains("<form method=\"post\""), "{seen}: {}", page.body);
                    assert!(page.body.len() < 15_000, "{seen}");
                    let head = TestRequest::default().method(actix_web::http::Method::HEAD);
                    let head = house.send(&mut scanner, head.uri(&seen)).await;
                    assert!(!head.status.is_redirection(), "{seen}: {}", head.status);
                }
            }
            assert_eq!(disk::dump(&house), before, "{seen}");
            // No press without the page's own form.
            let mut form = vec![(name, token.as_str())];
            form.extend_from_slice(fields);
            let at = seen.split('?').next().unwrap();
            let forged = house.post(&mut Browser::new(), at, &form).await;
            assert_eq!(forged.status.as_u16(), 403, "{seen}: {}", forged.body);
            assert_eq!(disk::dump(&house), before, "{seen}");
            // And it works after all that.
            let used = house.fill(&mut Browser::new(), &seen, &form).await;
            assert!(used.status.as_u16() < 400, "{seen}: {}", used.body);
            assert_ne!(disk::dump(&house), before, "{seen}");
            if name == "link" {
                assert!(sent(&used, "RelayState").is_some(), "{}", used.body);
            }
        }
    });
}
