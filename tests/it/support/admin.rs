//! Somebody who administers: calls of the admin API with a token.

use actix_web::http::Method;
use actix_web::test::TestRequest;
use doorward::admin::{AdminError, tokens};
use doorward::model::id::{OrganizationId, TokenId};
use doorward::model::rng::SystemRng;
use doorward::model::secret::{Digest, random_token};
use doorward::model::time::Millis;
use doorward::store::api_tokens::{self, NewToken};
use doorward::store::{StoreError, Tx};
use serde_json::Value;

use crate::house::{Browser, House};

/// A call by the session of a browser, as the console would make it.
pub async fn by_browser(
    house: &House,
    browser: &mut Browser,
    (method, path): (&str, &str),
    body: &Value,
) -> (u16, Value) {
    let me = house.get(browser, "/api/v1/me").await;
    let me: Value = serde_json::from_str(&me.body).unwrap();
    let mut request = TestRequest::default()
        .method(method.parse::<Method>().unwrap())
        .uri(&format!("/api/v1{path}"))
        .insert_header(("If-Match", "*"))
        .insert_header(("X-CSRF-Token", me["csrf_token"].as_str().unwrap_or("none")));
    if !body.is_null() {
        request = request.set_json(body);
    }
    let answer = house.send(browser, request).await;
    (answer.status.as_u16(), serde_json::from_str(&answer.body).unwrap_or(Value::Null))
}

fn unmakeable(
    tx: &Tx<'_>,
    created_at: Millis,
    organization: Option<OrganizationId>,
) -> Result<String, StoreError> {
    let value = format!("dw_{}", random_token(&SystemRng).expose());
    let (id, name) = (TokenId::random(&SystemRng), "test".to_owned());
    let digest = Digest::of(value.as_bytes());
    api_tokens::insert(tx, &NewToken { id, name, digest, organization, created_at })?;
    Ok(value)
}

/// A bearer token.
pub struct Admin(String);

/// What a call came to.
pub struct Called {
    pub status: u16,
    pub etag: String,
    pub json: Value,
}

impl Admin {
    /// One who reaches everything, or one organization.
    pub async fn open(house: &House, organization: Option<&OrganizationId>) -> Self {
        let (organization, now) = (organization.cloned(), house.hub.now());
        let made = house.write(move |tx| {
            let own = organization.clone();
            match tokens::create_on_host(tx, &SystemRng, now, "test", own) {
                Ok(made) => Ok(made.token),
                // Nobody can make one of the home organization alone; what one would reach is
                // tried all the same.
                Err(AdminError::Invalid(_)) => unmakeable(tx, now, organization),
                Err(_) => Err(StoreError::Conflict),
            }
        });
        Self(made.await)
    }

    /// What it shows to be let in.
    pub fn bearer(&self) -> String {
        format!("Bearer {}", self.0)
    }

    /// Calls with `If-Match`, when that is given, and a body that is not null.
    pub async fn call(
        &self,
        house: &House,
        (method, path): (&str, &str),
        if_match: Option<&str>,
        body: &Value,
    ) -> Called {
        let mut request = TestRequest::default()
            .method(method.parse::<Method>().unwrap())
            .uri(&format!("/api/v1{path}"))
            .insert_header(("Authorization", self.bearer()));
        if let Some(version) = if_match {
            request = request.insert_header(("If-Match", version));
        }
        if !body.is_null() {
            request = request.set_json(body);
        }
        let answer = house.send(&mut Browser::new(), request).await;
        Called {
            status: answer.status.as_u16(),
            etag: answer.header("etag").to_owned(),
            json: serde_json::from_str(&answer.body).unwrap_or(Value::Null),
        }
    }

    /// Reads something: the status and what came.
    pub async fn get(&self, house: &House, path: &str) -> (u16, Value) {
        let called = self.call(house, ("GET", path), None, &Value::Null).await;
        (called.status, called.json)
    }

    /// Does something that no version is asked for.
    pub async fn post(&self, house: &House, path: &str, body: &Value) -> (u16, Value) {
        let called = self.call(house, ("POST", path), None, body).await;
        (called.status, called.json)
    }

    /// The newest attempt, by itself.
    pub async fn newest(&self, house: &House) -> Value {
        let (_, list) = self.get(house, "/attempts?limit=1").await;
        self.attempt(house, list["items"][0]["reference"].as_str().unwrap()).await
    }

    /// One attempt by its reference.
    pub async fn attempt(&self, house: &House, reference: &str) -> Value {
        let path = format!("/attempts/{reference}");
        let found = self.call(house, ("GET", &path), None, &Value::Null).await;
        assert_eq!(found.status, 200, "{reference}: {}", found.json);
        found.json
    }
}
