//! Owners: made at the first run or on the host, let in by a password that needs no provider,
//! helped by a one-use link when they forgot it.

use std::net::IpAddr;

use super::Moment;
use crate::model::audit::{Actor, AuditEvent};
use crate::model::domain::standing::OutsideDomains;
use crate::model::id::{AuditId, OrganizationId, UserId};
use crate::model::organization::{LoginPath, Organization};
use crate::model::user::{Profile, User};
use crate::store::{StoreError, Tx, audit, organizations, owners, users};

mod break_glass;
mod details;
pub mod door;
mod enter;
pub mod factors;
mod link;
pub mod passkeys;
pub mod second;

pub use crate::model::owner::LINK_LIFETIME;
pub use details::{Details, Wrong, email_key};
pub use enter::{Came, Entered, Passed, Step};
pub use link::{issue as issue_link, reset_factors, use_it as use_link};

/// Why an owner could not be made.
#[derive(Debug, thiserror::Error)]
pub enum OwnerError {
    /// There is an owner already: first-run set-up is over.
    #[error("there is an owner already")]
    SetUp,
    /// The address names another owner.
    #[error("this e-mail address belongs to an owner already")]
    EmailTaken,
    /// A database error.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The first owner makes the installation theirs, once: of any number of claims at the same
/// time one is let through, because the store takes them one after another.
///
/// # Errors
/// `SetUp` when somebody was first.
pub fn claim(
    tx: &Tx<'_>,
    moment: Moment<'_>,
    details: &Details,
    password_hash: &str,
) -> Result<Entered, OwnerError> {
    if owners::exist(tx)? {
        return Err(OwnerError::SetUp);
    }
    let user = create(tx, moment, &Actor::System, details, None, Some(password_hash))?;
    let person = enter::Person::find(tx, &user)?;
    let person = person.ok_or(StoreError::Corrupt("the new owner is gone"))?;
    Ok(enter::enter(tx, moment, person, &Came::default(), None)?)
}

/// Makes an owner of an organization, or of the home organization, which the first owner
/// makes. Without a hash, a password is set through a link.
///
/// # Errors
/// `EmailTaken`.
pub fn create(
    tx: &Tx<'_>,
    moment: Moment<'_>,
    actor: &Actor,
    details: &Details,
    organization: Option<&OrganizationId>,
    password_hash: Option<&str>,
) -> Result<UserId, OwnerError> {
    let Moment { rng, now, .. } = moment;
    let key = email_key(&details.email).ok_or(StoreError::Corrupt("an address was not checked"))?;
    if owners::find(tx, &key)?.is_some() {
        return Err(OwnerError::EmailTaken);
    }
    let organization = match (organization, organizations::home(tx)?) {
        (Some(named), _) => named.clone(),
        (None, Some(home)) => home.id,
        (None, None) => create_home(tx, moment, actor, &details.organization)?,
    };
    let user = User {
        id: UserId::random(rng),
        organization: organization.clone(),
        profile: Profile {
            email: Some(details.email.clone()),
            name: Some(details.name.clone()),
            ..Profile::empty()
        },
        answers: Default::default(),
        owner: true,
        admin: false,
        disabled: false,
        inactive_since: None,
        access_ended_at: None,
        announced: false,
        created_at: now,
        last_sign_in_at: None,
        version: 1,
    };
    users::insert(tx, &user)?;
    owners::insert(tx, &user.id, &key, password_hash, now)?;
    let after = serde_json::json!({ "name": details.name, "email": details.email });
    note(tx, moment, actor, "owner.create", (&organization, &user.id), Some(after))?;
    Ok(user.id)
}

fn create_home(
    tx: &Tx<'_>,
    moment: Moment<'_>,
    actor: &Actor,
    name: &str,
) -> Result<OrganizationId, StoreError> {
    // An address of its own from the start: its people can sign in before a domain is proved. The
    // name says nothing of the organization; its page does, as any sign-in page. Whoever has the
    // path already keeps no owner out.
    let path = match LoginPath::try_from("home".to_owned()) {
        Ok(path) if organizations::find_by_path(tx, &path)?.is_none() => Some(path),
        _ => None,
    };
    let home = Organization {
        id: OrganizationId::random(moment.rng),
        name: name.to_owned(),
        path,
        disabled: false,
        home: true,
        outside_domains: OutsideDomains::default(),
        settings: Default::default(),
        created_at: moment.now,
        version: 1,
    };
    organizations::insert(tx, &home)?;
    let event = AuditEvent {
        id: AuditId::random(moment.rng),
        at: moment.now,
        actor: actor.clone(),
        organization: Some(home.id.clone()),
        action: "organization.create".to_owned(),
        subject: home.id.to_string(),
        before: None,
        after: Some(serde_json::json!({ "name": name, "path": home.path, "home": true })),
    };
    audit::append(tx, &event)?;
    Ok(home.id)
}

/// The owner an address names.
///
/// # Errors
/// A database error.
pub fn find(tx: &Tx<'_>, email: &str) -> Result<Option<User>, StoreError> {
    let Some(key) = email_key(email) else { return Ok(None) };
    match owners::find(tx, &key)? {
        Some(credential) => users::find(tx, &credential.user),
        None => Ok(None),
    }
}

fn note(
    tx: &Tx<'_>,
    moment: Moment<'_>,
    actor: &Actor,
    action: &str,
    (organization, user): (&OrganizationId, &UserId),
    after: Option<serde_json::Value>,
) -> Result<(), StoreError> {
    let event = AuditEvent {
        id: AuditId::random(moment.rng),
        at: moment.now,
        actor: actor.clone(),
        organization: Some(organization.clone()),
        action: action.to_owned(),
        subject: user.to_string(),
        before: None,
        after,
    };
    audit::append(tx, &event)
}

/// Where a try came from, as throttles and the audit trail name it: a whole /64 of IPv6,
/// which is one household or one rented machine.
pub(super) fn whence(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let s = address.segments();
            format!("{:x}:{:x}:{:x}:{:x}::/64", s[0], s[1], s[2], s[3])
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_household_is_one_address() {
        for (address, name) in [
            ("192.0.2.7", "192.0.2.7"),
            ("::ffff:192.0.2.7", "192.0.2.7"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
            ("2001:db8:1:2:ffff::", "2001:db8:1:2::/64"),
        ] {
            assert_eq!(whence(address.parse().unwrap()), name);
        }
    }
}
