//! Floor 3: the embedded database. All SQL text lives here, one file per table family.
//!
//! Owns: the engine (one writer, a few readers, group commit), what it has in memory, transactions,
//! migrations.
//! Does not own: what a login means. Functions take a [`Tx`] and move records.
//!
//! SQL is written in what SQLite and PostgreSQL share; nothing outside this folder sees a
//! connection or SQL.

pub mod access_tokens;
pub mod activity;
pub mod api_tokens;
pub mod apps;
pub mod attempts;
pub mod audit;
pub mod captures;
pub mod codes;
pub mod connection_clocks;
pub mod connections;
pub mod domains;
pub mod drills;
pub mod enforcement;
pub mod engine;
pub mod expire;
pub mod factors;
#[cfg(test)]
pub(crate) mod fixture;
mod flight;
pub mod folder;
pub mod headcount;
pub mod idempotency;
pub mod invitations;
pub mod local;
pub mod logouts;
mod memory;
pub mod migrate;
pub mod notices;
#[cfg(test)]
mod noun_tests;
pub mod organization_counts;
pub mod organizations;
pub mod owner_steps;
pub mod owners;
pub mod page;
pub mod passkeys;
#[cfg(test)]
mod plans;
mod queue;
pub mod receipts;
pub mod relinks;
pub mod roles;
pub mod sessions;
pub mod settings;
pub mod setup_links;
mod shelf;
pub mod sign_outs;
pub mod signing_keys;
pub mod snapshot;
pub mod throttles;
pub mod tx;
pub mod used_assertions;
pub mod users;
mod writer;

pub use engine::Store;
pub use page::Page;
pub use tx::Tx;

/// How long a command on the host and the server wait for each other's commit.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(10);

/// What can go wrong in the store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The queue is full; the caller should answer 503 with Retry-After.
    #[error("the store is busy")]
    Busy,
    /// The store has been closed.
    #[error("the store is closed")]
    Closed,
    /// The step was fine, but its commit failed: nothing of it is there.
    #[error("the commit failed: {0}")]
    Commit(String),
    /// A command beside a server would have changed what the server may have in memory.
    #[error("a command beside a server cannot change this: do it through the server")]
    OffLimits,
    /// A uniqueness or foreign-key rule of the schema was broken.
    #[error("the row conflicts with another")]
    Conflict,
    /// A row that must exist does not, or holds what no version of ours wrote.
    #[error("a row cannot be read: {0}")]
    Corrupt(&'static str),
    /// The database refused.
    #[error("database: {0}")]
    Database(rusqlite::Error),
    /// The file could not be opened or migrated.
    #[error("{0}")]
    Open(String),
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::ConstraintViolation) => Self::Conflict,
            // Another process, such as `doorward owner`, has been writing for too long.
            Some(rusqlite::ErrorCode::DatabaseBusy) => Self::Busy,
            _ => Self::Database(error),
        }
    }
}
