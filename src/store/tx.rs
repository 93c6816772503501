//! A transaction as the table files see it: four verbs over prepared, cached statements, and
//! the rows they give.

use std::cell::Cell;

use rusqlite::types::{FromSql, ValueRef};
use rusqlite::{CachedStatement, Connection, OptionalExtension, Params, Statement};

use super::StoreError;
use super::memory::{Memory, Recall};
use super::shelf::{Kind, View};
use crate::model::attempt::Attempt;
use crate::model::secret::Digest;

/// One transaction. Dropped without effect unless the engine commits it.
pub struct Tx<'c> {
    source: Source<'c>,
    recall: Recall<'c>,
    rung: Cell<bool>,
}

/// Where a step reads, besides what it recalls.
pub(super) enum Source<'c> {
    /// In a snapshot.
    Snapshot(&'c Connection),
    /// In the transaction of the writer, which keeps the memory true.
    Writer(&'c Connection, &'c Memory),
    /// Nowhere; whether that was not enough.
    Nowhere(Cell<bool>),
}

impl<'c> Tx<'c> {
    pub(super) const fn new(source: Source<'c>, recall: Recall<'c>) -> Self {
        Self { source, recall, rung: Cell::new(false) }
    }

    fn connection(&self) -> Option<&'c Connection> {
        match &self.source {
            Source::Snapshot(connection) | Source::Writer(connection, _) => Some(connection),
            Source::Nowhere(missed) => {
                missed.set(true);
                None
            }
        }
    }

    /// Whether what it recalled was not enough.
    pub(super) const fn missed(&self) -> bool {
        match &self.source {
            Source::Nowhere(missed) => missed.get(),
            Source::Snapshot(_) | Source::Writer(..) => false,
        }
    }

    /// The attempt under way whose handle has this digest, if it is known.
    pub(super) fn under_way(&self, handle: &Digest) -> Option<Attempt> {
        self.recall.flight?.find(handle)
    }

    /// What `look` makes of the attempt under way whose handle has this digest, if it is known.
    pub(super) fn if_under_way<T>(
        &self,
        handle: &Digest,
        look: impl FnOnce(&Attempt) -> T,
    ) -> Option<T> {
        self.recall.flight?.look_at(handle, look)
    }

    /// The row of attempts that was changed last is this attempt, which is saved whole.
    pub(super) fn saved(&self, attempt: &Attempt) {
        if let (Source::Writer(..), Some(flight)) = (&self.source, self.recall.flight) {
            flight.saved(attempt);
        }
    }

    fn shelf(&self) -> Option<&View<'c>> {
        let changed = matches!(&self.source, Source::Writer(_, memory) if memory.shelf_changed());
        self.recall.shelf.as_ref().filter(|_| !changed)
    }

    /// What stands on the shelf, else what `read` finds, which is put there when there is
    /// something: what does not exist anybody can ask for.
    pub(super) fn shelved<T: Clone + Send + Sync + 'static>(
        &self,
        kind: Kind,
        key: &str,
        read: impl FnOnce() -> Result<Option<T>, StoreError>,
    ) -> Result<Option<T>, StoreError> {
        if let Some(found) = self.shelf().and_then(|view| view.find(kind, key)) {
            return Ok(Some(found));
        }
        #[cfg(test)]
        let _checked = super::plans::only_of(&super::shelf::TABLES);
        let found = read()?;
        if let (Some(found), Some(view)) = (&found, self.shelf()) {
            view.keep(kind, key, found);
        }
        Ok(found)
    }

    #[cfg(test)]
    pub(super) fn sqlite(&self) -> &'c Connection {
        self.connection().expect("a step with a database")
    }

    /// Once this is on disk, whoever sends what waits is woken ([`super::Store::rung`]).
    pub(super) fn ring(&self) {
        self.rung.set(true);
    }

    pub(super) const fn has_rung(&self) -> bool {
        self.rung.get()
    }

    fn prepare(&self, sql: &str) -> Result<CachedStatement<'c>, StoreError> {
        let connection = self.connection().ok_or(StoreError::Closed)?;
        #[cfg(test)]
        super::plans::must_search(connection, sql);
        Ok(connection.prepare_cached(sql)?)
    }

    /// Runs a statement; gives the number of rows changed.
    pub(super) fn execute(&self, sql: &str, params: impl Params) -> Result<usize, StoreError> {
        Ok(self.prepare(sql)?.execute(params)?)
    }

    /// The one row that must exist.
    pub(super) fn one<T>(
        &self,
        sql: &str,
        params: impl Params,
        read: impl FnOnce(&Row<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.optional(sql, params, read)?
            .ok_or(StoreError::Corrupt("a row that must exist does not"))
    }

    /// The first row, if there is one.
    pub(super) fn optional<T>(
        &self,
        sql: &str,
        params: impl Params,
        read: impl FnOnce(&Row<'_>) -> Result<T, StoreError>,
    ) -> Result<Option<T>, StoreError> {
        let mut statement = self.prepare(sql)?;
        statement.query_row(params, |row| Ok(read(&Row::new(row)))).optional()?.transpose()
    }

    /// Every row. The SQL carries its own LIMIT.
    pub(super) fn all<T>(
        &self,
        sql: &str,
        params: impl Params,
        mut read: impl FnMut(&Row<'_>) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        let mut all = Vec::new();
        self.each(sql, params, |row| {
            all.push(read(row)?);
            Ok(())
        })?;
        Ok(all)
    }

    /// Every row, none of which is kept. The SQL carries its own LIMIT.
    pub(super) fn each(
        &self,
        sql: &str,
        params: impl Params,
        mut read: impl FnMut(&Row<'_>) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let mut statement = self.prepare(sql)?;
        let mut rows = statement.query(params)?;
        while let Some(row) = rows.next()? {
            read(&Row::new(row))?;
        }
        Ok(())
    }
}

/// One row of an answer. Rows are read in about the order of their columns, so a name is
/// looked for from the column read last on: looking through all of them for every name costs
/// more than the rest of reading a row.
pub(super) struct Row<'r> {
    row: &'r rusqlite::Row<'r>,
    next: Cell<usize>,
}

impl<'r> Row<'r> {
    const fn new(row: &'r rusqlite::Row<'r>) -> Self {
        Self { row, next: Cell::new(0) }
    }

    /// The value of a column, by name or number.
    pub fn get<C: Column, T: FromSql>(&self, column: C) -> Result<T, StoreError> {
        Ok(self.row.get(column.place(self)?)?)
    }

    /// The same as it lies there.
    pub fn get_ref(&self, column: &str) -> Result<ValueRef<'_>, StoreError> {
        Ok(self.row.get_ref(column.place(self)?)?)
    }
}

/// What names a column of a row.
pub(super) trait Column {
    /// Which one it is, counted from 0.
    fn place(self, row: &Row<'_>) -> Result<usize, StoreError>;
}

impl Column for usize {
    fn place(self, _row: &Row<'_>) -> Result<usize, StoreError> {
        Ok(self)
    }
}

impl Column for &str {
    fn place(self, row: &Row<'_>) -> Result<usize, StoreError> {
        let statement: &Statement<'_> = row.row.as_ref();
        let (from, count) = (row.next.get(), statement.column_count());
        let is_it = |place: &usize| statement.column_name(*place).is_ok_and(|name| name == self);
        let found = (from..count).chain(0..from).find(is_it);
        let place = found.ok_or(StoreError::Corrupt("a column that must exist does not"))?;
        row.next.set(place + 1);
        Ok(place)
    }
}

/// Reads a text column as JSON.
pub(super) fn json<T: serde::de::DeserializeOwned>(
    row: &Row<'_>,
    column: &str,
) -> Result<T, StoreError> {
    let text = row.get_ref(column)?.as_str().map_err(|_| StoreError::Corrupt("not text"))?;
    serde_json::from_str(text).map_err(|_| StoreError::Corrupt("JSON of an unknown form"))
}

/// Writes a value as JSON text.
pub(super) fn to_json<T: serde::Serialize + ?Sized>(value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|_| StoreError::Corrupt("a value that JSON cannot hold"))
}

/// Reads an identifier column.
pub(super) fn id<T: TryFrom<String>>(row: &Row<'_>, column: &str) -> Result<T, StoreError> {
    T::try_from(row.get(column)?).map_err(|_| StoreError::Corrupt("an id of an unknown form"))
}

/// Reads an identifier column that may be empty.
pub(super) fn optional_id<T: TryFrom<String>>(
    row: &Row<'_>,
    column: &str,
) -> Result<Option<T>, StoreError> {
    row.get::<_, Option<String>>(column)?
        .map(|text| T::try_from(text).map_err(|_| StoreError::Corrupt("an id of an unknown form")))
        .transpose()
}

/// Reads a digest column.
pub(super) fn digest(row: &Row<'_>, column: &str) -> Result<Digest, StoreError> {
    let bytes: Vec<u8> = row.get(column)?;
    Digest::from_bytes(&bytes).ok_or(StoreError::Corrupt("not a digest"))
}
