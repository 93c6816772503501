//! Every error of the API as problem+json (RFC 9457).

use std::fmt;

use actix_web::http::StatusCode;
use actix_web::http::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use actix_web::{HttpResponse, ResponseError};
use serde::Serialize;
use utoipa::ToSchema;

use crate::admin::error::Conflict;
use crate::admin::{AdminError, FieldError};
use crate::model::preflight::Finding;
use crate::store::StoreError;

/// What went wrong, by a name that stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ProblemCode {
    /// The body is not JSON.
    InvalidJson,
    /// Values that cannot be taken; `errors` names each.
    Invalid,
    /// No valid bearer token, and no owner's session.
    Unauthenticated,
    /// For whoever administers the installation.
    Forbidden,
    /// For owners: an administrator changes none, and makes none.
    OwnersOnly,
    /// Another role of the organization has this name.
    RoleTaken,
    /// A role every organization has stays as it is.
    BuiltInRole,
    /// Only members of mapped groups come in, and no group would be mapped.
    NoMapping,
    /// A connection gives the role.
    RoleFromProvider,
    /// A write by a browser session without its `X-CSRF-Token`.
    Csrf,
    /// Nothing here, or nothing within reach.
    NotFound,
    /// The address does not answer this method.
    MethodNotAllowed,
    /// Another entry stands in the way.
    Conflict,
    /// Another organization has this login path.
    PathTaken,
    /// Another organization has this domain.
    DomainTaken,
    /// The home organization stays, and stays enabled.
    HomeOrganization,
    /// Nobody else could sign in as owner.
    LastOwner,
    /// An owner signs in with this address already.
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
    /// There is no draft.
    NoDraft,
    /// No revision is live.
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
    /// The draft lacks values; `errors` names each.
    Incomplete,
    /// The draft cannot be used as it is.
    Unusable,
    /// People are known by what the draft changes.
    IdentityBasis,
    /// No such repair is offered, or not any more.
    NotOffered,
    /// A public app has no secret.
    PublicApp,
    /// Single sign-on may not be required yet; `errors` names what is not so.
    NotReady,
    /// Single sign-on is required, and people would be left without it.
    SsoRequired,
    /// People would have no way in, for they have no password.
    NoWayIn,
    /// The Idempotency-Key came with another request before.
    IdempotencyKeyReused,
    /// The question was answered already, or not as this needs it.
    RelinkDecided,
    /// The known person is an owner.
    RelinkOwner,
    /// The organization has an owner.
    HasOwner,
    /// The address names an owner of another organization.
    OwnerElsewhere,
    /// It was changed since the version named in If-Match.
    Stale,
    /// More was sent than is accepted.
    TooLarge,
    /// The body is not `application/json`.
    UnsupportedMediaType,
    /// If-Match is needed.
    PreconditionRequired,
    /// Something went wrong on our side.
    InternalError,
    /// Too much at once; try again after Retry-After.
    Busy,
    /// Too often; try again after Retry-After.
    TooOften,
}

/// An error (RFC 9457).
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Problem {
    /// `urn:doorward:problem:` and the code.
    #[serde(rename = "type")]
    pub kind: String,
    /// What the status means.
    pub title: &'static str,
    /// The HTTP status.
    pub status: u16,
    /// What went wrong.
    pub code: ProblemCode,
    /// What went wrong, and what to do.
    pub detail: String,
    /// The values that cannot be taken, one by one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub errors: Vec<FieldError>,
}

/// An error on its way out.
#[derive(Debug, Clone)]
pub struct ApiProblem {
    status: StatusCode,
    code: ProblemCode,
    detail: String,
    errors: Vec<FieldError>,
    allowed: Option<&'static str>,
}

impl ApiProblem {
    /// An error with its status.
    pub fn new(status: StatusCode, code: ProblemCode, detail: impl Into<String>) -> Self {
        Self { status, code, detail: detail.into(), errors: Vec::new(), allowed: None }
    }

