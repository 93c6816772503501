//! Apps: the relying parties of ours. All of it is for the installation's administrators.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::error::{AdminError, Conflict};
use super::input::{Expected, Problems, nullable};
use super::list::{List, Listed};
use super::{Act, Change, NOTHING, organizations};
use crate::model::app::{
    App, AppSettings, RedirectUri, SigningAlgorithm, check_backchannel_logout_uri,
};
use crate::model::id::{AppId, OrganizationId, RoleId};
use crate::model::secret::{Digest, Secret, random_token};
use crate::store::apps;

pub mod mismatches;
mod rules;

/// Most addresses, and most organizations, one app lists.
const MOST: usize = 100;

/// An app to be made.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewApp {
    /// Its name as shown to people.
    pub name: String,
    /// Where answers may go, compared exactly (but for the port of 127.0.0.1 and [::1]):
    /// https, an app's own scheme such as `com.example.app:/`, or http on the person's own
    /// machine (localhost, 127.0.0.1, [::1]). Without one nobody can sign in through it yet.
    #[serde(default)]
    pub redirect_uris: Vec<String>,
    /// Where people may land after signing out; as `redirect_uris`.
    #[serde(default)]
    pub post_logout_redirect_uris: Vec<String>,
    /// Organizations whose people may use it; empty means every one.
    #[serde(default)]
    pub organizations: Vec<String>,
    /// How its ID tokens are signed: `RS256` (default), `ES256` or `EdDSA`.
    #[serde(default)]
    pub signing_algorithm: Option<String>,
    /// Whether it receives `groups`.
    #[serde(default)]
    pub groups_claim: bool,
    /// Whether it receives `roles`.
    #[serde(default)]
    pub roles_claim: bool,
    /// People with one of these roles may use it; empty means everyone. `owner` and `admin`
    /// stand for those of any organization.
    #[serde(default)]
    pub allowed_roles: Vec<String>,
    /// People who signed in through one of these connections may use it; empty means all.
    #[serde(default)]
    pub allowed_connections: Vec<String>,
    /// A client that can keep no secret, such as a native app; it gets none.
    #[serde(default)]
    pub public: bool,
    /// Where it begins a sign-in when it is told to (OpenID Connect Core section 4): https, or
    /// http on the person's own machine. Tiles and bookmarks need it to lead into the app.
    #[serde(default)]
    pub initiate_login_uri: Option<String>,
}

/// A change to an app. What is absent stays.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AppPatch {
    /// Its name as shown to people.
    #[serde(default)]
    pub name: Option<String>,
    /// Where answers may go, compared exactly (but for the port of 127.0.0.1 and [::1]):
    /// https, an app's own scheme such as `com.example.app:/`, or http on the person's own
    /// machine (localhost, 127.0.0.1, [::1]). Without one nobody can sign in through it yet.
    #[serde(default)]
    pub redirect_uris: Option<Vec<String>>,
    /// Where people may land after signing out; as `redirect_uris`.
    #[serde(default)]
    pub post_logout_redirect_uris: Option<Vec<String>>,
    /// Organizations whose people may use it; empty means every one.
    #[serde(default)]
    pub organizations: Option<Vec<String>>,
    /// How its ID tokens are signed: `RS256`, `ES256` or `EdDSA`.
    #[serde(default)]
    pub signing_algorithm: Option<String>,
    /// Whether it receives `groups`.
    #[serde(default)]
    pub groups_claim: Option<bool>,
    /// Where it is told that a session ended (OpenID Connect Back-Channel Logout 1.0): https,
    /// or http on this server's own machine; null takes it away. For sessions in which it is
    /// given a code from then on.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>)]
    pub backchannel_logout_uri: Option<Option<String>>,
    /// Whether it receives `roles`.
    #[serde(default)]
    pub roles_claim: Option<bool>,
    /// People with one of these roles may use it; empty means everyone. `owner` and `admin`
    /// stand for those of any organization. Counts at once, for whoever is signed in, too.
    #[serde(default)]
    pub allowed_roles: Option<Vec<String>>,
    /// People who signed in through one of these connections may use it; empty means all.
    /// Counts at once, for whoever is signed in, too.
    #[serde(default)]
    pub allowed_connections: Option<Vec<String>>,
    /// Refuse it on every path.
    #[serde(default)]
    pub disabled: Option<bool>,
    /// Where it begins a sign-in when it is told to; null removes it.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>)]
    pub initiate_login_uri: Option<Option<String>>,
}

