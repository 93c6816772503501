//! The API as its callers meet it: the real routes over a real database.

mod browser;
mod differences;
mod edits;
mod presets;
mod received;
mod recognise;
mod requests;
mod revisions;
mod scope;
mod secrets;
mod sources;
mod traces;
mod trail;
mod validation;

use std::sync::Arc;

use actix_web::http::Method;
use actix_web::http::header::HeaderMap;
use actix_web::test::{TestRequest, call_service, init_service, read_body};
use serde_json::{Value, json};

use crate::admin::tokens::{self, TokenInput};
use crate::admin::{self, Access, Act, AdminError};
use crate::config::Config;
use crate::hub::Hub;
use crate::model::attempt::{Attempt, Purpose, Reference, State};
use crate::model::check::Checks;
use crate::model::code::Code;
use crate::model::domain::standing::OutsideDomains;
use crate::model::hop::Hops;
use crate::model::id::{AttemptId, ConnectionId, OrganizationId, SessionId, UserId};
use crate::model::organization::Organization;
use crate::model::public_url::PublicUrl;
use crate::model::rng::SystemRng;
use crate::model::secret::{Digest, random_token};
use crate::model::session::{Method as Proof, Session};
use crate::model::time::{DAY, HOUR, Millis, StandingClock};
use crate::model::user::{Profile, User};
use crate::store::{attempts, connections, organizations, sessions, users};

/// An installation of its own, with its home organization.
struct House {
    hub: Hub,
    clock: Arc<StandingClock>,
    home: String,
    /// A token for the whole installation.
    root: String,
    _folder: tempfile::TempDir,
}

/// An answer.
struct Reply {
    status: u16,
    headers: HeaderMap,
    text: String,
    json: Value,
}

impl Reply {
    fn etag(&self) -> String {
        self.headers.get("etag").unwrap().to_str().unwrap().to_owned()
    }

    fn id(&self) -> String {
        self.json["id"].as_str().unwrap().to_owned()
    }

    /// The code of the problem, after checking that it is one.
    fn problem(&self) -> &str {
        assert_eq!(self.headers.get("content-type").unwrap(), "application/problem+json");
        assert_eq!(self.json["status"], self.status, "{}", self.text);
        let code = self.json["code"].as_str().unwrap();
        assert_eq!(self.json["type"], format!("urn:doorward:problem:{code}"));
        code
    }

    /// The fields that were refused.
    fn fields(&self) -> Vec<&str> {
        let errors = self.json["errors"].as_array().unwrap();
        errors.iter().map(|error| error["field"].as_str().unwrap()).collect()
    }
}

impl House {
    async fn new() -> Self {
        Self::with(|_| {}).await
    }

    /// One that is told more.
    async fn with(tell: impl FnOnce(&mut Config)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = PublicUrl::parse("http://localhost:8080").unwrap();
        let mut config = Config::new(folder.path().to_owned(), "127.0.0.1:0".parse().unwrap(), url);
        tell(&mut config);
        // 2026-11-21
        let clock = Arc::new(StandingClock::at(Millis(1_795_219_200_000)));
        let hub = Hub::open(config, clock.clone(), Arc::new(SystemRng)).await.unwrap();
        let mut house =
            Self { hub, clock, home: String::new(), root: String::new(), _folder: folder };
        house.home = house.put_organization("Home", true).await.to_string();
        house.root = house.token(None).await;
        house
    }

    fn pass(&self, milliseconds: i64) {
        self.clock.pass(milliseconds);
    }

    /// Does something as somebody with a shell on the host.
    async fn act<T: Send + 'static>(
        &self,
        f: impl FnOnce(&Act<'_>) -> Result<T, AdminError> + Send + 'static,
    ) -> T {
        admin::write(self.hub.clone(), Access::for_test(), f).await.unwrap()
    }

