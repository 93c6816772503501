//! What a domain means for those who sign in: who comes in, and what apps are told.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use doorward::model::domain::{Domain, State};
use doorward::model::id::OrganizationId;
use doorward::model::rng::SystemRng;
use doorward::store::domains;
use serde_json::{Value, json};

use super::Town;
use crate::house::{Answer, Browser, run};
use crate::reason_codes::{Told, assert_told, reference};
use crate::support::openid::Provider;
use crate::support::tenant::{CALLBACK, Tenant, authorize, onward, sent};

const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stands {
    Proved,
    Accepted,
    Pending,
    Lost,
    Anothers,
    /// Nobody has it, nor has the organization any other.
    Unclaimed,
    /// Nobody has it; the organization has another one.
    Outside,
}

impl Town {
    /// Lets `acme.test` stand so, for organization acme.
    async fn stand(&self, acme: &OrganizationId, how: Stands) {
        let (acme, evil) = (acme.clone(), self.evil.organization.clone());
        let now = self.house.hub.now();
        self.house
            .write(move |tx| {
                for organization in [&acme, &evil] {
                    for name in ["acme.test", "other.test"] {
                        domains::delete(tx, organization, name)?;
                    }
                }
                let new = |of: &OrganizationId, name: &str, state| {
                    let pending = Domain::pending(&SystemRng, now, of.clone(), name.to_owned());
                    domains::save(tx, &Domain { state, ..pending })
                };
                let dns = State::ProvedByDns { missing: None };
                match how {
                    Stands::Proved => new(&acme, "acme.test", dns),
                    Stands::Accepted => new(&acme, "acme.test", State::ProvedByOperator),
                    Stands::Pending => new(&acme, "acme.test", State::Pending),
                    Stands::Lost => new(&acme, "acme.test", State::Lost),
                    Stands::Anothers => new(&evil, "acme.test", dns),
                    Stands::Unclaimed => Ok(()),
                    Stands::Outside => new(&acme, "other.test", dns),
                }
            })
            .await;
    }

    /// Where an app sends somebody who belongs to an organization.
    fn link(&self, organization: &OrganizationId) -> String {
        let more = [("organization", organization.as_str())];
        authorize(&self.wiki, &more).replace("scope=openid", "scope=openid+email")
    }

    /// What the ID token says after the last hop.
    async fn told(&self, back: &Answer) -> Value {
        let code = sent(back, "code").unwrap_or_else(|| panic!("{} {}", back.status, back.body));
        let fields = [
            ("grant_type", "authorization_code"),
            ("client_id", self.wiki.as_str()),
            ("code", code.as_str()),
            ("redirect_uri", CALLBACK),
            ("code_verifier", VERIFIER),
        ];
        let answer = self.house.post(&mut Browser::new(), "/oauth2/token", &fields).await;
        let tokens: Value = serde_json::from_str(&answer.body).unwrap();
        let token = tokens["id_token"].as_str().unwrap();
        let claims = URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap();
        serde_json::from_slice::<Value>(&claims).unwrap()["email_verified"].clone()
    }

    /// Signs a person in over SAML, with an attribute `email_verified` or without.
    async fn over_saml(&self, tenant: &Tenant, person: &str, claim: Option<&str>) -> Answer {
        let mut browser = Browser::new();
        let asked = self.house.get(&mut browser, &self.link(&tenant.organization)).await;
        let handle = sent(&asked, "RelayState").unwrap();
        let unsigned = tenant.unsigned(self.house.hub.now(), &handle, person);
        let added = claim.map_or_else(String::new, |claim| {
            format!(
                "<saml:Attribute Name=\"email_verified\"><saml:AttributeValue>{claim}\
                 </saml:AttributeValue></saml:Attribute></saml:AttributeStatement>"
            )
        });
        let xml = match claim {
            Some(_) => unsigned.xml.replace("</saml:AttributeStatement>", &added),
            None => unsigned.xml,
        };
        let posted = tenant.post(&self.house, &handle, &tenant.sign(&xml, &unsigned.id)).await;
        self.house.get(&mut browser, &onward(&posted)).await
    }

