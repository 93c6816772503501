//! The admin API, as whoever holds a token of the installation or of one organization.

use actix_web::http::StatusCode;
use actix_web::test::TestRequest;
use doorward::model::id::{OrganizationId, TokenId};
use doorward::model::rng::SystemRng;
use doorward::model::secret::{Digest, random_token};
use doorward::store::api_tokens::{self, NewToken};
use serde_json::Value;

use crate::house::{Browser, House};

/// The holder of a token.
pub struct Api(String);

impl Api {
    /// With a token of the installation, or of one organization.
    pub async fn of(house: &House, organization: Option<&OrganizationId>) -> Self {
        let value = format!("dw_{}", random_token(&SystemRng).expose());
        let token = NewToken {
            id: TokenId::random(&SystemRng),
            name: "tests".to_owned(),
            digest: Digest::of(value.as_bytes()),
            organization: organization.cloned(),
            created_at: house.hub.now(),
        };
        house.write(move |tx| api_tokens::insert(tx, &token)).await;
        Self(value)
    }

    /// Reads something.
    pub async fn get(&self, house: &House, path: &str) -> (StatusCode, Value) {
        self.send(house, TestRequest::get().uri(&format!("/api/v1{path}"))).await
    }

    /// Does something.
    pub async fn post(&self, house: &House, path: &str, body: &Value) -> (StatusCode, Value) {
        let request = TestRequest::post().uri(&format!("/api/v1{path}")).set_json(body);
        self.send(house, request).await
    }

    /// Sends any request.
    pub async fn send(&self, house: &House, request: TestRequest) -> (StatusCode, Value) {
        let request = request.insert_header(("authorization", format!("Bearer {}", self.0)));
        let answer = house.send(&mut Browser::new(), request).await;
        (answer.status, serde_json::from_str(&answer.body).unwrap_or(Value::Null))
    }
}
