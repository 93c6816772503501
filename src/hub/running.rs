//! What an administrator may change while the server runs: read at the start, and again when it
//! was changed.

use std::sync::{Arc, PoisonError, RwLock};

use crate::config::Config;
use crate::model::session::Limits;
use crate::model::settings::{Fixed, SIGNING_KEY_DAYS, Settings};
use crate::model::time::{Millis, SECOND};
use crate::store::{Store, StoreError, Tx, settings};

/// The settings that hold now. Cheap to clone; all clones see the same.
#[derive(Debug, Clone)]
pub struct Running {
    config: Arc<Config>,
    now: Arc<RwLock<Settings>>,
}

impl Running {
    /// What the server was started with, and nothing an administrator chose.
    pub fn of(config: Arc<Config>) -> Self {
        let now = Settings {
            limits: config.session_limits(),
            attempt_retention: config.attempt_retention,
            signing_key_days: SIGNING_KEY_DAYS,
            version: 0,
        };
        Self { config, now: Arc::new(RwLock::new(now)) }
    }

    /// The settings that hold now.
    pub fn settings(&self) -> Settings {
        *self.now.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes over what was written; an older word never replaces a newer one.
    pub fn replace(&self, written: Settings) {
        let mut kept = self.now.write().unwrap_or_else(PoisonError::into_inner);
        if written.version > kept.version {
            *kept = written;
        }
    }

    /// Takes over the settings as they are written.
    ///
    /// # Errors
    /// A database error.
    pub async fn reread(&self, store: &Store) -> Result<(), StoreError> {
        let own = self.clone();
        self.replace(store.read(move |tx| own.written(tx)).await?);
        Ok(())
    }

    /// The settings as they are written: what was told at start, else what an administrator
    /// chose, else the default. A session never idles longer than it lasts, whichever of the two
    /// was told.
    ///
    /// # Errors
    /// A database error.
    pub fn written(&self, tx: &Tx<'_>) -> Result<Settings, StoreError> {
        let chosen = |fixed: Fixed, name: &str, otherwise: i64| {
            if self.config.fixed.contains(&fixed) {
                return Ok(otherwise);
            }
            let seconds = settings::number(tx, name)?;
            Ok::<_, StoreError>(seconds.map_or(otherwise, |seconds| seconds.saturating_mul(SECOND)))
        };
        let Limits { absolute, idle, seen_since } = self.config.session_limits();
        let absolute =
            chosen(Fixed::SessionAbsolute, settings::SESSION_ABSOLUTE_SECONDS, absolute)?;
        let idle = chosen(Fixed::SessionIdle, settings::SESSION_IDLE_SECONDS, idle)?;
        Ok(Settings {
            limits: Limits {
                absolute,
                idle: idle.min(absolute),
                seen_since: settings::number(tx, settings::SESSIONS_SEEN_SINCE)?
                    .map_or(seen_since, Millis),
            },
            attempt_retention: chosen(
                Fixed::AttemptRetention,
                settings::ATTEMPT_RETENTION_SECONDS,
                self.config.attempt_retention,
            )?,
            signing_key_days: settings::number(tx, settings::SIGNING_KEY_DAYS)?
                .unwrap_or(SIGNING_KEY_DAYS),
            version: settings::number(tx, settings::VERSION)?.unwrap_or(1),
        })
    }
}