    /// Signs a person in over OpenID Connect, with the claim `email_verified` or without.
    async fn over_oidc(
        &self,
        (provider, organization): (&Provider, &OrganizationId),
        person: &str,
        claim: &Value,
    ) -> Answer {
        let mut browser = Browser::new();
        let asked = self.house.get(&mut browser, &self.link(organization)).await;
        let back = provider.vouch_changed(self.house.hub.now(), &asked, person, |claims| {
            if !claim.is_null() {
                claims["email_verified"] = claim.clone();
            }
        });
        // The browser brings it itself, with its cookies, so it takes no further hop.
        self.house.get(&mut browser, &back).await
    }
}

/// The rows of the three-valued rule: how the domain stands, and whether the address is
/// verified when the provider says yes, nothing, no.
const RULE: [(Stands, [bool; 3]); 7] = [
    (Stands::Proved, [true, true, false]),
    (Stands::Accepted, [true, true, false]),
    (Stands::Pending, [true, false, false]),
    (Stands::Lost, [false, false, false]),
    (Stands::Anothers, [false, false, false]),
    (Stands::Unclaimed, [true, false, false]),
    (Stands::Outside, [false, false, false]),
];

#[test]
fn what_apps_are_told_of_an_address_over_saml() {
    run(async {
        let town = Town::new().await;
        for (stands, expected) in RULE {
            for (claim, verified) in [Some("true"), None, Some("false")].into_iter().zip(expected) {
                let person = "ann@acme.test";
                // Known from before: a lost domain takes in nobody new.
                town.stand(&town.acme.organization, Stands::Proved).await;
                town.over_saml(&town.acme, person, claim).await;
                town.stand(&town.acme.organization, stands).await;
                let back = town.over_saml(&town.acme, person, claim).await;
                assert_eq!(town.told(&back).await, json!(verified), "{stands:?} {claim:?}");
            }
        }
    });
}

#[test]
fn what_apps_are_told_of_an_address_over_openid_connect() {
    run(async {
        let town = Town::new().await;
        let organization = Tenant::bare(&town.house, "oidc").await;
        let provider = Provider::start();
        provider.connect(&town.house, &organization).await;
        let through = (&provider, &organization);
        for (stands, expected) in RULE {
            let claims = [json!(true), Value::Null, json!(false)].into_iter().zip(expected);
            // Whatever is not exactly yes is no (2a).
            let odd = [json!("false"), json!(0)].map(|claim| (claim, false));
            for (claim, verified) in claims.chain(odd) {
                let person = "ann@acme.test";
                town.stand(&organization, Stands::Proved).await;
                town.over_oidc(through, person, &claim).await;
                town.stand(&organization, stands).await;
                let back = town.over_oidc(through, person, &claim).await;
                assert_eq!(town.told(&back).await, json!(verified), "{stands:?} {claim}");
            }
        }
    });
}

/// One text, two addresses: apps that read another one in it than we do must not be told that
/// it is verified.
#[test]
fn what_can_be_read_as_somebody_elses_address_is_not_verified() {
    run(async {
        let town = Town::new().await;
        let acme = &town.acme.organization;
        town.stand(acme, Stands::Proved).await;
        for (person, verified) in [
            ("ann@acme.test", true),
            ("ann.o'neil+tag@ACME.test", true),
            ("zoë@acme.test", true),
            ("boss@globex.test@acme.test", false),
            ("boss@globex.test,ann@acme.test", false),
            ("boss@globex.test;ann@acme.test", false),
            ("boss@globex.test(ann@acme.test", false),
            ("\"boss@globex.test\"@acme.test", false),
            ("&lt;boss@globex.test&gt;ann@acme.test", false),
            ("boss,ann@acme.test", false),
            ("boss\u{ff20}globex.test@acme.test", false),
            ("boss\u{202e}@acme.test", false),
            ("boss\u{200b}@acme.test", false),
            ("=?utf-8?q?boss=40globex.test=3e?=@acme.test", false),
            (".ann@acme.test", false),
            ("ann..b@acme.test", false),
            ("@acme.test", false),
        ] {
            let back = town.over_saml(&town.acme, person, Some("true")).await;
            let told = town.told(&back).await;
            assert_eq!(told == json!(true), verified, "{person}");
        }
    });
}

