//! What is known of providers: descriptions and keys, fetched when first needed and kept.
//!
//! Callers that need the same thing at the same time share one request. A provider that is
//! down keeps working from the last good copy, and a key nobody has seen makes the keys be
//! fetched again at most every 30 seconds.

use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::Trouble;
use super::discovery::{self, Provider};
use crate::fetch::Fetch;
use crate::model::time::{HOUR, MINUTE, Millis, SECOND};
use crate::wire::jose::jwk::KeySet;

/// Most issuers remembered; the longest unused goes first.
const CAPACITY: usize = 1_000;
/// Descriptions and keys are fetched anew after so long.
const LIFETIME: i64 = HOUR;
/// A provider that is down is asked again after so long while a good copy serves.
const RETRY: i64 = MINUTE;
/// Where there is no copy, a failure stands for so long.
const FAILURE: i64 = 3 * SECOND;
/// Shortest time between two fetches because of an unknown key.
const FORCED: i64 = 30 * SECOND;

/// What is known of providers. Cheap to clone; clones share what they know.
#[derive(Clone, Default)]
pub struct Directory {
    entries: Arc<Mutex<HashMap<String, Arc<Entry>>>>,
}

#[derive(Default)]
struct Entry {
    used_at: AtomicI64,
    known: Mutex<Known>,
    /// Held by whoever fetches.
    flight: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct Known {
    provider: Option<Kept<Provider>>,
    keys: Option<Kept<KeySet>>,
    failure: Option<(Millis, Trouble)>,
    forced_at: Option<Millis>,
}

struct Kept<T> {
    value: Arc<T>,
    until: Millis,
}

impl<T> Kept<T> {
    fn new(value: T, now: Millis) -> Self {
        Self { value: Arc::new(value), until: now.plus(LIFETIME) }
    }

    /// A clock that was set back makes nothing last longer.
    fn fresh(&self, now: Millis) -> Option<Arc<T>> {
        (0..=LIFETIME).contains(&self.until.since(now)).then(|| Arc::clone(&self.value))
    }
}

impl Directory {
    /// Knows nothing yet, and asks nobody.
    pub fn new() -> Self {
        Self::default()
    }

    /// The issuer's description of itself.
    ///
    /// # Errors
    /// When it cannot be had and never could.
    pub async fn provider(
        &self,
        fetch: &Fetch,
        issuer: &str,
        now: Millis,
    ) -> Result<Arc<Provider>, Trouble> {
        let entry = self.entry(issuer, now);
        if let Some(provider) = entry.fresh_provider(now) {
            return Ok(provider);
        }
        let _flight = entry.flight.lock().await;
        if let Some(provider) = entry.fresh_provider(now) {
            return Ok(provider);
        }
        entry.recent_failure(now)?;
        let answer = discovery::provider(fetch, issuer).await;
        let mut known = entry.known();
        match answer {
            Ok(provider) => {
                if known
                    .provider
                    .as_ref()
                    .is_some_and(|old| old.value.jwks_uri != provider.jwks_uri)
                {
                    known.keys = None;
                }
                let kept = Kept::new(provider, now);
                let value = Arc::clone(&kept.value);
                known.provider = Some(kept);
                Ok(value)
            }
            Err(trouble) => match &mut known.provider {
                Some(old) => {
                    old.until = now.plus(RETRY);
                    Ok(Arc::clone(&old.value))
                }
                None => Err(known.fail(now, trouble)),
            },
        }
    }

