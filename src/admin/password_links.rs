//! Links through which people who are not owners set their first password, or a new one.

use serde::Serialize;
use utoipa::ToSchema;

use super::error::{AdminError, Conflict};
use super::users::{change, kept};
use super::{Access, Act, NOTHING, organizations};
use crate::hub::Hub;
use crate::model::id::{OrganizationId, UserId};
use crate::model::owner::email_key;
use crate::model::secret::{Digest, random_token};
use crate::model::time::DAY;
use crate::model::user::User;
use crate::store::organizations as rows;
use crate::store::page::cursor;
use crate::store::{Page, headcount, local};

/// A link works so long.
pub const LIFETIME: i64 = DAY;
/// Links made by one call at most.
pub const AT_ONCE: usize = 100;
/// People looked at together, and how often by one call, to find so many who can have one.
const PIECE: i64 = 200;
const PIECES: u32 = 50;

/// A link, shown this once.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PasswordLink {
    /// Whose it is.
    pub user: String,
    /// The e-mail address they will sign in with.
    pub email: String,
    /// Where they set their password, once. Hand it to nobody else.
    pub link: String,
    /// Works until then (RFC 3339).
    pub expires_at: String,
}

/// Links for people who have no way in when their organization's provider is switched off.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PasswordLinks {
    /// The links, at most 100, shown this once.
    pub items: Vec<PasswordLink>,
    /// People who still wait for one: call again, for as long as links come.
    pub remaining: i64,
    /// People without an e-mail address of their own that can be signed in with, for whom there
    /// can be none, as far as was looked.
    pub without_address: i64,
}

/// What the trail keeps of a link.
#[derive(Serialize)]
struct Noted {
    expires_at: String,
}

/// Makes a link for one person. An earlier one ends; the password they have stays until they
/// set another.
///
/// # Errors
/// `NotFound`; `Conflict` for an owner, without an address that can be signed in with, when the
/// address is somebody else's, or when the organization's provider is the only way in.
pub fn create(act: &Act<'_>, id: &UserId) -> Result<PasswordLink, AdminError> {
    let user = kept(act, id)?;
    open(act, &user.organization)?;
    make(act, &user)
}

/// Makes links for people of an organization who have neither a password nor a link in force.
/// Who it is, and how many, is looked up while others write.
///
/// # Errors
/// `NotFound`; `Conflict` when the organization's provider is the only way in.
pub async fn create_for_all(
    hub: Hub,
    access: Access,
    id: OrganizationId,
) -> Result<PasswordLinks, AdminError> {
    let of = id.clone();
    let look = move |act: &Act<'_>| {
        organizations::kept(act, &of)?;
        Waiting::look(act, &of)
    };
    let waiting = super::read(hub.clone(), access.clone(), look).await?;
    let Waiting { people, remaining, without_address } = waiting;
    let of = id;
    let make = move |act: &Act<'_>| {
        open(act, &of)?;
        let mut items = Vec::new();
        for person in people {
            // Meanwhile gone, made an owner, or given a password or a link: by a second call like
            // this one, too, whose links are not to end by this.
            let Some(user) = local::find_linkless(act.tx, &of, act.now, &person)? else { continue };
            match make(act, &user) {
                Ok(link) => items.push(link),
                Err(AdminError::Conflict(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(items)
    };
    // Shown this once: nothing is looked up behind it that could fail.
    let items = super::write(hub, access, make).await?;
    Ok(PasswordLinks { items, remaining, without_address })
}

/// Who is given a link by one call.
struct Waiting {
    people: Vec<UserId>,
    /// How many wait besides.
    remaining: i64,
    /// For how many there can be no link, as far as was looked.
    without_address: i64,
}

impl Waiting {
    fn look(act: &Act<'_>, id: &OrganizationId) -> Result<Self, AdminError> {
        let counted = headcount::without(act.tx, id, act.now)?;
        let (people, remaining) = (Vec::new(), counted.linkless);
        let mut waiting = Self { people, remaining, without_address: counted.unreachable };
        let mut page = Page::first(PIECE);
        for _ in 0..PIECES {
            let piece = local::list_linkless(act.tx, id, act.now, &page)?;
            for user in &piece {
                if waiting.people.len() == AT_ONCE {
                    return Ok(waiting);
                }
                match address(act, user) {
                    Ok(_) => waiting.people.push(user.id.clone()),
                    Err(AdminError::Conflict(_)) => waiting.without_address += 1,
                    Err(error) => return Err(error),
                }
                waiting.remaining -= 1;
            }
            let Some(last) = piece.last() else { break };
            page.after = Some(cursor(last.created_at, last.id.as_str()));
        }
        Ok(waiting)
    }
}

/// Refuses while nobody could use a password.
fn open(act: &Act<'_>, id: &OrganizationId) -> Result<(), AdminError> {
    let organization = rows::find(act.tx, id)?.ok_or(AdminError::NotFound)?;
    if organization.settings.sso_only(act.now) {
        return Err(AdminError::Conflict(Conflict::SsoOnly));
    }
    Ok(())
}

/// The address a person would sign in with.
fn address(act: &Act<'_>, user: &User) -> Result<String, AdminError> {
    let email = user.profile.email.as_deref().unwrap_or_default();
    let Some(key) = email_key(email) else {
        return Err(AdminError::Conflict(Conflict::NoAddress));
    };
    let held = local::find_within(act.tx, &user.organization, &key)?;
    if held.is_some_and(|held| held.user != user.id) {
        return Err(AdminError::Conflict(Conflict::AddressTaken));
    }
    Ok(email.trim().to_owned())
}

fn make(act: &Act<'_>, user: &User) -> Result<PasswordLink, AdminError> {
    if user.owner {
        return Err(AdminError::Conflict(Conflict::IsOwner));
    }
    let email = address(act, user)?;
    let token = random_token(act.hub.rng.as_ref());
    let expires_at = act.now.plus(LIFETIME);
    let digest = Digest::of(token.expose().as_bytes());
    local::insert_link(act.tx, &digest, &user.id, act.now, expires_at)?;
    let noted = Noted { expires_at: expires_at.rfc3339() };
    act.note(&change("user.password_link", user), NOTHING, Some(&noted))?;
    // In the fragment, so that no proxy logs it.
    let link = act.hub.config.public_url.at(&format!("/password#{}", token.expose()));
    Ok(PasswordLink { user: user.id.to_string(), email, link, expires_at: noted.expires_at })
}