    /// Nothing at this address.
    pub fn not_found() -> Self {
        let detail = "There is nothing here: check the address, and the identifier or reference in it. /api/v1/openapi.json lists the addresses.";
        Self::new(StatusCode::NOT_FOUND, ProblemCode::NotFound, detail)
    }

    /// Another method is needed.
    pub fn method_not_allowed(allowed: &'static str) -> Self {
        let detail = format!("This address answers: {allowed}.");
        let status = StatusCode::METHOD_NOT_ALLOWED;
        Self { allowed: Some(allowed), ..Self::new(status, ProblemCode::MethodNotAllowed, detail) }
    }

    /// No valid proof of who asks.
    pub fn unauthenticated() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            ProblemCode::Unauthenticated,
            "Send a token in force as `Authorization: Bearer ...`; `doorward token create` makes one.",
        )
    }

    /// A fault of our own.
    pub fn internal() -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            ProblemCode::InternalError,
            "Something went wrong on our side: see the log.",
        )
    }

    fn invalid(errors: Vec<FieldError>) -> Self {
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        let detail = "Some values cannot be taken: see errors.";
        Self { errors, ..Self::new(status, ProblemCode::Invalid, detail) }
    }

    fn conflict(conflict: &Conflict) -> Self {
        let code = match conflict {
            Conflict::PathTaken => ProblemCode::PathTaken,
            Conflict::DomainTaken => ProblemCode::DomainTaken,
            Conflict::HomeOrganization => ProblemCode::HomeOrganization,
            Conflict::LastOwner => ProblemCode::LastOwner,
            Conflict::OwnerEmailTaken => ProblemCode::OwnerEmailTaken,
            Conflict::AlreadyOwner => ProblemCode::AlreadyOwner,
            Conflict::AddressTaken => ProblemCode::AddressTaken,
            Conflict::IsOwner => ProblemCode::IsOwner,
            Conflict::NoAddress => ProblemCode::NoAddress,
            Conflict::SsoOnly => ProblemCode::SsoOnly,
            Conflict::RoleTaken => ProblemCode::RoleTaken,
            Conflict::BuiltInRole => ProblemCode::BuiltInRole,
            Conflict::NoMapping => ProblemCode::NoMapping,
            Conflict::RoleFromProvider(..) => ProblemCode::RoleFromProvider,
            Conflict::NoDraft => ProblemCode::NoDraft,
            Conflict::NotLive => ProblemCode::NotLive,
            Conflict::NotTested => ProblemCode::NotTested,
            Conflict::NoPrevious => ProblemCode::NoPrevious,
            Conflict::NoNextKey => ProblemCode::NoNextKey,
            Conflict::SwitchedOff => ProblemCode::SwitchedOff,
            Conflict::NoCapture => ProblemCode::NoCapture,
            Conflict::Incomplete(_) => ProblemCode::Incomplete,
            Conflict::Unusable(_) => ProblemCode::Unusable,
            Conflict::IdentityBasis(_) => ProblemCode::IdentityBasis,
            Conflict::NotOffered => ProblemCode::NotOffered,
            Conflict::PublicApp => ProblemCode::PublicApp,
            Conflict::IdempotencyKey => ProblemCode::IdempotencyKeyReused,
            Conflict::NotReady(_) => ProblemCode::NotReady,
            Conflict::SsoRequired => ProblemCode::SsoRequired,
            Conflict::NoWayIn(_) => ProblemCode::NoWayIn,
            Conflict::RelinkDecided => ProblemCode::RelinkDecided,
            Conflict::RelinkOwner => ProblemCode::RelinkOwner,
            Conflict::HasOwner => ProblemCode::HasOwner,
            Conflict::OwnerElsewhere => ProblemCode::OwnerElsewhere,
            Conflict::Row => ProblemCode::Conflict,
        };
        let mut problem = Self::new(StatusCode::CONFLICT, code, conflict.detail());
        if let Conflict::Incomplete(missing) = conflict {
            let one = |name: &&str| FieldError {
                field: (*name).to_owned(),
                detail: "is needed".to_owned(),
            };
            problem.errors = missing.iter().map(one).collect();
        }
        if let Conflict::NotReady(findings) = conflict {
            let one = |finding: &Finding| FieldError {
                field: finding.name.to_owned(),
                detail: finding.remedy.to_owned(),
            };
            problem.errors = findings.iter().filter(|finding| !finding.passed).map(one).collect();
        }
        problem
    }

    /// The answer.
    pub fn answer(&self) -> HttpResponse {
        let body = Problem {
            kind: format!("urn:doorward:problem:{}", name(self.code)),
            title: self.status.canonical_reason().unwrap_or("Error"),
            status: self.status.as_u16(),
            code: self.code,
            detail: self.detail.clone(),
            errors: self.errors.clone(),
        };
        let mut answer = HttpResponse::build(self.status);
        answer
            .insert_header((CONTENT_TYPE, "application/problem+json"))
            .insert_header((CACHE_CONTROL, "no-store"));
        if let Some(allowed) = self.allowed {
            answer.insert_header((ALLOW, allowed));
        }
        match self.status {
            StatusCode::UNAUTHORIZED => {
                answer.insert_header((WWW_AUTHENTICATE, "Bearer realm=\"doorward\""));
            }
            StatusCode::SERVICE_UNAVAILABLE => {
                answer.insert_header((RETRY_AFTER, "1"));
            }
            StatusCode::TOO_MANY_REQUESTS => {
                answer.insert_header((RETRY_AFTER, "20"));
            }
            _ => {}
        }
        answer.body(serde_json::to_vec(&body).unwrap_or_default())
    }
}

