//! Sealing of secrets at rest: AES-256-GCM with a key that lives beside the database.
//!
//! A sealed text is base64 of: one byte version, 24 random bytes, ciphertext and tag. The
//! first half of the random bytes derives a key of its own for this one value, the second
//! half is its nonce: 192 random bits together, so that no number of logins exhausts what
//! GCM allows under one key with random nonces (2^32, NIST SP 800-38D section 8.3).
//! The purpose is associated data: what was sealed as one thing never opens as another.

use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::config::Config;
use crate::model::capture::Capture;
use crate::model::connection::SealedSecret;
use crate::model::evidence::Evidence;
use crate::model::rng::Rng;
use crate::model::secret::Secret;
use crate::model::tested::Report;
use crate::store::{StoreError, Tx, settings};

const VERSION: u8 = 1;
const SALT: usize = 12;
/// Version, salt and nonce.
const HEAD: usize = 1 + SALT + NONCE_LEN;
const TAG: usize = 16;
/// The setting that shows whether a key is the one this data was sealed with.
const CHECK_SETTING: &str = "key_check";
const CHECK_PURPOSE: &str = "key-check";
/// A key file holds 44 characters; nothing of ours is longer than this.
const MAX_KEY_FILE: u64 = 1_024;

/// Why something could not be sealed or opened.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// The value was sealed with another key, for another purpose, or was changed.
    #[error("a sealed value does not open: it was sealed with another key or for another purpose")]
    Closed,
    /// The whole data folder was sealed with another key.
    #[error(
        "the key is not the one this data was sealed with: put back the doorward.key (or DOORWARD_KEY) that belongs to this data folder"
    )]
    WrongKey,
    /// There is data, but no key.
    #[error(
        "{} is missing, but the data beside it was sealed with it: put it back, or give the key by DOORWARD_KEY or DOORWARD_KEY_FILE",
        .0.display()
    )]
    Missing(PathBuf),
    /// The key file is readable by others.
    #[error(
        "{} is readable by others (mode {mode:04o}): run chmod 600 on it",
        .path.display()
    )]
    Open {
        /// Which file.
        path: PathBuf,
        /// Its mode.
        mode: u32,
    },
    /// The key is not 32 bytes in base64.
    #[error("the key in {0} is not 32 bytes in base64 (44 characters)")]
    Form(String),
    /// The key file could not be read or made.
    #[error("{}: {error}", .path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        error: std::io::Error,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Seals and opens. Cheap to clone.
#[derive(Clone)]
pub struct Sealer {
    key: Arc<hmac::Key>,
}

impl fmt::Debug for Sealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sealer(..)")
    }
}

impl Sealer {
    /// With a key at hand.
    pub fn from_key(key: [u8; 32]) -> Self {
        Self { key: Arc::new(hmac::Key::new(hmac::HMAC_SHA256, &key)) }
    }

    /// With a key as text: 32 bytes in base64. `whence` names the place in the error.
    ///
    /// # Errors
    /// When the text is anything else.
    pub fn from_text(text: &Secret<String>, whence: &str) -> Result<Self, SealError> {
        let bytes = STANDARD.decode(text.expose().trim()).ok();
        bytes
            .and_then(|bytes| <[u8; 32]>::try_from(bytes).ok())
            .map(Self::from_key)
            .ok_or_else(|| SealError::Form(whence.to_owned()))
    }

    /// With the key the configuration names: given as text, else `doorward.key` in the data
    /// folder, which is made unless there is data already.
    ///
    /// # Errors
    /// When there is no usable key.
    pub fn for_config(config: &Config, rng: &dyn Rng) -> Result<Self, SealError> {
        if let Some(text) = &config.key {
            return Self::from_text(text, "DOORWARD_KEY or DOORWARD_KEY_FILE");
        }
        let path = config.data.join("doorward.key");
        // A new key beside old data would only turn a missing file into a riddle.
        if config.data.join("doorward.db").exists() && !path.exists() {
            return Err(SealError::Missing(path));
        }
        Self::open_or_create(&path, rng)
    }

    /// With the key in `key_file`, which is made when it does not exist.
    ///
    /// # Errors
    /// When the file is readable by others, holds no key, or cannot be read or made.
    pub fn open_or_create(key_file: &Path, rng: &dyn Rng) -> Result<Self, SealError> {
        let text = match read_key_file(key_file)? {
            Some(text) => text,
            None => {
                create_key_file(key_file, rng)
                    .map_err(|error| SealError::File { path: key_file.to_owned(), error })?;
                read_key_file(key_file)?.ok_or_else(|| SealError::Missing(key_file.to_owned()))?
            }
        };
        Self::from_text(&text, &key_file.display().to_string())
    }

