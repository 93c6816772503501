//! The core's rules on a real database: who gets in, once, from which browser, and where
//! people are sent.

use super::Moment;
use super::admit::{Admitted, Outcome, admit, verify};
use super::arrival::Hop;
use super::attempt::{Begun, begin, refuse, same_browser};
use super::route::{Hints, Route, route, typed};
use super::session::{self, Limits};
use super::{anew, question};
use crate::model::app::{App, RedirectUri, SigningAlgorithm};
use crate::model::attempt::{
    Attempt, AuthorizeRequest, Expected, ExpectedAnswer, LIFETIME, Purpose, ResponseMode, State,
    Vouched, Wish,
};
use crate::model::check::Checks;
use crate::model::code::Code;
use crate::model::connection::{Connection, ConnectionConfig, Protocol, Revision, SamlConfig};
use crate::model::domain::standing::OutsideDomains;
use crate::model::id::{AppId, ConnectionId, OrganizationId, RevisionId};
use crate::model::organization::{LoginPath, Organization};
use crate::model::rng::SystemRng;
use crate::model::secret::Digest;
use crate::model::time::{HOUR, MINUTE, Millis};
use crate::model::user::{EmailVerified, Groups, Profile};
use crate::store::{
    Store, StoreError, Tx, apps, attempts, connections, fixture, organizations, users,
};
use crate::upstream::{UsedAssertion, VerifiedIdentity};

mod references;
mod routing;
mod twice;

const NOW: Millis = Millis(1_800_000_000_000);
const LIMITS: Limits = Limits::new(12 * HOUR, HOUR);
const RNG: SystemRng = SystemRng;
const MOMENT: Moment<'_> = Moment { rng: &RNG, now: NOW, limits: LIMITS };

struct World {
    store: Store,
    _folder: tempfile::TempDir,
    acme: OrganizationId,
    okta: ConnectionId,
    wiki: AppId,
}

impl World {
    /// One organization with one live connection and one app open to everybody.
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("doorward.db")).unwrap();
        let (acme, okta, wiki) = on(&store, |tx| {
            let acme = organization(tx, "acme");
            let okta = connection(tx, &acme, "Okta");
            Ok((acme, okta, app(tx, "Wiki", &[])))
        })
        .await;
        Self { store, _folder: folder, acme, okta, wiki }
    }

    async fn on<T: Send + 'static>(
        &self,
        step: impl FnOnce(&Tx<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> T {
        on(&self.store, step).await
    }

    /// An attempt of the browser "mine" that awaits an answer of Okta.
    async fn awaiting(&self) -> Attempt {
        let (okta, wiki) = (self.okta.clone(), self.wiki.clone());
        self.on(move |tx| awaiting(tx, &okta, &wiki)).await
    }

    /// Ann, vouched for by Okta, in that attempt.
    async fn sign_in(&self, attempt: Attempt, assertion: &[u8]) -> Result<Admitted, Code> {
        let identity = identity(&self.okta, "ann", Some(assertion));
        self.on(move |tx| sign_in(tx, attempt, identity, mine())).await
    }
}

async fn on<T: Send + 'static>(
    store: &Store,
    step: impl FnOnce(&Tx<'_>) -> Result<T, StoreError> + Send + 'static,
) -> T {
    store.write(step).await.unwrap()
}

fn mine() -> Vec<Digest> {
    // The cookies of three tabs that were opened at the same moment.
    vec![Digest::of(b"other tab"), Digest::of(b"mine"), Digest::of(b"third tab")]
}

fn organization(tx: &Tx<'_>, path: &str) -> OrganizationId {
    let id = OrganizationId::random(&RNG);
    let organization = Organization {
        id: id.clone(),
        name: path.to_owned(),
        path: LoginPath::try_from(path.to_owned()).ok(),
        disabled: false,
        home: false,
        outside_domains: OutsideDomains::default(),
        settings: Default::default(),
        created_at: NOW,
        version: 1,
    };
    organizations::insert(tx, &organization).unwrap();
    fixture::domain(tx, &format!("{path}.test"), &id).unwrap();
    id
}

