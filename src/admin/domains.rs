//! Mail domains of an organization: where people are sent who type an address, and whose
//! addresses its providers vouch for.
//!
//! The organization's own administrators add a domain and prove it by a record in DNS;
//! whoever runs the installation may decide instead. Only the first proof, or that decision,
//! makes a domain the organization's.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::domain_item::{DomainItem, show};
use super::error::{AdminError, Conflict};
use super::list::{List, Listed};
use super::{Access, Act, Change, NOTHING, organizations, read, ways, write};
use crate::hub::Hub;
use crate::model::domain::finding::Finding;
use crate::model::domain::name::provable;
use crate::model::domain::{Domain, MOST, Shown, State, StillHeld};
use crate::model::id::OrganizationId;
use crate::model::organization::domain;
use crate::store::domains as store;

/// A change to a domain. What is absent stays.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DomainPatch {
    /// Whether it covers the domains below it, too. A domain somebody else has proved is never
    /// covered by one above it.
    #[serde(default)]
    pub include_subdomains: Option<bool>,
}

/// The decision that a domain is an organization's.
#[derive(Debug, Clone, Default, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DomainAcceptance {
    /// Whether it covers the domains below it, too.
    #[serde(default)]
    pub include_subdomains: bool,
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
        |page| store::list(act.tx, organization, page),
        |row| (row.created_at, row.name.as_str()),
        |row| Ok(show(&row)),
    )
}

/// One mail domain.
///
/// # Errors
/// `NotFound`.
pub fn load(
    act: &Act<'_>,
    organization: &OrganizationId,
    text: &str,
) -> Result<DomainItem, AdminError> {
    kept(act, organization, text).map(|domain| show(&domain))
}

/// Adds a mail domain that is still to be proved; adding it again changes nothing. Whether
/// another organization has it, is not told: that needs a proof.
///
/// # Errors
/// `NotFound`; `Invalid` for what nobody can prove, or too many.
pub fn put(
    act: &Act<'_>,
    organization: &OrganizationId,
    text: &str,
) -> Result<DomainItem, AdminError> {
    organizations::kept(act, organization)?;
    let name = provable(text).map_err(|why| AdminError::field("domain", why.to_string()))?;
    if let Some(found) = store::find(act.tx, organization, &name)? {
        return Ok(show(&found));
    }
    if store::count(act.tx, organization)? >= MOST {
        let detail = format!("an organization has at most {MOST} domains: remove one first");
        return Err(AdminError::field("domain", detail));
    }
    let added = Domain::pending(act.hub.rng.as_ref(), act.now, organization.clone(), name);
    store::save(act.tx, &added)?;
    act.note(&change("domain.create", &added), NOTHING, Some(&added.shown()))?;
    Ok(show(&added))
}

/// Changes what a domain covers. What was decided by whoever runs the installation, only they
/// widen; what was lost, nobody.
///
/// # Errors
/// `NotFound`, `Forbidden`, `Invalid`.
pub fn update(
    act: &Act<'_>,
    organization: &OrganizationId,
    text: &str,
    patch: &DomainPatch,
) -> Result<DomainItem, AdminError> {
    let before = kept(act, organization, text)?;
    let include_subdomains = patch.include_subdomains.unwrap_or(before.include_subdomains);
    if include_subdomains == before.include_subdomains {
        return Ok(show(&before));
    }
    if include_subdomains && before.state == State::ProvedByOperator {
        act.access.installation()?;
    }
    if include_subdomains && before.state == State::Lost {
        let detail = "the domain is lost: publish its record again and check it first";
        return Err(AdminError::field("include_subdomains", detail));
    }
    let after = Domain { include_subdomains, ..before.clone() };
    keep(act, "domain.update", &before.shown(), &after)?;
    Ok(show(&after))
}

