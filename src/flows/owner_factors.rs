//! An owner looks at their second factors, adds and removes them, and starts a drill.

use super::owner::{Entry, moment, onward_to};
use super::reply::{FlowError, Visitor};
use crate::broker;
use crate::broker::owner::Came;
use crate::broker::owner::factors::{Brought, Changed, Holder};
use crate::hub::Hub;
use crate::keys::totp::Seed;
use crate::model::audit::{Actor, AuditEvent};
use crate::model::connection::SealedSecret;
use crate::model::drill::{self, Drill};
use crate::model::factor::Factors;
use crate::model::id::AuditId;
use crate::model::passkey::Passkey;
use crate::model::recovery_code::RecoveryCode;
use crate::model::secret::{Digest, Secret};
use crate::store::{StoreError, Tx, audit, drills};

/// The browser at the page.
#[derive(Clone)]
pub struct Browser {
    /// Its session, bindings and address.
    pub visitor: Visitor,
    /// The cookie of a step that waits for a factor.
    pub step: Option<Secret<String>>,
    /// The device cookie.
    pub device: Option<Secret<String>>,
}

impl Browser {
    pub(super) fn brought(&self) -> Brought {
        let step = self.step.as_ref().map(|token| Digest::of(token.expose().as_bytes()));
        Brought { session: self.visitor.session_digest(), step, came: self.came() }
    }

    pub(super) fn came(&self) -> Came {
        Came { address: Some(self.visitor.address), device: self.device.clone(), ..Came::default() }
    }
}

/// What the page shows.
pub struct Overview {
    /// Whose they are.
    pub email: String,
    /// The organization.
    pub organization: String,
    /// What there is.
    pub factors: Factors,
    /// The passkeys, oldest first.
    pub passkeys: Vec<Passkey>,
    /// Whether there has to be one.
    pub needed: bool,
    /// Whether the owner is in, and not only let in to add one.
    pub is_in: bool,
    /// Whole days since this owner last passed a drill.
    pub drilled_days_ago: Option<i64>,
}

/// A code generator or codes, offered.
pub struct Offered<T> {
    /// What is offered.
    pub value: T,
    /// What the page brings back.
    pub sealed: String,
    /// Whose address it is for.
    pub email: String,
}

/// A code generator as a page shows it.
pub struct Generator {
    /// Its secret, in groups of four.
    pub secret: String,
    /// What an app reads: `otpauth://totp/...`.
    pub address: String,
}

impl Generator {
    fn of(hub: &Hub, seed: &Seed, email: &str) -> Self {
        let text = seed.text();
        let letters: Vec<char> = text.expose().chars().collect();
        let groups: Vec<String> = letters.chunks(4).map(|group| group.iter().collect()).collect();
        let url = hub.config.public_url.as_str();
        let host = url.split_once("://").map_or(url, |(_, rest)| rest);
        let address = seed.address(host.split('/').next().unwrap_or(host), email).into_inner();
        Self { secret: groups.join(" "), address }
    }
}

/// What came of a change.
pub enum Done {
    /// It is done.
    Changed,
    /// It is done, and the owner who waited for it is in.
    In(Box<Entry>),
    /// What was typed does not fit; the offer stands.
    Wrong,
    /// The password is asked again.
    Stale,
    /// The last factor of somebody who has to have one stays.
    Needed,
}

/// What is done at the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Offer {
    /// A code generator.
    Totp,
    /// Recovery codes.
    Codes,
}

/// What there is; `None` for whoever has to sign in at the owner's door first.
///
/// # Errors
/// A fault of our own.
pub async fn overview(hub: &Hub, browser: &Browser) -> Result<Option<Overview>, FlowError> {
    let on = hub.clone();
    look(hub, browser, move |tx, holder| {
        let last = drills::last_of_user(tx, &holder.user().id)?;
        Ok(Overview {
            email: email(holder),
            organization: holder.organization().name.clone(),
            factors: holder.factors,
            passkeys: holder.passkeys(tx)?,
            needed: holder.needed,
            is_in: holder.is_in(),
            drilled_days_ago: last.map(|at| drill::days_since(at, on.now())),
        })
    })
    .await
}

/// Offers a code generator: a new one, or the one of an offer before.
///
/// # Errors
/// A fault of our own.
pub async fn totp(
    hub: &Hub,
    browser: &Browser,
    before: Option<String>,
) -> Result<Option<Offered<Generator>>, FlowError> {
    let on = hub.clone();
    let offered = look(hub, browser, move |_, holder| {
        let found = match before.map(SealedSecret) {
            Some(sealed) => {
                holder.offered_seed(on.now(), &on.sealer, &sealed).map(|seed| (seed, sealed))
            }
            None => holder.offer_totp(moment(&on), &on.sealer),
        };
        let email = email(holder);
        Ok(found.map(|(seed, sealed)| Offered {
            value: Generator::of(&on, &seed, &email),
            sealed: sealed.0,
            email,
        }))
    });
    Ok(offered.await?.flatten())
}

