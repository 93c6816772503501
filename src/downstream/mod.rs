//! Floor 7: we as provider towards apps. Issues nothing without an `Admission`.
//!
//! Owns: what an app may ask for and what it is given: codes, tokens, claims, and how an app
//! proves who it is. Does not own: who gets in, which is `broker`'s word, nor the keys it is
//! signed with.

pub mod oidc;
