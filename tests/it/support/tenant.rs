//! An organization with a SAML provider of its own in a house, and people who come from there.

use std::sync::atomic::{AtomicU32, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use doorward::model::app::{App, RedirectUri, SigningAlgorithm};
use doorward::model::connection::{Connection, ConnectionConfig, Protocol, Revision, SamlConfig};
use doorward::model::domain::standing::OutsideDomains;
use doorward::model::id::{AppId, ConnectionId, OrganizationId, RevisionId};
use doorward::model::organization::{LoginPath, Organization};
use doorward::model::rng::SystemRng;
use doorward::model::time::{MINUTE, Millis};
use doorward::store::{apps, connections, organizations};
use doorward::upstream::saml::ServiceProvider;

use super::forge::{
    ECDSA_SHA256, NOW, REQUEST, Signer, Signing, World, sign_element, without_marks,
};
use crate::house::{Answer, Browser, House};

/// Where the apps of the tests are answered.
pub const CALLBACK: &str = "https://wiki.test/cb";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// One organization and its provider.
pub struct Tenant {
    pub organization: OrganizationId,
    pub connection: ConnectionId,
    pub path: &'static str,
    signer: Signer,
    world: World,
    answers: AtomicU32,
}

/// An answer with marks where signatures go, and the identifier of its assertion.
pub struct Unsigned {
    pub xml: String,
    pub id: String,
}

/// A live connection of `organization`.
pub async fn connect(
    house: &House,
    organization: &OrganizationId,
    config: ConnectionConfig,
) -> ConnectionId {
    let organization = organization.clone();
    house
        .write(move |tx| {
            let (id, revision) = (ConnectionId::random(&SystemRng), RevisionId::random(&SystemRng));
            let protocol = match &config {
                ConnectionConfig::Saml(_) => Protocol::Saml,
                ConnectionConfig::Oidc(_) => Protocol::Oidc,
            };
            let row = Connection {
                id: id.clone(),
                organization,
                name: "Provider".to_owned(),
                protocol,
                disabled: false,
                live: None,
                draft: None,
                previous: None,
                settings: Default::default(),
                capture_until: None,
                created_at: NOW,
                version: 1,
            };
            connections::insert(tx, &row)?;
            let row =
                Revision { id: revision.clone(), connection: id.clone(), config, created_at: NOW };
            connections::insert_revision(tx, &row)?;
            connections::set_live(tx, &id, &revision, NOW)?;
            Ok(id)
        })
        .await
}

/// A public app, open to every organization.
pub async fn app(house: &House) -> AppId {
    house
        .write(|tx| {
            let app = App {
                id: AppId::random(&SystemRng),
                name: "Wiki".to_owned(),
                secret: None,
                redirect_uris: vec![RedirectUri::try_from(CALLBACK.to_owned()).unwrap()],
                post_logout_redirect_uris: Vec::new(),
                organizations: Vec::new(),
                signing_algorithm: SigningAlgorithm::RS256,
                groups_claim: false,
                settings: Default::default(),
                disabled: false,
                created_at: NOW,
                version: 1,
            };
            apps::insert(tx, &app)?;
            Ok(app.id)
        })
        .await
}

/// The address an app sends people to, with `more` of its own.
pub fn authorize(app: &AppId, more: &[(&str, &str)]) -> String {
    let query = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("client_id", app.as_str())
        .append_pair("redirect_uri", CALLBACK)
        .append_pair("response_type", "code")
        .append_pair("scope", "openid")
        .append_pair("state", "st")
        .append_pair("code_challenge", CHALLENGE)
        .append_pair("code_challenge_method", "S256")
        .extend_pairs(more)
        .finish();
    format!("/oauth2/authorize?{query}")
}

/// A parameter of the address an answer leads to.
pub fn sent(answer: &Answer, name: &str) -> Option<String> {
    let address = url::Url::parse(answer.header("location")).ok()?;
    address.query_pairs().find(|(n, _)| n == name).map(|(_, v)| v.into_owned())
}

/// The path of ours an answer leads to.
pub fn onward(answer: &Answer) -> String {
    let address = answer.header("location");
    assert!(!address.is_empty(), "{} {}", answer.status, answer.body);
    address.strip_prefix("http://localhost:8080").unwrap_or(address).to_owned()
}

impl Tenant {
    /// A new organization at `/o/{path}` without any connection.
    pub async fn bare(house: &House, path: &str) -> OrganizationId {
        let organization = OrganizationId::random(&SystemRng);
        let row = Organization {
            id: organization.clone(),
            name: format!("{path} Inc"),
            path: LoginPath::try_from(path.to_owned()).ok(),
            disabled: false,
            home: false,
            outside_domains: OutsideDomains::default(),
            settings: Default::default(),
            created_at: NOW,
            version: 1,
        };
        house.write(move |tx| organizations::insert(tx, &row)).await;
        organization
    }

    /// A new organization at `/o/{path}` with one live SAML connection.
    pub async fn open(house: &House, path: &'static str) -> Self {
        Self::open_with(house, path, |_| {}).await
    }

    /// The same, with a configuration that was changed before it went live.
    pub async fn open_with(
        house: &House,
        path: &'static str,
        change: impl FnOnce(&mut SamlConfig),
    ) -> Self {
        let organization = Self::bare(house, path).await;
        let signer = Signer::p256();
        let mut world = World::trusting(&[&signer]);
        change(&mut world.config);
        let config = ConnectionConfig::Saml(world.config.clone());
        let connection = connect(house, &organization, config).await;
        let url = &house.hub.config.public_url;
        world.provider = ServiceProvider::of(url, &connection, &world.config);
        Self { organization, connection, path, signer, world, answers: AtomicU32::new(0) }
    }

    /// A signed answer about `person` to the request of the attempt with this handle.
    pub fn answer(&self, now: Millis, handle: &str, person: &str) -> String {
        let Unsigned { xml, id } = self.unsigned(now, handle, person);
        self.sign(&xml, &id)
    }

    /// Signs the assertion with this identifier by the provider's own key, for posting.
    pub fn sign(&self, xml: &str, id: &str) -> String {
        self.sign_as(xml, id, &Signing::by(&self.signer, ECDSA_SHA256))
    }

    /// Signs the assertion with this identifier, for posting.
    pub fn sign_as(&self, xml: &str, id: &str, signing: &Signing<'_>) -> String {
        STANDARD.encode(without_marks(&sign_element(xml, id, "@@assertion@@", signing)))
    }

    /// The provider's own key.
    pub const fn signer(&self) -> &Signer {
        &self.signer
    }

    /// What the connection is called towards the provider.
    pub const fn names(&self) -> &ServiceProvider {
        &self.world.provider
    }

    /// An answer about `person` that lacks nothing but a signature.
    pub fn unsigned(&self, now: Millis, handle: &str, person: &str) -> Unsigned {
        let id = format!("_{}{}", self.path, self.answers.fetch_add(1, Ordering::SeqCst));
        let mut xml = self.world.answer();
        xml = xml.replace(REQUEST, &format!("_{handle}")).replace("alice@acme.test", person);
        xml = xml.replace("\"_assertion\"", &format!("\"{id}\""));
        // Just now: a request that wants fresh proof gets it.
        let early = NOW.plus(-5 * MINUTE).rfc3339();
        xml = xml.replace(
            &format!("AuthnInstant=\"{early}\""),
            &format!("AuthnInstant=\"{}\"", now.rfc3339()),
        );
        for minutes in [0, -5, 5, 480] {
            let minutes = minutes * MINUTE;
            xml = xml.replace(&NOW.plus(minutes).rfc3339(), &now.plus(minutes).rfc3339());
        }
        Unsigned { xml, id }
    }

    /// Brings the provider's answer, from another site and so without cookies.
    pub async fn post(&self, house: &House, handle: &str, answer: &str) -> Answer {
        let acs = format!("/saml/{}/acs", self.connection);
        let fields = [("SAMLResponse", answer), ("RelayState", handle)];
        house.post(&mut Browser::new(), &acs, &fields).await
    }

    /// Signs `person` in after `browser` was sent to the provider by `asked`; gives what the
    /// last hop answers.
    pub async fn vouch(
        &self,
        house: &House,
        browser: &mut Browser,
        asked: &Answer,
        person: &str,
    ) -> Answer {
        let handle = sent(asked, "RelayState").expect("sent to a SAML provider");
        let answer = self.answer(house.hub.now(), &handle, person);
        let posted = self.post(house, &handle, &answer).await;
        house.get(browser, &onward(&posted)).await
    }

    /// Signs `person` in at the organization's own address.
    pub async fn sign_in(&self, house: &House, browser: &mut Browser, person: &str) -> Answer {
        let asked = house.get(browser, &format!("/o/{}", self.path)).await;
        self.vouch(house, browser, &asked, person).await
    }
}
