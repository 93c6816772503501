//! An owner who comes in at the owner's door while single sign-on is required is announced to
//! every administrator of the organization.

use actix_web::test::TestRequest;
use doorward::store::{Page, audit};
use serde_json::{Value, json};

use super::house::{self, Browser, run};
use crate::support::admin::Admin;
use crate::support::door::{add_app, code, is_in, owner, password, require};
use crate::support::tenant::Tenant;

#[test]
fn break_glass_is_recorded_and_shown_until_each_has_read_it() {
    run(async {
        let house = house::open().await;
        let mut browser = Browser::at("192.0.2.44:1");
        house.set_up(&mut browser).await;
        let app = add_app(&house, &mut browser).await;
        let (home, ann) = owner(&house).await;
        let (one, two) = (Admin::open(&house, None).await, Admin::open(&house, None).await);
        let foreign = Tenant::open(&house, "acme").await;
        let foreign = Admin::open(&house, Some(&foreign.organization)).await;
        // Not while it is not required.
        password(&house, &mut browser).await;
        code(&house, &mut browser, &app.code(&house)).await;
        assert_eq!(one.get(&house, "/notices").await.1["items"], json!([]));

        require(&house, &home, true).await;
        password(&house, &mut browser).await;
        let answer = code(&house, &mut browser, &app.code(&house)).await;
        assert_eq!(answer.status.as_u16(), 303);
        let page = house.get(&mut browser, "/").await;
        assert!(page.body.contains("signed in past single sign-on"), "{}", page.body);
        assert!(page.body.contains("Ann Owner") && page.body.contains("192.0.2.44"));
        let events = house.read(|tx| audit::list(tx, None, &Page::first(50))).await;
        let event = events.iter().find(|event| event.action == "owner.break_glass").unwrap();
        assert_eq!((&event.organization, &event.subject), (&Some(home.clone()), &ann.to_string()));

        let (_, listed) = one.get(&house, "/notices?open=true").await;
        let notice = listed["items"][0].clone();
        assert_eq!(notice["kind"], "break_glass");
        assert_eq!(notice["user"], json!(ann));
        assert_eq!(notice["name"], "Ann Owner");
        assert_eq!(notice["address"], "192.0.2.44");
        assert_eq!(notice["at"], house.hub.now().rfc3339());
        // Each for themselves, and nobody of elsewhere.
        let path = format!("/notices/{}/acknowledge", notice["id"].as_str().unwrap());
        assert_eq!(foreign.get(&house, "/notices").await.1["items"], json!([]));
        assert_eq!(foreign.post(&house, &path, &Value::Null).await.0, 404);
        assert_eq!(one.post(&house, &path, &Value::Null).await.0, 204);
        assert_eq!(one.post(&house, &path, &Value::Null).await.0, 204);
        assert_eq!(one.get(&house, "/notices?open=true").await.1["items"], json!([]));
        assert_eq!(one.get(&house, "/notices").await.1["items"][0]["acknowledged"], true);
        assert_eq!(
            two.get(&house, "/notices?open=true").await.1["items"][0]["acknowledged"],
            false
        );
        // By a press on the page, which a form of elsewhere cannot send.
        let fields = [("notice", notice["id"].as_str().unwrap())];
        assert_eq!(house.post(&mut browser, "/owner/notices", &fields).await.status.as_u16(), 403);
        let fields = [fields[0], ("csrf", &page.field("csrf"))];
        house.post(&mut browser, "/owner/notices", &fields).await;
        let page = house.get(&mut browser, "/").await;
        assert!(!page.body.contains("signed in past single sign-on"));
        assert!(is_in(&house, &mut browser).await);
        let events = house.read(|tx| audit::list(tx, None, &Page::first(50))).await;
        let read = events.iter().filter(|event| event.action == "notice.acknowledge").count();
        assert_eq!(read, 2);

        // Signed out by the time it is written, nobody has read anything.
        password(&house, &mut browser).await;
        code(&house, &mut browser, &app.code(&house)).await;
        let page = house.get(&mut browser, "/").await;
        let fields = ["notice", "csrf"].map(|name| (name, page.field(name)));
        let request = TestRequest::post().uri("/owner/notices").set_form(&fields);
        house.overtaken(&mut browser, request).await;
        let (_, listed) = two.get(&house, "/notices").await;
        assert_eq!(listed["items"][0]["id"], json!(fields[0].1), "{listed}");
        let events = house.read(|tx| audit::list(tx, None, &Page::first(50))).await;
        let read = events.iter().filter(|event| event.action == "notice.acknowledge").count();
        assert_eq!(read, 2);
    });
}
