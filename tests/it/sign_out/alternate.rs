//! An owner at the owner's door and a person from a provider take turns in one browser (K31).

use super::{ANN, Scene, enter, redeem};
use crate::house::{Browser, House, PASSWORD, run};
use crate::support::receiver::{Receiver, app_told_at};
use crate::support::tenant::{authorize, onward, sent};

/// The owner signs in at the owner's door, and into the app.
async fn owner_enters(
    house: &House,
    browser: &mut Browser,
    app: &doorward::model::id::AppId,
) -> super::Tokens {
    let entered = house.sign_in(browser, "ann@acme.test", PASSWORD).await;
    assert_eq!(onward(&entered), "/", "{}", entered.body);
    let back = house.get(browser, &authorize(app, &[])).await;
    let code = sent(&back, "code").unwrap_or_else(|| panic!("{} {}", back.status, back.body));
    redeem(house, app, &code).await
}

#[test]
fn owner_and_person_take_turns_in_one_browser() {
    run(async {
        let mut scene = Scene::new().await;
        scene.house.set_up(&mut Browser::new()).await;
        let receiver = Receiver::start();
        let app = app_told_at(&scene.house, "Wiki", Some(receiver.address.clone())).await;
        let mut told = Vec::new();
        let mut subs = Vec::new();
        for round in 0..4 {
            // Without a sign-out between, in odd rounds.
            let between = round % 2 == 0;
            let mut browser = scene.ann.clone();
            let owner = owner_enters(&scene.house, &mut browser, &app).await;
            assert!(scene.house.get(&mut browser, "/").await.body.contains("Ann Owner"));
            scene.ann = browser;
            if between {
                scene.sign_out().await;
            } else {
                gives_way(&mut scene).await;
            }
            told.push((owner.sub.clone(), owner.sid.clone()));
            scene.tell().await;
            assert_eq!(receiver.of(), told, "{round}: the owner's, and nobody else's");
            assert!(!scene.lives(&owner.access_token).await);
            let mut browser = scene.ann.clone();
            let person = enter(&scene.house, &scene.acme, &mut browser, ANN, &app).await;
            scene.ann = browser;
            assert_ne!(person.sub, owner.sub);
            assert!(scene.lives(&person.access_token).await);
            if between {
                scene.sign_out().await;
            }
            subs.push((owner.sub, person.sub.clone()));
            if between {
                told.push((person.sub, person.sid));
                scene.tell().await;
                assert_eq!(receiver.of(), told, "{round}");
            } else {
                // The owner's door replaces whoever is there.
                let mut browser = scene.ann.clone();
                let owner = owner_enters(&scene.house, &mut browser, &app).await;
                scene.ann = browser;
                told.push((person.sub, person.sid));
                scene.tell().await;
                assert_eq!(receiver.of(), told, "{round}");
                scene.sign_out().await;
                told.push((owner.sub, owner.sid));
                scene.tell().await;
                assert_eq!(receiver.of(), told, "{round}");
            }
        }
        // The same two all the time, each session told of once.
        assert!(subs.windows(2).all(|two| two[0] == two[1]), "{subs:?}");
        let mut sids: Vec<_> = told.iter().map(|(_, sid)| sid).collect();
        sids.sort();
        sids.dedup();
        assert_eq!(sids.len(), told.len());
    });
}

/// The person comes by their provider while the owner is signed in, and the owner gives way.
async fn gives_way(scene: &mut Scene) {
    let asked = scene.house.get(&mut scene.ann, "/o/acme?other=1").await;
    let mut page = scene.acme.vouch(&scene.house, &mut scene.ann, &asked, ANN).await;
    if sent(&page, "round").is_some() {
        page = scene.house.get(&mut scene.ann, &onward(&page)).await;
    }
    let fields = ["csrf", "attempt", "ticket", "instead_of"].map(|name| (name, page.field(name)));
    let mut fields: Vec<(&str, &str)> =
        fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    fields.push(("choice", "continue"));
    let done = scene.house.post(&mut scene.ann, "/login/finish", &fields).await;
    assert_eq!(onward(&done), "/", "{}", done.body);
}
