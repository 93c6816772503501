//! What happens while a password is looked at, which takes its time.

use doorward::model::attempt::Attempt;
use doorward::model::secret::Digest;
use doorward::store::{Tx, apps, attempts};

use super::*;
use crate::support::tenant::{app, authorize, onward, sent};

const BOB: &str = "bob@home.test";

async fn attempt(house: &House, handle: &str) -> Attempt {
    let digest = Digest::of_ordered(handle);
    house.read(move |tx| attempts::find_by_handle(tx, digest)).await.unwrap()
}

/// Whoever went to the provider in another tab goes by what the provider says.
#[test]
fn a_password_takes_no_attempt_over_that_went_on_meanwhile() {
    run(async {
        for (password, lets_in) in [(OTHER, false), (PASSWORD, true)] {
            let scene = Scene::new().await;
            let house = &scene.house;
            scene.bob(&scene.acme.organization, BOB, PASSWORD).await;
            let mut ann = Browser::new();
            let page = house.get(&mut ann, "/o/acme").await;
            let handle = page.field("attempt");
            let mut tab = ann.clone();
            let fields = [("csrf", page.field("csrf")), ("attempt", handle.clone())];
            let mut fields =
                fields.each_ref().map(|(name, value)| (*name, value.as_str())).to_vec();
            fields.push(("connection", scene.acme.connection.as_str()));
            let (typed, asked) = tokio::join!(
                scene.type_in(&mut tab, &page, (BOB, password)),
                house.post(&mut ann, "/login/connection", &fields)
            );
            assert_eq!(is_in(&typed), lets_in, "{} {}", typed.status, typed.body);
            assert_eq!(sent(&asked, "RelayState").as_ref(), Some(&handle));
            assert_eq!(attempt(house, &handle).await.state.name(), "awaiting");
            let newest = scene.root.newest(house).await;
            let code = if lets_in { Value::Null } else { json!("password_refused") };
            assert_eq!(newest["code"], code, "{newest}");
            if !lets_in {
                assert!(typed.body.contains("password"), "{}", typed.body);
                let home = scene.acme.vouch(house, &mut ann, &asked, "ann@acme.test").await;
                assert_eq!(onward(&home), "/", "{}", home.body);
            }
        }
    });
}

#[test]
fn an_app_that_is_switched_off_meanwhile_lets_nobody_in() {
    run(async {
        for off in [false, true] {
            let scene = Scene::new().await;
            let house = &scene.house;
            scene.bob(&scene.acme.organization, BOB, PASSWORD).await;
            let wiki = app(house).await;
            let link = authorize(&wiki, &[("organization", "acme")]);
            let mut bob = Browser::new();
            let page = house.get(&mut bob, &link).await;
            let meanwhile = async {
                if off {
                    let switch_off = move |tx: &Tx<'_>| {
                        let mut app = apps::find(tx, &wiki)?.unwrap();
                        app.disabled = true;
                        apps::update(tx, &app).map(drop)
                    };
                    // The try has been let through to its hash by then, and is not back.
                    for _ in 0..10 {
                        house.read(|_| Ok(())).await;
                    }
                    house.write(switch_off).await;
                }
            };
            let typed = scene.type_in(&mut bob, &page, (BOB, PASSWORD));
            let (typed, ()) = tokio::join!(typed, meanwhile);
            assert_eq!(typed.header("location").contains("code="), !off, "{}", typed.body);
            assert_eq!(scene.sessions().await, usize::from(!off), "{}", typed.body);
        }
    });
}