/// An app.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AppItem {
    /// Its identifier.
    pub id: String,
    /// The same, under the name OAuth gives it.
    pub client_id: String,
    /// Its name as shown to people.
    pub name: String,
    /// Where answers may go.
    pub redirect_uris: Vec<String>,
    /// Where people may land after signing out.
    pub post_logout_redirect_uris: Vec<String>,
    /// Organizations whose people may use it; empty means every one.
    pub organizations: Vec<String>,
    /// How its ID tokens are signed.
    #[schema(example = "RS256")]
    pub signing_algorithm: &'static str,
    /// Whether it receives `groups`.
    pub groups_claim: bool,
    /// Whether it receives `roles`.
    pub roles_claim: bool,
    /// People with one of these roles may use it; empty means everyone.
    pub allowed_roles: Vec<String>,
    /// People who signed in through one of these connections may use it; empty means all.
    pub allowed_connections: Vec<String>,
    /// Whether it has no secret.
    pub public: bool,
    /// Where it begins a sign-in when it is told to (OpenID Connect Core section 4).
    pub initiate_login_uri: Option<String>,
    /// What it lacks before anybody can sign in through it: `redirect_uris`, or nothing.
    pub missing: Vec<&'static str>,
    /// Where it is told that a session ended; null when it cannot be told.
    pub backchannel_logout_uri: Option<String>,
    /// Refused on every path.
    pub disabled: bool,
    /// When it was made (RFC 3339).
    pub created_at: String,
    /// Counts edits; the ETag.
    pub version: i64,
}

/// An app with a new secret, which is shown this once.
#[derive(Clone, Serialize, ToSchema)]
pub struct AppWithSecret {
    /// The app.
    #[serde(flatten)]
    pub item: AppItem,
    /// Its client secret; absent for a public app.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_secret: Option<String>,
}

/// Makes an app.
///
/// # Errors
/// `Invalid`, `Forbidden`.
pub fn create(act: &Act<'_>, new: &NewApp) -> Result<AppWithSecret, AdminError> {
    act.access.installation()?;
    let mut problems = Problems::default();
    let secret = (!new.public).then(|| random_token(act.hub.rng.as_ref()));
    let algorithm = new.signing_algorithm.as_deref();
    let after = "post_logout_redirect_uris";
    let app = App {
        id: AppId::random(act.hub.rng.as_ref()),
        name: problems.name("name", &new.name),
        secret: secret.as_ref().map(|secret| Digest::of(secret.expose().as_bytes())),
        redirect_uris: addresses(&mut problems, "redirect_uris", &new.redirect_uris),
        post_logout_redirect_uris: addresses(&mut problems, after, &new.post_logout_redirect_uris),
        organizations: members(act, &mut problems, &new.organizations)?,
        signing_algorithm: algorithm
            .map_or(SigningAlgorithm::RS256, |text| signing(&mut problems, text)),
        groups_claim: new.groups_claim,
        settings: AppSettings {
            initiate_login_uri: begins(&mut problems, new.initiate_login_uri.as_deref()),
            roles_claim: new.roles_claim,
            allowed_roles: rules::roles(act, &mut problems, &new.allowed_roles)?,
            allowed_connections: rules::connections(act, &mut problems, &new.allowed_connections)?,
            ..AppSettings::default()
        },
        disabled: false,
        created_at: act.now,
        version: 1,
    };
    problems.done()?;
    apps::insert(act.tx, &app)?;
    let item = show(&app);
    act.note(&change("app.create", &app.id), NOTHING, Some(&item))?;
    Ok(AppWithSecret { item, client_secret: secret.map(Secret::into_inner) })
}

