//! The visitor says where they belong: by typing, by choosing, by an organization's address,
//! or by starting again.

use super::asked::{self, Kept, Sending};
use super::proved::{self, Presence};
use super::reply::{Answer, FlowError, Page, Reply, Visitor};
use super::{answered, app_reply, gate};
use crate::broker::attempt::Begun;
use crate::broker::route::{Beside, Hints, Route};
use crate::broker::{self, Admission};
use crate::hub::Hub;
use crate::hub::bounds::About;
use crate::model::app::App;
use crate::model::attempt::{Attempt, Purpose, State};
use crate::model::code::Code;
use crate::model::id::{ConnectionId, OrganizationId};
use crate::model::owner::email_key;
use crate::model::secret::{Digest, Secret};
use crate::model::time::Millis;
use crate::store::{StoreError, Tx, apps, attempts, local, organizations};

/// Longest text taken for an address, in bytes (RFC 5321 section 4.5.3.1.3 with room).
const TYPED_LIMIT: usize = 320;

/// An open attempt of this visitor's, or a new one for the same purpose: a page left open
/// for a month still leads somewhere.
pub(super) struct Standing {
    pub begun: Begun,
    pub kept: Kept,
    pub app: Option<App>,
    /// What the page's form carries: an ended attempt still tells what the visitor wanted.
    pub origin: Option<Secret<String>>,
    /// A binding cookie to set.
    pub cookie: Option<Secret<String>>,
}

/// Whoever goes on with an open attempt begins nothing.
pub(super) async fn beyond_bounds(
    hub: &Hub,
    visitor: &Visitor,
    kept: Kept,
) -> Result<Option<Answer>, FlowError> {
    match kept {
        Kept::Yes => Ok(None),
        Kept::No => gate::turned_away(hub, visitor).await,
    }
}

/// Shows the page that asks for an address. Somebody who is signed in goes on.
///
/// # Errors
/// A fault of our own.
pub async fn page(
    hub: &Hub,
    visitor: &Visitor,
    handle: Option<String>,
) -> Result<Answer, FlowError> {
    let Some(handle) = handle else {
        if proved::admission(hub, visitor).await?.is_some() {
            return Ok(Answer::of(Reply::Redirect(hub.config.public_url.at("/"))));
        }
        return Ok(ask(None, None, String::new(), false));
    };
    let standing = standing(hub, visitor, Some(handle)).await?;
    Ok(ask(standing.origin, standing.app.map(|app| app.name), String::new(), false))
}

/// Takes what was typed: an e-mail address or a company domain.
///
/// # Errors
/// A fault of our own.
pub async fn typed(
    hub: &Hub,
    visitor: &Visitor,
    handle: Option<String>,
    typed: String,
) -> Result<Answer, FlowError> {
    let Standing { begun, kept, app, origin, cookie } = standing(hub, visitor, handle).await?;
    let typed = if typed.len() > TYPED_LIMIT { String::new() } else { typed.trim().to_owned() };
    let (text, for_app, now) = (typed.clone(), app.clone(), hub.now());
    let led = hub.store.read(move |tx| lead(tx, for_app.as_ref(), &text, now)).await?;
    let name = app.map(|app| app.name);
    let route = match led {
        Led::On(route) => route,
        Led::Password(beside) => {
            let page = asked::password(beside, (origin, name), typed);
            let answer = Answer::of(Reply::Page(Page::Password(Box::new(page))));
            return Ok(Answer { browser: cookie, ..answer });
        }
        Led::Nowhere => {
            return Ok(Answer { browser: cookie, ..ask(origin, name, typed, true) });
        }
    };
    let sending = Sending {
        force_login: proved::asks_anew(&begun.attempt.purpose) || visitor.signed_out,
        login_hint: typed.contains('@').then(|| typed.clone()),
    };
    if let Some(answer) = beyond_bounds(hub, visitor, kept).await? {
        return Ok(answer);
    }
    let answer = match (route, kept) {
        (Route::To(connection), kept) => {
            asked::send(hub, visitor, begun, &connection, sending, kept).await?
        }
        (route, Kept::No) => asked::follow(hub, begun, Ok(route), sending, name).await?,
        (Route::Choose(connections), Kept::Yes) => {
            let of = connections.first().map(|first| first.organization.clone());
            located(hub, &begun.attempt, of).await?;
            let connections = connections.into_iter().map(|c| (c.id, c.name)).collect();
            let page = Page::Choose { handle: begun.handle, app: name, connections };
            Answer::of(Reply::Page(page))
        }
        (Route::Password(_) | Route::Ask, Kept::Yes) => ask(origin, name, typed, true),
    };
    Ok(Answer { browser: cookie, ..answer })
}

