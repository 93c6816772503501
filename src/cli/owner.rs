//! `doorward owner create|reset`: the way in for whoever has a shell on the host.

use std::io::BufRead;

use clap::{Args, Subcommand};

use super::{Failure, open, print, say};
use crate::broker::Moment;
use crate::broker::owner::{self, Details, OwnerError};
use crate::config::Config;
use crate::keys::password::{self, Passwords};
use crate::model::audit::Actor;
use crate::model::id::OrganizationId;
use crate::model::organization::{LoginPath, Organization};
use crate::model::public_url::PublicUrl;
use crate::model::rng::SystemRng;
use crate::model::secret::Secret;
use crate::model::time::{Clock, SystemClock};
use crate::store::{StoreError, Tx, organizations};

/// More than the longest password takes in UTF-8, with its line end.
const MAX_LINE: u64 = 4 * password::MAX_CHARACTERS as u64 + 2;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Make an owner; prints a one-use link for choosing the password
    Create(Create),
    /// Print a one-use link with which an owner chooses a new password
    Reset(Reset),
}

#[derive(Debug, Args)]
pub(super) struct Create {
    /// The address the owner signs in with
    #[arg(long)]
    email: String,
    /// The owner's name as shown to people [default: the address]
    #[arg(long)]
    name: Option<String>,
    /// For the first owner: the name of your organization, which is made. Later: the login path
    /// or identifier of the organization the owner is for [default: the first one]
    #[arg(long)]
    organization: Option<String>,
    /// Read the password from standard input instead of printing a link
    #[arg(long)]
    password_stdin: bool,
}

#[derive(Debug, Args)]
pub(super) struct Reset {
    /// The address the owner signs in with
    #[arg(long)]
    email: String,
    /// The login path or identifier of the owner's organization, to be sure whom you mean
    #[arg(long)]
    organization: Option<String>,
    /// Remove the owner's second factors, too: code generator, passkeys and recovery codes
    #[arg(long)]
    second_factor: bool,
}

pub(super) fn run(config: &Config, command: Command) -> Result<(), Failure> {
    open::runtime()?.block_on(async {
        match command {
            Command::Create(asked) => create(config, asked).await,
            Command::Reset(asked) => reset(config, asked).await,
        }
    })
}

async fn create(config: &Config, asked: Create) -> Result<(), Failure> {
    let password = match asked.password_stdin {
        true => Some(read_password(std::io::stdin().lock())?),
        false => None,
    };
    let store = open::store(config).await?;
    let hash = match password {
        Some(password) => Some(Passwords::new(1).hash(&SystemRng, password).await?),
        None => None,
    };
    let (moment, config) = (moment(config), config.clone());
    let email = asked.email.clone();
    let made = store.write(move |tx| {
        let (details, organization) = details(tx, &asked)?;
        let (host, of) = (Actor::Host, organization.as_ref());
        owner::create(tx, moment, &host, &details, of, hash.as_deref())?;
        let url = open::public_url(tx, &config)?;
        let link = match &hash {
            None => owner::issue_link(tx, moment, &Actor::Host, details.email())?,
            Some(_) => None,
        };
        Ok::<_, CreateError>((url, link))
    });
    let (url, link) = made.await?;
    match link {
        Some(link) => print_link(&url, &link),
        None => {
            say(&format!("{email} can sign in at {}.", url.at("/owner")));
            Ok(())
        }
    }
}

