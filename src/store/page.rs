//! Lists in pieces. A cursor names the last row seen by its moment and its identifier, so a
//! list stays whole while rows come and go.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::model::time::Millis;

/// One piece of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Rows wanted.
    pub limit: i64,
    /// The [`cursor`] of the last row of the piece before; `None` for the first piece.
    pub after: Option<String>,
}

impl Page {
    /// The first `limit` rows.
    pub const fn first(limit: i64) -> Self {
        Self { limit, after: None }
    }

    /// Whether `after` is a cursor of ours (or absent).
    pub fn is_sound(&self) -> bool {
        self.after.as_deref().is_none_or(|text| read(text).is_some())
    }

    /// Moment and identifier of the row before the piece; below every row for the first
    /// one, where the identifier is empty.
    pub(super) fn position(&self) -> (i64, String) {
        self.after.as_deref().and_then(read).unwrap_or((i64::MIN, String::new()))
    }

    /// The same of a list that goes backwards: above every row for the first piece.
    pub(super) fn position_from_end(&self) -> (i64, String) {
        self.after.as_deref().and_then(read).unwrap_or((i64::MAX, String::new()))
    }
}

/// The pattern of names with `text` in them, for `LIKE … ESCAPE '!'` of a name in small letters.
pub(super) fn containing(text: &str) -> String {
    let mut pattern = text.to_ascii_lowercase();
    for special in ["!", "%", "_"] {
        pattern = pattern.replace(special, &format!("!{special}"));
    }
    format!("%{pattern}%")
}

/// Names a row by the moment and the identifier its list is ordered by.
pub fn cursor(at: Millis, id: &str) -> String {
    URL_SAFE_NO_PAD.encode(format!("{}.{id}", at.0))
}

fn read(cursor: &str) -> Option<(i64, String)> {
    if cursor.len() > 400 {
        return None;
    }
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()?;
    let (at, id) = text.split_once('.')?;
    Some((at.parse().ok()?, id.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursors_come_back() {
        let page = Page { limit: 2, after: Some(cursor(Millis(20), "acme.test")) };
        assert!(page.is_sound());
        assert_eq!(page.position(), (20, "acme.test".to_owned()));
        assert_eq!(Page::first(1).position(), (i64::MIN, String::new()));
        assert_eq!(Page::first(1).position_from_end(), (i64::MAX, String::new()));
    }

    #[test]
    fn other_texts_are_no_cursors() {
        for text in ["", "!", "MTA", &"A".repeat(500)] {
            assert!(!Page { limit: 1, after: Some(text.to_owned()) }.is_sound(), "{text:?}");
        }
    }
}
