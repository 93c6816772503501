//! Roles at a sign-in: what the groups a provider just named give, take away and allow.
//!
//! The rule is `model::role::sync`, pure; here it meets the store. Whoever comes through a
//! connection that gives no roles costs nothing more.

use std::collections::HashSet;

use super::Moment;
use super::admission::may_use;
use crate::model::app::App;
use crate::model::audit::{Actor, AuditEvent};
use crate::model::check::{Checks, Verdict};
use crate::model::code::Code;
use crate::model::connection::{Admit, Connection};
use crate::model::id::{AuditId, ConnectionId, RoleId};
use crate::model::notice::Notice;
use crate::model::organization::Organization;
use crate::model::role::sync::{Before, Decision, Entry, Rules, decide};
use crate::model::role::{Held, Mapping, NamedRole, RoleKind};
use crate::model::time::{DAY, Millis};
use crate::model::user::{Groups, User};
use crate::store::{StoreError, Tx, audit, roles, sessions, users};

/// The check of what groups mean for roles.
const ROLES: &str = "roles";
/// The check of which groups mean nothing for roles.
const UNMAPPED: &str = "unmapped_groups";
/// Most groups named in it.
const MOST_UNMAPPED: usize = 20;
/// The check of whether somebody with these groups, or none, comes in.
const ADMITTED: &str = "admitted_groups";

/// The roles of a person as apps receive them: built-in ones first, then by name.
///
/// # Errors
/// A database error.
pub(super) fn of(
    tx: &Tx<'_>,
    user: &User,
    organization: &Organization,
) -> Result<Vec<NamedRole>, StoreError> {
    let mut all = built_in(user);
    if organization.settings.has_roles {
        all.extend(roles::named(tx, &user.id)?);
    }
    Ok(all)
}

fn built_in(user: &User) -> Vec<NamedRole> {
    RoleKind::BUILT_IN
        .into_iter()
        .filter(|kind| has(user, *kind))
        .filter_map(|kind| Some(NamedRole { id: kind.built_in()?, name: kind.as_str().to_owned() }))
        .collect()
}

const fn has(user: &User, kind: RoleKind) -> bool {
    match kind {
        RoleKind::Owner => user.owner,
        RoleKind::Admin => user.admin,
        RoleKind::Ordinary => false,
    }
}

/// Somebody a provider just vouched for.
#[derive(Clone, Copy)]
pub(super) struct Comer<'a> {
    pub connection: &'a Connection,
    pub organization: &'a Organization,
    /// The app they want to get into.
    pub app: Option<&'a App>,
    /// As the provider just named them.
    pub groups: &'a Groups,
    /// Who they are, if they have been here before.
    pub known: Option<&'a User>,
    /// When their sign-in began. It may have waited at its last step since.
    pub begun_at: Millis,
    /// What was checked of the attempt before this step.
    pub before: &'a Checks,
}

/// What a sign-in changes of somebody's roles, once they are let in.
pub(super) struct Change {
    connection: ConnectionId,
    decision: Decision,
    held: Vec<Held>,
    /// Mappings whose group came for the first time today.
    seen: Vec<Mapping>,
    /// Groups that came and give no role: the first, and how many there are.
    unmapped: (Vec<String>, usize),
}

/// Whether the person comes in, and what their groups change. Somebody whose groups let them
/// in no more is shut out and signed out at once.
///
/// # Errors
/// A database error.
pub(super) fn judge(
    tx: &Tx<'_>,
    moment: Moment<'_>,
    comer: &Comer<'_>,
    checks: &mut Checks,
) -> Result<Result<Option<Change>, Code>, StoreError> {
    let settings = &comer.connection.settings;
    let inactive = comer.known.is_some_and(|user| user.inactive_since.is_some());
    if !settings.gives_roles && settings.admit == Admit::Everyone && !inactive {
        return match comer.known {
            Some(user) => Ok(app_rule(tx, comer, user, checks)?.map(|()| None)),
            None => Ok(app_rule_of(comer, &[], checks).map(|()| None)),
        };
    }
    if let Err(code) = still_out(tx, comer, checks)? {
        return Ok(Err(code));
    }
    let change = weigh(tx, moment, comer)?;
    note(&change, comer, checks);
    match change.decision.entry {
        Entry::In => {}
        Entry::Unknown => return Ok(Err(groups_unknown(comer, checks))),
        Entry::NotMapped => {
            let expected = "a group that gives a role";
            let code = checks.failed(Code::GroupsNotMapped, ADMITTED, expected, "none of them");
            if let Some(user) = comer.known {
                shut_out(tx, moment, comer, (user, change), checks)?;
            }
            return Ok(Err(code));
        }
    }
    match comer.known {
        // Asked of what they have then, whatever an owner may have to keep.
        Some(user) if asks_for_roles(comer) => {
            let user = change.apply(tx, moment, user.clone(), checks)?;
            Ok(app_rule(tx, comer, &user, checks)?.map(|()| None))
        }
        Some(_) => Ok(Ok(Some(change))),
        None => {
            let gained: Vec<RoleId> = change.decision.gained.iter().cloned().collect();
            Ok(app_rule_of(comer, &gained, checks).map(|()| Some(change)))
        }
    }
}

