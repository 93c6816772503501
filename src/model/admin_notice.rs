//! What every administrator of an organization is told, until each has acknowledged it.

use super::id::{AdminNoticeId, OrganizationId, UserId};
use super::time::{DAY, Millis};

/// Notices are kept so long.
pub const RETENTION: i64 = 90 * DAY;

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// An owner came in at the owner's door while single sign-on is required.
    BreakGlass,
}

impl Kind {
    /// The stable text.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::BreakGlass => "break_glass",
        }
    }

    /// Reads the stable text.
    pub fn read(text: &str) -> Option<Self> {
        (text == Self::BreakGlass.as_str()).then_some(Self::BreakGlass)
    }
}

/// One notice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdminNotice {
    /// Its identifier.
    pub id: AdminNoticeId,
    /// Whose administrators are told.
    pub organization: OrganizationId,
    /// What happened.
    pub kind: Kind,
    /// Who did it.
    pub user: UserId,
    /// From where: an address, or the /64 around it.
    pub address: String,
    /// When.
    pub at: Millis,
}
