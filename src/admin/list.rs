//! Lists in pieces.

use serde::Serialize;

use super::error::AdminError;
use crate::model::time::Millis;
use crate::store::StoreError;
use crate::store::page::{Page, cursor};

/// Items given when nobody says how many.
pub const USUAL: i64 = 50;
/// Items given at most.
pub const MOST: i64 = 200;

/// Which piece of a list is wanted.
#[derive(Debug, Clone)]
pub struct List {
    page: Page,
}

impl Default for List {
    fn default() -> Self {
        Self { page: Page::first(USUAL) }
    }
}

/// One piece of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Listed<T> {
    /// The items.
    pub items: Vec<T>,
    /// The `after` of the next piece; null when this is the last.
    pub next: Option<String>,
}

impl<T> Listed<T> {
    /// This last piece of what was looked at, with a next one of rows before `horizon` if only
    /// those since then were.
    pub(super) fn going_on(self, horizon: Option<Millis>) -> Self {
        let next = self.next.or_else(|| horizon.map(|horizon| cursor(horizon, "")));
        Self { next, ..self }
    }
}

impl List {
    /// A piece of `limit` items behind the cursor `after`.
    ///
    /// # Errors
    /// `Invalid` for a limit out of bounds or a cursor that is none of ours.
    pub fn new(limit: Option<i64>, after: Option<String>) -> Result<Self, AdminError> {
        let limit = limit.unwrap_or(USUAL);
        if !(1..=MOST).contains(&limit) {
            return Err(AdminError::field("limit", format!("give a number from 1 to {MOST}")));
        }
        let page = Page { limit, after };
        if !page.is_sound() {
            return Err(AdminError::field(
                "after",
                "give the `next` of the piece before, unchanged",
            ));
        }
        Ok(Self { page })
    }

    /// Reads the piece: rows by `read`, ordered by `key`, each shown by `show`.
    pub(super) fn read<R, T>(
        &self,
        read: impl FnOnce(&Page) -> Result<Vec<R>, StoreError>,
        key: impl FnOnce(&R) -> (Millis, &str),
        show: impl FnMut(R) -> Result<T, AdminError>,
    ) -> Result<Listed<T>, AdminError> {
        // One more than wanted tells whether there is a next piece.
        let more = Page { limit: self.page.limit.saturating_add(1), ..self.page.clone() };
        let mut rows = read(&more)?;
        let wanted = usize::try_from(self.page.limit).unwrap_or(0);
        let next = if rows.len() > wanted {
            rows.truncate(wanted);
            rows.last().map(|last| {
                let (at, id) = key(last);
                cursor(at, id)
            })
        } else {
            None
        };
        Ok(Listed { items: rows.into_iter().map(show).collect::<Result<_, _>>()?, next })
    }

    /// A list of at most one item.
    pub(super) fn single<T>(item: Option<T>) -> Listed<T> {
        Listed { items: item.into_iter().collect(), next: None }
    }
}
