//! People by search: whose address or name begins so, in which state. Every piece looks at a
//! bounded number of them, however many there are.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use utoipa::ToSchema;

use super::Act;
use super::error::AdminError;
use super::list::{Listed, MOST, USUAL};
use super::user_item::{UserItem, show, state};
use crate::model::id::{OrganizationId, is_id};
use crate::model::user::User;
use crate::store::users::search::{self, Few, Key, Position, Walk};

/// People looked at for one piece.
const LOOKED_AT: usize = 5_000;
/// Longest cursor that is one of ours.
const CURSOR: usize = 1_000;
/// People read at a time, where not everybody fits.
const AT_A_TIME: i64 = 500;

/// Where a person stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum UserState {
    /// May sign in.
    Active,
    /// Shut out by an administrator.
    Disabled,
    /// Shut out by what their provider said last.
    Inactive,
}

/// Who is looked for. What is absent does not matter.
#[derive(Debug, Clone, Default)]
pub struct Search {
    /// Of this organization.
    pub organization: Option<OrganizationId>,
    /// Whose address or full name begins so, in any case.
    pub query: Option<String>,
    /// In this state.
    pub state: Option<UserState>,
    /// Who have never signed in, or who have.
    pub never_signed_in: Option<bool>,
    /// Items wanted.
    pub limit: Option<i64>,
    /// The `next` of the piece before.
    pub after: Option<String>,
}

/// People within reach: oldest first; with a query by address and then by name. A piece may
/// hold fewer items than wanted, even none, and still not be the last.
///
/// # Errors
/// `NotFound` for an organization out of reach; `Invalid`.
pub fn list(act: &Act<'_>, search: &Search) -> Result<Listed<UserItem>, AdminError> {
    let organization = act.access.narrow(search.organization.as_ref())?;
    let limit = search.limit.unwrap_or(USUAL);
    if !(1..=MOST).contains(&limit) {
        return Err(AdminError::field("limit", format!("give a number from 1 to {MOST}")));
    }
    let walks = walks(search)?;
    let (mut at, mut after) = match &search.after {
        Some(cursor) => read_cursor(&walks, cursor)?,
        None => (0, None),
    };
    let wanted = usize::try_from(limit).unwrap_or(0);
    // One more than wanted tells whether there is a next piece.
    let size = if passes_over(search) { AT_A_TIME } else { limit.saturating_add(1) };
    let (mut items, mut looked) = (Vec::new(), 0);
    while let Some(walk) = walks.get(at) {
        let mut from = after.take().unwrap_or_else(|| walk.start());
        loop {
            let rows = search::walk(act.tx, organization.as_ref(), walk, &from, size)?;
            let full = i64::try_from(rows.len()).is_ok_and(|rows| rows == size);
            looked += rows.len();
            for user in rows {
                let fits = fits(search, walk, &user);
                if fits && items.len() == wanted {
                    return Ok(Listed { items, next: Some(cursor(at, &from)) });
                }
                from = walk.position(&user);
                if fits {
                    items.push(show(act, &user)?);
                }
            }
            if !full {
                break;
            }
            if looked >= LOOKED_AT {
                return Ok(Listed { items, next: Some(cursor(at, &from)) });
            }
        }
        at += 1;
    }
    Ok(Listed { items, next: None })
}

/// The walks a search takes, one after the other.
fn walks(search: &Search) -> Result<Vec<Walk>, AdminError> {
    let Some(query) = &search.query else {
        let few = match (search.state, search.never_signed_in) {
            (_, Some(true)) => Few::Unseen,
            (Some(UserState::Disabled), _) => Few::Disabled,
            (Some(UserState::Inactive), _) => Few::Inactive,
            (Some(UserState::Active) | None, _) => Few::All,
        };
        return Ok(vec![Walk::Created(few)]);
    };
    let prefix = search::key(query);
    if prefix.is_empty() || prefix.contains(char::is_control) {
        let detail = "give the beginning of an e-mail address or of a full name";
        return Err(AdminError::field("q", detail));
    }
    Ok(vec![Walk::Email(prefix.clone()), Walk::Name(prefix)])
}

/// Whether a walk also comes by people who are not looked for.
const fn passes_over(search: &Search) -> bool {
    search.state.is_some() || search.never_signed_in.is_some() || search.query.is_some()
}

fn fits(search: &Search, walk: &Walk, user: &User) -> bool {
    let wanted = match search.state {
        None => true,
        Some(UserState::Active) => state(user) == "active",
        Some(UserState::Disabled) => state(user) == "disabled",
        Some(UserState::Inactive) => state(user) == "inactive",
    };
    let seen = user.last_sign_in_at.is_some();
    let again = match walk {
        // Came already, by the address.
        Walk::Name(prefix) => {
            search::email_key(&user.profile).is_some_and(|email| email.starts_with(prefix))
        }
        Walk::Created(_) | Walk::Email(_) => false,
    };
    wanted && !again && search.never_signed_in.is_none_or(|never| never != seen)
}

/// Names the walk and the place in it. It tells nothing that the piece before did not.
fn cursor(walk: usize, position: &Position) -> String {
    let key = match &position.key {
        Key::Created(at) => at.to_string(),
        Key::Text(text) => text.clone(),
    };
    URL_SAFE_NO_PAD.encode(format!("{walk}.{}.{key}", position.id))
}

fn read_cursor(walks: &[Walk], text: &str) -> Result<(usize, Option<Position>), AdminError> {
    let read = || {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let text = String::from_utf8(bytes).ok()?;
        let mut parts = text.splitn(3, '.');
        let (at, id, key) = (parts.next()?.parse().ok()?, parts.next()?, parts.next()?);
        let key = match walks.get(at)? {
            Walk::Created(_) => Key::Created(key.parse().ok()?),
            Walk::Email(prefix) | Walk::Name(prefix) if key.starts_with(prefix) => {
                Key::Text(key.to_owned())
            }
            Walk::Email(_) | Walk::Name(_) => return None,
        };
        // None yet: the walk has only been reached.
        (id.is_empty() || is_id(id)).then(|| (at, Some(Position { key, id: id.to_owned() })))
    };
    let detail = "give the `next` of the piece before, unchanged, with the same query";
    read().filter(|_| text.len() <= CURSOR).ok_or_else(|| AdminError::field("after", detail))
}
