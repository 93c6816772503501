//! The step between a right password and being in: what the organization wants to know.

use std::collections::BTreeMap;

use super::{CHECK, EXPECTED, in_force};
use crate::broker::Moment;
use crate::broker::admit::{self, Admitted, Outcome, Said};
use crate::broker::arrival::{Hop, rightful};
use crate::broker::denied::Denied;
use crate::broker::session::{self, Opening};
use crate::model::answers::Blank;
use crate::model::attempt::{Attempt, Purpose, RightPassword};
use crate::model::check::Checks;
use crate::model::code::Code;
use crate::model::organization::Organization;
use crate::model::secret::{Digest, equal};
use crate::model::session::Method;
use crate::model::time::Millis;
use crate::model::user::User;
use crate::store::{StoreError, Tx, apps, attempts, local, users};

/// Somebody whose password was right.
pub(super) struct Comer {
    pub user: User,
    pub organization: Organization,
    /// When it was typed.
    pub typed_at: Millis,
}

impl Comer {
    /// What they told, now or before; the fields to ask for where that is not all.
    pub fn told(
        &self,
        told: Option<&BTreeMap<String, String>>,
        checks: &mut Checks,
    ) -> Result<BTreeMap<String, String>, Vec<Blank>> {
        let User { profile, answers, .. } = &self.user;
        admit::answered(&self.organization, Said { profile, before: Some(answers) }, told, checks)
    }

    /// Opens their session, of an attempt that is stored.
    pub fn enter(
        self,
        tx: &Tx<'_>,
        moment: Moment<'_>,
        attempt: Attempt,
        answers: &BTreeMap<String, String>,
        held: Option<Digest>,
    ) -> Result<Admitted, StoreError> {
        let Moment { rng, now, limits } = moment;
        let Self { mut user, organization, typed_at } = self;
        users::signed_in(tx, &user.id, &user.profile, now)?;
        admit::keep_answers(tx, &mut user, answers)?;
        let held = session::held(tx, now, limits, held)?;
        let opening = Opening {
            is_new_user: user.last_sign_in_at.is_none(),
            user,
            organization,
            method: Method::Password,
            second_factor: None,
            authenticated_at: typed_at,
            ends_at: None,
            logout_hint: None,
            attempt: Some(attempt.id),
        };
        let (admission, cookie) = session::open_instead(tx, rng, now, limits, opening, held)?;
        Ok(Admitted { admission, cookie, purpose: attempt.purpose })
    }
}

/// Lets somebody in whose password was right in this attempt, once they told what is asked of
/// them: the browser is the one that typed it, and the password, the person, the organization
/// and the app are what they were. Stores the attempt.
///
/// # Errors
/// A database error. The inner `Err` is a refusal that still has to be recorded.
pub fn finish(
    tx: &Tx<'_>,
    moment: Moment<'_>,
    attempt: Attempt,
    hop: &Hop,
) -> Result<Result<Outcome, Denied>, StoreError> {
    let mut checks = match rightful(&attempt, hop) {
        Ok(checks) => checks,
        Err(denied) => return Ok(Err(denied)),
    };
    let password = match attempt.right_password(moment.now) {
        Ok(password) => password,
        Err(code) => return Ok(Err(Denied::ending(code, checks))),
    };
    let Some(comer) = still(tx, moment, &attempt.purpose, password)? else {
        let code = checks.failed(Code::PasswordRefused, CHECK, EXPECTED, "changed meanwhile");
        return Ok(Err(Denied::ending(code, checks)));
    };
    let answers = match comer.told(hop.told.as_ref(), &mut checks) {
        Ok(answers) => answers,
        Err(blanks) => return Ok(Ok(Outcome::Fill(blanks))),
    };
    let mut attempt = match attempt.taken_over(moment.now) {
        Ok(attempt) => attempt,
        Err(code) => return Ok(Err(Denied::ending(code, checks))),
    };
    attempt.checks.extend(checks);
    attempts::save(tx, &attempt)?;
    let admitted = comer.enter(tx, moment, attempt, &answers, hop.session)?;
    Ok(Ok(Outcome::In(Box::new(admitted))))
}

/// Whose password it was, while it still is and may be used for this.
fn still(
    tx: &Tx<'_>,
    moment: Moment<'_>,
    purpose: &Purpose,
    password: &RightPassword,
) -> Result<Option<Comer>, StoreError> {
    let Some(credential) = local::find(tx, &password.user)? else { return Ok(None) };
    let hash = Digest::of(credential.password_hash.as_bytes());
    if !equal(hash.as_bytes(), password.hash.as_bytes()) {
        return Ok(None);
    }
    let app = match purpose.app() {
        Some(app) => match apps::find(tx, app)? {
            Some(app) => Some(app),
            None => return Ok(None),
        },
        None => None,
    };
    let stands = in_force(tx, moment, &credential, app.as_ref())?;
    let typed_at = password.at;
    // An administrator ended their access since: it was typed too early to count.
    let stands =
        stands.filter(|(user, _)| user.access_ended_at.is_none_or(|ended| ended < typed_at));
    Ok(stands.map(|(user, organization)| Comer { user, organization, typed_at }))
}
