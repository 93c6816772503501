//! Counts over the attempts that ended.

use std::collections::HashMap;

use rusqlite::params;

use super::{StoreError, Tx};
use crate::model::id::{ConnectionId, OrganizationId};
use crate::model::time::Millis;

/// Which attempts to count.
#[derive(Debug, Clone)]
pub struct Span {
    /// Begun at this moment or later.
    pub from: Millis,
    /// Begun before this moment.
    pub until: Millis,
    /// Counted by steps of so many milliseconds from `from` on; above 0.
    pub step: i64,
    /// Only of this organization.
    pub organization: Option<OrganizationId>,
    /// Only through this connection.
    pub connection: Option<ConnectionId>,
}

/// How many attempts of one step ended the same way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Count {
    /// Which step, from 0 on.
    pub step: i64,
    /// Through which connection, where that was known.
    pub connection: Option<ConnectionId>,
    /// `admitted`, `tested` or `refused`.
    pub outcome: String,
    /// Why they were refused.
    pub code: Option<String>,
    /// Whether they were tests of a connection.
    pub test: bool,
    /// How many.
    pub attempts: u32,
    /// When the last of them began.
    pub last: Millis,
}

// Everything asked for is in the index `attempts_ended`, so that no row is read.
const ENDED: &str = "SELECT created_at, connection_id, state, code, test \
     FROM attempts WHERE created_at >= ?1 AND created_at < ?2 AND state IN ('admitted', 'tested', 'refused') \
     AND (?3 IS NULL OR organization_id = ?3) AND (?4 IS NULL OR connection_id = ?4) \
     ORDER BY created_at LIMIT ?5";

/// Most attempts that are counted. More are never kept.
const MOST: i64 = 400_000;

/// The attempts of a span, counted. Looks at an entry of an index for each of them, of which
/// there are at most as many as attempts are kept.
///
/// # Errors
/// A database error.
pub fn count(tx: &Tx<'_>, span: &Span) -> Result<Vec<Count>, StoreError> {
    let organization = span.organization.as_ref().map(OrganizationId::as_str);
    let connection = span.connection.as_ref().map(ConnectionId::as_str);
    let wanted = params![span.from.0, span.until.0, organization, connection, MOST];
    // Added up here: the database would sort them all first.
    let mut sums: HashMap<Ended, (u32, i64)> = HashMap::new();
    tx.each(ENDED, wanted, |row| {
        let at: i64 = row.get("created_at")?;
        let ended = Ended {
            step: (at - span.from.0) / span.step,
            connection: row.get("connection_id")?,
            outcome: row.get("state")?,
            code: row.get("code")?,
            test: row.get("test")?,
        };
        let sum = sums.entry(ended).or_insert((0, at));
        *sum = (sum.0.saturating_add(1), at);
        Ok(())
    })?;
    sums.into_iter().map(|(ended, (attempts, last))| ended.counted(attempts, last)).collect()
}

/// What attempts are counted by.
#[derive(PartialEq, Eq, Hash)]
struct Ended {
    step: i64,
    connection: Option<String>,
    outcome: String,
    code: Option<String>,
    test: bool,
}

impl Ended {
    fn counted(self, attempts: u32, last: i64) -> Result<Count, StoreError> {
        let of_unknown_form = |_| StoreError::Corrupt("an id of an unknown form");
        let connection = self.connection.map(ConnectionId::try_from);
        Ok(Count {
            step: self.step,
            connection: connection.transpose().map_err(of_unknown_form)?,
            outcome: self.outcome,
            code: self.code,
            test: self.test,
            attempts,
            last: Millis(last),
        })
    }
}

const EARLIEST: &str = "SELECT MIN(created_at) AS earliest FROM attempts";
const EARLIEST_OF: &str =
    "SELECT MIN(created_at) AS earliest FROM attempts WHERE organization_id = ?1";

/// When the earliest attempt that is kept began.
///
/// # Errors
/// A database error.
pub fn earliest(
    tx: &Tx<'_>,
    organization: Option<&OrganizationId>,
) -> Result<Option<Millis>, StoreError> {
    let found = match organization {
        Some(id) => tx.optional(EARLIEST_OF, [id.as_str()], |row| row.get("earliest"))?,
        None => tx.optional(EARLIEST, [], |row| row.get("earliest"))?,
    };
    Ok(found.flatten().map(Millis))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{Store, plans};

    #[tokio::test]
    async fn counting_reads_no_row() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("d.db")).unwrap();
        let plan = store.read(|tx| Ok::<_, StoreError>(plans::of(tx, ENDED))).await.unwrap();
        let index = "SEARCH attempts USING COVERING INDEX attempts_ended";
        assert!(plan.len() == 1 && plan[0].starts_with(index), "{plan:?}");
    }
}
