//! Why an administrator did not get what was asked for.

use serde::Serialize;

use crate::model::preflight::Finding;
use crate::store::StoreError;

/// One value that cannot be taken, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct FieldError {
    /// Where it stands, such as `name` or `redirect_uris[0]`.
    pub field: String,
    /// What is wrong and what to do. Never repeats the value.
    pub detail: String,
}

/// What stands in the way of a change that would be sound by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Conflict {
    /// Another organization has this login path.
    PathTaken,
    /// Another organization has this domain.
    DomainTaken,
    /// The home organization stays.
    HomeOrganization,
    /// Nobody else could sign in as owner.
    LastOwner,
    /// The address names an owner already.
    OwnerEmailTaken,
    /// The person is an owner already.
    AlreadyOwner,
    /// Somebody of the organization has this address.
    AddressTaken,
    /// Owners have a door of their own.
    IsOwner,
    /// Nobody can sign in with that person's address.
    NoAddress,
    /// The organization's provider is the only way in.
    SsoOnly,
    /// Another role of the organization has this name.
    RoleTaken,
    /// A role every organization has stays as it is.
    BuiltInRole,
    /// Only members of mapped groups come in, and no group would be mapped.
    NoMapping,
    /// A connection gives the role, by name: it cannot be taken away by hand.
    RoleFromProvider(String, String),
    /// There is no draft.
    NoDraft,
    /// There is no revision that is live.
    NotLive,
    /// The draft has not passed a test sign-in.
    NotTested,
    /// No other revision was live before.
    NoPrevious,
    /// The connection or its organization is switched off.
    SwitchedOff,
    /// No message of the attempt is kept.
    NoCapture,
    /// The draft lacks values.
    Incomplete(Vec<&'static str>),
    /// The draft cannot be used as it is.
    Unusable(String),
    /// People are known by what the draft changes, by name.
    IdentityBasis(&'static str),
    /// No such repair is offered, or not any more.
    NotOffered,
    /// A public app has no secret.
    PublicApp,
    /// The key of an earlier creation came with another request.
    IdempotencyKey,
    /// Single sign-on may not be required yet.
    NotReady(Vec<Finding>),
    /// Single sign-on is required, and people would be left without it.
    SsoRequired,
    /// So many people would have no way in, for they have no password.
    NoWayIn(i64),
    /// The question was answered already, or not as this needs it.
    RelinkDecided,
    /// The known person is an owner.
    RelinkOwner,
    /// The organization has an owner.
    HasOwner,
    /// The address names an owner of another organization.
    OwnerElsewhere,
    /// Another row stands in the way.
    Row,
}

const NOT_TESTED: &str = "This draft has not passed a test sign-in: ask for one (POST /api/v1/connections/{id}/test), open the address it gives in a browser and sign in there, then activate. Every change of the draft needs a new test.";
const NO_PREVIOUS: &str =
    "No other revision of this connection was live before: there is nothing to return to.";
const SWITCHED_OFF: &str = "The connection or its organization is disabled, or the organization may not sign in through a provider: then no answers are taken, not even those of a test. Enable it first.";

impl Conflict {
    /// The stable name of the conflict.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::PathTaken => "path_taken",
            Self::DomainTaken => "domain_taken",
            Self::HomeOrganization => "home_organization",
            Self::LastOwner => "last_owner",
            Self::OwnerEmailTaken => "owner_email_taken",
            Self::AlreadyOwner => "already_owner",
            Self::AddressTaken => "address_taken",
            Self::IsOwner => "is_owner",
            Self::NoAddress => "no_address",
            Self::SsoOnly => "sso_only",
            Self::RoleTaken => "role_taken",
            Self::BuiltInRole => "built_in_role",
            Self::NoMapping => "no_mapping",
            Self::RoleFromProvider(..) => "role_from_provider",
            Self::NoDraft => "no_draft",
            Self::NotLive => "not_live",
            Self::NotTested => "not_tested",
            Self::NoPrevious => "no_previous",
            Self::SwitchedOff => "switched_off",
            Self::NoCapture => "no_capture",
            Self::Incomplete(_) => "incomplete",
            Self::Unusable(_) => "unusable",
            Self::IdentityBasis(_) => "identity_basis",
            Self::NotOffered => "not_offered",
            Self::PublicApp => "public_app",
            Self::IdempotencyKey => "idempotency_key_reused",
            Self::NotReady(_) => "not_ready",
            Self::SsoRequired => "sso_required",
            Self::NoWayIn(_) => "no_way_in",
            Self::RelinkDecided => "relink_decided",
            Self::RelinkOwner => "relink_owner",
            Self::HasOwner => "has_owner",
            Self::OwnerElsewhere => "owner_elsewhere",
            Self::Row => "conflict",
        }
    }

    /// What is in the way and what to do.
    pub fn detail(&self) -> String {
        match self {
            Self::PathTaken => "Another organization has this login path: choose another.".to_owned(),
            Self::DomainTaken => {
                "Another organization has proved this domain: remove it there first, or wait until its record has been gone from DNS for some days.".to_owned()
            }
            Self::HomeOrganization => {
                "The home organization administers the installation: it cannot be deleted or disabled."
                    .to_owned()
            }
            Self::LastOwner => {
                "Nobody else could sign in as owner with the identity provider switched off: add another owner first."
                    .to_owned()
            }
            Self::OwnerEmailTaken
            | Self::AlreadyOwner
            | Self::AddressTaken
            | Self::IsOwner
            | Self::NoAddress
            | Self::SsoOnly => {
                self.of_people().to_owned()
            }
            Self::NoDraft
            | Self::NotLive
            | Self::NotTested
            | Self::NoPrevious
            | Self::SwitchedOff
            | Self::NoCapture
            | Self::Incomplete(_)
            | Self::Unusable(_)
            | Self::IdentityBasis(_)
            | Self::NotOffered
            | Self::NoWayIn(_) => self.of_connections(),
            Self::PublicApp => {
                "A public app has no secret: create a confidential app to have one.".to_owned()
            }
            Self::IdempotencyKey => {
                "This Idempotency-Key came with another request before: use a new key.".to_owned()
            }
            Self::NotReady(_) => {
                "Single sign-on cannot be required yet: somebody could be locked out. See errors."
                    .to_owned()
            }
            Self::SsoRequired => {
                "Single sign-on is required in this organization, and this is the last way to it: add another first, or make it optional first (PUT /api/v1/organizations/{id}/enforcement)."
                    .to_owned()
            }
            other => other.about_roles(),
        }
    }

    /// The same, of connections and their revisions.
    fn of_connections(&self) -> String {
        match self {
            Self::NoDraft => "There is no draft: put one first.".to_owned(),
            Self::NotLive => {
                "No revision of this connection is live: activate its draft first, or name the draft."
                    .to_owned()
            }
            Self::NotTested => NOT_TESTED.to_owned(),
            Self::NoPrevious => NO_PREVIOUS.to_owned(),
            Self::SwitchedOff => SWITCHED_OFF.to_owned(),
            Self::NoCapture => {
                "No message of this attempt is kept: switch capture on (POST /api/v1/connections/{id}/capture), sign in again within the hour, and take the reference of that attempt."
                    .to_owned()
            }
            Self::Incomplete(missing) => {
                format!("The draft lacks: {}. Put a complete draft first.", missing.join(", "))
            }
            Self::Unusable(why) => format!("The draft cannot be used: {why}."),
            Self::IdentityBasis(name) => format!(
                "People who signed in through this connection are known by its {name}, which the draft changes: they could get each other's accounts. Make a new connection for it."
            ),
            Self::NotOffered => {
                "This sign-in does not suggest that repair for the connection as it is now: read the attempt again."
                    .to_owned()
            }
            Self::NoWayIn(people) => format!(
                "People who would have no way in, for they have no password: {people}. Choose `optional`, make links with which they set one (POST /api/v1/organizations/{{id}}/password-links), disable those without an e-mail address, and switch it off once all have one."
            ),
            other => other.about_roles(),
        }
    }

    /// The same, of what is in the way of roles and their groups, and of any row.
    fn about_roles(&self) -> String {
        match self {
            Self::RoleTaken => {
                "Another role of the organization has this name, in whatever case: choose another."
                    .to_owned()
            }
            Self::BuiltInRole => {
                "Every organization has the roles owner and admin as they are: they can be mapped and given, not changed or deleted."
                    .to_owned()
            }
            Self::NoMapping => {
                "Only members of mapped groups come in through this connection (admit: mapped_groups), so at least one group has to be mapped to a role: nobody could sign in without. Map one first, or let everyone in."
                    .to_owned()
            }
            Self::RoleFromProvider(role, connection) => format!(
                "The connection {connection} gives this person the role {role}, by their groups: it cannot be taken away by hand. Change the groups at the provider, or the mapping of the connection."
            ),
            _ => "Another entry stands in the way.".to_owned(),
        }
    }
}

