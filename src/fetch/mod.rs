//! Floor 3: the only outgoing HTTP client, and lookups in DNS.
//!
//! Owns: which addresses may be called, how long an answer may take and how large it may
//! be. Does not own: what an answer means.

pub mod client;
pub mod dns;
pub mod error;
pub mod guard;
mod resolver;

pub use client::{Fetch, Fetched};
pub use dns::Dns;
pub use error::{FetchError, Trouble};