fn connection(tx: &Tx<'_>, organization: &OrganizationId, name: &str) -> ConnectionId {
    let id = ConnectionId::random(&RNG);
    let revision = revision_of(&id);
    let connection = Connection {
        id: id.clone(),
        organization: organization.clone(),
        name: name.to_owned(),
        protocol: Protocol::Saml,
        disabled: false,
        live: None,
        draft: None,
        previous: None,
        settings: Default::default(),
        capture_until: None,
        created_at: NOW,
        version: 1,
    };
    connections::insert(tx, &connection).unwrap();
    let config = ConnectionConfig::Saml(SamlConfig::default());
    let row = Revision { id: revision.clone(), connection: id.clone(), config, created_at: NOW };
    connections::insert_revision(tx, &row).unwrap();
    connections::set_live(tx, &id, &revision, NOW).unwrap();
    id
}

fn app(tx: &Tx<'_>, name: &str, organizations: &[OrganizationId]) -> AppId {
    let id = AppId::random(&RNG);
    let uri = RedirectUri::try_from("https://wiki.test/cb".to_owned()).unwrap();
    let app = App {
        id: id.clone(),
        name: name.to_owned(),
        secret: None,
        redirect_uris: vec![uri],
        post_logout_redirect_uris: Vec::new(),
        organizations: organizations.to_vec(),
        signing_algorithm: SigningAlgorithm::RS256,
        groups_claim: false,
        settings: Default::default(),
        disabled: false,
        created_at: NOW,
        version: 1,
    };
    apps::insert(tx, &app).unwrap();
    id
}