impl Conflict {
    /// What is in the way of how a person signs in here, and what to do.
    const fn of_people(&self) -> &'static str {
        match self {
            Self::OwnerEmailTaken => {
                "An owner signs in with this e-mail address already: give another."
            }
            Self::AlreadyOwner => {
                "This person is an owner already: make them a new link if they forgot the password."
            }
            Self::AddressTaken => {
                "Somebody of the organization has this e-mail address: use that person, or another address."
            }
            Self::IsOwner => {
                "This person is an owner: owners sign in at the owner's door, and doorward owner reset on the host gives them a new password."
            }
            Self::NoAddress => {
                "This person has no e-mail address that can be signed in with: their provider has to send one first."
            }
            Self::RelinkDecided => {
                "The question is not in a state for this: a pending one is approved, refused or separated, an approved one undone, any other deleted. Read it again."
            }
            Self::RelinkOwner => {
                "The known person is an owner: nobody is made one person with an owner. Refuse, or give an account of their own."
            }
            Self::HasOwner => {
                "This organization has an owner already: owners add others, or `doorward owner` does on the host."
            }
            Self::OwnerElsewhere => {
                "The address names an owner of another organization: name another address."
            }
            _ => {
                "The organization requires single sign-on: nobody could use a password. Make single sign-on optional first."
            }
        }
    }
}

