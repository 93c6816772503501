//! Which attempts are found, and how much one call may look at.

use serde_json::Value;

use super::{Attempt, House, attempts};
use crate::model::attempt::{AuthorizeRequest, Purpose, ResponseMode, Wish};
use crate::model::id::{AppId, AttemptId, ConnectionId, UserId};
use crate::model::rng::SystemRng;
use crate::model::secret::Digest;
use crate::model::time::{MINUTE, Millis};

fn sent_by(app: &AppId) -> Purpose {
    Purpose::App(Box::new(AuthorizeRequest {
        app: app.clone(),
        redirect_uri: "https://wiki.test/cb".to_owned(),
        response_mode: ResponseMode::Query,
        scopes: vec!["openid".to_owned()],
        state: None,
        nonce: None,
        code_challenge: "c".repeat(43),
        force_login: false,
        max_age: None,
        wish: Wish::default(),
    }))
}

impl House {
    async fn keep(&self, kept: Vec<Attempt>) {
        self.act(move |act| Ok(kept.iter().try_for_each(|one| attempts::insert(act.tx, one))?))
            .await;
    }

    /// The references found, and the `next`.
    async fn found(&self, query: &str) -> (Vec<String>, Option<String>) {
        let reply = self.get(&format!("/attempts?{query}")).await;
        assert_eq!(reply.status, 200, "{query}: {}", reply.text);
        let items = reply.json["items"].as_array().unwrap();
        let found = items.iter().map(|item| item["reference"].as_str().unwrap().to_owned());
        (found.collect(), reply.json["next"].as_str().map(str::to_owned))
    }
}

#[tokio::test]
async fn attempts_are_found_by_app_person_and_time() {
    let house = House::new().await;
    let acme = house.organization("Acme").await;
    let (wiki, ann) = (AppId::random(&SystemRng), UserId::random(&SystemRng));
    let okta = ConnectionId::random(&SystemRng);
    let begin = |organization: &str| {
        house.pass(MINUTE);
        house.an_attempt(Some(organization))
    };
    let one = Attempt { purpose: sent_by(&wiki), ..begin(&acme) };
    let two = Attempt { user: Some(ann.clone()), connection: Some(okta.clone()), ..begin(&acme) };
    let three = Attempt { purpose: sent_by(&wiki), user: Some(ann.clone()), ..begin(&house.home) };
    let name = |one: &Attempt| one.reference.0.clone();
    let (first, second, third) = (name(&one), name(&two), name(&three));
    let (t1, t2, t3) = (one.created_at, two.created_at, three.created_at);
    house.keep(vec![one, two, three]).await;
    let zone = "2026-11-21T01:02:00%2B01:00";
    assert_eq!(t2, Millis::parse_rfc3339(&zone.replace("%2B", "+")).unwrap());
    let (t1, t2, t3) = (t1.rfc3339(), t2.rfc3339(), t3.rfc3339());
    let spaced = second.replace('-', "%20").to_uppercase();
    let other = AppId::random(&SystemRng);
    for (query, expected) in [
        (String::new(), vec![&third, &second, &first]),
        (format!("app={wiki}"), vec![&third, &first]),
        (format!("user={ann}"), vec![&third, &second]),
        (format!("app={wiki}&user={ann}"), vec![&third]),
        (format!("app={wiki}&organization={acme}"), vec![&first]),
        (format!("connection={okta}&user={ann}"), vec![&second]),
        (format!("app={other}"), vec![]),
        (format!("from={t2}"), vec![&third, &second]),
        (format!("from={zone}"), vec![&third, &second]),
        (format!("until={t2}"), vec![&first]),
        (format!("from={t2}&until={t3}"), vec![&second]),
        (format!("from={t1}&until={t3}&organization={acme}"), vec![&second, &first]),
        (format!("from={t1}&until={t3}&organization={}", house.home), vec![]),
        (format!("code=saml_audience_mismatch&app={wiki}&until={t3}"), vec![&first]),
        (format!("reference={second}&user={ann}"), vec![&second]),
        (format!("reference={spaced}"), vec![&second]),
        (format!("reference={second}&app={wiki}"), vec![]),
        (format!("reference={second}&from={t3}"), vec![]),
        (format!("reference={second}&until={t2}"), vec![]),
    ] {
        let (found, next) = house.found(&query).await;
        assert_eq!(found.iter().collect::<Vec<_>>(), expected, "{query}");
        assert_eq!(next, None, "{query}");
    }
    // In pieces, with a filter.
    let (found, next) = house.found(&format!("app={wiki}&limit=1")).await;
    assert_eq!(found, [third]);
    let query = format!("app={wiki}&limit=1&after={}", next.unwrap());
    assert_eq!(house.found(&query).await, (vec![first], None));
}