    /// The provider's keys.
    ///
    /// # Errors
    /// When they cannot be had and never could.
    pub async fn keys(
        &self,
        fetch: &Fetch,
        provider: &Provider,
        now: Millis,
    ) -> Result<Arc<KeySet>, Trouble> {
        let entry = self.entry(&provider.issuer, now);
        if let Some(keys) = entry.fresh_keys(now) {
            return Ok(keys);
        }
        let _flight = entry.flight.lock().await;
        if let Some(keys) = entry.fresh_keys(now) {
            return Ok(keys);
        }
        entry.recent_failure(now)?;
        let answer = discovery::keys(fetch, provider).await;
        let mut known = entry.known();
        match answer {
            Ok(keys) => Ok(known.keep_keys(keys, now)),
            Err(trouble) => match &mut known.keys {
                Some(old) => {
                    old.until = now.plus(RETRY);
                    Ok(Arc::clone(&old.value))
                }
                None => Err(known.fail(now, trouble)),
            },
        }
    }

    /// Newer keys than `seen`, which did not fit a token: fetched, unless somebody just did.
    /// `None` when the last such fetch was less than 30 seconds ago.
    ///
    /// # Errors
    /// When they cannot be had.
    pub async fn newer_keys(
        &self,
        fetch: &Fetch,
        provider: &Provider,
        now: Millis,
        seen: &Arc<KeySet>,
    ) -> Result<Option<Arc<KeySet>>, Trouble> {
        let entry = self.entry(&provider.issuer, now);
        let _flight = entry.flight.lock().await;
        {
            let mut known = entry.known();
            if let Some(kept) = known.keys.as_ref().filter(|kept| !Arc::ptr_eq(&kept.value, seen)) {
                return Ok(Some(Arc::clone(&kept.value)));
            }
            if known.forced_at.is_some_and(|at| (0..FORCED).contains(&now.since(at))) {
                return Ok(None);
            }
            known.forced_at = Some(now);
        }
        let answer = discovery::keys(fetch, provider).await;
        let mut known = entry.known();
        match answer {
            Ok(keys) => Ok(Some(known.keep_keys(keys, now))),
            Err(trouble) => {
                // The keys may have moved: the next sign-in reads the description anew.
                if let Some(provider) = &mut known.provider {
                    provider.until = now.plus(-1);
                }
                Err(trouble)
            }
        }
    }

    fn entry(&self, issuer: &str, now: Millis) -> Arc<Entry> {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(entry) = entries.get(issuer) {
            entry.used_at.store(now.0, Ordering::Relaxed);
            return Arc::clone(entry);
        }
        if entries.len() >= CAPACITY {
            let oldest = entries
                .iter()
                .min_by_key(|(_, entry)| entry.used_at.load(Ordering::Relaxed))
                .map(|(issuer, _)| issuer.clone());
            if let Some(issuer) = oldest {
                entries.remove(&issuer);
            }
        }
        let entry = Arc::new(Entry { used_at: AtomicI64::new(now.0), ..Entry::default() });
        entries.insert(issuer.to_owned(), Arc::clone(&entry));
        entry
    }
}

impl Entry {
    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn fresh_provider(&self, now: Millis) -> Option<Arc<Provider>> {
        self.known().provider.as_ref().and_then(|kept| kept.fresh(now))
    }

    fn fresh_keys(&self, now: Millis) -> Option<Arc<KeySet>> {
        self.known().keys.as_ref().and_then(|kept| kept.fresh(now))
    }

    fn recent_failure(&self, now: Millis) -> Result<(), Trouble> {
        match &self.known().failure {
            // Whoever waited for the one that failed carries a slightly earlier time.
            Some((at, trouble)) if now.since(*at).abs() < FAILURE => Err(trouble.clone()),
            _ => Ok(()),
        }
    }
}

impl Known {
    fn keep_keys(&mut self, keys: KeySet, now: Millis) -> Arc<KeySet> {
        let kept = Kept::new(keys, now);
        let value = Arc::clone(&kept.value);
        self.keys = Some(kept);
        value
    }

    fn fail(&mut self, now: Millis, trouble: Trouble) -> Trouble {
        self.failure = Some((now, trouble.clone()));
        trouble
    }
}

#[cfg(test)]
#[path = "directory_tests.rs"]
mod tests;
