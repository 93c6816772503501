//! What every administrator of an organization is told, until each has acknowledged it.

use serde::Serialize;
use utoipa::ToSchema;

use super::error::AdminError;
use super::list::{List, Listed};
use super::{Act, Change, NOTHING};
use crate::model::admin_notice::AdminNotice;
use crate::model::id::{AdminNoticeId, OrganizationId};
use crate::store::{notices, users};

/// A notice to the administrators of an organization.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct NoticeItem {
    /// Its identifier.
    pub id: String,
    /// Whose administrators are told.
    pub organization: String,
    /// `break_glass`: an owner came in at the owner's door while single sign-on is required.
    #[schema(example = "break_glass")]
    pub kind: &'static str,
    /// Who did it.
    pub user: String,
    /// Their name or address.
    pub name: Option<String>,
    /// From where: an IPv4 address, or the /64 around an IPv6 one.
    pub address: String,
    /// When (RFC 3339).
    pub at: String,
    /// Whether the caller has acknowledged it.
    pub acknowledged: bool,
}

/// Notices of one organization, or all within reach, newest first; with `open`, those the
/// caller has not acknowledged.
///
/// # Errors
/// `NotFound` for an organization out of reach.
pub fn list(
    act: &Act<'_>,
    organization: Option<&OrganizationId>,
    open: bool,
    list: &List,
) -> Result<Listed<NoticeItem>, AdminError> {
    let organization = act.access.narrow(organization)?;
    let name = act.access.name();
    let open_for = open.then_some(name.as_str());
    list.read(
        |page| notices::list(act.tx, organization.as_ref(), open_for, page),
        |row| (row.at, row.id.as_str()),
        |row| show(act, row),
    )
}

/// Notes that the caller has read a notice, for the caller only.
///
/// # Errors
/// `NotFound`.
pub fn acknowledge(act: &Act<'_>, id: &AdminNoticeId) -> Result<(), AdminError> {
    let notice = notices::find(act.tx, id)?.ok_or(AdminError::NotFound)?;
    act.access.reaches(Some(&notice.organization))?;
    if !notices::acknowledge(act.tx, id, &act.access.name(), act.now)? {
        return Ok(());
    }
    let change = Change {
        action: "notice.acknowledge",
        organization: Some(&notice.organization),
        subject: id.as_str(),
    };
    act.note(&change, NOTHING, NOTHING)
}

fn show(act: &Act<'_>, notice: AdminNotice) -> Result<NoticeItem, AdminError> {
    let profile = users::find(act.tx, &notice.user)?.map(|user| user.profile);
    Ok(NoticeItem {
        acknowledged: notices::is_acknowledged(act.tx, &notice.id, &act.access.name())?,
        id: notice.id.to_string(),
        organization: notice.organization.to_string(),
        kind: notice.kind.as_str(),
        user: notice.user.to_string(),
        name: profile.and_then(|profile| profile.name.or(profile.email)),
        address: notice.address,
        at: notice.at.rfc3339(),
    })
}
