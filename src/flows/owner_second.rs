//! The second step at the owner's door, in the browser the password was typed in.

use super::owner::{Entry, leave_trace, moment, onward_to};
use super::reply::{FlowError, Visitor};
use crate::broker;
use crate::broker::owner::second::{self, Means, Outcome as Shown};
use crate::broker::owner::{Step, passkeys};
use crate::hub::Hub;
use crate::keys::passkey::Party;
use crate::model::code::Code;
use crate::model::secret::Secret;
use crate::store::{StoreError, Tx};

pub use crate::broker::owner::second::{Proof, Shown as Typed, Waiting};

/// What came of a code or a passkey.
pub enum Outcome {
    /// The owner got in.
    In(Box<Entry>),
    /// The last recovery code was used up; a factor has to be added first.
    Enrol(Step),
    /// The drill is passed.
    Drilled,
    /// Neither six digits nor a recovery code, nor an answer of a passkey.
    Malformed,
    /// Not the right code or passkey.
    Wrong,
    /// Not now.
    Wait {
        /// For so long.
        seconds: i64,
    },
    /// The password is asked again.
    Over,
}

/// The step this browser is in, if it still is, and what its owner can go on with.
///
/// # Errors
/// A fault of our own.
pub async fn find(hub: &Hub, token: Option<Secret<String>>) -> Result<Option<Waiting>, FlowError> {
    let Some(token) = token else { return Ok(None) };
    let on = hub.clone();
    let read = move |tx: &Tx<'_>| second::find(tx, moment(&on), &token);
    Ok(hub.store.read::<_, StoreError, _>(read).await?)
}

/// Asks the passkeys of whoever is in the step: what the browser is to hand on to them. `None`
/// when the step is over, or there is no passkey that works here.
///
/// # Errors
/// A fault of our own.
pub async fn ask_passkey(
    hub: &Hub,
    token: Option<Secret<String>>,
) -> Result<Option<String>, FlowError> {
    let (Some(token), Some(party)) = (token, Party::at(&hub.config.public_url)) else {
        return Ok(None);
    };
    let on = hub.clone();
    let write = move |tx: &Tx<'_>| {
        let Some(waiting) = second::find(tx, moment(&on), &token)? else { return Ok(None) };
        passkeys::ask(tx, moment(&on), &party, &waiting.step)
    };
    Ok(hub.store.write::<_, StoreError, _>(write).await?)
}

/// Takes a code, or what a passkey signed.
///
/// # Errors
/// A fault of our own.
pub async fn show(hub: &Hub, visitor: &Visitor, code: Typed) -> Result<Outcome, FlowError> {
    let on = hub.clone();
    let (held, browsers) = (visitor.session_digest(), visitor.browser_digests());
    let shown = hub
        .store
        .write::<_, StoreError, _>(move |tx| {
            let party = Party::at(&on.config.public_url);
            let means = Means { sealer: &on.sealer, party: party.as_ref() };
            let shown = second::show(tx, moment(&on), means, &code)?;
            if matches!(shown, Shown::In(..)) {
                // A browser has one session; what was proved here is word enough.
                broker::session::end_held(tx, held)?;
                on.arrivals.note(&browsers, on.now());
            }
            Ok(shown)
        })
        .await?;
    Ok(match shown {
        Shown::In(entered, onward) => {
            Outcome::In(Box::new(onward_to(hub, visitor, onward, *entered).await?))
        }
        Shown::Enrol(step) => Outcome::Enrol(step),
        Shown::Drilled => Outcome::Drilled,
        Shown::Malformed => Outcome::Malformed,
        Shown::Wrong => {
            leave_trace(hub, Code::OwnerRefused).await?;
            Outcome::Wrong
        }
        Shown::Wait { seconds } => {
            leave_trace(hub, Code::OwnerThrottled).await?;
            Outcome::Wait { seconds }
        }
        Shown::Over => Outcome::Over,
    })
}
