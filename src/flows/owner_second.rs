//! The second step at the owner's door, in the browser the password was typed in.

use super::owner::{Entry, leave_trace, moment, onward_to};
use super::reply::{FlowError, Visitor};
use crate::broker;
use crate::broker::owner::Step;
use crate::broker::owner::second::{self, Outcome as Shown};
use crate::hub::Hub;
use crate::model::code::Code;
use crate::model::owner_step::{Kind, OwnerStep};
use crate::model::secret::Secret;
use crate::store::{StoreError, Tx};

pub use crate::broker::owner::second::Shown as Typed;

/// What came of a code.
pub enum Outcome {
    /// The owner got in.
    In(Box<Entry>),
    /// The last recovery code was used up; a factor has to be added first.
    Enrol(Step),
    /// The drill is passed.
    Drilled,
    /// Neither six digits nor a recovery code.
    Malformed,
    /// Not the right code.
    Wrong,
    /// Not now.
    Wait {
        /// For so long.
        seconds: i64,
    },
    /// The password is asked again.
    Over,
}

/// The step this browser is in, if it still is.
///
/// # Errors
/// A fault of our own.
pub async fn find(
    hub: &Hub,
    token: Option<Secret<String>>,
) -> Result<Option<OwnerStep>, FlowError> {
    let Some(token) = token else { return Ok(None) };
    let on = hub.clone();
    let read = move |tx: &Tx<'_>| second::find(tx, moment(&on), &token, Kind::Factor);
    Ok(hub.store.read::<_, StoreError, _>(read).await?)
}

/// Takes a code.
///
/// # Errors
/// A fault of our own.
pub async fn show(hub: &Hub, visitor: &Visitor, code: Typed) -> Result<Outcome, FlowError> {
    let on = hub.clone();
    let (held, browsers) = (visitor.session_digest(), visitor.browser_digests());
    let shown = hub
        .store
        .write::<_, StoreError, _>(move |tx| {
            let shown = second::show(tx, moment(&on), &on.sealer, &code)?;
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