/// A token an app redeems later says how the domain stands then.
#[test]
fn a_domain_that_is_lost_verifies_nothing_from_then_on() {
    run(async {
        let town = Town::new().await;
        let acme = &town.acme.organization;
        town.stand(acme, Stands::Proved).await;
        let back = town.over_saml(&town.acme, "ann@acme.test", None).await;
        town.stand(acme, Stands::Lost).await;
        assert_eq!(town.told(&back).await, json!(false));
    });
}

#[test]
fn a_lost_domain_lets_known_people_in_and_nobody_new() {
    run(async {
        let town = Town::new().await;
        let acme = &town.acme.organization;
        town.stand(acme, Stands::Proved).await;
        town.told(&town.over_saml(&town.acme, "ann@acme.test", None).await).await;
        town.stand(acme, Stands::Lost).await;
        let back = town.over_saml(&town.acme, "ann@acme.test", Some("true")).await;
        assert_eq!(town.told(&back).await, json!(false));
        let page = town.over_saml(&town.acme, "new@acme.test", Some("true")).await;
        let told = Told {
            code: "email_domain_outside",
            who: "it",
            check: ("email_domain", "still proved", ""),
            difference: None,
        };
        refused(&town, &page, &told).await;
        // Proved again, they come in.
        town.stand(acme, Stands::Proved).await;
        town.told(&town.over_saml(&town.acme, "new@acme.test", None).await).await;
    });
}

#[test]
fn who_comes_from_outside_is_let_in_or_refused_by_setting() {
    run(async {
        let town = Town::new().await;
        let acme = &town.acme.organization;
        let path = format!("/organizations/{acme}");
        let (_, item) = town.acme_admin.get(&town.house, &path).await;
        assert_eq!(item["outside_domains"], "let_in_unverified");
        let set = json!({"outside_domains": "refuse"});
        let set = town.acme_admin.call(&town.house, ("PATCH", &path), Some("*"), &set).await;
        assert_eq!((set.status, &set.json["outside_domains"]), (200, &json!("refuse")));
        let odd = json!({"outside_domains": "maybe"});
        let odd = town.acme_admin.call(&town.house, ("PATCH", &path), Some("*"), &odd).await;
        assert!([400, 422].contains(&odd.status), "{}", odd.json);
        for (stands, person, comes_in) in [
            // Without a domain of its own there is nothing to compare with.
            (Stands::Unclaimed, "ann@acme.test", true),
            (Stands::Pending, "ann@acme.test", true),
            (Stands::Anothers, "ann@acme.test", true),
            (Stands::Proved, "ann@acme.test", true),
            (Stands::Proved, "Anna@ACME.test", true),
            (Stands::Proved, "ann@elsewhere.test", false),
            (Stands::Proved, "ann@mail.acme.test", false),
            (Stands::Proved, "ann@acme.test.evil.test", false),
            (Stands::Outside, "ann@acme.test", false),
        ] {
            town.stand(acme, stands).await;
            let back = town.over_saml(&town.acme, person, Some("true")).await;
            let inside = sent(&back, "code").is_some();
            assert_eq!(inside, comes_in, "{stands:?} {person} {}", back.body);
            if !comes_in {
                let told = Told {
                    code: "email_domain_outside",
                    who: "it",
                    check: ("email_domain", "a domain the organization has proved", ""),
                    difference: None,
                };
                refused(&town, &back, &told).await;
            }
        }
    });
}

/// The page tells of no domain; the trace has the one that came, masked until revealed.
async fn refused(town: &Town, page: &Answer, told: &Told<'_>) {
    for inner in ["acme.test", "other.test", "proved", "lost"] {
        assert!(!page.body.contains(inner), "{inner}: {}", page.body);
    }
    let attempt = assert_told(&town.house, &town.root, page, told).await;
    let received = |attempt: &Value| {
        let checks = attempt["checks"].as_array().unwrap().iter();
        let check = checks.rev().find(|check| check["name"] == "email_domain").unwrap().clone();
        (check["personal"].clone(), check["received"].to_string().contains(".test"))
    };
    assert_eq!(received(&attempt), (json!(true), false));
    let path = format!("/attempts/{}/reveal", reference(page));
    let (_, revealed) = town.root.post(&town.house, &path, &Value::Null).await;
    assert_eq!(received(&revealed), (json!(true), true));
}
