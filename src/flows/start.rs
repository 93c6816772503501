//! The way into an app that begins its own sign-in: the person is signed in here first, then
//! the app is told to begin (OpenID Connect Core section 4), and the request it sends is
//! answered by the session at once.
//!
//! Nobody is ever sent anywhere but to the address an app registered for this. What else an
//! address names travels there as `target_link_uri`, and only when it is of the same origin; the
//! app decides about it, as it has to (the same section, on open redirectors).

use url::Url;

use super::reply::{Answer, Reply};
use crate::broker::Admission;
use crate::hub::Hub;
use crate::model::app::App;
use crate::model::attempt::Start;
use crate::model::id::{AppId, OrganizationId};
use crate::model::organization::Organization;
use crate::model::public_url::PublicUrl;
use crate::model::session::Method;
use crate::store::{StoreError, Tx, apps, organizations};

/// Longest address taken for a target, in bytes.
const LONGEST: usize = 2_000;

/// Sends somebody who is in to `start`; to our own page where the app cannot begin.
pub(super) fn into(
    tx: &Tx<'_>,
    hub: &Hub,
    admission: &Admission,
    start: &Start,
) -> Result<Answer, StoreError> {
    let app = usable(tx, &start.app, Some(&admission.organization().id))?;
    let address = app.and_then(|app| begins_at(&app, hub, start.target.as_deref()));
    let home = || hub.config.public_url.at("/");
    Ok(Answer::of(Reply::Redirect(address.unwrap_or_else(home))))
}

/// Sends somebody who is in, and named no app, to the default app of their organization. An
/// owner at the owner's door came for Doorward.
pub(super) fn home(tx: &Tx<'_>, hub: &Hub, admission: &Admission) -> Result<Answer, StoreError> {
    match (&admission.organization().settings.default_app, &admission.session().method) {
        (Some(app), Method::Upstream { .. }) => {
            into(tx, hub, admission, &Start { app: app.clone(), target: None })
        }
        _ => Ok(Answer::of(Reply::Redirect(hub.config.public_url.at("/")))),
    }
}

/// The address at which `app` is told to begin.
fn begins_at(app: &App, hub: &Hub, target: Option<&str>) -> Option<String> {
    let mut address = Url::parse(app.settings.initiate_login_uri.as_deref()?).ok()?;
    // No login_hint: the session answers, and an address need not stand in anybody's log.
    address.query_pairs_mut().append_pair("iss", hub.config.public_url.as_str());
    if let Some(target) = target.and_then(|target| within(app, target)) {
        address.query_pairs_mut().append_pair("target_link_uri", &target);
    }
    Some(address.into())
}

/// What an address that somebody else names leads to: an app's identifier, the address of its
/// tile, the address it registered for beginning, or one of the same origin when only one app
/// begins there. `None` for every other: whoever asked is shown no error, and the person lands
/// where they would without it.
pub(super) fn wanted(
    tx: &Tx<'_>,
    public_url: &PublicUrl,
    organization: Option<&Organization>,
    text: &str,
) -> Result<Option<Start>, StoreError> {
    if text.is_empty() || text.len() > LONGEST {
        return Ok(None);
    }
    let of = organization.map(|organization| &organization.id);
    if let Ok(id) = AppId::try_from(text) {
        return Ok(usable(tx, &id, of)?.map(|app| Start { app: app.id, target: None }));
    }
    if let Some(tile) = text.strip_prefix(&public_url.at("/o/")) {
        return by_tile(tx, of, tile);
    }
    let Some(asked) = web(text) else { return Ok(None) };
    let near = apps::initiated_near(tx, &asked.origin().ascii_serialization())?;
    let open = |app: &App| of.is_none_or(|of| app.admits(of));
    let near = || near.iter().filter(|app| open(app) && within(app, text).is_some());
    if let Some(app) = near().find(|app| app.settings.initiate_login_uri.as_deref() == Some(text)) {
        return Ok(Some(Start { app: app.id.clone(), target: None }));
    }
    let mut near = near();
    Ok(match (near.next(), near.next()) {
        (Some(app), None) => Some(Start { app: app.id.clone(), target: within(app, text) }),
        _ => None,
    })
}

/// The place inside `app` that `target` names, if it is of the origin where the app begins.
pub(super) fn within(app: &App, target: &str) -> Option<String> {
    let own = web(app.settings.initiate_login_uri.as_deref()?)?;
    let target = web(target)?;
    (target.origin() == own.origin()).then(|| target.into())
}

/// The app if people may get into it, of `organization` where that is known.
pub(super) fn usable(
    tx: &Tx<'_>,
    id: &AppId,
    organization: Option<&OrganizationId>,
) -> Result<Option<App>, StoreError> {
    let open = |app: &App| !app.disabled && organization.is_none_or(|of| app.admits(of));
    Ok(apps::find(tx, id)?.filter(open))
}

fn by_tile(
    tx: &Tx<'_>,
    organization: Option<&OrganizationId>,
    tile: &str,
) -> Result<Option<Start>, StoreError> {
    let path = tile.split(['?', '#']).next().unwrap_or_default();
    let Some((named, app)) = path.split_once('/') else { return Ok(None) };
    let (Ok(app), Some(named)) = (AppId::try_from(app), organizations::named(tx, named)?) else {
        return Ok(None);
    };
    if organization.is_some_and(|of| *of != named.id) {
        return Ok(None);
    }
    Ok(usable(tx, &app, Some(&named.id))?.map(|app| Start { app: app.id, target: None }))
}

/// An address of the web that hides nobody's name in front of the host.
fn web(text: &str) -> Option<Url> {
    let sound = text.len() <= LONGEST && !text.chars().any(|c| c.is_whitespace() || c.is_control());
    let url = Url::parse(text).ok().filter(|_| sound)?;
    let bare = url.username().is_empty() && url.password().is_none();
    (matches!(url.scheme(), "https" | "http") && bare).then_some(url)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flows::world;

    #[test]
    fn a_target_is_of_the_origin_where_the_app_begins() {
        let mut app = world::app("wiki");
        app.settings.initiate_login_uri = Some("https://wiki.test/start?x=1".to_owned());
        for (target, expected) in [
            ("https://wiki.test/page/7?a=b#c", Some("https://wiki.test/page/7?a=b#c")),
            ("https://WIKI.test:443/page", Some("https://wiki.test/page")),
            ("https://wiki.test", Some("https://wiki.test/")),
            ("http://wiki.test/page", None),
            ("https://wiki.test:8443/page", None),
            ("https://evil.test/page", None),
            ("https://wiki.test.evil.test/", None),
            ("https://wiki.test@evil.test/", None),
            ("https://evil@wiki.test/", None),
            ("https://evil.test\\@wiki.test/", None),
            ("//wiki.test/page", None),
            ("/page", None),
            ("javascript:alert(1)", None),
            ("data:text/html,x", None),
            ("https://wiki.test/a b", None),
            ("https://wiki.test/\r\nx", None),
            ("", None),
        ] {
            assert_eq!(within(&app, target).as_deref(), expected, "{target:?}");
        }
        assert_eq!(within(&app, &format!("https://wiki.test/{}", "a".repeat(2_000))), None);
        app.settings.initiate_login_uri = None;
        assert_eq!(within(&app, "https://wiki.test/page"), None);
    }
}
