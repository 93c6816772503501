//! Mail domains of an organization: where people are sent who type an address.

use serde::Serialize;
use utoipa::ToSchema;

use super::error::{AdminError, Conflict};
use super::list::{List, Listed};
use super::{Act, Change, NOTHING, organizations};
use crate::model::id::OrganizationId;
use crate::model::organization::domain;
use crate::store::organizations as store;

/// A mail domain.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DomainItem {
    /// The domain in lower case.
    pub domain: String,
    /// Whose it is.
    pub organization: String,
    /// When it was added (RFC 3339).
    pub created_at: String,
}

/// The mail domains of an organization, oldest first.
///
/// # Errors
/// `NotFound`.
pub fn list(
    act: &Act<'_>,
    organization: &OrganizationId,
    list: &List,
) -> Result<Listed<DomainItem>, AdminError> {
    organizations::kept(act, organization)?;
    list.read(
        |page| store::domains(act.tx, organization, page),
        |row| (row.created_at, row.domain.as_str()),
        |row| Ok(show(&row)),
    )
}

/// Adds a mail domain; adding it again changes nothing. Nobody has proved a domain yet, so
/// only the installation's administrators add one: it decides where people are sent.
///
/// # Errors
/// `NotFound`, `Forbidden`, `Invalid`; `Conflict` when another organization has it.
pub fn put(
    act: &Act<'_>,
    organization: &OrganizationId,
    text: &str,
) -> Result<DomainItem, AdminError> {
    organizations::kept(act, organization)?;
    act.access.installation()?;
    let name = domain(text).ok_or_else(|| {
        AdminError::field("domain", "give a domain such as acme.example, without @ or https://; letters beyond ASCII in the form xn--...")
    })?;
    if let Some(found) = store::find_domain(act.tx, &name)? {
        if found.organization != *organization {
            return Err(AdminError::Conflict(Conflict::DomainTaken));
        }
        return Ok(show(&found));
    }
    let added =
        store::Domain { domain: name, organization: organization.clone(), created_at: act.now };
    store::put_domain(act.tx, &added)?;
    let item = show(&added);
    act.note(&change("domain.create", organization, &added.domain), NOTHING, Some(&item))?;
    Ok(item)
}

/// Removes a mail domain.
///
/// # Errors
/// `NotFound`.
pub fn delete(act: &Act<'_>, organization: &OrganizationId, text: &str) -> Result<(), AdminError> {
    organizations::kept(act, organization)?;
    let name = domain(text).ok_or(AdminError::NotFound)?;
    let found = store::find_domain(act.tx, &name)?
        .filter(|found| found.organization == *organization)
        .ok_or(AdminError::NotFound)?;
    store::delete_domain(act.tx, organization, &name)?;
    act.note(&change("domain.delete", organization, &name), Some(&show(&found)), NOTHING)
}

const fn change<'c>(
    action: &'c str,
    organization: &'c OrganizationId,
    domain: &'c str,
) -> Change<'c> {
    Change { action, organization: Some(organization), subject: domain }
}

fn show(domain: &store::Domain) -> DomainItem {
    DomainItem {
        domain: domain.domain.clone(),
        organization: domain.organization.to_string(),
        created_at: domain.created_at.rfc3339(),
    }
}
