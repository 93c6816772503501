//! Signing keys: published before they sign, kept until what they signed has ended.
//!
//! Per algorithm one key is `active` and signs, one is `next` and already stands in the
//! JWKS, and those that signed before are `retired` and stand there for another day. An app
//! that reads the JWKS once a day therefore never meets a key it does not know.
//! Keys are kept parsed; a snapshot of them is swapped as a whole when they change.

use std::sync::{Arc, PoisonError, RwLock};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::pair::Pair;
use super::rotation::{self, Step};
use super::seal::{SealError, Sealer};
use crate::model::app::SigningAlgorithm;
use crate::model::id::KeyId;
use crate::model::rng::Rng;
use crate::model::settings::SIGNING_KEY_DAYS;
use crate::model::time::{DAY, Millis};
use crate::store::signing_keys::{self, KeyState, StoredKey};
use crate::store::{Store, StoreError, Tx, settings};

/// No token of ours is longer; a longer one is not looked at.
const MAX_TOKEN: usize = 16 * 1024;
const PURPOSE: &str = "signing-key";

/// What can go wrong with signing keys.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A private key does not open.
    #[error("a signing key cannot be opened: {0}")]
    Seal(#[from] SealError),
    /// No key of this algorithm is active.
    #[error("there is no active {} key", .0.as_str())]
    NoKey(SigningAlgorithm),
    /// The crypto library refused.
    #[error("a signing key cannot be used")]
    Crypto,
}

/// The keys we sign with. Cheap to clone; all clones see the same keys.
#[derive(Clone)]
pub struct Ring {
    snapshot: Arc<RwLock<Arc<Snapshot>>>,
}

struct Snapshot {
    keys: Vec<Key>,
    jwks: Value,
}

struct Key {
    id: KeyId,
    algorithm: SigningAlgorithm,
    active: bool,
    pair: Pair,
}

impl Ring {
    /// Loads the keys. The first start makes active keys, which sign at once: no app can have
    /// read a JWKS before. The next ones are made when [`Self::rotate`] is first called.
    ///
    /// # Errors
    /// When the store fails, or a key cannot be opened or made.
    pub async fn open(
        store: &Store,
        sealer: &Sealer,
        rng: &dyn Rng,
        now: Millis,
    ) -> Result<Self, KeyError> {
        let ring = Self::none();
        ring.rotate(store, sealer, rng, now).await?;
        ring.reload(store, sealer).await?;
        Ok(ring)
    }

    /// A ring that signs nothing, for a command that only judges.
    pub fn none() -> Self {
        let empty = Snapshot { keys: Vec::new(), jwks: json!({ "keys": [] }) };
        Self { snapshot: Arc::new(RwLock::new(Arc::new(empty))) }
    }

    /// A compact JWS (RFC 7515 section 7.1) over `payload` by the active key.
    ///
    /// # Errors
    /// When there is no such key, or the crypto library refuses.
    pub fn sign(
        &self,
        algorithm: SigningAlgorithm,
        typ: &str,
        payload: &Value,
    ) -> Result<String, KeyError> {
        let snapshot = self.snapshot();
        let key = snapshot
            .keys
            .iter()
            .find(|key| key.active && key.algorithm == algorithm)
            .ok_or(KeyError::NoKey(algorithm))?;
        let header = json!({ "alg": algorithm.as_str(), "kid": key.id.as_str(), "typ": typ });
        let mut token = URL_SAFE_NO_PAD.encode(header.to_string());
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(payload.to_string(), &mut token);
        let signature = key.pair.sign(token.as_bytes()).ok_or(KeyError::Crypto)?;
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(signature, &mut token);
        Ok(token)
    }

    /// The public keys as a JWK Set (RFC 7517 section 5): next, active and retired.
    pub fn jwks(&self) -> Value {
        self.snapshot().jwks.clone()
    }