/// Why no owner was made.
#[derive(Debug, thiserror::Error)]
enum CreateError {
    /// What was given cannot be taken, by option.
    #[error("{0}")]
    Input(String),
    /// The core refused.
    #[error(transparent)]
    Owner(#[from] OwnerError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

fn moment(config: &Config) -> Moment<'static> {
    let limits = config.session_limits();
    Moment { rng: &SystemRng, now: SystemClock.now(), limits }
}

/// What was given, checked. The first owner names the organization that is made; later ones
/// are for one that is there.
fn details(tx: &Tx<'_>, asked: &Create) -> Result<(Details, Option<OrganizationId>), CreateError> {
    let (organization, id) = match (&asked.organization, organizations::home(tx)?) {
        (Some(named), Some(_)) => {
            let found = named_organization(tx, named)?.ok_or_else(|| unknown(named));
            let found = found.map_err(CreateError::Input)?;
            (found.name, Some(found.id))
        }
        (None, Some(home)) => (home.name, Some(home.id)),
        (Some(name), None) => (name.clone(), None),
        (None, None) => {
            let text = "--organization: name your organization; the first owner makes it";
            return Err(CreateError::Input(text.to_owned()));
        }
    };
    let name = asked.name.as_ref().unwrap_or(&asked.email);
    let details = Details::check(name, &asked.email, &organization).map_err(|wrong| {
        let lines: Vec<_> =
            wrong.iter().map(|(field, text)| format!("--{field}: {text}")).collect();
        CreateError::Input(lines.join("; "))
    })?;
    Ok((details, id))
}

/// The organization with this login path or identifier; the first one answers to its name, too.
fn named_organization(tx: &Tx<'_>, named: &str) -> Result<Option<Organization>, StoreError> {
    if let Ok(path) = LoginPath::try_from(named.to_owned())
        && let Some(found) = organizations::find_by_path(tx, &path)?
    {
        return Ok(Some(found));
    }
    if let Some(home) = organizations::home(tx)?.filter(|home| home.name == named) {
        return Ok(Some(home));
    }
    match OrganizationId::try_from(named) {
        Ok(id) => organizations::find(tx, &id),
        Err(_) => Ok(None),
    }
}

fn unknown(named: &str) -> String {
    format!(
        "--organization: there is no organization with the login path or identifier {named}; leave it out for the first one"
    )
}

async fn reset(config: &Config, asked: Reset) -> Result<(), Failure> {
    let store = open::existing(config).await?;
    let (moment, config, email) = (moment(config), config.clone(), asked.email.clone());
    let issued = store.write(move |tx| {
        let url = open::public_url(tx, &config)?;
        if !is_meant(tx, &asked)? {
            return Ok::<_, StoreError>((url, None));
        }
        if asked.second_factor {
            owner::reset_factors(tx, moment, &Actor::Host, &asked.email)?;
        }
        let link = owner::issue_link(tx, moment, &Actor::Host, &asked.email)?;
        Ok((url, link))
    });
    let (url, link) = issued.await?;
    let Some(link) = link else {
        return Err(Failure::Refused(format!(
            "--email: {email} is no owner here; doorward owner create makes one"
        )));
    };
    print_link(&url, &link)
}

/// Whether there is such an owner, in the organization that was named if one was.
fn is_meant(tx: &Tx<'_>, asked: &Reset) -> Result<bool, StoreError> {
    let Some(found) = owner::find(tx, &asked.email)? else { return Ok(false) };
    match &asked.organization {
        None => Ok(true),
        Some(named) => {
            Ok(named_organization(tx, named)?.is_some_and(|named| named.id == found.organization))
        }
    }
}

/// The token stands in the fragment, which browsers send to nobody.
fn print_link(url: &PublicUrl, token: &Secret<String>) -> Result<(), Failure> {
    say("Open this link within an hour to choose the password. It works once:");
    print(&format!("{}#{}", url.at("/owner/link"), token.expose()))
}

/// One line, without its end.
fn read_password(input: impl BufRead) -> Result<Secret<String>, Failure> {
    let wrong = |text: String| Failure::Input(format!("--password-stdin: {text}"));
    let mut line = String::new();
    input.take(MAX_LINE).read_line(&mut line).map_err(|error| wrong(error.to_string()))?;
    let line = line.strip_suffix('\n').unwrap_or(&line);
    let line = line.strip_suffix('\r').unwrap_or(line);
    Passwords::acceptable(line).map_err(|rule| wrong(rule.to_string()))?;
    Ok(Secret::new(line.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_one_line() {
        let long = "ab".repeat(128);
        for (input, expected) in [
            ("correct horse\n", Some("correct horse")),
            ("correct horse\r\nmore", Some("correct horse")),
            (" correct horse ", Some(" correct horse ")),
            ("\ncorrect horse\n", None),
            ("short\n", None),
            ("", None),
            (&long, Some(long.as_str())),
            (&"ab".repeat(1_000), None),
        ] {
            let read = read_password(input.as_bytes()).ok().map(Secret::into_inner);
            assert_eq!(read.as_deref(), expected, "{input:.20}");
        }
    }
}