/// Whether somebody who was shut out stays so whatever their groups are now.
fn still_out(
    tx: &Tx<'_>,
    comer: &Comer<'_>,
    checks: &mut Checks,
) -> Result<Result<(), Code>, StoreError> {
    let Some(user) = comer.known else { return Ok(Ok(())) };
    let Some(since) = user.inactive_since else { return Ok(Ok(())) };
    if users::inactive_by(tx, &user.id)?.is_some_and(|by| by != comer.connection.id) {
        let expected = "let in by the connection whose groups shut them out";
        return Ok(Err(checks.failed(Code::UserInactive, "user", expected, "still shut out")));
    }
    if comer.begun_at < since {
        let expected = "a sign-in begun after they were shut out";
        return Ok(Err(checks.failed(Code::UserInactive, "user", expected, "an older one")));
    }
    Ok(Ok(()))
}

/// The roles the groups of a test would give, and why they would let nobody in. Writes nothing.
/// Roles somebody has from elsewhere are not for whoever runs a test.
///
/// # Errors
/// A database error.
pub(super) fn suppose(
    tx: &Tx<'_>,
    moment: Moment<'_>,
    comer: &Comer<'_>,
    checks: &mut Checks,
) -> Result<(Vec<NamedRole>, Option<Code>), StoreError> {
    let settings = &comer.connection.settings;
    let shut_out = still_out(tx, comer, checks)?.err();
    if !settings.gives_roles && settings.admit == Admit::Everyone {
        return Ok((Vec::new(), shut_out));
    }
    let change = weigh(tx, moment, &Comer { known: None, ..*comer })?;
    note(&change, comer, checks);
    let refusal = match change.decision.entry {
        Entry::In => None,
        // They keep what they have.
        Entry::Unknown if comer.known.is_some_and(|user| !user.is_shut_out()) => None,
        Entry::Unknown => Some(groups_unknown(comer, checks)),
        Entry::NotMapped => {
            let expected = "a group that gives a role";
            Some(checks.failed(Code::GroupsNotMapped, ADMITTED, expected, "none of them"))
        }
    };
    let mut named = Vec::with_capacity(change.decision.gained.len());
    for id in change.decision.gained {
        let name = match RoleKind::of(&id) {
            RoleKind::Ordinary => roles::find(tx, &id)?.map(|role| role.name),
            kind => Some(kind.as_str().to_owned()),
        };
        named.extend(name.map(|name| NamedRole { id, name }));
    }
    named.sort_by_key(|role| {
        let kind = RoleKind::of(&role.id);
        let place = RoleKind::BUILT_IN.iter().position(|other| *other == kind);
        (place.unwrap_or(usize::MAX), role.name.to_lowercase())
    });
    Ok((named, shut_out.or(refusal)))
}

fn weigh(tx: &Tx<'_>, moment: Moment<'_>, comer: &Comer<'_>) -> Result<Change, StoreError> {
    let (id, settings) = (&comer.connection.id, &comer.connection.settings);
    let mappings = roles::mappings(tx, id)?;
    let held = match comer.known {
        Some(user) => roles::held(tx, &user.id)?,
        None => Vec::new(),
    };
    let given: Vec<RoleId> = held
        .iter()
        .filter(|held| held.source.as_ref() == Some(id))
        .map(|held| held.role.clone())
        .collect();
    let rules = Rules { mappings: &mappings, admit: settings.admit, role_sync: settings.role_sync };
    let active = comer.known.is_some_and(|user| user.inactive_since.is_none());
    let mut decision = decide(&rules, comer.groups, &Before { given: &given, active });
    // What a later sign-in took away is not given back by one that waited since.
    if comer.known.and_then(|user| user.last_sign_in_at).is_some_and(|at| comer.begun_at < at) {
        decision.gained.clear();
    }
    let stale =
        |mapping: &&Mapping| mapping.last_seen_at.is_none_or(|at| moment.now.since(at) >= DAY);
    let arrived = decision.arrived.iter().filter_map(|position| mappings.get(*position));
    let seen = arrived.filter(stale).cloned().collect();
    let unmapped = unmapped(comer.groups, &mappings);
    Ok(Change { connection: id.clone(), decision, held, seen, unmapped })
}