fn name(code: ProblemCode) -> String {
    serde_json::to_value(code)
        .ok()
        .and_then(|value| value.as_str().map(str::to_owned))
        .unwrap_or_default()
}

impl fmt::Display for ApiProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.status.as_u16(), name(self.code))
    }
}

impl ResponseError for ApiProblem {
    fn status_code(&self) -> StatusCode {
        self.status
    }

    fn error_response(&self) -> HttpResponse {
        self.answer()
    }
}

impl From<AdminError> for ApiProblem {
    fn from(error: AdminError) -> Self {
        match error {
            AdminError::NotFound => Self::not_found(),
            AdminError::AccessLost => Self::unauthenticated(),
            AdminError::Forbidden => Self::new(
                StatusCode::FORBIDDEN,
                ProblemCode::Forbidden,
                "This is for whoever administers the installation: use a token without an organization.",
            ),
            AdminError::OwnersOnly => Self::new(
                StatusCode::FORBIDDEN,
                ProblemCode::OwnersOnly,
                "This changes an owner, can make one, or gives access that outlasts your own: an owner has to do it.",
            ),
            AdminError::Conflict(conflict) => Self::conflict(&conflict),
            AdminError::Stale => Self::new(
                StatusCode::PRECONDITION_FAILED,
                ProblemCode::Stale,
                "It was changed in the meantime, or If-Match is not its ETag: read it again and send the new ETag as it is, quotes included.",
            ),
            AdminError::PreconditionRequired => Self::new(
                StatusCode::PRECONDITION_REQUIRED,
                ProblemCode::PreconditionRequired,
                "Send the ETag of what you read as If-Match, so that nobody's change is lost.",
            ),
            AdminError::Invalid(errors) => Self::invalid(errors),
            AdminError::TooOften => Self::new(
                StatusCode::TOO_MANY_REQUESTS,
                ProblemCode::TooOften,
                "This was asked for too often: try again in 20 seconds.",
            ),
            AdminError::Store(error) => error.into(),
        }
    }
}

impl From<StoreError> for ApiProblem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Busy | StoreError::Closed => Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                ProblemCode::Busy,
                "Too much at once: try again in a second.",
            ),
            StoreError::Conflict => Self::conflict(&Conflict::Row),
            error => {
                tracing::error!(%error, "the store failed");
                Self::internal()
            }
        }
    }
}
