//! When an asserted e-mail address is proof enough to tell who somebody is (rule 3 of the rules
//! of trust). Stricter than what apps are told: the domain must be proved by the organization.

use super::domain::standing::Standing;
use super::user::EmailVerified;

/// Whose account has the address already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Account {
    /// Somebody the same connection vouched for, or none: they only had a password.
    Person,
    /// Somebody of the organization whom only other connections know.
    Elsewhere,
    /// An owner of the organization.
    Owner,
}

/// Why an address proves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unproved {
    /// The provider said something else than yes.
    StatedFalse,
    /// The provider said nothing, and speaks for more than one company.
    NotStated,
    /// The organization has not proved the domain.
    Domain,
    /// The account is an owner's.
    Owner,
    /// The account is none of this connection's.
    Elsewhere,
}

impl Unproved {
    /// What came, for the trace. "Did not state" and "stated false" are never mixed up: what
    /// to do about them differs.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::StatedFalse => "the provider stated false: the address is not verified",
            Self::NotStated => {
                "the provider did not state whether the address is verified, and its issuer is not one company's own"
            }
            Self::Domain => "an address at a domain the organization has not proved",
            Self::Owner => "the address of an owner",
            Self::Elsewhere => "the address of somebody of another connection",
        }
    }
}

/// Whether somebody's address is proved: the provider says that it is verified, or says
/// nothing and is of one tenant only; and the domain is one the organization has proved.
///
/// # Errors
/// Why not.
pub const fn proved(
    stated: EmailVerified,
    standing: Standing,
    one_tenant: bool,
) -> Result<(), Unproved> {
    match (stated, standing) {
        (EmailVerified::Refuted, _) => Err(Unproved::StatedFalse),
        (EmailVerified::Verified, Standing::Proved) => Ok(()),
        (EmailVerified::Unstated, Standing::Proved) if one_tenant => Ok(()),
        (EmailVerified::Unstated, Standing::Proved) => Err(Unproved::NotStated),
        (
            _,
            Standing::Lost
            | Standing::Anothers
            | Standing::Outside
            | Standing::Unclaimed
            | Standing::Unreadable,
        ) => Err(Unproved::Domain),
    }
}

/// Whether an administrator may be asked if somebody new is the person who has the address.
///
/// # Errors
/// Why not.
pub const fn may_link(
    stated: EmailVerified,
    standing: Standing,
    one_tenant: bool,
    account: Account,
) -> Result<(), Unproved> {
    match (account, proved(stated, standing, one_tenant)) {
        (Account::Owner, _) => Err(Unproved::Owner),
        (Account::Elsewhere, _) => Err(Unproved::Elsewhere),
        (Account::Person, proved) => proved,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STANDINGS: [Standing; 6] = [
        Standing::Proved,
        Standing::Lost,
        Standing::Anothers,
        Standing::Outside,
        Standing::Unclaimed,
        Standing::Unreadable,
    ];

    #[test]
    fn the_whole_table() {
        use EmailVerified::{Refuted, Unstated, Verified};
        for stated in [Verified, Unstated, Refuted] {
            for standing in STANDINGS {
                for one_tenant in [true, false] {
                    for account in [Account::Person, Account::Elsewhere, Account::Owner] {
                        let expected = match (stated, standing, one_tenant, account) {
                            (_, _, _, Account::Owner) => Err(Unproved::Owner),
                            (_, _, _, Account::Elsewhere) => Err(Unproved::Elsewhere),
                            (Refuted, ..) => Err(Unproved::StatedFalse),
                            (Verified, Standing::Proved, ..) => Ok(()),
                            (Unstated, Standing::Proved, true, _) => Ok(()),
                            (Unstated, Standing::Proved, false, _) => Err(Unproved::NotStated),
                            _ => Err(Unproved::Domain),
                        };
                        let ruled = may_link(stated, standing, one_tenant, account);
                        let place = (stated, standing, one_tenant, account);
                        assert_eq!(ruled, expected, "{place:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn silence_and_a_no_are_never_mixed_up() {
        assert!(Unproved::NotStated.sentence().contains("did not state"));
        assert!(!Unproved::NotStated.sentence().contains("stated false"));
        assert!(Unproved::StatedFalse.sentence().contains("stated false"));
        assert!(!Unproved::StatedFalse.sentence().contains("did not state"));
    }
}
