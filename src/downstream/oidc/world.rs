//! A small world for the tests of the provider: one organization, one person who is signed
//! in, one confidential and one public app.

use std::sync::Arc;

use crate::broker::{Admission, session};
use crate::downstream::oidc::{Answer, AppReply, authorize, respond};
use crate::keys::ring::Ring;
use crate::keys::seal::Sealer;
use crate::model::app::{App, RedirectUri, SigningAlgorithm};
use crate::model::domain::standing::OutsideDomains;
use crate::model::id::{AppId, ConnectionId, OrganizationId, SessionId, UserId};
use crate::model::organization::Organization;
use crate::model::rng::{Rng, SystemRng};
use crate::model::secret::Digest;
use crate::model::session::{Method, Session};
use crate::model::time::{HOUR, Millis};
use crate::model::user::{EmailVerified, Groups, Profile, User};
use crate::store::{Store, StoreError, Tx, fixture, organizations, sessions, users};

pub(crate) const NOW: Millis = Millis(1_800_000_000_000);
pub(crate) const ISSUER: &str = "https://sso.acme.test";
pub(crate) const SECRET: &str = "s3cret+/ %";
pub(crate) const COOKIE: &str = "cookie-cookie-cookie-cookie-cookie-cookie-c";
pub(crate) const CALLBACK: &str = "https://app.example/cb";
pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub(crate) const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

pub(crate) struct World {
    pub(crate) store: Store,
    pub(crate) ring: Ring,
    pub(crate) rng: Arc<dyn Rng>,
    _folder: tempfile::TempDir,
}

pub(crate) fn app(id: &str) -> App {
    let uri = |text: &str| RedirectUri::try_from(text.to_owned()).unwrap();
    App {
        id: AppId::try_from(id).unwrap(),
        name: "Wiki".to_owned(),
        secret: (id != "public").then(|| Digest::of(SECRET.as_bytes())),
        redirect_uris: vec![uri(CALLBACK), uri("https://app.example/cb2?x=1")],
        post_logout_redirect_uris: vec![uri("https://app.example/bye")],
        organizations: Vec::new(),
        signing_algorithm: SigningAlgorithm::RS256,
        groups_claim: true,
        settings: Default::default(),
        disabled: false,
        created_at: NOW,
        version: 1,
    }
}

pub(crate) fn session_id() -> SessionId {
    SessionId::try_from("session1").unwrap()
}

pub(crate) fn session() -> Session {
    Session {
        id: session_id(),
        user: UserId::try_from("ann").unwrap(),
        organization: OrganizationId::try_from("acme").unwrap(),
        method: Method::Upstream { connection: ConnectionId::try_from("idp1").unwrap() },
        second_factor: None,
        authenticated_at: NOW.plus(-5_000),
        seen_at: NOW,
        expires_at: NOW.plus(12 * HOUR),
    }
}

pub(crate) fn user() -> User {
    User {
        id: UserId::try_from("ann").unwrap(),
        organization: OrganizationId::try_from("acme").unwrap(),
        profile: Profile {
            email: Some("ann@acme.test".to_owned()),
            email_verified: EmailVerified::Unstated,
            given_name: Some("Ann".to_owned()),
            family_name: None,
            name: Some("Ann A.".to_owned()),
            groups: Groups::Known(vec!["staff".to_owned()]),
        },
        answers: Default::default(),
        owner: false,
        admin: false,
        disabled: false,
        inactive_since: None,
        access_ended_at: None,
        announced: false,
        created_at: NOW,
        last_sign_in_at: None,
        version: 1,
    }
}

pub(crate) fn organization() -> Organization {
    Organization {
        id: OrganizationId::try_from("acme").unwrap(),
        name: "Acme".to_owned(),
        path: None,
        disabled: false,
        home: false,
        outside_domains: OutsideDomains::default(),
        settings: Default::default(),
        created_at: NOW,
        version: 1,
    }
}

impl World {
    pub(crate) async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("doorward.db")).unwrap();
        let sealer = Sealer::from_key([7; 32]);
        let ring = Ring::open(&store, &sealer, &SystemRng, NOW).await.unwrap();
        let world = Self { store, ring, rng: Arc::new(SystemRng), _folder: folder };
        world
            .write(|tx| {
                organizations::insert(tx, &organization())?;
                fixture::connection(tx, "idp1", organization().id.as_str())?;
                users::insert(tx, &user())?;
                sessions::insert(tx, &session(), Digest::of_ordered(COOKIE), None)?;
                for id in ["wiki", "other", "public"] {
                    fixture::app(tx, &app(id))?;
                }
                Ok(())
            })
            .await;
        world
    }

    pub(crate) async fn write<T: Send + 'static>(
        &self,
        f: impl FnOnce(&Tx<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> T {
        self.store.write(f).await.unwrap()
    }

    /// Used codes and live access tokens.
    pub(crate) async fn counts(&self) -> (i64, i64) {
        self.write(fixture::counts).await
    }

    /// Signs in and gives the code.
    pub(crate) async fn code(&self, app: &str) -> String {
        let params = authorize_params(&[("client_id", app)]);
        let reply = self
            .write(move |tx| {
                let request = authorize::check(tx, &params).unwrap().request;
                let admission = admission(tx)?;
                respond(tx, &SystemRng, NOW, ISSUER, &admission, &request)
            })
            .await;
        let Answer::Granted(AppReply::Redirect(url)) = reply else { panic!("{reply:?}") };
        param(&url, "code").unwrap()
    }
}

pub(crate) fn admission(tx: &Tx<'_>) -> Result<Admission, StoreError> {
    Ok(session::admission_of(tx, NOW, &session_id())?.unwrap())
}

/// One parameter of an address.
pub(crate) fn param(url: &str, name: &str) -> Option<String> {
    let url = url::Url::parse(url).unwrap();
    url.query_pairs().find(|(n, _)| n == name).map(|(_, v)| v.into_owned())
}

pub(crate) fn pairs(list: &[(&str, &str)]) -> Vec<(String, String)> {
    list.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect()
}

/// A sound request, but for `changes`: a value replaces, an empty one removes.
pub(crate) fn authorize_params(changes: &[(&str, &str)]) -> Vec<(String, String)> {
    let mut params = pairs(&[
        ("client_id", "wiki"),
        ("redirect_uri", CALLBACK),
        ("response_type", "code"),
        ("scope", "openid email profile"),
        ("state", "st&te"),
        ("nonce", "n0nce"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ]);
    replace(&mut params, changes);
    params
}

pub(crate) fn replace(params: &mut Vec<(String, String)>, changes: &[(&str, &str)]) {
    for (name, value) in changes {
        params.retain(|(n, _)| n != name);
        if !value.is_empty() {
            params.push(((*name).to_owned(), (*value).to_owned()));
        }
    }
}
