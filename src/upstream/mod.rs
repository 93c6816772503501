//! Floor 5: we as client of the organization's identity provider.
//!
//! Owns: what is asked of a provider and whether its answer can be believed. Only here can a
//! [`VerifiedIdentity`] be made. Never sees the database.
//! Does not own: who gets in.

pub mod attributes;
mod entra;
pub mod entra_codes;
pub mod from_file;
pub mod identity;
pub mod oidc;
pub mod prepared;
pub mod presets;
pub mod recognise;
pub mod replay;
pub mod saml;

pub use identity::{Findings, Outgoing, Refusal, UsedAssertion, VerifiedIdentity};

#[cfg(test)]
mod tests;