    /// The payload of a token of this type that a published key of ours signed. Nothing else
    /// about the token is checked: whose it is and when it ended is the caller's to ask.
    pub fn verify_own(&self, token: &str, typ: &str) -> Option<Value> {
        if token.len() > MAX_TOKEN {
            return None;
        }
        let (signed, signature) = token.rsplit_once('.')?;
        let (header, payload) = signed.split_once('.')?;
        let header: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header).ok()?).ok()?;
        // One kind of token never passes for another.
        if header.get("typ")?.as_str()? != typ {
            return None;
        }
        let kid = header.get("kid")?.as_str()?;
        let snapshot = self.snapshot();
        let key = snapshot.keys.iter().find(|key| key.id.as_str() == kid)?;
        // The key decides how it is verified, never the token.
        if header.get("alg")?.as_str()? != key.algorithm.as_str() || header.get("crit").is_some() {
            return None;
        }
        let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
        if !key.pair.verify(signed.as_bytes(), &signature) {
            return None;
        }
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).ok()?).ok()
    }

    /// Does whatever is due at `now`: makes, activates, retires and forgets keys. To be
    /// called every hour or so; says whether anything changed.
    ///
    /// # Errors
    /// When the store fails, or a key cannot be opened or made.
    pub async fn rotate(
        &self,
        store: &Store,
        sealer: &Sealer,
        rng: &dyn Rng,
        now: Millis,
    ) -> Result<bool, KeyError> {
        let (stored, period) =
            store.read(|tx| Ok::<_, StoreError>((signing_keys::all(tx)?, period(tx)?))).await?;
        let steps = rotation::plan(&stored, now, period);
        if steps.is_empty() {
            if !self.snapshot().shows(&stored) {
                self.reload(store, sealer).await?;
            }
            return Ok(false);
        }
        let changes = prepare(steps, sealer, rng, now).await?;
        store
            .write(move |tx| {
                changes.iter().try_for_each(|change| change.apply(tx, now))?;
                // The days may have been set anew while a key was made.
                if self::period(tx)? != period {
                    Self::retime(tx, now)?;
                }
                Ok::<_, StoreError>(())
            })
            .await?;
        self.reload(store, sealer).await?;
        Ok(true)
    }

    /// Lets every next key sign as soon as every app can have read it, which is a day after it
    /// was made; gives how many were brought forward.
    ///
    /// # Errors
    /// A database error.
    pub fn hasten(tx: &Tx<'_>, now: Millis) -> Result<usize, StoreError> {
        reschedule(tx, |next, _| rotation::soonest(next.created_at, now).min(next.activates_at))
    }

    /// Lets every next key sign when the one that signs now has done so for the days that are
    /// set: for when they were set anew.
    ///
    /// # Errors
    /// A database error.
    pub fn retime(tx: &Tx<'_>, now: Millis) -> Result<usize, StoreError> {
        let period = period(tx)?;
        reschedule(tx, |next, active| {
            let soonest = rotation::soonest(next.created_at, now);
            // What was brought forward stays so.
            if next.activates_at <= soonest {
                return next.activates_at;
            }
            active.activates_at.plus(period).max(soonest)
        })
    }

    async fn reload(&self, store: &Store, sealer: &Sealer) -> Result<(), KeyError> {
        let stored = store.read(signing_keys::all).await?;
        let keys =
            stored.iter().map(|key| Key::open(key, sealer)).collect::<Result<Vec<_>, _>>()?;
        let jwks: Vec<Value> = keys.iter().map(Key::jwk).collect();
        let snapshot = Arc::new(Snapshot { keys, jwks: json!({ "keys": jwks }) });
        *self.snapshot.write().unwrap_or_else(PoisonError::into_inner) = snapshot;
        Ok(())
    }

    fn snapshot(&self) -> Arc<Snapshot> {
        Arc::clone(&self.snapshot.read().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Snapshot {
    /// Whether these are the keys of it, each in the state it has there.
    fn shows(&self, stored: &[StoredKey]) -> bool {
        let active = |key: &StoredKey| key.state == KeyState::Active;
        self.keys.len() == stored.len()
            && self
                .keys
                .iter()
                .zip(stored)
                .all(|(key, stored)| key.id == stored.id && key.active == active(stored))
    }
}

impl Key {
    fn open(stored: &StoredKey, sealer: &Sealer) -> Result<Self, KeyError> {
        let private = sealer.open(&purpose(&stored.id), &stored.private_key)?;
        Ok(Self {
            id: stored.id.clone(),
            algorithm: stored.algorithm,
            active: stored.state == KeyState::Active,
            pair: Pair::from_pkcs8(stored.algorithm, private.expose()).ok_or(KeyError::Crypto)?,
        })
    }

    fn jwk(&self) -> Value {
        let mut jwk = self.pair.jwk();
        jwk["kid"] = self.id.as_str().into();
        jwk["alg"] = self.algorithm.as_str().into();
        jwk["use"] = "sig".into();
        jwk
    }
}

/// A step with what it takes: the new key is made outside any transaction.
enum Change {
    Insert(StoredKey),
    Step(Step),
}

impl Change {
    fn apply(&self, tx: &Tx<'_>, now: Millis) -> Result<(), StoreError> {
        match self {
            Self::Insert(key) => signing_keys::insert(tx, key),
            Self::Step(Step::Activate(id)) => signing_keys::activate(tx, id, now),
            Self::Step(Step::Retire(id)) => {
                signing_keys::retire(tx, id, now, now.plus(rotation::KEEP))
            }
            Self::Step(Step::Forget(id)) => signing_keys::delete(tx, id),
            Self::Step(Step::Make { .. }) => Err(StoreError::Corrupt("a key that was not made")),
        }
    }
}

async fn prepare(
    steps: Vec<Step>,
    sealer: &Sealer,
    rng: &dyn Rng,
    now: Millis,
) -> Result<Vec<Change>, KeyError> {
    let mut changes = Vec::with_capacity(steps.len());
    for step in steps {
        changes.push(match step {
            Step::Make { algorithm, state, activates_at } => {
                // An RSA key takes a tenth of a second to find.
                let private = tokio::task::spawn_blocking(move || Pair::generate(algorithm))
                    .await
                    .ok()
                    .flatten()
                    .ok_or(KeyError::Crypto)?;
                let id = KeyId::random(rng);
                Change::Insert(StoredKey {
                    private_key: sealer.seal(rng, &purpose(&id), private.expose()),
                    id,
                    algorithm,
                    state,
                    created_at: now,
                    activates_at,
                    retired_at: None,
                    expires_at: None,
                })
            }
            step => Change::Step(step),
        });
    }
    Ok(changes)
}

/// The key's own name is part of it, so that one key's row cannot stand in for another's.
fn purpose(id: &KeyId) -> String {
    format!("{PURPOSE}:{id}")
}

/// Gives every next key the moment `at` says of it and of the key it follows; how many got another.
fn reschedule(
    tx: &Tx<'_>,
    at: impl Fn(&StoredKey, &StoredKey) -> Millis,
) -> Result<usize, StoreError> {
    let keys = signing_keys::all(tx)?;
    let mut changed = 0;
    for next in keys.iter().filter(|key| key.state == KeyState::Next) {
        let before = keys
            .iter()
            .find(|key| key.state == KeyState::Active && key.algorithm == next.algorithm);
        let Some(due) = before.map(|active| at(next, active)) else { continue };
        if due != next.activates_at {
            signing_keys::reschedule(tx, &next.id, due)?;
            changed += 1;
        }
    }
    Ok(changed)
}

fn period(tx: &Tx<'_>) -> Result<i64, StoreError> {
    let days = settings::number(tx, settings::SIGNING_KEY_DAYS)?;
    Ok(days.unwrap_or(SIGNING_KEY_DAYS).clamp(2, 3_650) * DAY)
}

#[cfg(test)]
#[path = "ring_tests.rs"]
mod tests;
