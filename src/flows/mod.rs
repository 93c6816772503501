//! Floor 9: what a visitor or an app can ask for, start to end.
//!
//! Owns: the order of the steps. `login` is the story to read first; `asked` is the way out
//! to a provider, `answered` the way back, `judged` what an answer leaves behind, `finish` the
//! last step, `choose` the visitor's own word, `local` a password instead of a provider, `initiate`
//! and `tile` what tiles and bookmarks begin, `unsolicited` what comes without being asked for,
//! `start` the way into an app that begins by itself; `tested` is the sign-in that lets nobody in.
//! Does not own: whether a step is right; that is `upstream`, `broker` and `downstream`.

mod answered;
mod app_reply;
mod asked;
pub mod brought;
pub mod choose;
pub mod finish;
mod gate;
pub mod initiate;
pub mod invitation;
mod judged;
pub mod local;
pub mod login;
pub mod logout;
pub mod metadata;
pub mod notices;
pub mod owner;
pub mod owner_factors;
pub mod owner_passkeys;
pub mod owner_second;
pub mod proved;
pub mod provider_logout;
pub mod reply;
pub mod route_map;
pub mod setup;
mod start;
pub mod tested;
pub mod tile;
pub mod tiles;
pub mod token;
pub mod token_preview;
pub mod unsolicited;
mod upstream_call;

#[cfg(test)]
mod logout_tests;
#[cfg(test)]
mod token_tests;

#[cfg(test)]
pub(crate) use crate::downstream::oidc::world;

use crate::broker::session::Limits;
use crate::hub::Hub;

/// How long sessions last here.
fn limits(hub: &Hub) -> Limits {
    hub.running.settings().limits
}