fn unmapped(groups: &Groups, mappings: &[Mapping]) -> (Vec<String>, usize) {
    let Groups::Known(groups) = groups else { return (Vec::new(), 0) };
    let mapped: HashSet<&str> = mappings.iter().map(|mapping| mapping.group.as_str()).collect();
    let others = || groups.iter().filter(|group| !mapped.contains(group.as_str()));
    (others().take(MOST_UNMAPPED).cloned().collect(), others().count())
}

fn note(change: &Change, comer: &Comer<'_>, checks: &mut Checks) {
    if *comer.groups == Groups::Unknown {
        checks.warned(ROLES, "the person's groups", "unknown: every role stays as it is");
        return;
    }
    let Decision { gained, lost, arrived, .. } = &change.decision;
    let received = format!(
        "{} of them mapped; {} roles given, {} taken away",
        arrived.len(),
        gained.len(),
        lost.len()
    );
    checks.passed(ROLES, "the roles of the person's groups", received);
    let (first, all) = &change.unmapped;
    if !first.is_empty() {
        let more = all.saturating_sub(first.len());
        let rest = if more > 0 { format!(", and {more} more") } else { String::new() };
        let received = format!("{}{rest}", first.join(", "));
        checks.passed_personal(UNMAPPED, "groups that give a role", received);
    }
}

fn groups_unknown(comer: &Comer<'_>, checks: &mut Checks) -> Code {
    let expected = "groups, for only members of mapped ones come in";
    let overage = comer.before.as_slice().iter().any(|check| {
        check.verdict == Verdict::Warned && check.name == Notice::GroupsOverage.check()
    });
    if overage {
        let received =
            "too many to send: in Entra ID choose \"Groups assigned to the application\"";
        return checks.failed(Code::GroupsOverage, ADMITTED, expected, received);
    }
    checks.failed(
        Code::GroupsUnknown,
        ADMITTED,
        expected,
        "the provider sent none, nor none at all",
    )
}

/// Shuts somebody out whose groups let them in no more: roles go, sessions end. An owner stays
/// one while nobody else could be, and their own door stays open to any owner.
fn shut_out(
    tx: &Tx<'_>,
    moment: Moment<'_>,
    comer: &Comer<'_>,
    (user, change): (&User, Change),
    checks: &mut Checks,
) -> Result<(), StoreError> {
    let inactive = user.inactive_since.is_some();
    let user = change.shrink(tx, moment, user.clone(), checks)?;
    if user.owner {
        let expected = "no owner is shut out";
        checks.warned("user", expected, "refused here, not at the owner's door");
        return Ok(());
    }
    if inactive {
        return Ok(());
    }
    users::set_inactive(tx, &user.id, Some((&comer.connection.id, moment.now)))?;
    sessions::end_of_user(tx, &user.id)?;
    let after = serde_json::json!({ "connection": comer.connection.id });
    record(tx, moment, &user, ("user.deactivate", None), Some(after))
}

const fn asks_for_roles(comer: &Comer<'_>) -> bool {
    match comer.app {
        Some(app) => !app.settings.allowed_roles.is_empty(),
        None => false,
    }
}

fn app_rule(
    tx: &Tx<'_>,
    comer: &Comer<'_>,
    user: &User,
    checks: &mut Checks,
) -> Result<Result<(), Code>, StoreError> {
    if !asks_for_roles(comer) {
        return Ok(Ok(()));
    }
    let has: Vec<RoleId> =
        of(tx, user, comer.organization)?.into_iter().map(|role| role.id).collect();
    Ok(app_rule_of(comer, &has, checks))
}

fn app_rule_of(comer: &Comer<'_>, has: &[RoleId], checks: &mut Checks) -> Result<(), Code> {
    let Some(app) = comer.app else { return Ok(()) };
    let connection = Some(&comer.connection.id);
    may_use(app, &comer.organization.id, connection, has.iter())
        .map_err(|code| checks.failed(code, "app_access", "a role the app is open to", "none"))
}

