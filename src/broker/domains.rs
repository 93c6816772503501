//! What the domains of organizations mean for people who sign in.

use crate::model::check::Checks;
use crate::model::code::Code;
use crate::model::domain::standing::{Entry, Standing, entry, is_verified};
use crate::model::id::{ConnectionId, OrganizationId};
use crate::model::organization::{Organization, domain_of, domain_of_address};
use crate::model::session::Method;
use crate::model::tenant;
use crate::model::user::{EmailVerified, Profile};
use crate::store::{StoreError, Tx, connections, domains, organizations};

const CHECK: &str = "email_domain";

/// The organization that an address, or a bare domain, leads to. One that lost its domain
/// still gets its people: who of them is known turns out after they signed in, for a page
/// that told them apart would tell strangers who has an account.
pub(super) fn organization_at(
    tx: &Tx<'_>,
    typed: &str,
) -> Result<Option<Organization>, StoreError> {
    let Some(name) = domain_of(typed) else { return Ok(None) };
    match domains::deciding(tx, &name)? {
        Some(domain) => organizations::find(tx, &domain.organization),
        None => Ok(None),
    }
}

/// Whether a person's address is at a mail domain of another organization, or at none that
/// can be read. Whoever runs a provider can have it vouch for any address; apps that go by a
/// verified one must not take that word for a neighbour's people.
pub(super) fn is_anothers(
    tx: &Tx<'_>,
    organization: &OrganizationId,
    email: Option<&str>,
) -> Result<bool, StoreError> {
    let Some(email) = email else { return Ok(false) };
    Ok(matches!(standing(tx, organization, email)?, Standing::Anothers | Standing::Unreadable))
}

/// Whether apps are told that the person's address is verified, as things stand now and not
/// as they stood at the sign-in.
pub(super) fn verified(
    tx: &Tx<'_>,
    organization: &OrganizationId,
    method: &Method,
    profile: &Profile,
) -> Result<EmailVerified, StoreError> {
    let Some(email) = &profile.email else { return Ok(profile.email_verified) };
    let (stated, standing) = (profile.email_verified, standing(tx, organization, email)?);
    // Read only where it decides.
    let one_tenant = matches!((stated, standing), (EmailVerified::Unstated, Standing::Proved))
        && of_one_tenant(tx, method)?;
    Ok(match (is_verified(stated, standing, one_tenant), stated) {
        (true, _) => EmailVerified::Verified,
        (false, EmailVerified::Unstated) => EmailVerified::Unstated,
        (false, _) => EmailVerified::Refuted,
    })
}

/// Whether somebody may come in with the address their provider asserts.
pub(super) fn check(
    tx: &Tx<'_>,
    organization: &Organization,
    profile: &Profile,
    known: bool,
    checks: &mut Checks,
) -> Result<Result<(), Code>, StoreError> {
    let Some(email) = &profile.email else { return Ok(Ok(())) };
    if !domains::holds_any(tx, &organization.id)? {
        return Ok(Ok(()));
    }
    let standing = standing(tx, &organization.id, email)?;
    let expected = match standing {
        Standing::Lost => "a domain that is still proved, or somebody who is known",
        _ => "a domain the organization has proved",
    };
    let received = domain_of_address(email)
        .unwrap_or_else(|| "no address that can be read in one way only".to_owned());
    Ok(match entry(standing, organization.outside_domains, known) {
        Entry::In => {
            checks.passed_personal(CHECK, expected, received);
            Ok(())
        }
        Entry::Unverified => {
            checks.warned_personal(CHECK, expected, received);
            Ok(())
        }
        Entry::Refused => {
            Err(checks.failed_personal(Code::EmailDomainOutside, CHECK, expected, received))
        }
    })
}

/// Where an address stands towards the domains of an organization.
pub(super) fn standing(
    tx: &Tx<'_>,
    organization: &OrganizationId,
    email: &str,
) -> Result<Standing, StoreError> {
    let Some(name) = domain_of_address(email) else { return Ok(Standing::Unreadable) };
    Ok(match domains::deciding(tx, &name)? {
        Some(domain) if domain.organization != *organization => Standing::Anothers,
        Some(domain) if domain.state.is_proved() => Standing::Proved,
        Some(_) => Standing::Lost,
        None if domains::holds_any(tx, organization)? => Standing::Outside,
        None => Standing::Unclaimed,
    })
}

/// Whether the provider the session came from speaks for one company only.
fn of_one_tenant(tx: &Tx<'_>, method: &Method) -> Result<bool, StoreError> {
    match method {
        Method::Upstream { connection } => is_of_one_tenant(tx, connection),
        Method::OwnerPassword | Method::Password => Ok(false),
    }
}

/// Whether the provider behind a connection speaks for one company only.
pub(super) fn is_of_one_tenant(tx: &Tx<'_>, connection: &ConnectionId) -> Result<bool, StoreError> {
    let live = connections::find(tx, connection)?.and_then(|connection| connection.live);
    let Some(live) = live else { return Ok(false) };
    Ok(connections::revision(tx, &live)?.is_some_and(|live| tenant::is_one(&live.config)))
}
