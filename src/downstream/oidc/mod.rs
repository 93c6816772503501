//! The OpenID Provider: authorization code with PKCE, nothing else.
//!
//! `authorize` reads an app's request, `answer` answers it, `token` turns the code into
//! tokens, `userinfo` and `revoke` take those tokens, `logout` ends it all.

pub mod answer;
pub mod authorize;
pub mod claims;
pub mod client;
pub mod discovery;
pub mod grant;
pub mod hint;
pub mod logout;
pub mod origin;
pub mod preview;
pub mod refusal;
pub mod revoke;
pub mod token;
pub mod userinfo;

#[cfg(test)]
mod authorize_tests;
#[cfg(test)]
mod claims_tests;
#[cfg(test)]
pub(crate) mod world;

pub use answer::{Answer, AppReply, error_reply, must_authenticate, respond};
pub use hint::Hint;
pub use refusal::Refusal;
