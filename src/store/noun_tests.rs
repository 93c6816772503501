//! The tables behind the admin API, on a real file.

use super::api_tokens::{self, NewToken};
use super::idempotency::{self, Answered};
use super::page::cursor;
use super::{Page, Store, StoreError, Tx, apps, audit, connections, domains, organizations};
use crate::model::app::{App, RedirectUri, SigningAlgorithm};
use crate::model::audit::{Actor, AuditEvent};
use crate::model::connection::{Connection, ConnectionConfig, Protocol, Revision, SealedSecret};
use crate::model::domain::finding::Finding;
use crate::model::domain::standing::OutsideDomains;
use crate::model::domain::{Domain, State};
use crate::model::id::{AppId, AuditId, ConnectionId, OrganizationId, RevisionId, TokenId};
use crate::model::organization::{LoginPath, Organization};
use crate::model::rng::SystemRng;
use crate::model::secret::Digest;
use crate::model::time::{MINUTE, Millis};

/// Runs `f` in one transaction on an empty database.
async fn within<T: Send + 'static>(
    f: impl FnOnce(&Tx<'_>) -> Result<T, StoreError> + Send + 'static,
) -> T {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&folder.path().join("doorward.db")).unwrap();
    store.write(f).await.unwrap()
}

fn organization(id: &str, path: Option<&str>) -> Organization {
    Organization {
        id: OrganizationId::try_from(id).unwrap(),
        name: id.to_uppercase(),
        path: path.map(|path| LoginPath::try_from(path.to_owned()).unwrap()),
        disabled: false,
        home: false,
        outside_domains: OutsideDomains::default(),
        settings: Default::default(),
        created_at: Millis(10),
        version: 1,
    }
}

fn connection(id: &str, organization: &Organization) -> Connection {
    Connection {
        id: ConnectionId::try_from(id).unwrap(),
        organization: organization.id.clone(),
        name: id.to_uppercase(),
        protocol: Protocol::Saml,
        disabled: false,
        live: None,
        draft: None,
        previous: None,
        settings: Default::default(),
        capture_until: None,
        created_at: Millis(10),
        version: 1,
    }
}

fn revision(id: &str, connection: &Connection) -> Revision {
    Revision {
        id: RevisionId::try_from(id).unwrap(),
        connection: connection.id.clone(),
        config: ConnectionConfig::empty(Protocol::Saml),
        created_at: Millis(20),
    }
}

