//! How many people of an organization there are of each kind: all of them are counted in the
//! indexes, without a look at their rows, and the few who do not count are looked at and taken
//! off. A million people cost a fraction of a second so, and many seconds one by one.

use rusqlite::params;

use super::tx::Row;
use super::{StoreError, Tx};
use crate::model::id::OrganizationId;
use crate::model::time::Millis;

/// How many people of an organization have signed in through its provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Coverage {
    /// Who may sign in.
    pub active: i64,
    /// Those of them a live connection knows.
    pub linked: i64,
}

/// How many of an organization have no way in when its provider is switched off: neither an
/// owner, nor somebody with a password, nor somebody shut out anyway.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Without {
    /// All of them.
    pub all: i64,
    /// Without an address.
    pub unreachable: i64,
    /// With an address and without a link in force.
    pub linkless: i64,
}

const ALL: &str = "SELECT COUNT(*) AS found FROM users WHERE organization_id = ?1";

// Of one connection in the order of its index; of several everybody once.
const LIVE: &str = "SELECT id FROM connections
    WHERE organization_id = ?1 AND disabled = 0 AND live_revision_id IS NOT NULL
    ORDER BY created_at, id LIMIT 2";
const KNOWN: &str = "SELECT COUNT(*) AS found FROM
    (SELECT DISTINCT user_id FROM identities WHERE connection_id = ?1) AS known";
const KNOWN_TO_ANY: &str = "SELECT COUNT(*) AS found FROM
    (SELECT DISTINCT user_id FROM identities WHERE connection_id IN
        (SELECT id FROM connections WHERE organization_id = ?1 AND disabled = 0
            AND live_revision_id IS NOT NULL)) AS known";

macro_rules! count {
    ($among:literal) => {
        concat!(
            "SELECT COUNT(*) AS found,
                COALESCE(SUM(EXISTS (SELECT 1 FROM identities
                    JOIN connections ON connections.id = identities.connection_id
                    WHERE identities.user_id = users.id AND connections.disabled = 0
                        AND connections.live_revision_id IS NOT NULL)), 0) AS linked,
                COALESCE(SUM(EXISTS (SELECT 1 FROM local_credentials
                    WHERE user_id = users.id)), 0) AS with_password
            FROM users WHERE organization_id = ?1 AND ",
            $among
        )
    };
}

// Who is shut out, in two parts that have an index each.
const DISABLED: &str = count!("disabled = 1");
const INACTIVE: &str = count!("inactive_since IS NOT NULL AND disabled = 0");
const OWNERS: &str = count!("owner = 1 AND disabled = 0 AND inactive_since IS NULL");

const CREDENTIALS: &str =
    "SELECT COUNT(*) AS found FROM local_credentials WHERE organization_id = ?1";

const UNREACHABLE: &str = "SELECT COUNT(*) AS found FROM users
    WHERE organization_id = ?1 AND email_key IS NULL
    AND owner = 0 AND disabled = 0 AND inactive_since IS NULL
    AND NOT EXISTS (SELECT 1 FROM local_credentials WHERE user_id = users.id)";

// From the links in force, of which there are few, to their people: CROSS keeps that order.
const WITH_LINK: &str = "SELECT COUNT(*) AS found FROM local_links CROSS JOIN users
    WHERE local_links.expires_at > ?2
    AND users.id = local_links.user_id AND users.organization_id = ?1
    AND users.email_key IS NOT NULL
    AND users.owner = 0 AND users.disabled = 0 AND users.inactive_since IS NULL
    AND NOT EXISTS (SELECT 1 FROM local_credentials WHERE user_id = users.id)";

/// Some of the people of an organization.
#[derive(Debug, Clone, Copy)]
struct Few {
    found: i64,
    linked: i64,
    with_password: i64,
}

fn some(tx: &Tx<'_>, sql: &str, organization: &OrganizationId) -> Result<Few, StoreError> {
    tx.one(sql, [organization.as_str()], |row: &Row<'_>| {
        Ok(Few {
            found: row.get("found")?,
            linked: row.get("linked")?,
            with_password: row.get("with_password")?,
        })
    })
}

fn shut_out(tx: &Tx<'_>, organization: &OrganizationId) -> Result<Few, StoreError> {
    let (disabled, inactive) =
        (some(tx, DISABLED, organization)?, some(tx, INACTIVE, organization)?);
    Ok(Few {
        found: disabled.found + inactive.found,
        linked: disabled.linked + inactive.linked,
        with_password: disabled.with_password + inactive.with_password,
    })
}

fn number(tx: &Tx<'_>, sql: &str, key: &str) -> Result<i64, StoreError> {
    tx.one(sql, [key], |row| row.get("found"))
}

/// How many people of an organization a live connection knows.
///
/// # Errors
/// A database error.
pub fn coverage(tx: &Tx<'_>, organization: &OrganizationId) -> Result<Coverage, StoreError> {
    let of = organization.as_str();
    let live: Vec<String> = tx.all(LIVE, [of], |row| row.get("id"))?;
    let known = match live.as_slice() {
        [] => 0,
        [one] => number(tx, KNOWN, one)?,
        _ => number(tx, KNOWN_TO_ANY, of)?,
    };
    let shut_out = shut_out(tx, organization)?;
    let active = number(tx, ALL, of)? - shut_out.found;
    Ok(Coverage { active, linked: known - shut_out.linked })
}

/// How many of an organization have no way in when its provider is switched off, how many of
/// them have no address, and how many wait for a link.
///
/// # Errors
/// A database error.
pub fn without(
    tx: &Tx<'_>,
    organization: &OrganizationId,
    now: Millis,
) -> Result<Without, StoreError> {
    let of = organization.as_str();
    let (shut_out, owners) = (shut_out(tx, organization)?, some(tx, OWNERS, organization)?);
    let people = number(tx, ALL, of)? - shut_out.found - owners.found;
    let with_password =
        number(tx, CREDENTIALS, of)? - shut_out.with_password - owners.with_password;
    let all = people - with_password;
    let unreachable = number(tx, UNREACHABLE, of)?;
    let with_link: i64 = tx.one(WITH_LINK, params![of, now.0], |row| row.get("found"))?;
    Ok(Without { all, unreachable, linkless: all - unreachable - with_link })
}

#[cfg(test)]
#[path = "headcount_tests.rs"]
mod tests;