    /// Seals `plain` for one purpose.
    pub fn seal(&self, rng: &dyn Rng, purpose: &str, plain: &[u8]) -> SealedSecret {
        let mut head = [0u8; HEAD];
        rng.fill(&mut head);
        head[0] = VERSION;
        let mut body = plain.to_vec();
        let sealed = self.cipher(&head).and_then(|(key, nonce)| {
            key.seal_in_place_append_tag(nonce, Aad::from(purpose), &mut body).ok()
        });
        // Only a plaintext of many gigabytes or a broken crypto library gets here; neither
        // may leave a secret unsealed.
        if sealed.is_none() {
            std::process::abort();
        }
        SealedSecret(STANDARD.encode([&head[..], &body].concat()))
    }

    /// Opens what was sealed for the same purpose.
    ///
    /// # Errors
    /// When it was sealed with another key, for another purpose, or was changed.
    pub fn open(&self, purpose: &str, sealed: &SealedSecret) -> Result<Secret<Vec<u8>>, SealError> {
        let mut bytes = STANDARD.decode(&sealed.0).map_err(|_| SealError::Closed)?;
        if bytes.len() < HEAD + TAG || bytes[0] != VERSION {
            return Err(SealError::Closed);
        }
        let (head, body) = bytes.split_at_mut(HEAD);
        let (key, nonce) = self.cipher(head).ok_or(SealError::Closed)?;
        let plain =
            key.open_in_place(nonce, Aad::from(purpose), body).map_err(|_| SealError::Closed)?;
        Ok(Secret::new(plain.to_vec()))
    }

    fn cipher(&self, head: &[u8]) -> Option<(LessSafeKey, Nonce)> {
        let (salt, nonce) = head.split_at(1 + SALT);
        let derived = hmac::sign(&self.key, &[b"doorward seal ", salt].concat());
        let key = UnboundKey::new(&AES_256_GCM, derived.as_ref()).ok()?;
        Some((LessSafeKey::new(key), Nonce::try_assume_unique_for_key(nonce).ok()?))
    }
}

/// What the evidence of an attempt is sealed as.
const EVIDENCE_PURPOSE: &str = "attempt-evidence";

/// Seals what is kept of a provider's answer; `None` when there is nothing to keep.
pub fn seal_evidence(sealer: &Sealer, rng: &dyn Rng, evidence: &Evidence) -> Option<SealedSecret> {
    let plain = serde_json::to_vec(evidence).ok().filter(|_| !evidence.is_empty())?;
    Some(sealer.seal(rng, EVIDENCE_PURPOSE, &plain))
}

/// Opens what was kept of a provider's answer.
///
/// # Errors
/// When it does not open.
pub fn open_evidence(sealer: &Sealer, sealed: &SealedSecret) -> Result<Evidence, SealError> {
    let plain = sealer.open(EVIDENCE_PURPOSE, sealed)?;
    serde_json::from_slice(plain.expose()).map_err(|_| SealError::Closed)
}

/// What a captured message is sealed as.
const CAPTURE_PURPOSE: &str = "attempt-capture";

/// Seals a message that is kept whole.
///
/// # Errors
/// `Closed` when it cannot be written down.
pub fn seal_capture(
    sealer: &Sealer,
    rng: &dyn Rng,
    capture: &Capture,
) -> Result<SealedSecret, SealError> {
    let plain = serde_json::to_vec(capture).map_err(|_| SealError::Closed)?;
    Ok(sealer.seal(rng, CAPTURE_PURPOSE, &plain))
}

/// Opens a message that was kept whole.
///
/// # Errors
/// When it does not open.
pub fn open_capture(sealer: &Sealer, sealed: &SealedSecret) -> Result<Capture, SealError> {
    let plain = sealer.open(CAPTURE_PURPOSE, sealed)?;
    serde_json::from_slice(plain.expose()).map_err(|_| SealError::Closed)
}

/// What the report of a test sign-in is sealed as.
const REPORT_PURPOSE: &str = "test-report";

/// Seals what a test sign-in found out.
///
/// # Errors
/// `Closed` when it cannot be written down.
pub fn seal_report(
    sealer: &Sealer,
    rng: &dyn Rng,
    report: &Report,
) -> Result<SealedSecret, SealError> {
    let plain = serde_json::to_vec(report).map_err(|_| SealError::Closed)?;
    Ok(sealer.seal(rng, REPORT_PURPOSE, &plain))
}

/// Opens what a test sign-in found out.
///
/// # Errors
/// When it does not open.
pub fn open_report(sealer: &Sealer, sealed: &SealedSecret) -> Result<Report, SealError> {
    let plain = sealer.open(REPORT_PURPOSE, sealed)?;
    serde_json::from_slice(plain.expose()).map_err(|_| SealError::Closed)
}

