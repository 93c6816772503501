//! The one address people come back to from every OpenID Provider.

use doorward::model::connection::{ConnectionConfig, OidcConfig};
use doorward::model::id::ConnectionId;

use crate::house::{self, Browser, House, run};
use crate::support::admin::Admin;
use crate::support::openid::Provider;
use crate::support::tenant::{Tenant, connect, onward, sent};

const SHARED: &str = "http://localhost:8080/oidc/callback";

/// A connection to `provider` that asks people back to the shared address.
async fn shared(house: &House, path: &str, provider: &Provider) -> ConnectionId {
    let organization = Tenant::bare(house, path).await;
    let config = OidcConfig {
        issuer: provider.issuer.clone(),
        client_id: "doorward".to_owned(),
        shared_redirect_uri: true,
        ..OidcConfig::default()
    };
    connect(house, &organization, ConnectionConfig::Oidc(config)).await
}

#[test]
fn one_registered_address_serves_several_connections() {
    run(async {
        let house = house::open_among_private().await;
        let (one, other) = (Provider::start(), Provider::start());
        shared(&house, "acme", &one).await;
        shared(&house, "globex", &other).await;
        for (path, provider) in [("acme", &one), ("globex", &other)] {
            let mut ann = Browser::new();
            let asked = house.get(&mut ann, &format!("/o/{path}")).await;
            assert_eq!(sent(&asked, "redirect_uri").as_deref(), Some(SHARED), "{}", asked.body);
            let back = provider.vouch(house.hub.now(), &asked, "ann@acme.test");
            assert!(back.starts_with("/oidc/callback?"), "{back}");
            let mut landed = house.get(&mut ann, &back).await;
            for _ in 0..3 {
                if landed.status.is_redirection() {
                    landed = house.get(&mut ann, &onward(&landed)).await;
                }
            }
            assert_eq!(landed.status.as_u16(), 200, "{}", landed.body);
            assert!(landed.body.contains("ann@acme.test"), "{path}: {}", landed.body);
            assert_eq!(provider.redeemed(), 1, "{path}");
        }
    });
}

/// A provider that has another's answer brought to the shared address gets no code of it.
#[test]
fn an_answer_in_anothers_name_is_not_redeemed() {
    run(async {
        let house = house::open_among_private().await;
        let (honest, evil) = (Provider::start(), Provider::start());
        shared(&house, "acme", &honest).await;
        shared(&house, "globex", &evil).await;
        for (iss, status) in [(Some(&evil), 403), (None, 403)] {
            let mut ann = Browser::new();
            let asked = house.get(&mut ann, "/o/acme").await;
            let back = honest.vouch(house.hub.now(), &asked, "ann@acme.test");
            let (kept, _) = back.split_once("&iss=").unwrap();
            let changed = match iss {
                Some(provider) => {
                    let iss: String =
                        url::form_urlencoded::byte_serialize(provider.issuer.as_bytes()).collect();
                    format!("{kept}&iss={iss}")
                }
                None => kept.to_owned(),
            };
            let refused = house.get(&mut ann, &changed).await;
            assert_eq!(refused.status.as_u16(), status, "{changed}: {}", refused.body);
            assert_eq!((honest.redeemed(), evil.redeemed()), (0, 0), "{changed}");
        }
    });
}

#[test]
fn a_draft_says_which_address_it_uses() {
    run(async {
        let house = house::open_among_private().await;
        let root = Admin::open(&house, None).await;
        let provider = Provider::start();
        let organization = Tenant::bare(&house, "acme").await;
        let made = serde_json::json!({
            "organization": organization, "name": "Okta", "protocol": "oidc",
        });
        let (status, made) = root.post(&house, "/connections", &made).await;
        assert_eq!(status, 201, "{made}");
        let draft = format!("/connections/{}/draft", made["id"].as_str().unwrap());
        for chosen in [true, false] {
            let body = serde_json::json!({
                "issuer": provider.issuer, "client_id": "doorward", "shared_redirect_uri": chosen,
            });
            let put = root.call(&house, ("PUT", &draft), Some("*"), &body).await;
            assert_eq!(put.status, 200, "{}", put.json);
            let config = &put.json["draft"]["config"];
            assert_eq!(config["shared_redirect_uri"], serde_json::json!(chosen), "{}", put.json);
        }
    });
}
