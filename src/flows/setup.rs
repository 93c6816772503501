//! First run: whoever holds the token printed on the terminal becomes the first owner, once.

use std::fs;
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use super::owner::{self, Entry};
use super::reply::FlowError;
use crate::broker::owner::{Details, OwnerError, Wrong, claim};
use crate::hub::Hub;
use crate::keys::password::Passwords;
use crate::model::code::Code;
use crate::model::secret::{Digest, Secret, random_token};
use crate::store::{StoreError, owners};

/// Length of a token: 256 bits in base64url.
const TOKEN: usize = 43;

const NOT_THE_TOKEN: &str = "This is not the token printed in the terminal: paste the part of the printed address after the #";

/// Makes ready for the first run: while there is no owner, a token stands in the data folder
/// and stays the same over restarts. Gives it, to be printed. Afterwards the file goes.
///
/// # Errors
/// A sentence that names the file.
pub async fn prepare(hub: &Hub) -> Result<Option<Secret<String>>, String> {
    let file = file(hub);
    let failed = |error: std::io::Error| format!("{}: {error}", file.display());
    if is_over(hub).await.map_err(|FlowError(code)| format!("the database: {code}"))? {
        remove(&file).map_err(failed)?;
        return Ok(None);
    }
    let token = match read(&file).map_err(failed)? {
        Some(token) => token,
        None => {
            remove(&file).map_err(failed)?;
            let token = random_token(hub.rng.as_ref());
            write(&file, &token).map_err(failed)?;
            token
        }
    };
    // Only the first call counts; a second one would read the same file.
    let _first = hub.setup.set(Digest::of(token.expose().as_bytes()));
    Ok(Some(token))
}

/// Whether set-up is over: there is an owner.
///
/// # Errors
/// A fault of our own.
pub async fn is_over(hub: &Hub) -> Result<bool, FlowError> {
    Ok(hub.store.read::<_, StoreError, _>(owners::exist).await?)
}

/// What was typed on the set-up page.
pub struct Claim {
    /// The one-time token.
    pub token: Secret<String>,
    /// The owner's name.
    pub name: String,
    /// The owner's e-mail address.
    pub email: String,
    /// The password.
    pub password: Secret<String>,
    /// The name of the home organization.
    pub organization: String,
}

/// What came of a claim.
pub enum Claimed {
    /// The first owner, signed in.
    Owner(Box<Entry>),
    /// Fields that cannot be taken, and why.
    Wrong(Vec<(&'static str, String)>),
    /// Somebody was first: there is nothing here any more.
    Over,
}

/// Makes the first owner and the home organization, and signs the owner in. They go on to their
/// recovery codes.
///
/// # Errors
/// A fault of our own.
pub async fn set_up(hub: &Hub, typed: Claim) -> Result<Claimed, FlowError> {
    if is_over(hub).await? {
        return Ok(Claimed::Over);
    }
    // Before anything that costs: a stranger gets no hash computed. What else is wrong is said
    // in the same answer, and tells them only what they typed.
    let known = hub.setup.get();
    let token = known.is_some_and(|d| d.matches(owner::typed_token(&typed.token).as_bytes()));
    let details = match (token, check(&typed)) {
        (true, Ok(details)) => details,
        (true, Err(wrong)) => return Ok(Claimed::Wrong(wrong)),
        (false, checked) => {
            let mut wrong = vec![("token", NOT_THE_TOKEN.to_owned())];
            wrong.extend(checked.err().unwrap_or_default());
            return Ok(Claimed::Wrong(wrong));
        }
    };
    let hash = hub
        .passwords
        .hash(hub.rng.as_ref(), typed.password)
        .await
        .map_err(|error| owner::hashing_failed(&error))?;
    let on = hub.clone();
    let claimed = hub
        .store
        .write(move |tx| {
            let moment = owner::moment(&on);
            claim(tx, moment, &details, &hash)
        })
        .await;
    match claimed {
        Ok(entered) => {
            if let Err(error) = remove(&file(hub)) {
                tracing::warn!(%error, "the file setup-token could not be removed; it is of no use any more");
            }
            Ok(Claimed::Owner(Box::new(Entry::at(hub, entered, "/setup/codes"))))
        }
        Err(OwnerError::SetUp) => Ok(Claimed::Over),
        Err(OwnerError::EmailTaken) => Err(FlowError(Code::Internal)),
        Err(OwnerError::Store(error)) => Err(error.into()),
    }
}

fn check(typed: &Claim) -> Result<Details, Vec<(&'static str, String)>> {
    let said = |(field, text): Wrong| (field, text.to_owned());
    let details = Details::check(&typed.name, &typed.email, &typed.organization)
        .map_err(|wrong| wrong.into_iter().map(said).collect::<Vec<_>>());
    match (details, Passwords::acceptable(typed.password.expose())) {
        (Ok(details), Ok(())) => Ok(details),
        (details, password) => {
            let mut wrong = details.err().unwrap_or_default();
            if let Err(rule) = password {
                wrong.push(("password", owner::said(&rule)));
            }
            Err(wrong)
        }
    }
}

fn file(hub: &Hub) -> PathBuf {
    hub.config.data.join("setup-token")
}

/// The token in the file; `None` when there is none, or one others may have read.
fn read(file: &Path) -> std::io::Result<Option<Secret<String>>> {
    let metadata = match fs::symlink_metadata(file) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        metadata => metadata?,
    };
    if !metadata.is_file() || metadata.permissions().mode() & 0o077 != 0 || metadata.len() > 256 {
        return Ok(None);
    }
    let text = fs::read_to_string(file)?.trim().to_owned();
    Ok((text.len() == TOKEN).then(|| Secret::new(text)))
}

fn write(file: &Path, token: &Secret<String>) -> std::io::Result<()> {
    let mut out = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(file)?;
    out.write_all(token.expose().as_bytes())?;
    out.write_all(b"\n")?;
    out.sync_all()
}

fn remove(file: &Path) -> std::io::Result<()> {
    match fs::remove_file(file) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}
