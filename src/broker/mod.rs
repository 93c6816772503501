//! Floor 6: the core. Who gets in, and into what.
//!
//! Owns: routing, attempts, people and their roles, sessions, passwords, the owner's door. Only here can an [`Admission`]
//! be made. Knows no XML, no JWT, no HTTP.
//! Does not own: whether a provider's answer is believed, nor what an app is told.

pub mod admission;
pub mod admit;
pub mod anew;
pub mod arrival;
pub mod as_if;
pub mod attempt;
pub mod denied;
mod domains;
mod first_owner;
mod guesses;
pub mod invitation;
pub mod local;
mod moment;
mod newcomer;
pub mod owner;
pub mod question;
mod relink;
mod roles;
pub mod route;
pub mod session;
pub mod supposed;
mod trail;
pub mod unasked;

pub use admission::{Admission, Facts};
pub use moment::Moment;
pub use supposed::Supposed;

#[cfg(test)]
mod tests;
