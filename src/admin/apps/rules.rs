//! Whom an app is open to, beside its organizations.

use super::MOST;
use crate::admin::Act;
use crate::admin::error::AdminError;
use crate::admin::input::Problems;
use crate::model::id::{ConnectionId, RoleId};
use crate::model::role::RoleKind;
use crate::store::{connections as kept_connections, roles as kept_roles};

/// The roles a list names: there already, or those every organization has.
pub(super) fn roles(
    act: &Act<'_>,
    problems: &mut Problems,
    list: &[String],
) -> Result<Vec<RoleId>, AdminError> {
    named(problems, "allowed_roles", list, "role", |id: &RoleId| {
        let built_in = RoleKind::of(id) != RoleKind::Ordinary;
        Ok(built_in || kept_roles::find(act.tx, id)?.is_some())
    })
}

/// The connections a list names: there already.
pub(super) fn connections(
    act: &Act<'_>,
    problems: &mut Problems,
    list: &[String],
) -> Result<Vec<ConnectionId>, AdminError> {
    named(problems, "allowed_connections", list, "connection", |id: &ConnectionId| {
        Ok(kept_connections::find(act.tx, id)?.is_some())
    })
}

fn named<T: TryFrom<String> + PartialEq>(
    problems: &mut Problems,
    field: &str,
    list: &[String],
    noun: &str,
    exists: impl Fn(&T) -> Result<bool, AdminError>,
) -> Result<Vec<T>, AdminError> {
    if list.len() > MOST {
        problems.add(field, format!("give at most {MOST} {noun}s"));
        return Ok(Vec::new());
    }
    let mut known = Vec::new();
    for (index, text) in list.iter().enumerate() {
        match T::try_from(text.clone()) {
            Ok(id) if exists(&id)? => {
                if !known.contains(&id) {
                    known.push(id);
                }
            }
            _ => problems
                .add(format!("{field}[{index}]"), format!("give the id of a {noun} that exists")),
        }
    }
    Ok(known)
}

/// Identifiers as texts.
pub(super) fn texts(list: &[ConnectionId]) -> Vec<String> {
    list.iter().map(ConnectionId::to_string).collect()
}
