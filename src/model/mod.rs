//! Floor 1: plain data and its rules. No I/O, no clock, no database.
//!
//! Owns: identifiers, time, randomness (the traits and the system's own sources),
//! secrets, the closed list of reason codes, and the records every room speaks of.
//! Does not own: how any of it is stored, sent or shown.

pub mod admin_notice;
pub mod answers;
pub mod app;
pub mod attempt;
pub mod audit;
pub mod capture;
pub mod check;
pub mod code;
pub mod connection;
pub mod difference;
pub mod domain;
pub mod drill;
pub mod email_rule;
pub mod evidence;
pub mod factor;
pub mod group;
pub mod hop;
pub mod id;
pub mod invitation;
pub mod lifetime;
pub mod logout;
pub mod matched;
mod near;
pub mod notice;
pub mod organization;
pub mod owner;
pub mod owner_step;
pub mod passkey;
pub mod plainly;
pub mod preflight;
pub mod public_url;
pub mod recovery_code;
pub mod reference;
pub mod relink;
pub mod remedy;
pub mod rng;
pub mod role;
pub mod secret;
pub mod session;
pub mod settings;
pub mod slip;
pub mod spelling;
pub mod tenant;
pub mod tested;
pub mod time;
pub mod user;
pub mod visible;
pub mod wish;
