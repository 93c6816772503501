//! The two calls of a sign-in that talk to a provider, with what they need looked up.

use std::net::IpAddr;
use std::sync::Arc;

use super::judged::Judged;
use super::reply::FlowError;
use crate::hub::{Hub, Undone};
use crate::model::attempt::{Expected, Purpose};
use crate::model::check::Checks;
use crate::model::code::Code;
use crate::model::connection::{Connection, ProviderSignOut};
use crate::model::id::RevisionId;
use crate::model::secret::Secret;
use crate::store::connections;
use crate::upstream::oidc::begin::Hints;
use crate::upstream::oidc::finish::Callback;
use crate::upstream::prepared::Prepared;
use crate::upstream::saml::ServiceProvider;
pub(super) use crate::upstream::saml::finish::NOT_ASKED;
use crate::upstream::saml::finish::Posted;
use crate::upstream::{Outgoing, Refusal, oidc, saml};

/// Who was asked, and for what.
#[derive(Clone, Copy)]
pub(super) struct AskedOf<'a> {
    pub connection: &'a Connection,
    pub expected: &'a Expected,
    pub purpose: &'a Purpose,
}

/// Asks the provider of `connection`, as the revision says that an attempt for `purpose` goes by.
///
/// # Errors
/// A fault of our own. The inner `Err` is a refusal.
pub(super) async fn begin(
    hub: &Hub,
    (connection, purpose): (&Connection, &Purpose),
    handle: &Secret<String>,
    hints: Hints,
) -> Result<Result<(Expected, Outgoing), Refusal>, FlowError> {
    let now = hub.now();
    let Some((revision, prepared)) = prepared(hub, connection, purpose).await? else {
        return Ok(Err(Refusal::new(Code::ConnectionNotLive, Checks::new())));
    };
    let asked = match prepared.as_ref() {
        Prepared::Saml(prepared) => {
            let provider =
                ServiceProvider::of(&hub.config.public_url, &connection.id, prepared.config());
            saml::begin::begin(prepared, &provider, now, handle.expose(), hints.force_login)
                .map_err(|code| Refusal::new(code, Checks::new()))
        }
        Prepared::Oidc(config) => {
            let url = &hub.config.public_url;
            let redirect_uri = match config.shared_redirect_uri {
                true => oidc::shared_redirect_uri(url),
                false => oidc::redirect_uri(url, &connection.id),
            };
            let client = hub.oidc_client();
            oidc::begin::begin(&client, config, &redirect_uri, now, handle.expose(), hints).await
        }
    };
    Ok(asked.map(|(answer, outgoing)| {
        let connection = connection.id.clone();
        (Expected { connection, revision, sent_at: now, answer }, outgoing)
    }))
}

/// Judges a SAML response.
///
/// # Errors
/// A fault of our own.
pub(super) async fn finish_saml(
    hub: &Hub,
    address: IpAddr,
    AskedOf { connection, expected, purpose }: AskedOf<'_>,
    response: &Arc<str>,
) -> Result<Judged, FlowError> {
    // Judged by what is live now: a certificate that was taken out is taken out at once, also
    // when it is by the time the person is let in. A test is judged by what it tries.
    let Some((revision, prepared)) = prepared(hub, connection, purpose).await? else {
        return Ok(Judged::refused(Code::ConnectionNotLive));
    };
    let (whose, now) = ((connection, expected), hub.now());
    let (id, expected) = (connection.id.clone(), expected.clone());
    let (url, posted) = (hub.config.public_url.clone(), Posted::new(Arc::clone(response)));
    let costly = posted.is_costly();
    let work = move || match prepared.as_ref() {
        Prepared::Saml(prepared) => {
            let provider = ServiceProvider::of(&url, &id, prepared.config());
            saml::finish::finish(prepared, &provider, &id, &expected, now, &posted)
        }
        Prepared::Oidc(_) => Err(Refusal::new(Code::ConnectionUnknown, Checks::new())),
    };
    let outcome =
        if costly { hub.judging.aside(address, work).await.map_err(undone)? } else { work() };
    let outcome = outcome.map(|identity| identity.judged_by(revision));
    Ok(Judged::saml(hub, whose, now, response, outcome))
}

/// The handle a SAML response says it answers. **Unverified**: it only finds the attempt.
pub(super) fn named_handle(response: &str) -> Option<String> {
    saml::finish::in_response_to(response)?.strip_prefix('_').map(str::to_owned)
}

/// What a SAML response says it answers. **Unverified**; `None` for what cannot be read.
pub(super) fn claims(response: &str) -> Option<saml::finish::Claims> {
    saml::finish::claims(response)
}

/// Judges an authorization response, redeeming its code.
///
/// # Errors
/// A fault of our own.
pub(super) async fn finish_oidc(
    hub: &Hub,
    AskedOf { connection, expected, purpose }: AskedOf<'_>,
    callback: &Callback,
) -> Result<Judged, FlowError> {
    let prepared = prepared(hub, connection, purpose).await?;
    let Some((revision, prepared)) = prepared else {
        return Ok(Judged::refused(Code::ConnectionNotLive));
    };
    Ok(match prepared.as_ref() {
        Prepared::Oidc(config) => {
            let (client, now) = (hub.oidc_client(), hub.now());
            let id = &connection.id;
            let judged = oidc::finish::finish(&client, config, id, expected, now, callback).await;
            let mut outcome = judged.map(|identity| identity.judged_by(revision));
            let goes_there = connection.settings.provider_sign_out != ProviderSignOut::Never;
            if let (Ok(identity), true, false) = (&mut outcome, goes_there, purpose.is_test()) {
                identity.keep_hint(&hub.sealer, hub.rng.as_ref());
            }
            Judged::oidc(hub, (connection, expected), now, callback, outcome)
        }
        Prepared::Saml(_) => Judged::refused(Code::ConnectionUnknown),
    })
}

fn undone(undone: Undone) -> FlowError {
    FlowError(match undone {
        Undone::Full => Code::Busy,
        Undone::Panicked => Code::Internal,
    })
}

/// The revision an attempt goes by, parsed once and kept: a revision never changes. One that is
/// tested without its issuer is not kept: nothing but that test may ever go by it.
pub(super) async fn prepared(
    hub: &Hub,
    connection: &Connection,
    purpose: &Purpose,
) -> Result<Option<(RevisionId, Arc<Prepared>)>, FlowError> {
    let Some(id) = purpose.revision(connection) else { return Ok(None) };
    if let Some(prepared) = hub.prepared.find(&id) {
        return Ok(Some((id, prepared)));
    }
    let wanted = id.clone();
    let revision = hub.store.read(move |tx| connections::revision(tx, &wanted)).await?;
    let Some(revision) = revision.filter(|found| found.connection == connection.id) else {
        return Ok(None);
    };
    let keeps = revision.config.missing().is_empty();
    let prepared = match purpose.is_test() {
        true => Prepared::for_test(revision.config),
        false => Prepared::new(revision.config),
    };
    let prepared = prepared.map_err(|error| {
        tracing::error!(connection = %connection.id, %error, "a revision cannot be used");
        FlowError(Code::Internal)
    })?;
    let prepared = Arc::new(prepared);
    // A client without secret is as complete as its provider wants it.
    if keeps || !purpose.is_test() {
        hub.prepared.keep(id.clone(), Arc::clone(&prepared));
    }
    Ok(Some((id, prepared)))
}