/// One app.
///
/// # Errors
/// `NotFound`, `Forbidden`.
pub fn load(act: &Act<'_>, id: &AppId) -> Result<AppItem, AdminError> {
    Ok(show(&kept(act, id)?))
}

/// The apps, oldest first.
///
/// # Errors
/// `Forbidden`.
pub fn list(act: &Act<'_>, list: &List) -> Result<Listed<AppItem>, AdminError> {
    act.access.installation()?;
    list.read(
        |page| apps::list(act.tx, page),
        |row| (row.created_at, row.id.as_str()),
        |row| Ok(show(&row)),
    )
}

/// Changes an app.
///
/// # Errors
/// `NotFound`, `Stale`, `Invalid`, `Forbidden`.
pub fn update(
    act: &Act<'_>,
    id: &AppId,
    expected: Expected,
    patch: &AppPatch,
) -> Result<AppItem, AdminError> {
    let current = kept(act, id)?;
    expected.check(current.version)?;
    let mut next = patched(act, &current, patch)?;
    if !apps::update(act.tx, &next)? {
        return Err(AdminError::Stale);
    }
    next.version += 1;
    let item = show(&next);
    act.note(&change("app.update", id), Some(&show(&current)), Some(&item))?;
    Ok(item)
}

/// Gives an app a new secret; the one before stops working at once.
///
/// # Errors
/// `NotFound`, `Stale`, `Forbidden`; `Conflict` for a public app.
pub fn rotate_secret(
    act: &Act<'_>,
    id: &AppId,
    expected: Expected,
) -> Result<AppWithSecret, AdminError> {
    let current = kept(act, id)?;
    expected.check(current.version)?;
    if current.secret.is_none() {
        return Err(AdminError::Conflict(Conflict::PublicApp));
    }
    let secret = random_token(act.hub.rng.as_ref());
    apps::set_secret(act.tx, id, &Digest::of(secret.expose().as_bytes()))?;
    let item = show(&kept(act, id)?);
    act.note(&change("app.rotate_secret", id), Some(&show(&current)), Some(&item))?;
    Ok(AppWithSecret { item, client_secret: Some(secret.into_inner()) })
}

/// Removes an app with its codes and access tokens.
///
/// # Errors
/// `NotFound`, `Stale`, `Forbidden`.
pub fn delete(act: &Act<'_>, id: &AppId, expected: Expected) -> Result<(), AdminError> {
    let current = kept(act, id)?;
    expected.check(current.version)?;
    apps::delete(act.tx, id)?;
    act.note(&change("app.delete", id), Some(&show(&current)), NOTHING)
}

fn kept(act: &Act<'_>, id: &AppId) -> Result<App, AdminError> {
    act.access.installation()?;
    apps::find(act.tx, id)?.ok_or(AdminError::NotFound)
}

fn patched(act: &Act<'_>, current: &App, patch: &AppPatch) -> Result<App, AdminError> {
    let mut next = current.clone();
    let mut problems = Problems::default();
    if let Some(name) = &patch.name {
        next.name = problems.name("name", name);
    }
    if let Some(list) = &patch.redirect_uris {
        next.redirect_uris = addresses(&mut problems, "redirect_uris", list);
    }
    if let Some(list) = &patch.post_logout_redirect_uris {
        next.post_logout_redirect_uris =
            addresses(&mut problems, "post_logout_redirect_uris", list);
    }
    if let Some(list) = &patch.organizations {
        next.organizations = members(act, &mut problems, list)?;
    }
    if let Some(text) = &patch.signing_algorithm {
        next.signing_algorithm = signing(&mut problems, text);
    }
    if let Some(text) = &patch.initiate_login_uri {
        next.settings.initiate_login_uri = begins(&mut problems, text.as_deref());
    }
    next.groups_claim = patch.groups_claim.unwrap_or(next.groups_claim);
    if let Some(uri) = &patch.backchannel_logout_uri {
        if let Some(Err(detail)) = uri.as_deref().map(check_backchannel_logout_uri) {
            problems.add("backchannel_logout_uri", detail);
        }
        next.settings.backchannel_logout_uri.clone_from(uri);
    }
    let settings = &mut next.settings;
    settings.roles_claim = patch.roles_claim.unwrap_or(settings.roles_claim);
    if let Some(list) = &patch.allowed_roles {
        settings.allowed_roles = rules::roles(act, &mut problems, list)?;
    }
    if let Some(list) = &patch.allowed_connections {
        settings.allowed_connections = rules::connections(act, &mut problems, list)?;
    }
    next.disabled = patch.disabled.unwrap_or(next.disabled);
    problems.done()?;
    Ok(next)
}