/// Why an administrator did not get what was asked for.
#[derive(Debug, thiserror::Error)]
pub enum AdminError {
    /// It does not exist, or lies outside what this access may see.
    #[error("not found")]
    NotFound,
    /// It is for whoever administers the installation.
    #[error("forbidden")]
    Forbidden,
    /// It is for owners.
    #[error("for owners")]
    OwnersOnly,
    /// Something else stands in the way.
    #[error("conflict: {}", .0.code())]
    Conflict(Conflict),
    /// It was changed since it was read.
    #[error("stale")]
    Stale,
    /// The version that was read must be named.
    #[error("precondition required")]
    PreconditionRequired,
    /// Values that cannot be taken.
    #[error("invalid")]
    Invalid(Vec<FieldError>),
    /// It was done too often; again in some seconds.
    #[error("too often")]
    TooOften,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl AdminError {
    /// One value that cannot be taken.
    pub fn field(field: &str, detail: impl Into<String>) -> Self {
        Self::Invalid(vec![FieldError { field: field.to_owned(), detail: detail.into() }])
    }

    /// Names the conflict behind a broken uniqueness rule.
    pub(crate) fn named(error: StoreError, conflict: Conflict) -> Self {
        match error {
            StoreError::Conflict => Self::Conflict(conflict),
            other => Self::Store(other),
        }
    }
}