/// Where what was typed leads. It depends on its domain, never on whether anybody has the
/// address.
enum Led {
    /// To an organization's own ways in.
    On(Route),
    /// To the page that asks for a password.
    Password(Option<Beside>),
    /// To nothing that is known here.
    Nowhere,
}

fn lead(tx: &Tx<'_>, app: Option<&App>, typed: &str, now: Millis) -> Result<Led, StoreError> {
    Ok(match broker::route::typed(tx, app, typed)?.map(|route| route.at(now)) {
        Some(Route::Password(beside)) => Led::Password(Some(*beside)),
        Some(route @ (Route::To(_) | Route::Choose(_))) => Led::On(route),
        // Where nobody has a password, people rather hear that they mistyped their company.
        Some(Route::Ask) | None if email_key(typed).is_some() && local::any(tx)? => {
            Led::Password(None)
        }
        Some(Route::Ask) | None => Led::Nowhere,
    })
}

/// Takes the connection that was chosen.
///
/// # Errors
/// A fault of our own.
pub async fn chosen(
    hub: &Hub,
    visitor: &Visitor,
    handle: Option<String>,
    connection: &str,
) -> Result<Answer, FlowError> {
    let Standing { begun, kept, app, cookie, .. } = standing(hub, visitor, handle).await?;
    let Ok(id) = ConnectionId::try_from(connection) else {
        return answered::unmatched(hub, About::Routes, Code::ConnectionUnknown).await;
    };
    let usable = hub.store.read(move |tx| broker::route::usable(tx, app.as_ref(), &id)).await?;
    let sending = Sending {
        force_login: proved::asks_anew(&begun.attempt.purpose) || visitor.signed_out,
        login_hint: None,
    };
    let answer = match usable {
        Ok((connection, _)) => {
            if let Some(answer) = beyond_bounds(hub, visitor, kept).await? {
                return Ok(answer);
            }
            asked::send(hub, visitor, begun, &connection, sending, kept).await?
        }
        Err(code) => answered::unmatched(hub, About::Routes, code).await?,
    };
    Ok(Answer { browser: cookie, ..answer })
}

/// Takes a visitor at an organization's own address: straight to its provider when there is
/// one.
///
/// # Errors
/// A fault of our own.
pub async fn organization(hub: &Hub, visitor: &Visitor, path: String) -> Result<Answer, FlowError> {
    if let Some(answer) = gate::turned_away(hub, visitor).await? {
        return Ok(answer);
    }
    let hints = Hints { organization: Some(path), ..Hints::default() };
    let way = move |tx: &Tx<'_>| {
        let named = match &hints.organization {
            Some(path) => organizations::named(tx, path)?,
            None => None,
        };
        Ok::<_, StoreError>((broker::route::route(tx, None, &hints)?, named))
    };
    let (route, named) = hub.store.read(way).await?;
    let (browser, cookie) = visitor.bind(hub.rng.as_ref());
    let mut begun =
        broker::attempt::begin(hub.rng.as_ref(), hub.now(), Purpose::Home, Some(browser));
    begun.attempt.organization = named.map(|organization| organization.id);
    let sending = Sending { force_login: visitor.signed_out, login_hint: None };
    let answer = asked::follow(hub, begun, route, sending, None).await?;
    Ok(Answer { browser: cookie, ..answer })
}

