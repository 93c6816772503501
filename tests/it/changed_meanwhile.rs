//! What an administrator changes counts from then on, also for whoever is on their way in.

use doorward::model::connection::{ConnectionConfig, Revision};
use doorward::model::id::{ConnectionId, RevisionId};
use doorward::model::rng::SystemRng;
use doorward::store::{Page, connections, sessions, users};
use tokio::sync::oneshot;

use crate::house::{self, Answer, Browser, House, run};
use crate::reason_codes::reference;
use crate::support::admin::Admin;
use crate::support::forge::Signer;
use crate::support::openid::{Gate, Provider};
use crate::support::tenant::{Tenant, onward, sent};

const ANN: &str = "ann@acme.test";

/// Puts a revision of `connection` into use that differs from the live one by `change`; gives the
/// one that was live.
async fn revise(
    house: &House,
    connection: &ConnectionId,
    change: impl FnOnce(&mut ConnectionConfig) + Send + 'static,
) -> RevisionId {
    let (id, now) = (connection.clone(), house.hub.now());
    house
        .write(move |tx| {
            let live = connections::find(tx, &id)?.unwrap().live.unwrap();
            let mut config = connections::revision(tx, &live)?.unwrap().config;
            change(&mut config);
            let next = RevisionId::random(&SystemRng);
            let (id, connection) = (next.clone(), id.clone());
            let row = Revision { id, connection, config, created_at: now };
            connections::insert_revision(tx, &row)?;
            connections::set_live(tx, &row.connection, &next, now)?;
            Ok(live)
        })
        .await
}

/// Nobody is in, nobody was made, and the trace says why.
async fn assert_kept_out(house: &House, answer: &Answer) {
    assert!(answer.body.contains("connection_changed"), "{} {}", answer.status, answer.body);
    let (sessions, people) = house
        .read(|tx| {
            let page = Page::first(9);
            Ok((sessions::list(tx, None, None, &page)?.len(), users::list(tx, None, &page)?.len()))
        })
        .await;
    assert_eq!((sessions, people), (0, 0));
    let told = Admin::open(house, None).await.attempt(house, &reference(answer)).await;
    assert_eq!(told["code"], "connection_changed", "{told}");
    let failed = told["checks"].as_array().unwrap().iter().rfind(|c| c["verdict"] == "failed");
    assert_eq!(failed.unwrap()["name"], "revision", "{told}");
}

/// A certificate that was taken out vouches for nobody, also where its word was heard before: the
/// person is let in by the browser that comes for it, up to a quarter of an hour later.
#[test]
fn a_certificate_taken_out_lets_nobody_in_any_more() {
    run(async {
        for (changed, back, lets_in) in
            [(false, false, true), (true, false, false), (true, true, true)]
        {
            let house = house::open().await;
            let acme = Tenant::open(&house, "acme").await;
            let mut ann = Browser::new();
            let asked = house.get(&mut ann, "/o/acme").await;
            let handle = sent(&asked, "RelayState").unwrap();
            let word = acme.answer(house.hub.now(), &handle, ANN);
            let posted = acme.post(&house, &handle, &word).await;
            let next = onward(&posted);
            assert!(next.starts_with("/login/finish?"), "{next}");
            let connection = acme.connection.clone();
            if changed {
                let before = revise(&house, &connection, |config| {
                    let ConnectionConfig::Saml(config) = config else { panic!() };
                    config.certificates = vec![Signer::p256().certificate_base64()];
                })
                .await;
                if back {
                    let now = house.hub.now();
                    house
                        .write(move |tx| connections::set_live(tx, &connection, &before, now))
                        .await;
                }
            }
            let came = house.get(&mut ann, &next).await;
            if lets_in {
                assert_eq!(onward(&came), "/", "{}", came.body);
            } else {
                assert_kept_out(&house, &came).await;
                // What is asked from now on is judged by what is in use now.
                let asked = house.get(&mut ann, "/o/acme").await;
                let handle = sent(&asked, "RelayState").unwrap();
                let word = acme.answer(house.hub.now(), &handle, ANN);
                let late = acme.post(&house, &handle, &word).await;
                assert!(late.body.contains("saml_signer_unknown"), "{}", late.body);
            }
        }
    });
}

/// People are known by what the live revision reads: whoever was read otherwise would be somebody
/// else's account, or take the place of one that is still to come.
#[test]
fn who_was_judged_by_another_revision_while_the_provider_was_slow_is_not_in() {
    run(async {
        let (house, provider) = (house::open_among_private().await, Provider::start());
        let connection = provider.connect(&house, &Tenant::bare(&house, "acme").await).await;
        let mut ann = Browser::new();
        let asked = house.get(&mut ann, "/o/acme").await;
        let back = provider.vouch(house.hub.now(), &asked, ANN);
        let (asked, is_asked) = oneshot::channel();
        let (answer, may_answer) = std::sync::mpsc::channel();
        provider.hold_back("/token", Gate { asked, answer: may_answer });
        let meanwhile = async {
            is_asked.await.unwrap();
            revise(&house, &connection, |config| {
                let ConnectionConfig::Oidc(config) = config else { panic!() };
                config.attributes.subject = Some("email".to_owned());
            })
            .await;
            answer.send(()).unwrap();
        };
        let mut tab = ann.clone();
        let (came, ()) = tokio::join!(house.get(&mut tab, &back), meanwhile);
        assert_kept_out(&house, &came).await;
        // Once more, by what is in use now.
        let asked = house.get(&mut ann, "/o/acme").await;
        let back = provider.vouch(house.hub.now(), &asked, ANN);
        assert_eq!(onward(&house.get(&mut ann, &back).await), "/");
    });
}
