//! Floor 2: bytes to checked values and back. Pure: no clock, no I/O, no database.
//!
//! Owns: XML and its signatures, SAML messages, JOSE, OAuth parameters, certificates.
//! Does not own: whether a message is acceptable for a sign-in; that is `upstream`.

pub mod jose;
pub mod oauth;
pub mod saml;
pub mod text;
pub mod x509;
pub mod xml;
pub mod xmldsig;