/// Starts again what an attempt was for; with `other`, as somebody else. Somebody who is
/// signed in already goes on, unless they want to be somebody else.
///
/// # Errors
/// A fault of our own.
pub async fn again(
    hub: &Hub,
    visitor: &Visitor,
    handle: String,
    other: bool,
) -> Result<Answer, FlowError> {
    if !other && let Some(answer) = resume(hub, visitor, &handle).await? {
        return Ok(answer);
    }
    let now = hub.now();
    let Some(before) = same_browsers(hub, visitor, &handle).await? else {
        return Ok(Answer::of(Reply::Redirect(hub.config.public_url.at("/login"))));
    };
    if let Some(answer) = gate::turned_away(hub, visitor).await? {
        return Ok(answer);
    }
    let (browser, cookie) = visitor.bind(hub.rng.as_ref());
    let mut begun =
        broker::attempt::begin(hub.rng.as_ref(), now, before.purpose.clone(), Some(browser));
    begun.attempt.organization = before.organization.clone();
    let (route, app) = hub.store.read(move |tx| way_again(tx, &before, other)).await?;
    let force_login = other || proved::asks_anew(&begun.attempt.purpose) || visitor.signed_out;
    let sending = Sending { force_login, login_hint: None };
    let answer = asked::follow(hub, begun, route, sending, app.map(|app| app.name)).await?;
    Ok(Answer { browser: cookie, ..answer })
}

/// Sends somebody who is signed in, in the browser that began the attempt, on to what the
/// attempt was for, if that is proof enough for it. `None` when that is not so.
pub(super) async fn resume(
    hub: &Hub,
    visitor: &Visitor,
    handle: &str,
) -> Result<Option<Answer>, FlowError> {
    let Some(attempt) = same_browsers(hub, visitor, handle).await? else { return Ok(None) };
    let (on, presence, purpose) = (hub.clone(), Presence::of(visitor), attempt.purpose);
    let wanted = purpose.clone();
    let proved = hub.store.read(move |tx| proved::for_purpose(tx, &on, presence, &wanted)).await?;
    match proved {
        Some(admission) => into(hub, purpose, admission).await,
        None => Ok(None),
    }
}

/// Sends somebody who just got in at the owner's door on to what an attempt was for.
///
/// # Errors
/// A fault of our own.
pub async fn continue_with(
    hub: &Hub,
    visitor: &Visitor,
    handle: &str,
    admission: Admission,
) -> Result<Answer, FlowError> {
    let home = Answer::of(Reply::Redirect(hub.config.public_url.at("/")));
    let Some(attempt) = same_browsers(hub, visitor, handle).await? else { return Ok(home) };
    let (now, on) = (hub.now(), hub.clone());
    hub.store
        .write(move |tx| {
            let Some(admission) = broker::session::still(tx, now, &admission)? else {
                return Ok(home);
            };
            let answer = app_reply::into_app(tx, &on, now, &admission, &attempt.purpose)?;
            // Read again: the attempt may have ended meanwhile.
            if let Some(attempt) = attempts::find_by_handle(tx, attempt.handle)? {
                broker::attempt::taken_over(tx, on.rng.as_ref(), now, attempt, &admission)?;
            }
            Ok(answer)
        })
        .await
}

/// Sends somebody who is signed in on to what they wanted; `None` when they are not any more.
pub(super) async fn into(
    hub: &Hub,
    purpose: Purpose,
    admission: Admission,
) -> Result<Option<Answer>, FlowError> {
    let (now, on) = (hub.now(), hub.clone());
    hub.store
        .write(move |tx| {
            let Some(admission) = broker::session::still(tx, now, &admission)? else {
                return Ok(None);
            };
            broker::session::seen(tx, now, &admission)?;
            app_reply::into_app(tx, &on, now, &admission, &purpose).map(Some)
        })
        .await
}