    async fn put_organization(&self, name: &str, home: bool) -> OrganizationId {
        let organization = Organization {
            id: OrganizationId::random(&SystemRng),
            name: name.to_owned(),
            path: None,
            disabled: false,
            home,
            outside_domains: OutsideDomains::default(),
            settings: Default::default(),
            created_at: self.hub.now(),
            version: 1,
        };
        let id = organization.id.clone();
        self.act(move |act| Ok(organizations::insert(act.tx, &organization)?)).await;
        id
    }

    async fn token(&self, organization: Option<&str>) -> String {
        let input =
            TokenInput { name: "a test".to_owned(), organization: organization.map(str::to_owned) };
        self.act(move |act| tokens::create(act, &input)).await.token
    }

    async fn put_user(&self, organization: &str, owner: bool) -> String {
        let user = User {
            id: UserId::random(&SystemRng),
            organization: OrganizationId::try_from(organization).unwrap(),
            profile: Profile { email: Some("ann@acme.test".to_owned()), ..Profile::empty() },
            answers: Default::default(),
            owner,
            admin: false,
            disabled: false,
            inactive_since: None,
            access_ended_at: None,
            announced: false,
            created_at: self.hub.now(),
            last_sign_in_at: None,
            version: 1,
        };
        let id = user.id.to_string();
        self.act(move |act| Ok(users::insert(act.tx, &user)?)).await;
        id
    }

    /// A session of `user`, through `connection` or by the owner's password; its identifier
    /// and the value of its cookie.
    async fn put_session(
        &self,
        organization: &str,
        user: &str,
        connection: Option<&str>,
    ) -> (String, String) {
        let now = self.hub.now();
        let session = Session {
            id: SessionId::random(&SystemRng),
            user: UserId::try_from(user).unwrap(),
            organization: OrganizationId::try_from(organization).unwrap(),
            method: connection.map_or(Proof::OwnerPassword, |id| Proof::Upstream {
                connection: ConnectionId::try_from(id).unwrap(),
            }),
            second_factor: None,
            authenticated_at: now,
            seen_at: now,
            expires_at: now.plus(12 * HOUR),
        };
        let cookie = random_token(&SystemRng).into_inner();
        let digest = Digest::of_ordered(&cookie);
        let id = session.id.to_string();
        self.act(move |act| Ok(sessions::insert(act.tx, &session, digest, None)?)).await;
        (id, cookie)
    }

    async fn put_attempt(&self, organization: Option<&str>) -> String {
        let attempt = self.an_attempt(organization);
        let reference = attempt.reference.0.clone();
        self.act(move |act| Ok(attempts::insert(act.tx, &attempt)?)).await;
        reference
    }

    async fn put_attempt_with(&self, organization: Option<&str>, checks: Checks) -> String {
        let attempt = Attempt { checks, ..self.an_attempt(organization) };
        let reference = attempt.reference.0.clone();
        self.act(move |act| Ok(attempts::insert(act.tx, &attempt)?)).await;
        reference
    }

    /// A refused attempt of now, not stored.
    fn an_attempt(&self, organization: Option<&str>) -> Attempt {
        let mut checks = Checks::new();
        checks.passed("issuer", "https://idp.acme.test", "https://idp.acme.test");
        checks.passed_personal("email", "an address", "ann@acme.test");
        checks.failed(Code::SamlAudience, "audience", "https://us", "https://them");
        Attempt {
            id: AttemptId::random(&SystemRng),
            reference: Reference::random(&SystemRng, self.hub.now()),
            handle: Digest::of(random_token(&SystemRng).expose().as_bytes()),
            browser: None,
            purpose: Purpose::Home,
            state: State::Refused { code: Code::SamlAudience },
            checks,
            hops: Hops::default(),
            organization: organization.map(|id| OrganizationId::try_from(id).unwrap()),
            connection: None,
            user: None,
            created_at: self.hub.now(),
            changed_at: self.hub.now(),
            redeemed_at: None,
        }
    }

