//! Counts over the attempts that ended.

use rusqlite::params;

use super::tx::optional_id;
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
    /// How many.
    pub attempts: u32,
    /// When the last of them began.
    pub last: Millis,
}

// Everything asked for is in the index `attempts_ended`, so that no row is read.
const COUNT: &str = "SELECT (created_at - ?1) / ?3 AS step, connection_id, state, code, COUNT(*) AS attempts, MAX(created_at) AS last \
     FROM attempts WHERE created_at >= ?1 AND created_at < ?2 AND state IN ('admitted', 'tested', 'refused') \
     AND (?4 IS NULL OR organization_id = ?4) AND (?5 IS NULL OR connection_id = ?5) \
     GROUP BY (created_at - ?1) / ?3, connection_id, state, code ORDER BY attempts DESC LIMIT ?6";

/// Most counts that [`count`] gives; beyond them the smallest are left out.
const MOST: i64 = 50_000;

/// The attempts of a span, counted. Looks at an entry of an index for each of them, of which
/// there are at most as many as attempts are kept.
///
/// # Errors
/// A database error.
pub fn count(tx: &Tx<'_>, span: &Span) -> Result<Vec<Count>, StoreError> {
    let organization = span.organization.as_ref().map(OrganizationId::as_str);
    let connection = span.connection.as_ref().map(ConnectionId::as_str);
    let wanted = params![span.from.0, span.until.0, span.step, organization, connection, MOST];
    tx.all(COUNT, wanted, |row| {
        Ok(Count {
            step: row.get("step")?,
            connection: optional_id(row, "connection_id")?,
            outcome: row.get("state")?,
            code: row.get("code")?,
            attempts: row.get("attempts")?,
            last: Millis(row.get("last")?),
        })
    })
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
    use crate::store::Store;

    #[tokio::test]
    async fn counting_reads_no_row() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("d.db"), Millis(0)).unwrap();
        let read = store.read(|tx| {
            let wanted = params![0, 1, 1, Option::<String>::None, Option::<String>::None, MOST];
            let explain = format!("EXPLAIN QUERY PLAN {COUNT}");
            tx.all(&explain, wanted, |row| row.get::<_, String>("detail"))
        });
        let plan = read.await.unwrap();
        assert!(
            plan[0].starts_with("SEARCH attempts USING COVERING INDEX attempts_ended"),
            "{plan:?}"
        );
    }
}
