//! Why an administrator did not get what was asked for.

mod words;

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
    /// The next signing keys are still to be made.
    NoNextKey,
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
            Self::NoNextKey => "no_next_key",
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
        let words = match self {
            Self::PathTaken => words::PATH_TAKEN,
            Self::DomainTaken => words::DOMAIN_TAKEN,
            Self::HomeOrganization => words::HOME_ORGANIZATION,
            Self::LastOwner => words::LAST_OWNER,
            Self::OwnerEmailTaken => words::OWNER_EMAIL_TAKEN,
            Self::AlreadyOwner => words::ALREADY_OWNER,
            Self::AddressTaken => words::ADDRESS_TAKEN,
            Self::IsOwner => words::IS_OWNER,
            Self::NoAddress => words::NO_ADDRESS,
            Self::SsoOnly => words::SSO_ONLY,
            Self::RoleTaken => words::ROLE_TAKEN,
            Self::BuiltInRole => words::BUILT_IN_ROLE,
            Self::NoMapping => words::NO_MAPPING,
            Self::NoDraft => words::NO_DRAFT,
            Self::NotLive => words::NOT_LIVE,
            Self::NotTested => words::NOT_TESTED,
            Self::NoPrevious => words::NO_PREVIOUS,
            Self::NoNextKey => words::NO_NEXT_KEY,
            Self::SwitchedOff => words::SWITCHED_OFF,
            Self::NoCapture => words::NO_CAPTURE,
            Self::NotOffered => words::NOT_OFFERED,
            Self::PublicApp => words::PUBLIC_APP,
            Self::IdempotencyKey => words::IDEMPOTENCY_KEY,
            Self::NotReady(_) => words::NOT_READY,
            Self::SsoRequired => words::SSO_REQUIRED,
            Self::RelinkDecided => words::RELINK_DECIDED,
            Self::RelinkOwner => words::RELINK_OWNER,
            Self::HasOwner => words::HAS_OWNER,
            Self::OwnerElsewhere => words::OWNER_ELSEWHERE,
            Self::Row => words::ROW,
            Self::RoleFromProvider(role, connection) => {
                return words::role_from_provider(role, connection);
            }
            Self::Incomplete(missing) => return words::incomplete(missing),
            Self::Unusable(why) => return words::unusable(why),
            Self::IdentityBasis(name) => return words::identity_basis(name),
            Self::NoWayIn(people) => return words::no_way_in(*people),
        };
        words.to_owned()
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
    /// What it was asked with holds no more, or gives something else by now.
    #[error("access lost")]
    AccessLost,
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
