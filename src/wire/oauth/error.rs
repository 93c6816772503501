//! The error names of OAuth 2.0 and OpenID Connect.

use std::fmt;

macro_rules! errors {
    ($($(#[$doc:meta])* $variant:ident $text:literal,)+) => {
        /// An error name as apps receive it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum OAuthError {
            $($(#[$doc])* $variant,)+
        }

        impl OAuthError {
            /// The registered name.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }
        }
    };
}

errors! {
    /// A parameter is missing, repeated or malformed (RFC 6749 sections 4.1.2.1 and 5.2).
    InvalidRequest "invalid_request",
    /// The client could not be authenticated (RFC 6749 section 5.2).
    InvalidClient "invalid_client",
    /// The code is unknown, used, expired, or somebody else's (RFC 6749 section 5.2).
    InvalidGrant "invalid_grant",
    /// Another grant than the authorization code (RFC 6749 section 5.2).
    UnsupportedGrantType "unsupported_grant_type",
    /// Another response than a code (RFC 6749 section 4.1.2.1).
    UnsupportedResponseType "unsupported_response_type",
    /// The scope is malformed or without `openid` (RFC 6749 section 4.1.2.1).
    InvalidScope "invalid_scope",
    /// The person or we said no (RFC 6749 section 4.1.2.1).
    AccessDenied "access_denied",
    /// Something went wrong here (RFC 6749 section 4.1.2.1).
    ServerError "server_error",
    /// Too much to do (RFC 6749 section 4.1.2.1).
    TemporarilyUnavailable "temporarily_unavailable",
    /// `prompt=none` but a page is needed (OpenID Connect Core section 3.1.2.6).
    InteractionRequired "interaction_required",
    /// `prompt=none` but nobody is signed in (OpenID Connect Core section 3.1.2.6).
    LoginRequired "login_required",
    /// `prompt=none` but an account must be chosen (OpenID Connect Core section 3.1.2.6).
    AccountSelectionRequired "account_selection_required",
    /// `request` is not supported (OpenID Connect Core section 3.1.2.6).
    RequestNotSupported "request_not_supported",
    /// `request_uri` is not supported (OpenID Connect Core section 3.1.2.6).
    RequestUriNotSupported "request_uri_not_supported",
    /// `registration` is not supported (OpenID Connect Core section 3.1.2.6).
    RegistrationNotSupported "registration_not_supported",
    /// The access token is unknown, expired or revoked (RFC 6750 section 3.1).
    InvalidToken "invalid_token",
}

impl fmt::Display for OAuthError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
