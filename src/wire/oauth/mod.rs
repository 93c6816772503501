//! OAuth 2.0 as it stands on the wire: parameters, error names, client credentials, PKCE.
//!
//! Owns: how requests are read and answers written. Does not own: what they lead to; that is
//! `downstream`.

pub mod credentials;
pub mod error;
pub mod params;
pub mod pkce;
pub mod scope;

pub use credentials::{Malformed, basic, bearer};
pub use error::OAuthError;
pub use params::{Params, Repeated, form, with_query};
