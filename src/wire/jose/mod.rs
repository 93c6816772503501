//! JOSE: algorithms, keys (`jwk`) and compact signatures (`jws`), strict JSON, and `at_hash`. Whether a
//! claim is acceptable is for `upstream` to say.

pub mod algorithm;
pub mod at_hash;
pub mod json;
pub mod jwk;
pub mod jws;

#[cfg(test)]
pub mod testing;