fn request(app: &AppId) -> Purpose {
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

fn asked(okta: &ConnectionId) -> Expected {
    Expected {
        connection: okta.clone(),
        revision: RevisionId::try_from("first").unwrap(),
        sent_at: NOW,
        answer: ExpectedAnswer::Saml { request_id: "_x".to_owned(), force_authn: false },
    }
}

fn awaiting(tx: &Tx<'_>, okta: &ConnectionId, wiki: &AppId) -> Result<Attempt, StoreError> {
    let Begun { attempt, .. } = begin(&RNG, NOW, request(wiki), Some(Digest::of(b"mine")));
    let attempt = attempt.await_answer(NOW, asked(okta)).unwrap();
    attempts::insert(tx, &attempt)?;
    Ok(attempt)
}

fn identity(okta: &ConnectionId, subject: &str, assertion: Option<&[u8]>) -> VerifiedIdentity {
    let used =
        assertion.map(|id| UsedAssertion { digest: Digest::of(id), expires_at: NOW.plus(HOUR) });
    VerifiedIdentity::for_test(vouched(okta, subject), asked(okta), used)
}

/// The one revision of a connection here.
fn revision_of(connection: &ConnectionId) -> RevisionId {
    RevisionId::try_from(connection.as_str()).unwrap()
}

fn vouched(okta: &ConnectionId, subject: &str) -> Vouched {
    let profile = Profile {
        email: Some("ann@acme.test".to_owned()),
        email_verified: EmailVerified::Unstated,
        groups: Groups::Known(vec!["staff".to_owned()]),
        ..Profile::empty()
    };
    Vouched {
        connection: okta.clone(),
        revision: Some(revision_of(okta)),
        unasked: false,
        subject: subject.to_owned(),
        profile,
        authenticated_at: NOW,
        says_when: true,
        asked_anew_at: None,
        session_ends_at: None,
        logout_hint: None,
    }
}

fn sign_in(
    tx: &Tx<'_>,
    attempt: Attempt,
    identity: VerifiedIdentity,
    browsers: Vec<Digest>,
) -> Result<Result<Admitted, Code>, StoreError> {
    let attempt = match verify(tx, NOW, attempt, identity, ticket())? {
        Ok(attempt) => attempt,
        Err(denied) => return Ok(Err(denied.code)),
    };
    Ok(match admit(tx, MOMENT, attempt, &hop(browsers))? {
        Ok(Outcome::In(admitted)) => Ok(*admitted),
        Ok(Outcome::Fill(blanks)) => panic!("nothing is asked for: {blanks:?}"),
        Ok(Outcome::Ask(question)) => panic!("nobody else is signed in: {question:?}"),
        Ok(Outcome::Anew(..)) => panic!("nobody's access ended"),
        Err(denied) => Err(denied.code),
    })
}

fn ticket() -> Digest {
    Digest::of(b"ticket")
}

fn hop(browsers: Vec<Digest>) -> Hop {
    Hop { browsers, ticket: Some(ticket()), ..Hop::default() }
}

#[tokio::test]
async fn first_sign_ins_at_the_same_moment_make_one_person() {
    let world = World::new().await;
    let mut people = std::collections::HashSet::new();
    let mut running = Vec::new();
    for n in 0..50u8 {
        let attempt = world.awaiting().await;
        let identity = identity(&world.okta, "ann", Some(&[n]));
        let store = world.store.clone();
        running.push(tokio::spawn(async move {
            on(&store, move |tx| sign_in(tx, attempt, identity, mine())).await.unwrap()
        }));
    }
    let mut new = 0;
    for task in running {
        let admission = task.await.unwrap().admission;
        new += u8::from(admission.is_new_user());
        people.insert(admission.user().id.clone());
    }
    assert_eq!((people.len(), new), (1, 1));
}

#[tokio::test]
async fn the_same_address_from_another_connection_is_another_person() {
    let world = World::new().await;
    let attempt = world.awaiting().await;
    let ann = world.sign_in(attempt, b"1").await.unwrap();
    let (acme, wiki) = (world.acme.clone(), world.wiki.clone());
    let other = world
        .on(move |tx| {
            let entra = connection(tx, &acme, "Entra");
            let attempt = awaiting(tx, &entra, &wiki)?;
            sign_in(tx, attempt, identity(&entra, "ann", None), mine())
        })
        .await
        .unwrap();
    assert_ne!(ann.admission.user().id, other.admission.user().id);
}

#[tokio::test]
async fn an_assertion_is_used_once() {
    let world = World::new().await;
    let (first, second) = (world.awaiting().await, world.awaiting().await);
    assert!(world.sign_in(first, b"same").await.is_ok());
    assert_eq!(world.sign_in(second, b"same").await.err(), Some(Code::SamlReplayed));
}

#[tokio::test]
async fn an_attempt_is_used_once_and_by_its_own_browser() {
    let world = World::new().await;
    let okta = world.okta.clone();
    for (browser, code) in
        [(vec![], Code::BrowserCookieMissing), (vec![Digest::of(b"x")], Code::BrowserMismatch)]
    {
        let attempt = world.awaiting().await;
        let identity = identity(&okta, "ann", None);
        let got = world.on(move |tx| sign_in(tx, attempt, identity, browser)).await;
        assert_eq!(got.err(), Some(code));
    }
    let attempt = world.awaiting().await;
    let handle = attempt.handle;
    world.sign_in(attempt, b"1").await.unwrap();
    let again = world
        .on(move |tx| {
            let attempt = attempts::find_by_handle(tx, handle)?.unwrap();
            Ok(admit(tx, MOMENT, attempt, &hop(mine()))?.map(|_| ()))
        })
        .await;
    assert_eq!(again.err().map(|denied| denied.code), Some(Code::AttemptUsed));
}

#[tokio::test]
async fn an_answer_of_another_connection_or_too_late_is_refused() {
    let world = World::new().await;
    let attempt = world.awaiting().await;
    let foreign = vouched(&ConnectionId::random(&RNG), "ann");
    let foreign = VerifiedIdentity::for_test(foreign, asked(&world.okta), None);
    let got = world.on(move |tx| sign_in(tx, attempt, foreign, mine())).await;
    assert_eq!(got.err(), Some(Code::ConnectionMismatch));
    let attempt = world.awaiting().await;
    let late = identity(&world.okta, "ann", None);
    let got = world
        .on(move |tx| Ok(verify(tx, NOW.plus(LIFETIME + 1), attempt, late, ticket())?.map(|_| ())))
        .await;
    assert_eq!(got.err().map(|denied| denied.code), Some(Code::AttemptExpired));
}

#[tokio::test]
async fn whatever_is_switched_off_refuses_sign_ins_and_ends_sessions() {
    for (table, code) in [
        ("organizations", Code::OrganizationDisabled),
        ("connections", Code::ConnectionNotLive),
        ("apps", Code::AppDisabled),
        ("users", Code::UserDisabled),
    ] {
        let world = World::new().await;
        let attempt = world.awaiting().await;
        let cookie = world.sign_in(attempt, b"1").await.unwrap().cookie;
        let cookie = Digest::of_ordered(cookie.expose());
        let found = world.on(move |tx| session::find(tx, NOW, LIMITS, cookie)).await;
        assert!(found.is_some());
        let attempt = world.awaiting().await;
        world.on(move |tx| crate::store::fixture::disable(tx, table)).await;
        assert_eq!(world.sign_in(attempt, b"2").await.err(), Some(code), "{table}");
        let found = world.on(move |tx| session::find(tx, NOW, LIMITS, cookie)).await;
        // An app that is off says nothing about the person's session.
        assert_eq!(found.is_some(), table == "apps", "{table}");
    }
}

#[tokio::test]
async fn unknown_groups_leave_the_known_ones() {
    let world = World::new().await;
    let attempt = world.awaiting().await;
    let user = world.sign_in(attempt, b"1").await.unwrap().admission.user().id.clone();
    let mut vouched = vouched(&world.okta, "ann");
    vouched.profile.groups = Groups::Unknown;
    let attempt = world.awaiting().await;
    let again = VerifiedIdentity::for_test(vouched, asked(&world.okta), None);
    world.on(move |tx| sign_in(tx, attempt, again, mine())).await.unwrap();
    let user = world.on(move |tx| users::find(tx, &user)).await.unwrap();
    assert_eq!(user.profile.groups, Groups::Known(vec!["staff".to_owned()]));
}

#[tokio::test]
async fn sessions_end_at_the_earlier_limit() {
    let world = World::new().await;
    let attempt = world.awaiting().await;
    let mut vouched = vouched(&world.okta, "ann");
    vouched.session_ends_at = Some(NOW.plus(50 * MINUTE));
    let short = VerifiedIdentity::for_test(vouched, asked(&world.okta), None);
    let short = world.on(move |tx| sign_in(tx, attempt, short, mine())).await.unwrap();
    let attempt = world.awaiting().await;
    let usual = world.sign_in(attempt, b"1").await.unwrap();
    let short = Digest::of_ordered(short.cookie.expose());
    let usual = Digest::of_ordered(usual.cookie.expose());
    for (cookie, after, alive) in [
        (short, 49 * MINUTE, true),
        (short, 50 * MINUTE, false),
        (usual, HOUR, true),
        (usual, HOUR + 1, false),
        (usual, 12 * HOUR, false),
    ] {
        let then = NOW.plus(after);
        let found = world.on(move |tx| session::find(tx, then, LIMITS, cookie)).await;
        assert_eq!(found.is_some(), alive, "{after}");
    }
}

#[tokio::test]
async fn a_refusal_is_kept_and_an_ended_attempt_stays_as_it_ended() {
    let world = World::new().await;
    let attempt = world.awaiting().await;
    let handle = attempt.handle;
    let ended = world
        .on(move |tx| {
            let mut checks = Checks::new();
            checks.failed(Code::SamlAudience, "audience", "ours", "theirs");
            refuse(tx, NOW, attempt.clone(), Code::SamlAudience, checks)?;
            let attempt = attempts::find_by_handle(tx, handle)?.unwrap();
            refuse(tx, NOW, attempt, Code::Internal, Checks::new())?;
            attempts::find_by_handle(tx, handle)
        })
        .await
        .unwrap();
    assert_eq!(ended.state, State::Refused { code: Code::SamlAudience });
    assert_eq!(ended.checks.as_slice().len(), 1);
    assert_eq!(same_browser(&ended, &mine()), Ok(()));
}

#[tokio::test]
async fn routes() {
    let world = World::new().await;
    let (acme, okta, wiki) = (world.acme.clone(), world.okta.clone(), world.wiki.clone());
    world
        .on(move |tx| {
            let wiki = apps::find(tx, &wiki)?.unwrap();
            let to = |hints: Hints| route(tx, Some(&wiki), &hints).unwrap();
            let hint = |field: &str, text: &str| {
                let text = Some(text.to_owned());
                match field {
                    "organization" => Hints { organization: text, ..Hints::default() },
                    "connection" => Hints { connection: text, ..Hints::default() },
                    "login_hint" => Hints { login_hint: text, ..Hints::default() },
                    _ => Hints { domain_hint: text, ..Hints::default() },
                }
            };
            let is_okta = |r: &Result<Route, Code>| matches!(r, Ok(Route::To(c)) if c.id == okta);
            // One organization with one way in needs no question.
            assert!(is_okta(&to(Hints::default())));
            assert_eq!(to(Hints { ask: true, ..Hints::default() }), Ok(Route::Ask));
            let globex = organization(tx, "globex");
            assert_eq!(to(Hints::default()), Ok(Route::Ask));
            for (field, text) in [
                ("organization", "acme"),
                ("organization", acme.as_str()),
                ("connection", okta.as_str()),
                ("login_hint", "ann@ACME.test"),
                ("domain_hint", "acme.test"),
            ] {
                assert!(is_okta(&to(hint(field, text))), "{field} {text}");
            }
            for (field, text, code) in [
                ("organization", "nobody", Code::RouteUnknown),
                ("organization", "globex", Code::ConnectionNotLive),
                ("connection", "nobody", Code::ConnectionUnknown),
                ("connection", "no/body", Code::ConnectionUnknown),
            ] {
                assert_eq!(to(hint(field, text)), Err(code), "{field} {text}");
            }
            // An address that leads nowhere, known or not, leads to the question.
            for address in ["ann@globex.test", "ann@nowhere.test", "ann"] {
                assert_eq!(to(hint("login_hint", address)), Ok(Route::Ask), "{address}");
            }
            // A connection of another organization than the one named.
            let crossed = Hints {
                organization: Some("globex".to_owned()),
                ..hint("connection", okta.as_str())
            };
            assert_eq!(to(crossed), Err(Code::RouteUnknown));
            // An app that is not open to the organization.
            let closed =
                apps::find(tx, &app(tx, "Closed", std::slice::from_ref(&globex)))?.unwrap();
            let refused = route(tx, Some(&closed), &hint("organization", "acme"))?;
            assert_eq!(refused, Err(Code::AppNotAdmitted));
            // Two ways in: the person chooses.
            connection(tx, &acme, "Entra");
            let choice = to(hint("organization", "acme"));
            assert!(matches!(choice, Ok(Route::Choose(ways)) if ways.len() == 2));
            assert!(matches!(typed(tx, None, "acme.test")?, Some(Route::Choose(_))));
            assert_eq!(typed(tx, None, "globex.test")?, None);
            assert_eq!(typed(tx, None, "")?, None);
            Ok(())
        })
        .await;
}

#[tokio::test]
async fn a_path_like_the_identifier_of_another_organization_routes_nobody() {
    let world = World::new().await;
    let (acme, okta) = (world.acme.clone(), world.okta.clone());
    let found = world
        .on(move |tx| {
            let squatter = organization(tx, acme.as_str());
            connection(tx, &squatter, "Evil");
            let hints = Hints { organization: Some(acme.to_string()), ..Hints::default() };
            route(tx, None, &hints)
        })
        .await;
    assert!(matches!(found, Ok(Route::To(c)) if c.id == okta));
}