#[tokio::test]
async fn a_filter_that_cannot_be_meant_is_named() {
    let house = House::new().await;
    for (query, field, said) in [
        ("app=A%20B", "app", "give the `id`"),
        ("app=", "app", "give the `id`"),
        ("user=ann@acme.test", "user", "give the `id`"),
        ("connection=Okta", "connection", "give the `id`"),
        ("outcome=failed", "outcome", "give one of"),
        ("code=nonsense", "code", "give a reason code"),
        ("from=yesterday", "from", "give a moment with its zone"),
        ("from=2026-11-21", "from", "give a moment with its zone"),
        ("from=", "from", "give a moment with its zone"),
        ("until=2026-11-21T09:30:00", "until", "give a moment with its zone"),
        ("until=2026-11-21T09:30:00+01:00", "until", "give a moment with its zone"),
        ("from=2026-11-21T10:00:00Z&until=2026-11-21T09:00:00Z", "until", "give a moment after"),
        ("from=2026-11-21T10:00:00Z&until=2026-11-21T10:00:00Z", "until", "give a moment after"),
        ("reference=1407-amber-otter-lake&from=x", "from", "give a moment with its zone"),
        ("since=2026-11-21T10:00:00Z", "since", ""),
    ] {
        let reply = house.root("GET", &format!("/attempts?{query}"), Value::Null, 422).await;
        assert_eq!(reply.fields(), [field], "{query}: {}", reply.text);
        let detail = reply.json["errors"][0]["detail"].as_str().unwrap();
        assert!(detail.starts_with(said), "{query}: {detail}");
    }
}

/// As many attempts as `count`, each `apart` milliseconds before the one that is made after it.
fn many(house: &House, organization: &str, count: i64, apart: i64) -> Vec<Attempt> {
    let like = house.an_attempt(Some(organization));
    let one = |n: i64| {
        let mut one = like.clone();
        one.id = AttemptId::random(&SystemRng);
        one.handle = Digest::of(&n.to_le_bytes());
        one.reference.0 = format!("{n}");
        one.created_at = like.created_at.plus(-n * apart);
        one
    };
    (0..count).map(one).collect()
}

#[tokio::test]
async fn a_piece_looks_at_so_many_attempts_and_no_more() {
    for (apart, pieces) in [(1, 3), (0, 2)] {
        let house = House::new().await;
        let acme = house.organization("Acme").await;
        let ann = UserId::random(&SystemRng);
        let mut kept = many(&house, &acme, 2 * attempts::LOOKED_AT + 1, apart);
        kept.last_mut().unwrap().user = Some(ann.clone());
        house.keep(kept).await;
        let of = format!("&organization={acme}");
        for (organization, pieces) in [("", pieces), (&*of, pieces)] {
            let query = format!("user={ann}{organization}");
            let (mut found, mut next) = house.found(&query).await;
            let mut asked = 1;
            while let Some(after) = next {
                let more;
                (more, next) = house.found(&format!("{query}&after={after}")).await;
                found.extend(more);
                asked += 1;
                assert!(asked <= pieces, "{query}");
            }
            assert_eq!((found.len(), asked), (1, pieces), "{query}");
        }
        // Nobody else's attempts are looked at on the way to one's own.
        let other = house.organization("Other").await;
        let (found, next) = house.found(&format!("user={ann}&organization={other}")).await;
        assert_eq!((found, next), (vec![], None));
        // What the index answers alone is not cut short.
        let until = house.hub.now().plus(-2 * attempts::LOOKED_AT + 1).rfc3339();
        let (found, next) = house.found(&format!("until={until}")).await;
        assert_eq!((found.len(), next), (usize::from(apart > 0), None));
    }
}
