//! An owner adds a passkey, or takes one away.

use super::{By, Changed, Holder};
use crate::broker::Moment;
use crate::broker::owner::enter::Came;
use crate::broker::owner::passkeys as asked;
use crate::keys::passkey::{self, Party, Person, Refused};
use crate::model::factor::{Factor, Factors};
use crate::model::id::PasskeyId;
use crate::model::passkey::{Credential, MOST, Passkey, Purpose, handle, name};
use crate::model::secret::Digest;
use crate::store::{StoreError, Tx, passkeys};

/// What came of the wish to add a passkey.
pub enum Begun {
    /// The browser may make one.
    Asked {
        /// What it is to hand on to the authenticator.
        options: String,
        /// What the passkey will be called.
        name: String,
    },
    /// The name cannot be one.
    Name,
    /// There is a passkey of this name.
    NameTaken,
    /// There are as many as one owner may have.
    Full,
    /// The password is asked again.
    Stale,
}

impl Holder {
    /// What challenges for this browser are kept under.
    fn holder(&self) -> Digest {
        match &self.by {
            By::Session(id) => Digest::of(format!("passkey in {id}").as_bytes()),
            By::Step(token, _) => *token,
        }
    }

    /// The passkeys, oldest first.
    ///
    /// # Errors
    /// A database error.
    pub fn passkeys(&self, tx: &Tx<'_>) -> Result<Vec<Passkey>, StoreError> {
        passkeys::of(tx, &self.person.user.id)
    }

    /// Asks the browser to have a passkey of this name made.
    ///
    /// # Errors
    /// A database error.
    pub fn begin_passkey(
        &self,
        tx: &Tx<'_>,
        moment: Moment<'_>,
        party: &Party,
        typed: &str,
    ) -> Result<Begun, StoreError> {
        if !self.fresh {
            return Ok(Begun::Stale);
        }
        let Some(name) = name(typed) else { return Ok(Begun::Name) };
        let had = self.passkeys(tx)?;
        if let Some(refused) = no_room(&had, &name) {
            return Ok(refused);
        }
        let user = &self.person.user;
        let (handle, challenge) = (handle(&user.id), passkey::challenge(moment.rng));
        let email = user.profile.email.as_deref().unwrap_or_default();
        let person = Person {
            handle: handle.as_bytes(),
            email,
            name: user.profile.name.as_deref().unwrap_or(email),
        };
        let usable = asked::usable(tx, &user.id)?;
        let Some(options) = party.creation(&challenge, person, &usable) else {
            return Ok(Begun::Stale);
        };
        let kept = (Purpose::Add, challenge.as_slice());
        passkeys::challenge(tx, &self.holder(), &user.id, kept, moment.now)?;
        Ok(Begun::Asked { options, name })
    }

    /// Takes the passkey that was made, in answer to what this browser was asked.
    ///
    /// # Errors
    /// A database error.
    pub fn add_passkey(
        self,
        tx: &Tx<'_>,
        moment: Moment<'_>,
        party: &Party,
        (typed, answer): (&str, &str),
        came: &Came,
    ) -> Result<Changed, StoreError> {
        let challenge = passkeys::take_challenge(tx, &self.holder(), Purpose::Add, moment.now)?;
        let Some(challenge) = challenge else { return Ok(Changed::Stale) };
        let had = self.passkeys(tx)?;
        let Some(name) = name(typed).filter(|name| no_room(&had, name).is_none()) else {
            return Ok(Changed::Wrong);
        };
        let credential = match party.created(&challenge, answer) {
            Ok(made) if passkeys::is_taken(tx, &made.id)? => Err(Refused::Credential),
            other => other,
        };
        match credential {
            Ok(credential) => {
                self.keep(tx, moment, (party, name), credential)?;
                self.added(tx, moment, came, Factor::Passkey)
            }
            Err(refused) => {
                let what = serde_json::json!({ "name": name, "reason": refused.to_string() });
                self.note(tx, moment, "owner.passkey_refused", Some(what))?;
                Ok(Changed::Wrong)
            }
        }
    }

    fn keep(
        &self,
        tx: &Tx<'_>,
        moment: Moment<'_>,
        (party, name): (&Party, String),
        credential: Credential,
    ) -> Result<(), StoreError> {
        let passkey = Passkey {
            id: PasskeyId::random(moment.rng),
            user: self.person.user.id.clone(),
            name,
            credential,
            host: party.host().to_owned(),
            works: true,
            created_at: moment.now,
            used_at: None,
        };
        passkeys::insert(tx, &passkey)?;
        let what = serde_json::json!({ "passkey": passkey.id, "name": passkey.name });
        self.note(tx, moment, "owner.passkey_add", Some(what))
    }

    /// Takes a passkey away.
    ///
    /// # Errors
    /// A database error.
    pub fn remove_passkey(
        self,
        tx: &Tx<'_>,
        moment: Moment<'_>,
        id: &PasskeyId,
    ) -> Result<Changed, StoreError> {
        if !self.fresh || !self.is_in() {
            return Ok(Changed::Stale);
        }
        let found = self.passkeys(tx)?.into_iter().find(|passkey| passkey.id == *id);
        let Some(passkey) = found else { return Ok(Changed::Done(None)) };
        let passkeys = self.factors.passkeys.saturating_sub(u32::from(passkey.works));
        // One of another host is of no use to anybody here.
        if passkey.works && !self.may_keep(&Factors { passkeys, ..self.factors }) {
            return Ok(Changed::Needed);
        }
        passkeys::remove(tx, &passkey.id)?;
        let what = serde_json::json!({ "passkey": passkey.id, "name": passkey.name });
        self.note(tx, moment, "owner.passkey_remove", Some(what))?;
        Ok(Changed::Done(None))
    }
}

fn no_room(had: &[Passkey], name: &str) -> Option<Begun> {
    if had.len() >= usize::from(MOST) {
        return Some(Begun::Full);
    }
    had.iter().any(|passkey| passkey.name == name).then_some(Begun::NameTaken)
}
