//! What is known of an organization that wants to require single sign-on.

use crate::admin::error::AdminError;
use crate::admin::{Act, ways};
use crate::model::connection::{Connection, ConnectionConfig};
use crate::model::organization::Organization;
use crate::model::preflight::{ConnectionFacts, Facts, OwnerFacts};
use crate::model::time::Millis;
use crate::model::user::User;
use crate::store::{connection_clocks, connections, drills, enforcement};
use crate::upstream::saml::certificates as x509;

/// Everything the judgement needs; `owners` are those who are not shut out, with whether they
/// have a password and a second factor.
pub(super) fn gather(
    act: &Act<'_>,
    organization: &Organization,
    owners: &[(User, OwnerFacts)],
) -> Result<Facts, AdminError> {
    let live = connections::find_live_of_organization(act.tx, &organization.id)?;
    let mut known = Vec::with_capacity(live.len());
    for connection in &live {
        known.extend(about(act, connection)?);
    }
    Ok(Facts {
        sso_allowed: organization.settings.sso_allowed,
        connections: known,
        owners: owners.iter().map(|(_, facts)| facts.clone()).collect(),
        last_drill: drills::last_of_organization(act.tx, &organization.id)?,
        ways: ways::find(act, organization)?,
    })
}

fn about(act: &Act<'_>, connection: &Connection) -> Result<Option<ConnectionFacts>, AdminError> {
    let Some(live) = &connection.live else { return Ok(None) };
    let Some(revision) = connections::revision(act.tx, live)? else { return Ok(None) };
    let (certificate_ends, secret_ends) = match &revision.config {
        ConnectionConfig::Saml(config) => (last_end(&config.certificates), None),
        ConnectionConfig::Oidc(config) => (None, config.client_secret_expires_at),
    };
    Ok(Some(ConnectionFacts {
        id: connection.id.clone(),
        name: connection.name.clone(),
        proved_at: enforcement::proved_at(act.tx, live)?,
        certificate_ends,
        secret_ends,
        skew: connection_clocks::find(act.tx, &connection.id)?.map(|clock| clock.median_skew),
    }))
}

/// The end of the certificate that lasts longest. One that cannot be read lasts no longer.
fn last_end(certificates: &[String]) -> Option<Millis> {
    let end = |text: &String| {
        x509::Certificate::from_base64(text).map_or(Millis(0), |found| found.not_after)
    };
    certificates.iter().map(end).max()
}
