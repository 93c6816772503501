//! Requiring single sign-on of the people of an organization: refused until nobody can be
//! locked out by it, and always taken back at once.

use super::error::{AdminError, Conflict};
use super::input::Expected;
use super::{Act, Change, organizations};
use crate::model::id::OrganizationId;
use crate::model::organization::{Enforcement, EnforcementMode, Organization};
use crate::model::preflight::{self, Finding, OwnerFacts};
use crate::model::time::{DAY, Millis};
use crate::model::user::User;
use crate::store::{self, Page, headcount, users};

mod facts;
pub mod item;

use item::{
    AffectedItem, CoverageItem, EnforcementBody, EnforcementItem, ExemptItem, PreflightCheckItem,
};

/// It may be set to begin so far ahead, in milliseconds.
const AHEAD: i64 = 90 * DAY;
/// People named at most.
const NAMED: u32 = 100;
/// Owners looked at.
const OWNERS: i64 = 100;

/// How it stands, with everything that has to be so before it may be required.
///
/// # Errors
/// `NotFound`.
pub fn load(act: &Act<'_>, id: &OrganizationId) -> Result<EnforcementItem, AdminError> {
    let organization = organizations::kept(act, id)?;
    let owners = owners(act, id)?;
    let findings = findings(act, &organization, &owners)?;
    let people = people(act, id)?;
    show(act, &organization, &owners, (findings, people))
}

/// Sets it. For owners.
///
/// # Errors
/// `NotFound`, `Stale`, `Invalid`, `OwnersOnly`; `Conflict` with what is not so when it is to be required,
/// or when it is to be off and somebody would have no way in.
pub fn put(
    act: &Act<'_>,
    id: &OrganizationId,
    expected: Expected,
    body: &EnforcementBody,
) -> Result<EnforcementItem, AdminError> {
    let current = organizations::kept(act, id)?;
    expected.check(current.version)?;
    // It decides what owners sign in with, and may end their sessions.
    act.access.over_owners_of(id)?;
    let enforcement = read(act, body)?;
    let owners = owners(act, id)?;
    let findings = findings(act, &current, &owners)?;
    match enforcement.mode {
        EnforcementMode::Required if !preflight::passed(&findings) => {
            return Err(AdminError::Conflict(Conflict::NotReady(findings)));
        }
        EnforcementMode::Off if current.settings.enforcement.mode != EnforcementMode::Off => {
            let without = headcount::without(act.tx, id, act.now)?.all;
            if without > 0 {
                return Err(AdminError::Conflict(Conflict::NoWayIn(without)));
            }
        }
        EnforcementMode::Required | EnforcementMode::Optional | EnforcementMode::Off => {}
    }
    let people = people(act, id)?;
    let before = show(act, &current, &owners, (findings.clone(), people.clone()))?;
    let mut next = current.clone();
    next.settings.enforcement = enforcement;
    if !store::organizations::update(act.tx, &next)? {
        return Err(AdminError::Stale);
    }
    next.version += 1;
    if next.settings.ends_provider_sessions() {
        store::sessions::end_of_providers(act.tx, id)?;
    }
    let after = show(act, &next, &owners, (findings, people))?;
    let change = Change {
        action: "organization.put_enforcement",
        organization: Some(id),
        subject: id.as_str(),
    };
    act.note(&change, Some(&before), Some(&after))?;
    Ok(after)
}

fn read(act: &Act<'_>, body: &EnforcementBody) -> Result<Enforcement, AdminError> {
    let required = body.mode == EnforcementMode::Required;
    let starts_at = match body.starts_at.as_deref() {
        None => None,
        Some(_) if !required => {
            let detail = "leave it out: only `required` has a start";
            return Err(AdminError::field("starts_at", detail));
        }
        Some(text) => {
            let start = Millis::parse_rfc3339(text)
                .filter(|start| start.since(act.now) <= AHEAD)
                .ok_or_else(|| {
                AdminError::field(
                    "starts_at",
                    "give a moment at most 90 days ahead, such as 2027-03-31T08:00:00Z",
                )
            })?;
            (start > act.now).then_some(start)
        }
    };
    Ok(Enforcement { mode: body.mode, starts_at, running_sessions: body.running_sessions })
}

fn findings(
    act: &Act<'_>,
    organization: &Organization,
    owners: &[(User, OwnerFacts)],
) -> Result<Vec<Finding>, AdminError> {
    Ok(preflight::judge(&facts::gather(act, organization, owners)?, act.now))
}

fn owners(act: &Act<'_>, id: &OrganizationId) -> Result<Vec<(User, OwnerFacts)>, AdminError> {
    let all = users::list_owners(act.tx, Some(id), &Page::first(OWNERS))?;
    let facts = |owner: User| {
        let profile = &owner.profile;
        let name = profile.name.clone().or_else(|| profile.email.clone());
        let name = name.unwrap_or_else(|| owner.id.to_string());
        let password = store::owners::of(act.tx, &owner.id)?
            .is_some_and(|credential| credential.password_hash.is_some());
        let second_factor = store::factors::of(act.tx, &owner.id)?.any();
        Ok((owner, OwnerFacts { name, password, second_factor }))
    };
    all.into_iter().filter(|owner| !owner.is_shut_out()).map(facts).collect()
}

/// Whom it concerns, which does not depend on how it is set: counted once for each answer.
fn people(act: &Act<'_>, id: &OrganizationId) -> Result<CoverageItem, AdminError> {
    let coverage = headcount::coverage(act.tx, id)?;
    let unlinked = match coverage.linked < coverage.active {
        true => store::enforcement::unlinked(act.tx, id, NAMED)?,
        false => Vec::new(),
    };
    let affected = |one: store::enforcement::Unlinked| AffectedItem {
        id: one.user.to_string(),
        name: one.profile.name,
        email: one.profile.email,
    };
    Ok(CoverageItem {
        active: coverage.active,
        linked: coverage.linked,
        without_password: headcount::without(act.tx, id, act.now)?.all,
        not_linked: unlinked.into_iter().map(affected).collect(),
    })
}

fn show(
    act: &Act<'_>,
    organization: &Organization,
    owners: &[(User, OwnerFacts)],
    (findings, people): (Vec<Finding>, CoverageItem),
) -> Result<EnforcementItem, AdminError> {
    let set = &organization.settings.enforcement;
    let exempt = |(user, facts): &(User, OwnerFacts)| ExemptItem {
        id: user.id.to_string(),
        name: user.profile.name.clone(),
        email: user.profile.email.clone(),
        ready: facts.password && facts.second_factor,
    };
    Ok(EnforcementItem {
        organization: organization.id.to_string(),
        mode: set.mode,
        starts_at: set.starts_at.map(Millis::rfc3339),
        running_sessions: set.running_sessions,
        in_force: set.in_force(act.now),
        ready: preflight::passed(&findings),
        checks: findings.into_iter().map(PreflightCheckItem::from).collect(),
        people,
        exempt: owners.iter().map(exempt).collect(),
        version: organization.version,
    })
}
