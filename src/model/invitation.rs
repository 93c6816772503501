//! An invitation: one link that lets one person come in for the first time.

use super::id::{ConnectionId, InvitationId, OrganizationId, UserId};
use super::time::{DAY, HOUR, Millis};

/// An invitation works so long when nobody says how long.
pub const LIFETIME: i64 = 7 * DAY;
/// Longest life of an invitation.
pub const LONGEST: i64 = 30 * DAY;
/// Shortest life of an invitation.
pub const SHORTEST: i64 = HOUR;
/// Most invitations of one organization that can be used at the same time.
pub const MOST_OPEN: i64 = 1_000;
/// It is remembered so long after its end.
pub const RETENTION: i64 = 90 * DAY;

/// An invitation. Its link is not kept, only what proves it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    /// Its identifier.
    pub id: InvitationId,
    /// Where it leads.
    pub organization: OrganizationId,
    /// Who is invited: the asserted address must be this one.
    pub email: String,
    /// Through which connection they come; `None` for any of the organization's.
    pub connection: Option<ConnectionId>,
    /// When it was made.
    pub created_at: Millis,
    /// It works until then.
    pub expires_at: Millis,
    /// When it was taken back.
    pub revoked_at: Option<Millis>,
    /// When somebody came in by it.
    pub used_at: Option<Millis>,
    /// Who did.
    pub user: Option<UserId>,
}

/// Where an invitation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It can be used.
    Open,
    /// Somebody came in by it.
    Used,
    /// It was taken back.
    Revoked,
    /// It ran out.
    Expired,
}

impl Invitation {
    /// Where it stands at `now`.
    pub fn standing(&self, now: Millis) -> Standing {
        match self {
            Self { used_at: Some(_), .. } => Standing::Used,
            Self { revoked_at: Some(_), .. } => Standing::Revoked,
            Self { expires_at, .. } if *expires_at <= now => Standing::Expired,
            _ => Standing::Open,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::rng::SystemRng;

    #[test]
    fn an_invitation_ends_in_one_way() {
        let (now, later) = (Millis(1_000), Millis(2_000));
        let open = Invitation {
            id: InvitationId::random(&SystemRng),
            organization: OrganizationId::random(&SystemRng),
            email: "ann@acme.test".to_owned(),
            connection: None,
            created_at: now,
            expires_at: later,
            revoked_at: None,
            used_at: None,
            user: None,
        };
        assert_eq!(open.standing(now), Standing::Open);
        assert_eq!(open.standing(later), Standing::Expired);
        let used = Invitation { used_at: Some(now), ..open.clone() };
        assert_eq!(used.standing(later), Standing::Used);
        let revoked = Invitation { revoked_at: Some(now), ..open };
        assert_eq!(revoked.standing(now), Standing::Revoked);
    }
}