/// Offers recovery codes: new ones, or those of an offer before.
///
/// # Errors
/// A fault of our own.
pub async fn codes(
    hub: &Hub,
    browser: &Browser,
    before: Option<String>,
) -> Result<Option<Offered<Vec<RecoveryCode>>>, FlowError> {
    let on = hub.clone();
    let offered = look(hub, browser, move |_, holder| {
        let found = match before.map(SealedSecret) {
            Some(sealed) => {
                holder.offered_codes(on.now(), &on.sealer, &sealed).map(|codes| (codes, sealed))
            }
            None => holder.offer_codes(moment(&on), &on.sealer),
        };
        Ok(found.map(|(value, sealed)| Offered { value, sealed: sealed.0, email: email(holder) }))
    });
    Ok(offered.await?.flatten())
}

/// Takes what was offered, once the owner has shown to hold it.
///
/// # Errors
/// A fault of our own.
pub async fn take(
    hub: &Hub,
    browser: &Browser,
    offer: Offer,
    sealed: String,
    typed: String,
) -> Result<Done, FlowError> {
    let (on, sealed, came) = (hub.clone(), SealedSecret(sealed), browser.came());
    let changed = change(hub, browser, move |tx, holder| {
        let (moment, sealer, brought) = (moment(&on), &on.sealer, (&sealed, typed.as_str()));
        match offer {
            Offer::Totp => holder.take_totp(tx, moment, sealer, brought, &came),
            Offer::Codes => holder.take_codes(tx, moment, sealer, brought, &came),
        }
    });
    done(hub, browser, changed.await?).await
}

/// Takes the code generator away.
///
/// # Errors
/// A fault of our own.
pub async fn remove_totp(hub: &Hub, browser: &Browser) -> Result<Done, FlowError> {
    let on = hub.clone();
    let changed =
        change(hub, browser, move |tx, holder| holder.remove_totp(tx, moment(&on))).await?;
    done(hub, browser, changed).await
}

/// Starts a drill of the owner's organization; gives its token.
///
/// # Errors
/// A fault of our own.
pub async fn start_drill(
    hub: &Hub,
    browser: &Browser,
) -> Result<Option<Secret<String>>, FlowError> {
    let (on, brought) = (hub.clone(), browser.brought());
    let start = move |tx: &Tx<'_>| {
        let now = on.now();
        let holder = Holder::find(tx, moment(&on), &brought)?.filter(Holder::is_in);
        let Some(holder) = holder else { return Ok(None) };
        let (drill, token) = Drill::started(on.rng.as_ref(), now, holder.organization().id.clone());
        drills::insert(tx, &drill, &Digest::of(token.expose().as_bytes()))?;
        let event = AuditEvent {
            id: AuditId::random(on.rng.as_ref()),
            at: now,
            actor: Actor::User { id: holder.user().id.clone() },
            organization: Some(drill.organization.clone()),
            action: "owner.drill_start".to_owned(),
            subject: drill.id.to_string(),
            before: None,
            after: None,
        };
        audit::append(tx, &event)?;
        Ok(Some(token))
    };
    Ok(hub.store.write::<_, StoreError, _>(start).await?)
}

fn email(holder: &Holder) -> String {
    holder.user().profile.email.clone().unwrap_or_default()
}

pub(super) async fn look<T: Send + 'static>(
    hub: &Hub,
    browser: &Browser,
    f: impl FnOnce(&Tx<'_>, &Holder) -> Result<T, StoreError> + Send + 'static,
) -> Result<Option<T>, FlowError> {
    let (on, brought) = (hub.clone(), browser.brought());
    let read = move |tx: &Tx<'_>| match Holder::find(tx, moment(&on), &brought)? {
        Some(holder) => f(tx, &holder).map(Some),
        None => Ok(None),
    };
    Ok(hub.store.read::<_, StoreError, _>(read).await?)
}

pub(super) async fn change(
    hub: &Hub,
    browser: &Browser,
    f: impl FnOnce(&Tx<'_>, Holder) -> Result<Changed, StoreError> + Send + 'static,
) -> Result<Changed, FlowError> {
    let (on, brought) = (hub.clone(), browser.brought());
    let (held, browsers) = (browser.visitor.session_digest(), browser.visitor.browser_digests());
    let write = move |tx: &Tx<'_>| {
        let Some(holder) = Holder::find(tx, moment(&on), &brought)? else {
            return Ok(Changed::Stale);
        };
        let changed = f(tx, holder)?;
        if matches!(changed, Changed::Done(Some(_))) {
            broker::session::end_held(tx, held)?;
            on.arrivals.note(&browsers, on.now());
        }
        Ok(changed)
    };
    Ok(hub.store.write::<_, StoreError, _>(write).await?)
}

pub(super) async fn done(
    hub: &Hub,
    browser: &Browser,
    changed: Changed,
) -> Result<Done, FlowError> {
    Ok(match changed {
        Changed::Done(None) => Done::Changed,
        Changed::Done(Some((entered, onward))) => {
            let entry = onward_to(hub, &browser.visitor, onward, *entered).await?;
            Done::In(Box::new(entry))
        }
        Changed::Wrong => Done::Wrong,
        Changed::Stale => Done::Stale,
        Changed::Needed => Done::Needed,
    })
}