#[tokio::test]
async fn organizations_come_back_as_they_went() {
    within(|tx| {
        let mut acme = organization("acme", Some("acme"));
        organizations::insert(tx, &acme)?;
        assert_eq!(organizations::find(tx, &acme.id)?, Some(acme.clone()));
        let path = LoginPath::try_from("acme".to_owned()).unwrap();
        assert_eq!(organizations::find_by_path(tx, &path)?, Some(acme.clone()));
        let twin = organization("twin", Some("acme"));
        assert!(matches!(organizations::insert(tx, &twin), Err(StoreError::Conflict)));
        acme.name = "New".to_owned();
        acme.disabled = true;
        assert!(organizations::update(tx, &acme)?);
        assert!(!organizations::update(tx, &acme)?, "the version has moved on");
        acme.version = 2;
        assert_eq!(organizations::find(tx, &acme.id)?, Some(acme.clone()));
        assert_eq!(organizations::home(tx)?, None);
        let mut home = organization("home", None);
        home.home = true;
        organizations::insert(tx, &home)?;
        home.id = OrganizationId::try_from("home2").unwrap();
        assert!(matches!(organizations::insert(tx, &home), Err(StoreError::Conflict)));
        assert_eq!(organizations::home(tx)?.unwrap().id.as_str(), "home");
        assert!(organizations::delete(tx, &acme.id)?);
        assert!(!organizations::delete(tx, &acme.id)?);
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_domain_has_one_organization() {
    within(|tx| {
        let (acme, other) = (organization("acme", None), organization("other", None));
        organizations::insert(tx, &acme)?;
        organizations::insert(tx, &other)?;
        let pending = |organization: &Organization, name: &str| {
            Domain::pending(&SystemRng, Millis(1), organization.id.clone(), name.to_owned())
        };
        let theirs = pending(&other, "acme.test");
        domains::save(tx, &theirs)?;
        let own = pending(&acme, "acme.test");
        for state in [
            own.clone(),
            own.clone().judged(Millis(2), Finding::Different(vec!["x".to_owned()]), 0),
            own.clone().judged(Millis(2), Finding::Found, 0),
            own.clone().judged(Millis(2), Finding::Found, 0).judged(Millis(3), Finding::Absent, 9),
            own.clone().accepted(Millis(4), true),
            Domain { state: State::Lost, ..own.clone() },
        ] {
            domains::save(tx, &state)?;
            assert_eq!(domains::find(tx, &acme.id, "acme.test")?, Some(state.clone()));
            let holds = state.state != State::Pending;
            assert_eq!(domains::holds_any(tx, &acme.id)?, holds);
            assert_eq!(domains::held(tx, "acme.test")?, holds.then_some(state));
        }
        let second = domains::save(tx, &theirs.clone().accepted(Millis(5), false));
        assert!(matches!(second, Err(StoreError::Conflict)));
        assert_eq!(domains::find(tx, &other.id, "acme.test")?, Some(theirs));
        assert!(!domains::delete(tx, &other.id, "other.test")?);
        assert_eq!(domains::count(tx, &acme.id)?, 1);
        assert_eq!(domains::list(tx, &acme.id, &Page::first(9))?.len(), 1);
        let due = own.judged(Millis(2), Finding::Found, 0);
        domains::save(tx, &due)?;
        let at = due.next_check_at.unwrap();
        assert_eq!(domains::due(tx, at.plus(-1), 9)?, []);
        assert_eq!(domains::due(tx, at, 9)?, [due]);
        organizations::delete(tx, &acme.id)?;
        assert_eq!(domains::held(tx, "acme.test")?, None);
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn only_enabled_connections_with_a_live_revision_route() {
    within(|tx| {
        let acme = organization("acme", None);
        organizations::insert(tx, &acme)?;
        let mut okta = connection("okta", &acme);
        let entra = connection("entra", &acme);
        connections::insert(tx, &okta)?;
        connections::insert(tx, &entra)?;
        let routed = |tx: &Tx<'_>| connections::find_live_of_organization(tx, &acme.id);
        let (first, second) = (revision("r1", &okta), revision("r2", &okta));
        connections::insert_revision(tx, &first)?;
        connections::set_draft(tx, &okta.id, Some(&first.id))?;
        assert_eq!(routed(tx)?, []);
        connections::set_live(tx, &okta.id, &first.id, Millis(30))?;
        okta = connections::find(tx, &okta.id)?.unwrap();
        assert_eq!((&okta.live, &okta.draft, okta.version), (&Some(first.id.clone()), &None, 3));
        assert_eq!(routed(tx)?, [okta.clone()]);
        connections::insert_revision(tx, &second)?;
        assert!(!connections::delete_unused_revision(tx, &first.id)?, "it was live");
        assert!(connections::delete_unused_revision(tx, &second.id)?);
        let kept = connections::revisions(tx, &okta.id, &Page::first(9))?;
        assert_eq!((kept.len(), kept[0].went_live_at), (1, Some(Millis(30))));
        assert_eq!(connections::revision(tx, &first.id)?, Some(first.clone()));
        let of_other = connections::set_live(tx, &entra.id, &first.id, Millis(30));
        assert!(matches!(of_other, Err(StoreError::Corrupt(_))));
        okta.disabled = true;
        assert!(connections::update(tx, &okta)?);
        assert!(!connections::update(tx, &okta)?);
        assert_eq!(routed(tx)?, []);
        organizations::delete(tx, &acme.id)?;
        assert_eq!(connections::revision(tx, &first.id)?, None);
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn apps_come_back_as_they_went() {
    within(|tx| {
        let uri = |text: &str| RedirectUri::try_from(text.to_owned()).unwrap();
        let mut app = App {
            id: AppId::try_from("app").unwrap(),
            name: "An app".to_owned(),
            secret: None,
            redirect_uris: vec![uri("https://app.test/cb"), uri("http://127.0.0.1/cb")],
            post_logout_redirect_uris: vec![uri("https://app.test/")],
            organizations: vec![OrganizationId::try_from("acme").unwrap()],
            signing_algorithm: SigningAlgorithm::EdDSA,
            groups_claim: true,
            settings: Default::default(),
            disabled: false,
            created_at: Millis(10),
            version: 1,
        };
        apps::insert(tx, &app)?;
        assert_eq!(apps::find(tx, &app.id)?, Some(app.clone()));
        assert!(apps::set_secret(tx, &app.id, &Digest::of(b"secret"))?);
        app.disabled = true;
        app.signing_algorithm = SigningAlgorithm::ES256;
        assert!(!apps::update(tx, &app)?, "the secret moved the version on");
        app.version = 2;
        assert!(apps::update(tx, &app)?);
        app.version = 3;
        app.secret = Some(Digest::of(b"secret"));
        assert_eq!(apps::list(tx, &Page::first(9))?, [app.clone()]);
        assert!(apps::delete(tx, &app.id)?);
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_token_is_found_by_its_digest_until_revoked() {
    within(|tx| {
        let new = NewToken {
            id: TokenId::try_from("token").unwrap(),
            name: "A token".to_owned(),
            digest: Digest::of(b"bearer"),
            organization: None,
            created_at: Millis(0),
        };
        api_tokens::insert(tx, &new)?;
        assert_eq!(api_tokens::find_by_digest(tx, &Digest::of(b"other"))?, None);
        for (at, noted) in [(5, 5), (6, 5), (5 + MINUTE, 5 + MINUTE)] {
            api_tokens::note_use(tx, &new.id, Millis(at))?;
            let found = api_tokens::find_by_digest(tx, &new.digest)?.unwrap();
            assert_eq!(found.last_used_at, Some(Millis(noted)));
        }
        assert_eq!(api_tokens::list(tx, None, &Page::first(9))?.len(), 1);
        assert!(api_tokens::revoke(tx, &new.id, Millis(9))?);
        assert!(!api_tokens::revoke(tx, &new.id, Millis(10))?);
        let found = api_tokens::find_by_digest(tx, &new.digest)?.unwrap();
        assert_eq!(found.revoked_at, Some(Millis(9)));
        assert_eq!(api_tokens::list(tx, None, &Page::first(9))?, []);
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn the_trail_is_newest_first_and_by_organization() {
    within(|tx| {
        let acme = OrganizationId::try_from("acme").unwrap();
        for number in 0..5_i64 {
            let event = AuditEvent {
                id: AuditId::try_from(format!("e{number}")).unwrap(),
                // Two share a moment.
                at: Millis(number / 2),
                actor: Actor::Host,
                organization: (number % 2 == 0).then(|| acme.clone()),
                action: "thing.do".to_owned(),
                subject: "thing".to_owned(),
                before: None,
                after: Some(serde_json::json!({"number": number})),
            };
            audit::append(tx, &event)?;
        }
        let ids = |events: &[AuditEvent]| -> Vec<String> {
            events.iter().map(|event| event.id.to_string()).collect()
        };
        let all = audit::list(tx, None, &Page::first(9))?;
        assert_eq!(ids(&all), ["e4", "e3", "e2", "e1", "e0"]);
        assert_eq!(all[0].after, Some(serde_json::json!({"number": 4})));
        let rest = Page { limit: 9, after: Some(cursor(all[1].at, all[1].id.as_str())) };
        assert_eq!(ids(&audit::list(tx, None, &rest)?), ["e2", "e1", "e0"]);
        assert_eq!(ids(&audit::list(tx, Some(&acme), &Page::first(2))?), ["e4", "e2"]);
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_key_is_remembered_for_its_day() {
    within(|tx| {
        let answered = |request: &[u8]| Answered {
            request: Digest::of(request),
            status: 201,
            response: SealedSecret("sealed".to_owned()),
        };
        let day = idempotency::LIFETIME;
        idempotency::insert(tx, "token:a", "key", &answered(b"one"), Millis(0))?;
        let found = |actor: &str, now| idempotency::find(tx, actor, "key", Millis(now));
        assert_eq!(found("token:a", day - 1)?, Some(answered(b"one")));
        assert_eq!(found("token:b", 0)?, None);
        assert_eq!(found("token:a", day)?, None);
        idempotency::insert(tx, "token:a", "key", &answered(b"two"), Millis(day))?;
        assert_eq!(found("token:a", day)?, Some(answered(b"two")));
        Ok(())
    })
    .await;
}