impl Change {
    /// Writes what changes, of somebody who is in; gives the person as they are then.
    ///
    /// # Errors
    /// A database error.
    pub fn apply(
        self,
        tx: &Tx<'_>,
        moment: Moment<'_>,
        mut user: User,
        checks: &mut Checks,
    ) -> Result<User, StoreError> {
        for mapping in &self.seen {
            roles::mapping_seen(tx, &self.connection, mapping, moment.now)?;
        }
        if user.inactive_since.take().is_some() {
            users::set_inactive(tx, &user.id, None)?;
            let after = serde_json::json!({ "connection": self.connection });
            record(tx, moment, &user, ("user.reactivate", None), Some(after))?;
        }
        self.shrink(tx, moment, user, checks)
    }

    /// Writes the roles gained and lost; nothing where there is none.
    fn shrink(
        self,
        tx: &Tx<'_>,
        moment: Moment<'_>,
        mut user: User,
        checks: &mut Checks,
    ) -> Result<User, StoreError> {
        let Self { connection, decision, mut held, .. } = self;
        let Decision { gained, mut lost, .. } = decision;
        if lost.contains(&RoleId::owner())
            && user.owner
            && others(&held, &RoleId::owner(), &connection).next().is_none()
            && roles::is_last_owner(tx, &user.organization, &user.id)?
        {
            lost.remove(&RoleId::owner());
            let received = "none; kept, for nobody else could sign in with the provider off";
            checks.warned("role_owner", "a group that gives the role", received);
        }
        if gained.is_empty() && lost.is_empty() {
            return Ok(user);
        }
        let before = serde_json::json!({ "roles": ids(&user, &held) });
        for role in &gained {
            let by_hand = has(&user, RoleKind::of(role)) && !held.iter().any(|h| h.role == *role);
            if by_hand {
                // They have it already, and not from any connection: that is kept apart.
                roles::give(tx, &user.id, role, None, moment.now)?;
                held.push(Held { role: role.clone(), source: None });
            }
            roles::give(tx, &user.id, role, Some(&connection), moment.now)?;
            held.push(Held { role: role.clone(), source: Some(connection.clone()) });
        }
        for role in &lost {
            roles::take(tx, &user.id, role, Some(&connection))?;
        }
        held.retain(|held| held.source.as_ref() != Some(&connection) || !lost.contains(&held.role));
        stand(tx, &mut user, (&gained, &lost), &held)?;
        let after = serde_json::json!({ "roles": ids(&user, &held), "connection": connection });
        record(tx, moment, &user, ("user.roles_follow_groups", Some(before)), Some(after))?;
        Ok(user)
    }
}

/// Where else a role comes from.
fn others<'h>(
    held: &'h [Held],
    role: &'h RoleId,
    connection: &'h ConnectionId,
) -> impl Iterator<Item = &'h Held> {
    held.iter().filter(move |h| h.role == *role && h.source.as_ref() != Some(connection))
}

type Roles = std::collections::BTreeSet<RoleId>;

/// Makes somebody owner or administrator, or not, as far as that changed.
fn stand(
    tx: &Tx<'_>,
    user: &mut User,
    (gained, lost): (&Roles, &Roles),
    held: &[Held],
) -> Result<(), StoreError> {
    let before = (user.owner, user.admin);
    let now = |role: &RoleId, had: bool| {
        let changed = gained.contains(role) || lost.contains(role);
        if changed { held.iter().any(|h| h.role == *role) } else { had }
    };
    user.owner = now(&RoleId::owner(), user.owner);
    user.admin = now(&RoleId::admin(), user.admin);
    if (user.owner, user.admin) != before {
        users::set_standing(tx, &user.id, user.owner, user.admin)?;
    }
    Ok(())
}

/// What a person has, by identifier, for the audit trail.
fn ids(user: &User, held: &[Held]) -> Roles {
    let mut all: Roles = held.iter().map(|held| held.role.clone()).collect();
    all.extend(built_in(user).into_iter().map(|role| role.id));
    all
}

fn record(
    tx: &Tx<'_>,
    moment: Moment<'_>,
    user: &User,
    (action, before): (&str, Option<serde_json::Value>),
    after: Option<serde_json::Value>,
) -> Result<(), StoreError> {
    let event = AuditEvent {
        id: AuditId::random(moment.rng),
        at: moment.now,
        actor: Actor::System,
        organization: Some(user.organization.clone()),
        action: action.to_owned(),
        subject: user.id.to_string(),
        before,
        after,
    };
    audit::append(tx, &event)
}