/// Takes a domain as proved, by decision of whoever runs the installation; adds it where need
/// be. It is not looked for in DNS any more.
///
/// # Errors
/// `NotFound`, `Forbidden`, `Invalid`; `Conflict` while another organization has it.
pub fn accept(
    act: &Act<'_>,
    organization: &OrganizationId,
    text: &str,
    decision: &DomainAcceptance,
) -> Result<DomainItem, AdminError> {
    organizations::kept(act, organization)?;
    act.access.installation()?;
    let added = put(act, organization, text)?;
    let before = kept(act, organization, &added.domain)?;
    let after = before.clone().accepted(act.now, decision.include_subdomains);
    if after == before {
        return Ok(added);
    }
    take_over(act, &after)?;
    keep(act, "domain.accept", &before.shown(), &after)?;
    Ok(show(&after))
}

/// Looks for the record in DNS now, and proves the domain if it is there. No transaction is
/// open meanwhile.
///
/// # Errors
/// `NotFound`; `TooOften`; `Conflict` when the record is there and another organization has
/// the domain still.
pub async fn check(
    hub: Hub,
    access: Access,
    organization: OrganizationId,
    text: String,
) -> Result<DomainItem, AdminError> {
    let (of, named) = (organization.clone(), text.clone());
    let found = read(hub.clone(), access.clone(), move |act| kept(act, &of, &named));
    let asked = found.await?;
    if !hub.proofs.may_ask(&asked, hub.now()) {
        return Err(AdminError::TooOften);
    }
    let finding = hub.proofs.look_for(&asked).await;
    // What was found is kept even where it comes to a conflict.
    write(hub, access, move |act| {
        let current = kept(act, &organization, &text)?;
        if current.token != asked.token {
            return Err(AdminError::NotFound);
        }
        judge(act, current, finding)
    })
    .await?
}

fn judge(
    act: &Act<'_>,
    before: Domain,
    finding: Finding,
) -> Result<Result<DomainItem, AdminError>, AdminError> {
    let mut jitter = [0];
    act.hub.rng.fill(&mut jitter);
    let shown = before.shown();
    let after = before.clone().judged(act.now, finding, jitter[0]);
    let first = after.state.is_proved() && !before.state.is_proved();
    if first && let Err(conflict) = take_over(act, &after) {
        // It stays what it was, with what was found.
        store::save(act.tx, &Domain { checked: after.checked, ..before })?;
        return Ok(Err(conflict));
    }
    store::save(act.tx, &after)?;
    if after.shown() != shown {
        let action = if after.state == State::Lost { "domain.lose" } else { "domain.prove" };
        act.note(&change(action, &after), Some(&shown), Some(&after.shown()))?;
    }
    Ok(Ok(show(&after)))
}

/// Makes way for a domain that is proved: somebody who lost it has it no more.
fn take_over(act: &Act<'_>, domain: &Domain) -> Result<(), AdminError> {
    let Some(held) = store::held(act.tx, &domain.name)? else { return Ok(()) };
    if held.organization == domain.organization {
        return Ok(());
    }
    let before = held.shown();
    let after =
        held.displaced(act.now).map_err(|StillHeld| AdminError::Conflict(Conflict::DomainTaken))?;
    keep(act, "domain.displace", &before, &after)
}

/// Removes a mail domain.
///
/// # Errors
/// `NotFound`; `Conflict` for the last way to a provider that has to be used.
pub fn delete(act: &Act<'_>, organization: &OrganizationId, text: &str) -> Result<(), AdminError> {
    let found = kept(act, organization, text)?;
    let of = organizations::kept(act, organization)?;
    let before = ways::find(act, &of)?;
    store::delete(act.tx, organization, &found.name)?;
    ways::stay(act, &of, before)?;
    act.note(&change("domain.delete", &found), Some(&found.shown()), NOTHING)
}

fn kept(act: &Act<'_>, organization: &OrganizationId, text: &str) -> Result<Domain, AdminError> {
    organizations::kept(act, organization)?;
    let name = domain(text).ok_or(AdminError::NotFound)?;
    store::find(act.tx, organization, &name)?.ok_or(AdminError::NotFound)
}

fn keep(act: &Act<'_>, action: &str, before: &Shown, after: &Domain) -> Result<(), AdminError> {
    store::save(act.tx, after)?;
    act.note(&change(action, after), Some(before), Some(&after.shown()))
}

fn change<'c>(action: &'c str, domain: &'c Domain) -> Change<'c> {
    Change { action, organization: Some(&domain.organization), subject: &domain.name }
}
