//! What is known of each identity provider's console, as data: one file per provider, drawn on
//! by error texts, the console and help pages alike.
//!
//! Owns: the words of the providers' consoles, what belongs in which field, what is known to go
//! wrong. Nothing here is ever trusted: which provider an address looks like decides texts,
//! never whether somebody gets in.
//! Does not own: how a connection is configured, or any check of an answer.

use std::sync::LazyLock;

mod advice;
mod fact;
mod guide;
mod preset;
mod recognise;
mod shape;

pub use advice::{Advice, field_for};
pub use fact::{Certainty, Fact};
pub use guide::{
    Ability, Attribute, Does, Field, Get, Give, Guide, Lifetime, Limit, Mistake, Perishable,
    Person, Set, Start,
};
pub use preset::{Pattern, Preset, Recognise};
pub use recognise::recognise;
pub use shape::{Group, NameId, OidcShape, SamlShape, Signed, SignedWith};

use crate::model::connection::Protocol;

/// The files, in the order in which providers are offered; the two generic ones stand last.
const FILES: [&str; 17] = [
    include_str!("okta.toml"),
    include_str!("entra.toml"),
    include_str!("google.toml"),
    include_str!("auth0.toml"),
    include_str!("onelogin.toml"),
    include_str!("jumpcloud.toml"),
    include_str!("pingone.toml"),
    include_str!("pingfederate.toml"),
    include_str!("adfs.toml"),
    include_str!("keycloak.toml"),
    include_str!("authentik.toml"),
    include_str!("zitadel.toml"),
    include_str!("duo.toml"),
    include_str!("cyberark.toml"),
    include_str!("rippling.toml"),
    include_str!("generic-saml.toml"),
    include_str!("generic-oidc.toml"),
];

/// A file that cannot be read would be left out; a test reads every one.
static ALL: LazyLock<Vec<Preset>> =
    LazyLock::new(|| FILES.iter().filter_map(|text| toml::from_str(text).ok()).collect());

/// Every provider, in the order in which they are offered. Parsed once, on first use.
pub fn all() -> &'static [Preset] {
    &ALL
}

/// The provider with this identifier, such as `okta`.
pub fn find(id: &str) -> Option<&'static Preset> {
    all().iter().find(|preset| preset.id == id)
}

/// What holds for any provider that speaks `protocol`.
pub fn generic(protocol: Protocol) -> Option<&'static Preset> {
    find(match protocol {
        Protocol::Saml => "generic-saml",
        Protocol::Oidc => "generic-oidc",
    })
}

#[cfg(test)]
mod tests;