/// The sign-in with this handle, if it was begun in this browser. A test is none: it is not
/// gone on with, nor started again.
async fn same_browsers(
    hub: &Hub,
    visitor: &Visitor,
    handle: &str,
) -> Result<Option<Attempt>, FlowError> {
    let digest = Digest::of_ordered(handle);
    let attempt = hub.store.read(move |tx| attempts::find_by_handle(tx, digest)).await?;
    let browsers = visitor.browser_digests();
    Ok(attempt.filter(|attempt| {
        broker::attempt::same_browser(attempt, &browsers).is_ok() && !attempt.purpose.is_test()
    }))
}

pub(super) async fn standing(
    hub: &Hub,
    visitor: &Visitor,
    handle: Option<String>,
) -> Result<Standing, FlowError> {
    let now = hub.now();
    let before = match &handle {
        Some(handle) => same_browsers(hub, visitor, handle).await?,
        None => None,
    };
    let purpose = before.as_ref().map_or(Purpose::Home, |attempt| attempt.purpose.clone());
    let wanted = purpose.clone();
    let app = hub.store.read(move |tx| app_of(tx, &wanted)).await?;
    let origin = before.as_ref().and(handle).map(Secret::new);
    if let (Some(attempt), Some(handle)) = (before, &origin)
        && attempt.unasked(now).is_ok()
    {
        let begun = Begun { attempt, handle: handle.clone() };
        return Ok(Standing { begun, kept: Kept::Yes, app, origin, cookie: None });
    }
    let (browser, cookie) = visitor.bind(hub.rng.as_ref());
    let begun = broker::attempt::begin(hub.rng.as_ref(), now, purpose, Some(browser));
    Ok(Standing { begun, kept: Kept::No, app, origin, cookie })
}

/// Notes where the person belongs, while the attempt is theirs to choose.
async fn located(
    hub: &Hub,
    attempt: &Attempt,
    organization: Option<OrganizationId>,
) -> Result<(), FlowError> {
    let handle = attempt.handle;
    let note = move |tx: &Tx<'_>| match attempts::find_by_handle(tx, handle)? {
        Some(mut attempt) if attempt.state == State::Choosing => {
            attempt.organization = organization;
            attempts::save(tx, &attempt)
        }
        _ => Ok(()),
    };
    Ok(hub.store.write::<_, StoreError, _>(note).await?)
}

fn app_of(tx: &Tx<'_>, purpose: &Purpose) -> Result<Option<App>, StoreError> {
    match purpose {
        Purpose::App(request) => Ok(apps::find(tx, &request.app)?.filter(|app| !app.disabled)),
        Purpose::Start(start) => Ok(apps::find(tx, &start.app)?.filter(|app| !app.disabled)),
        Purpose::Home | Purpose::Refused(_) | Purpose::Test(_) => Ok(None),
    }
}

type Way = (Result<Route, Code>, Option<App>);

fn way_again(tx: &Tx<'_>, before: &Attempt, other: bool) -> Result<Way, StoreError> {
    let app = app_of(tx, &before.purpose)?;
    if matches!(before.purpose, Purpose::App(_) | Purpose::Start(_)) && app.is_none() {
        return Ok((Err(Code::AppDisabled), None));
    }
    let wished = match &before.purpose {
        Purpose::App(request) => proved::hints(&request.wish),
        Purpose::Home | Purpose::Start(_) | Purpose::Refused(_) | Purpose::Test(_) => {
            Hints::default()
        }
    };
    let tried = before.organization.as_ref().map(ToString::to_string);
    let hints = Hints { organization: wished.organization.or(tried), ask: other, ..wished };
    let route = broker::route::route(tx, app.as_ref(), &hints)?;
    // What was tried before may be gone: then the person is asked.
    Ok((route.or(Ok(Route::Ask)), app))
}

fn ask(
    handle: Option<Secret<String>>,
    app: Option<String>,
    typed: String,
    not_found: bool,
) -> Answer {
    Answer::of(Reply::Page(Page::Ask { handle, app, typed, not_found }))
}