fn addresses(problems: &mut Problems, field: &str, list: &[String]) -> Vec<RedirectUri> {
    if list.len() > MOST {
        problems.add(field, format!("give at most {MOST} addresses"));
        return Vec::new();
    }
    let mut known = Vec::new();
    for (index, text) in list.iter().enumerate() {
        let read = RedirectUri::try_from(text.clone());
        match read.and_then(|address| address.check_secure().map(|()| address)) {
            Ok(address) if known.contains(&address) => {
                problems.add(format!("{field}[{index}]"), "is listed twice: remove one");
            }
            Ok(address) => known.push(address),
            Err(error) => problems.add(format!("{field}[{index}]"), error.to_string()),
        }
    }
    known
}

/// The address at which an app is told to begin: one of the web, which redirect addresses need
/// not be.
fn begins(problems: &mut Problems, text: Option<&str>) -> Option<String> {
    const FIELD: &str = "initiate_login_uri";
    let read = RedirectUri::try_from(text?.to_owned());
    let address = match read.and_then(|uri| uri.check_secure().map(|()| uri)) {
        Ok(address) => String::from(address),
        Err(error) => {
            // One rule, but not one name.
            let detail = error.to_string().replace("a redirect URI", "the address");
            problems.add(FIELD, detail);
            return None;
        }
    };
    if !(address.starts_with("https://") || address.starts_with("http://")) {
        problems.add(FIELD, "give an address that starts with https://, in lower case");
        return None;
    }
    Some(address)
}

fn members(
    act: &Act<'_>,
    problems: &mut Problems,
    list: &[String],
) -> Result<Vec<OrganizationId>, AdminError> {
    if list.len() > MOST {
        problems.add("organizations", format!("give at most {MOST} organizations"));
        return Ok(Vec::new());
    }
    let mut known = Vec::new();
    for (index, text) in list.iter().enumerate() {
        let field = format!("organizations[{index}]");
        if let Some(id) = organizations::named(act, problems, &field, text)?
            && !known.contains(&id)
        {
            known.push(id);
        }
    }
    Ok(known)
}

fn signing(problems: &mut Problems, text: &str) -> SigningAlgorithm {
    SigningAlgorithm::parse(text).unwrap_or_else(|| {
        problems.add("signing_algorithm", "give RS256, ES256 or EdDSA");
        SigningAlgorithm::RS256
    })
}

fn change<'c>(action: &'c str, id: &'c AppId) -> Change<'c> {
    Change { action, organization: None, subject: id.as_str() }
}

fn show(app: &App) -> AppItem {
    let texts = |list: &[RedirectUri]| list.iter().map(|uri| uri.as_str().to_owned()).collect();
    AppItem {
        id: app.id.to_string(),
        client_id: app.id.to_string(),
        name: app.name.clone(),
        redirect_uris: texts(&app.redirect_uris),
        post_logout_redirect_uris: texts(&app.post_logout_redirect_uris),
        organizations: app.organizations.iter().map(OrganizationId::to_string).collect(),
        signing_algorithm: app.signing_algorithm.as_str(),
        groups_claim: app.groups_claim,
        backchannel_logout_uri: app.settings.backchannel_logout_uri.clone(),
        roles_claim: app.settings.roles_claim,
        allowed_roles: app.settings.allowed_roles.iter().map(RoleId::to_string).collect(),
        allowed_connections: rules::texts(&app.settings.allowed_connections),
        public: app.secret.is_none(),
        initiate_login_uri: app.settings.initiate_login_uri.clone(),
        missing: app.missing(),
        disabled: app.disabled,
        created_at: app.created_at.rfc3339(),
        version: app.version,
    }
}