    /// Sends a request as it is.
    async fn send(&self, request: TestRequest) -> Reply {
        let service = init_service(crate::http::app(self.hub.clone())).await;
        let response = call_service(&service, request.to_request()).await;
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        let text = String::from_utf8(read_body(response).await.to_vec()).unwrap();
        let json = serde_json::from_str(&text).unwrap_or(Value::Null);
        Reply { status, headers, text, json }
    }

    /// Calls with a token; `*` as If-Match where `method` changes something that exists.
    async fn call(&self, token: &str, method: &str, path: &str, body: Value) -> Reply {
        self.send(request(token, method, path, &body).insert_header(("If-Match", "*"))).await
    }

    /// Makes the draft of a connection count as tested, without any provider.
    async fn tested(&self, connection: &str) {
        let id = ConnectionId::try_from(connection).unwrap();
        let note = move |act: &Act<'_>| {
            let draft = connections::find(act.tx, &id)?.and_then(|found| found.draft).unwrap();
            Ok(connections::tested(act.tx, &id, &draft, act.now, false)?)
        };
        self.act(note).await;
    }

    async fn get(&self, path: &str) -> Reply {
        self.call(&self.root, "GET", path, Value::Null).await
    }

    /// Calls as whoever administers the installation, and expects `status`.
    async fn root(&self, method: &str, path: &str, body: Value, status: u16) -> Reply {
        let reply = self.call(&self.root, method, path, body).await;
        assert_eq!(reply.status, status, "{method} {path}: {}", reply.text);
        reply
    }

    async fn organization(&self, name: &str) -> String {
        self.root("POST", "/organizations", json!({"name": name}), 201).await.id()
    }

    async fn saml(&self, organization: &str, config: Value) -> Reply {
        let body = json!({
            "organization": organization, "name": "Okta", "protocol": "saml", "config": config
        });
        self.root("POST", "/connections", body, 201).await
    }

    async fn oidc(&self, organization: &str, config: Value) -> Reply {
        let body = json!({
            "organization": organization, "name": "Entra", "protocol": "oidc", "config": config
        });
        self.root("POST", "/connections", body, 201).await
    }
}

fn request(token: &str, method: &str, path: &str, body: &Value) -> TestRequest {
    let request = TestRequest::default()
        .method(method.parse::<Method>().unwrap())
        .uri(&format!("/api/v1{path}"))
        .insert_header(("Authorization", format!("Bearer {token}")));
    if body.is_null() { request } else { request.set_json(body) }
}

/// The metadata of an identity provider whose certificate is `pem`.
fn metadata(pem: &str) -> String {
    let bare: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
    format!(
        r#"<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://idp.acme.test/metadata">
  <md:IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
    <md:KeyDescriptor use="signing"><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#">
      <ds:X509Data><ds:X509Certificate>{bare}</ds:X509Certificate></ds:X509Data>
    </ds:KeyInfo></md:KeyDescriptor>
    <md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://idp.acme.test/sso"/>
  </md:IDPSSODescriptor>
</md:EntityDescriptor>"#
    )
}

/// A certificate in PEM, and its private key.
fn certificate() -> (String, String) {
    let made = rcgen::generate_simple_self_signed(vec!["idp.acme.test".to_owned()]).unwrap();
    (made.cert.pem(), made.signing_key.serialize_pem())
}

/// Three values that make a SAML connection.
fn values() -> Value {
    json!({
        "idp_entity_id": "https://idp.acme.test/metadata",
        "sso_url": "https://idp.acme.test/sso",
        "certificate": certificate().0,
    })
}

/// Values that make an OpenID Connect connection.
fn client(secret: &str) -> Value {
    json!({
        "issuer": "https://login.acme.test", "client_id": "doorward", "client_secret": secret
    })
}

/// Longer than idempotency keys are remembered.
const LONG: i64 = 2 * DAY;
