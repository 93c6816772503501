//! Creations that may be repeated: a key of the caller's brings back the first answer.

use serde::Serialize;
use serde_json::Value;

use super::error::{AdminError, Conflict};
use super::{Act, to_json};
use crate::model::secret::Digest;
use crate::store::StoreError;
use crate::store::idempotency::{self, Answered};

/// A caller's key and the request it came with.
#[derive(Debug, Clone)]
pub struct Repeatable {
    key: String,
    request: Digest,
}

impl Repeatable {
    /// A creation under the caller's `key`; `request` is everything that makes it this one.
    ///
    /// # Errors
    /// `Invalid` unless the key has 1 to 255 visible ASCII characters.
    pub fn new(key: &str, request: &[u8]) -> Result<Self, AdminError> {
        let sound = (1..=255).contains(&key.len()) && key.bytes().all(|b| b.is_ascii_graphic());
        if !sound {
            return Err(AdminError::field(
                "Idempotency-Key",
                "give 1 to 255 visible ASCII characters, such as a UUID",
            ));
        }
        Ok(Self { key: key.to_owned(), request: Digest::of(request) })
    }
}

/// What a creation answered.
#[derive(Debug, Clone)]
pub struct Made {
    /// The item.
    pub body: Value,
    /// Whether it was made by an earlier request with the same key.
    pub repeated: bool,
}

/// The answer to the same creation before; `None` when there was none.
///
/// # Errors
/// `Conflict` when the key came with another request.
pub fn before(act: &Act<'_>, key: Option<&Repeatable>) -> Result<Option<Made>, AdminError> {
    let Some(key) = key else { return Ok(None) };
    let actor = act.access.name();
    let Some(answered) = idempotency::find(act.tx, &actor, &key.key, act.now)? else {
        return Ok(None);
    };
    if answered.request != key.request {
        return Err(AdminError::Conflict(Conflict::IdempotencyKey));
    }
    let corrupt = || StoreError::Corrupt("an answer that does not open");
    let plain = act.hub.sealer.open(&purpose(&actor), &answered.response).map_err(|_| corrupt())?;
    let body = serde_json::from_slice(plain.expose()).map_err(|_| corrupt())?;
    Ok(Some(Made { body, repeated: true }))
}

/// Creates by `make`, unless the same creation was answered before.
///
/// # Errors
/// The error of `make`, which is not remembered; `Conflict` when the key came with another
/// request.
pub fn once<T: Serialize>(
    act: &Act<'_>,
    key: Option<&Repeatable>,
    make: impl FnOnce() -> Result<T, AdminError>,
) -> Result<Made, AdminError> {
    if let Some(made) = before(act, key)? {
        return Ok(made);
    }
    let body = to_json(&make()?)?;
    if let Some(key) = key {
        let actor = act.access.name();
        let plain = body.to_string();
        let response =
            act.hub.sealer.seal(act.hub.rng.as_ref(), &purpose(&actor), plain.as_bytes());
        let answered = Answered { request: key.request, status: 201, response };
        idempotency::insert(act.tx, &actor, &key.key, &answered, act.now)?;
    }
    Ok(Made { body, repeated: false })
}

fn purpose(actor: &str) -> String {
    format!("idempotency:{actor}")
}