/// Checks that this data was sealed with this key; the first time, remembers the key.
///
/// # Errors
/// `WrongKey` when it was not; an error of the store.
pub fn verify_key(tx: &Tx<'_>, sealer: &Sealer, rng: &dyn Rng) -> Result<(), SealError> {
    match settings::find(tx, CHECK_SETTING)? {
        Some(sealed) => sealer
            .open(CHECK_PURPOSE, &SealedSecret(sealed))
            .map(|_| ())
            .map_err(|_| SealError::WrongKey),
        None => {
            let sealed = sealer.seal(rng, CHECK_PURPOSE, b"doorward");
            Ok(settings::set(tx, CHECK_SETTING, &sealed.0)?)
        }
    }
}

fn read_key_file(path: &Path) -> Result<Option<Secret<String>>, SealError> {
    let failed = |error| SealError::File { path: path.to_owned(), error };
    let file = match File::open(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        opened => opened.map_err(failed)?,
    };
    // Of the open file, so that nobody swaps it in between.
    let mode = file.metadata().map_err(failed)?.permissions().mode() & 0o7777;
    if mode & 0o077 != 0 {
        return Err(SealError::Open { path: path.to_owned(), mode });
    }
    let mut text = String::new();
    file.take(MAX_KEY_FILE).read_to_string(&mut text).map_err(failed)?;
    Ok(Some(Secret::new(text)))
}

/// Writes a new key so that the file is there whole or not at all, and never replaces one
/// that another process made in the meantime.
fn create_key_file(path: &Path, rng: &dyn Rng) -> std::io::Result<()> {
    let mut key = [0u8; 32];
    rng.fill(&mut key);
    let part = path.with_extension(format!("key.{}", std::process::id()));
    let written = (|| {
        let mut file =
            OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&part)?;
        writeln!(file, "{}", STANDARD.encode(key))?;
        file.sync_all()?;
        match fs::hard_link(&part, path) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
            // Some file systems have no links; there the last rename wins.
            Err(_) => fs::rename(&part, path),
            Ok(()) => Ok(()),
        }?;
        path.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all())
    })();
    // Gone already when it was renamed.
    let _ = fs::remove_file(&part);
    written
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::rng::SystemRng;

    #[test]
    fn opens_for_the_same_key_and_purpose_only() {
        let sealer = Sealer::from_key([1; 32]);
        let sealed = sealer.seal(&SystemRng, "a", b"hunter2");
        assert_eq!(sealer.open("a", &sealed).unwrap().expose(), b"hunter2");
        assert!(matches!(sealer.open("b", &sealed), Err(SealError::Closed)));
        assert!(matches!(Sealer::from_key([2; 32]).open("a", &sealed), Err(SealError::Closed)));
        assert_ne!(sealer.seal(&SystemRng, "a", b"hunter2"), sealed);
        assert!(!format!("{sealer:?}{sealed:?}").contains("hunter2"));
    }

    #[test]
    fn every_changed_byte_is_noticed() {
        let sealer = Sealer::from_key([1; 32]);
        let bytes = STANDARD.decode(sealer.seal(&SystemRng, "a", b"x").0).unwrap();
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            let changed = SealedSecret(STANDARD.encode(changed));
            assert!(sealer.open("a", &changed).is_err(), "byte {at}");
        }
        for cut in 0..bytes.len() {
            let cut = SealedSecret(STANDARD.encode(&bytes[..cut]));
            assert!(sealer.open("a", &cut).is_err());
        }
        assert!(sealer.open("a", &SealedSecret("?".to_owned())).is_err());
    }

    #[test]
    fn the_key_file_is_made_once_and_kept_private() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("doorward.key");
        let first = Sealer::open_or_create(&path, &SystemRng).unwrap();
        let mode = fs::metadata(&path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600);
        let sealed = first.seal(&SystemRng, "a", b"x");
        let again = Sealer::open_or_create(&path, &SystemRng).unwrap();
        assert_eq!(again.open("a", &sealed).unwrap().expose(), b"x");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "no part is left behind");
    }

    #[test]
    fn a_key_file_others_can_read_is_refused_by_name_and_mode() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("doorward.key");
        Sealer::open_or_create(&path, &SystemRng).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        let error = Sealer::open_or_create(&path, &SystemRng).unwrap_err().to_string();
        assert!(error.contains("doorward.key") && error.contains("0640"), "{error}");
    }

    #[test]
    fn keys_that_are_none_are_refused_without_being_shown() {
        for text in ["", "short", &"A".repeat(44), &STANDARD.encode([1; 31])] {
            let error = Sealer::from_text(&Secret::new(text.to_owned()), "DOORWARD_KEY");
            let error = error.unwrap_err().to_string();
            assert!(error.contains("DOORWARD_KEY"));
            assert!(text.is_empty() || !error.contains(text));
        }
        let sound = Secret::new(format!("{}\n", STANDARD.encode([1; 32])));
        assert!(Sealer::from_text(&sound, "x").is_ok());
    }
}
