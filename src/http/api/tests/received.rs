//! What the API shows of a provider's answer: names always, values once they are revealed.

use serde_json::{Value, json};

use super::House;
use crate::keys::seal::seal_evidence;
use crate::model::evidence::Evidence;
use crate::model::matched::{Field, Match, Why};
use crate::model::user::{Groups, Profile};
use crate::store::attempts;

const DN: &str = "CN=Ops,DC=acme,DC=test";

async fn an_attempt_with_evidence(house: &House) -> String {
    let mut evidence = Evidence {
        profile: Some(Profile {
            email: Some("ann@acme.test".to_owned()),
            groups: Groups::Known(vec![DN.to_owned(), "/devops".to_owned()]),
            ..Profile::empty()
        }),
        matches: vec![
            Match::unnamed(Field::Subject, Why::NameId),
            Match::new(Field::Email, Why::Normalised, "User.email\u{200b}"),
        ],
        ..Evidence::default()
    };
    evidence.receive(&[("User.email".to_owned(), vec!["ann@acme.test".to_owned()])].into());
    let attempt = house.an_attempt(Some(&house.home));
    let reference = attempt.reference.0.clone();
    house
        .act(move |act| {
            let sealed = seal_evidence(&act.hub.sealer, act.hub.rng.as_ref(), &evidence).unwrap();
            attempts::insert(act.tx, &attempt)?;
            Ok(attempts::keep_evidence(act.tx, &attempt.id, &sealed)?)
        })
        .await;
    reference
}

#[tokio::test]
async fn names_are_shown_and_values_are_masked_until_revealed() {
    let house = House::new().await;
    let reference = an_attempt_with_evidence(&house).await;
    let matches = json!([
        {"field": "subject", "name": null, "why": "name_id",
            "sentence": "The lasting identity is the NameID."},
        {"field": "email", "name": "User.email\\u{200b}", "why": "normalised",
            "sentence": "The e-mail address was taken from User.email\\u{200b}, another spelling of a known name."},
    ]);
    let path = format!("/attempts/{reference}");
    let masked = house.get(&path).await;
    let shown = &masked.json["received"];
    assert_eq!(shown["matches"], matches);
    assert_eq!(shown["attributes"], json!([{"name": "User.email", "values": ["(masked)"]}]));
    assert_eq!(
        shown["profile"]["groups"],
        json!([
            {"value": "(masked)", "kind": "dn", "label": "(masked)"},
            {"value": "(masked)", "kind": "path", "label": "(masked)"},
        ])
    );
    assert!(!masked.text.contains("ann@acme.test") && !masked.text.contains("Ops"));
    let revealed = house.root("POST", &format!("{path}/reveal"), Value::Null, 200).await;
    let shown = &revealed.json["received"];
    assert_eq!(shown["matches"], matches);
    assert_eq!(
        shown["profile"]["groups"],
        json!([
            {"value": DN, "kind": "dn", "label": "Ops"},
            {"value": "/devops", "kind": "path", "label": "/devops"},
        ])
    );
}

#[tokio::test]
async fn how_joined_groups_are_split_is_kept_and_shown() {
    let house = House::new().await;
    let acme = house.organization("Acme").await;
    let plain = house.saml(&acme, json!({})).await;
    assert_eq!(plain.json["draft"]["config"]["attributes"]["split_groups"], Value::Null);
    for separator in ["semicolon", "comma"] {
        let config = json!({"attributes": {"groups": "memberOf", "split_groups": separator}});
        for made in [house.saml(&acme, config.clone()).await, house.oidc(&acme, config).await] {
            let shown = &house.get(&format!("/connections/{}", made.id())).await.json;
            let attributes = &shown["draft"]["config"]["attributes"];
            assert_eq!(attributes["groups"], "memberOf", "{shown}");
            assert_eq!(attributes["split_groups"], separator, "{shown}");
        }
    }
}
