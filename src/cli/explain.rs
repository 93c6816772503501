//! `doorward explain`: what is wrong with an answer of an identity provider, on the host, with
//! the server running or stopped. Nobody is signed in by it.

use std::fmt::Write as _;
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::{Args, ValueEnum};

use super::{Failure, open, print};
use crate::admin::AdminError;
use crate::admin::explain::{self, ExplainError, Explanation};
use crate::admin::replay::Which;
use crate::config::Config;
use crate::hub::Hub;
use crate::keys::ring::Ring;
use crate::keys::seal::Sealer;
use crate::model::rng::SystemRng;
use crate::model::time::{Clock, Millis, SystemClock};
use crate::store::StoreError;

#[derive(Debug, Args)]
pub(super) struct Explain {
    /// A file with a SAML response (XML, base64, or the form body SAMLResponse=...) or an ID
    /// token (by itself, or in the JSON answer of a token endpoint)
    #[arg(required_unless_present = "attempt", conflicts_with = "attempt")]
    file: Option<PathBuf>,
    /// The id of the connection that judges it
    #[arg(
        long,
        value_name = "ID",
        required_unless_present = "attempt",
        conflicts_with = "attempt"
    )]
    connection: Option<String>,
    /// The reference of an attempt whose message was captured, instead of a file
    #[arg(long, value_name = "REFERENCE")]
    attempt: Option<String>,
    /// Judge with the draft or with what is live [default: live, or the draft where none is]
    #[arg(long)]
    revision: Option<Revision>,
    /// Judge as of this moment, such as 2026-11-21T09:30:00Z [default: now]
    #[arg(long, value_name = "RFC3339", conflicts_with = "attempt")]
    at: Option<String>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Revision {
    /// What is being prepared
    Draft,
    /// What people sign in through
    Live,
}

impl From<Revision> for Which {
    fn from(revision: Revision) -> Self {
        match revision {
            Revision::Draft => Self::Draft,
            Revision::Live => Self::Live,
        }
    }
}

pub(super) fn run(config: &Config, asked: &Explain) -> Result<(), Failure> {
    let at = match asked.at.as_deref().map(|text| Millis::parse_rfc3339(text).ok_or(())) {
        None => SystemClock.now(),
        Some(Ok(at)) => at,
        Some(Err(())) => {
            let text = "--at: give a moment with its zone, such as 2026-11-21T09:30:00Z";
            return Err(Failure::Input(text.to_owned()));
        }
    };
    let bytes = asked.file.as_deref().map(read).transpose()?;
    let found = open::runtime().map_err(unjudged)?.block_on(async {
        let hub = hub(config).await?;
        let which = asked.revision.map(Which::from);
        let explained = match (&asked.attempt, bytes, &asked.connection) {
            (Some(reference), ..) => {
                explain::attempt(&hub, reference, which.unwrap_or(Which::Live)).await
            }
            (None, Some(bytes), Some(connection)) => {
                explain::file(&hub, connection, which, &bytes, at).await
            }
            _ => Err(ExplainError::Input("give a FILE with --connection, or --attempt".to_owned())),
        };
        explained.map_err(failure)
    });
    let found = found.map_err(unjudged)?;
    print(text(&found).trim_end()).map_err(unjudged)?;
    match found.judged.code {
        None => Ok(()),
        Some(code) => Err(Failure::Refused(format!("refused: {code}"))),
    }
}

/// Only an answer that was judged and refused ends as refused: a script asks by the exit code.
fn unjudged(failure: Failure) -> Failure {
    match failure {
        Failure::Input(text) | Failure::Refused(text) => Failure::Input(text),
    }
}

/// As much of the house as judging takes: no lock, no signing keys.
async fn hub(config: &Config) -> Result<Hub, Failure> {
    let store = open::existing(config).await?;
    let sealer = Sealer::for_config(config, &SystemRng)?;
    let mut config = config.clone();
    let told = config.clone();
    let url = store.read::<_, StoreError, _>(move |tx| open::public_url(tx, &told));
    config.public_url = url.await?;
    let handles = (Arc::new(SystemClock) as _, Arc::new(SystemRng) as _);
    Hub::of(config, handles, store, sealer, Ring::none()).map_err(Failure::Refused)
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let wrong = |error: std::io::Error| Failure::Input(format!("{}: {error}", path.display()));
    let mut bytes = Vec::new();
    // One more than is read, so that a longer one is noticed.
    let most = u64::try_from(explain::LONGEST).unwrap_or(u64::MAX).saturating_add(1);
    File::open(path).map_err(wrong)?.take(most).read_to_end(&mut bytes).map_err(wrong)?;
    Ok(bytes)
}

fn failure(error: ExplainError) -> Failure {
    match error {
        ExplainError::Input(text) => Failure::Input(text),
        // Another try with the same input cannot work before the connection was changed.
        ExplainError::Admin(AdminError::Conflict(conflict)) => Failure::Input(conflict.detail()),
        ExplainError::Admin(error) => Failure::Refused(error.to_string()),
    }
}

/// The whole story, check by check.
fn text(found: &Explanation) -> String {
    let mut out = String::new();
    // Writing into a text never fails.
    let _ = draw(&mut out, found);
    out
}

fn draw(out: &mut String, found: &Explanation) -> std::fmt::Result {
    let judged = &found.judged;
    writeln!(
        out,
        "connection  {}, {} revision",
        found.connection,
        judged.judged_with.revision.as_str()
    )?;
    writeln!(out, "judged as of {}", judged.judged_as_of)?;
    writeln!(out)?;
    for check in &judged.checks {
        let verdict = if check.verdict == "failed" { "FAILED" } else { check.verdict };
        writeln!(out, "{verdict:<7} {}", check.name)?;
        writeln!(out, "          expected    {}", check.expected)?;
        writeln!(out, "          received    {}", check.received)?;
        if let Some(difference) = &check.difference {
            let (at, sentence) = (difference.position, &difference.sentence);
            writeln!(out, "          difference  at character {at}: {sentence}")?;
        }
        if let Some(known) = &check.explanation {
            writeln!(out, "          {}  {} {}", known.code, known.meaning, known.action)?;
        }
    }
    writeln!(out)?;
    match judged.code {
        None => writeln!(out, "passes")?,
        Some(code) => writeln!(out, "refused: {code}")?,
    }
    if let Some(happened) = found.happened {
        writeln!(out, "{happened}")?;
    }
    if let Some((from, until)) = &found.in_time {
        writeln!(out, "By its provider's clock it holds from {from} until {until}.")?;
        writeln!(out, "To judge it as of then: --at {from}")?;
    }
    advise(out, found)
}

fn advise(out: &mut String, found: &Explanation) -> std::fmt::Result {
    let Some(advice) = &found.advice else { return Ok(()) };
    writeln!(out)?;
    if let Some(field) = &advice.field {
        let path: Vec<&str> = field.at.iter().map(String::as_str).chain([field.label]).collect();
        writeln!(out, "What to look at in the console of {}: {}", advice.name, path.join(" > "))?;
        if let Some(value) = &advice.value {
            writeln!(out, "There belongs: {value}")?;
        }
        if let Some(name) = advice.draft_field {
            writeln!(out, "Its value belongs into the connection's draft, as {name}")?;
        }
        for more in [field.choose, field.note].into_iter().flatten() {
            writeln!(out, "{more}")?;
        }
    }
    for mistake in &advice.mistakes {
        writeln!(out, "- {} {}", mistake.cause, mistake.change)?;
    }
    Ok(())
}
