//! Addresses an app asked to be answered at, lately, and has not registered. Anybody can cause
//! an entry with an address of their own: nothing is ever registered because of one, and the
//! host each would be answered at is told apart from those the app has already.

use std::collections::BTreeSet;

use serde::Serialize;
use url::Url;
use utoipa::ToSchema;

use super::kept;
use crate::admin::Act;
use crate::admin::error::AdminError;
use crate::admin::list::Listed;
use crate::model::app::{App, RedirectUri};
use crate::model::attempt::Attempt;
use crate::model::check::{RECEIVED_LIMIT, Verdict};
use crate::model::code::Code;
use crate::model::id::AppId;
use crate::model::time::DAY;
use crate::model::visible::escape;
use crate::store::Page;
use crate::store::attempts::{self, Filter};

/// How long ago they may be.
const LATELY: i64 = 7 * DAY;
/// Most attempts looked at.
const LOOKED_AT: i64 = 500;
/// Most addresses given.
const MOST: usize = 20;

/// An address the app asked to be answered at and has not registered.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RedirectMismatchItem {
    /// The address as it came, whole; invisible characters are written as their code points.
    #[schema(example = "https://wiki.example/oauth/callback")]
    pub redirect_uri: String,
    /// The host that would be answered, as it is looked up in DNS (letters beyond ASCII as
    /// `xn--`); null where the address names none.
    #[schema(example = "wiki.example")]
    pub host: Option<String>,
    /// Whether the app has registered an address at the same scheme, host and port.
    pub known_origin: bool,
    /// Why it cannot be registered; null when it could be.
    pub unfit: Option<String>,
    /// How often it was asked for, among the attempts looked at.
    pub times: usize,
    /// When it was asked for last (RFC 3339).
    pub last_at: String,
    /// The reference of that attempt.
    pub reference: String,
}

/// The addresses of the last seven days, as far back as the newest 5,000 attempts of everybody
/// go: those at an origin the app is known at first, then the newest first. Looks at 500 such
/// attempts, gives 20 addresses at most.
///
/// # Errors
/// `NotFound`, `Forbidden`.
pub fn mismatches(act: &Act<'_>, id: &AppId) -> Result<Listed<RedirectMismatchItem>, AdminError> {
    let app = kept(act, id)?;
    let mut filter = Filter {
        app: Some(app.id.clone()),
        code: Some(Code::RedirectUriMismatch),
        from: Some(act.now.plus(-LATELY)),
        ..Filter::default()
    };
    let page = Page::first(LOOKED_AT);
    filter.from = attempts::horizon(act.tx, &filter, &page)?.or(filter.from);
    let mut found: Vec<RedirectMismatchItem> = Vec::new();
    let origins: BTreeSet<String> =
        app.redirect_uris.iter().filter_map(|uri| origin(uri.as_str())).collect();
    for attempt in attempts::list(act.tx, &filter, &page)? {
        let Some(asked) = asked(&attempt).filter(|asked| !app.redirect_uri(asked)) else {
            continue;
        };
        let shown = escape(asked);
        match found.iter_mut().find(|one| one.redirect_uri == shown) {
            Some(one) => one.times += 1,
            None => found.push(item(&app, &attempt, asked, shown, &origins)),
        }
    }
    found.sort_by_key(|one| !one.known_origin);
    found.truncate(MOST);
    Ok(Listed { items: found, next: None })
}

/// The address an attempt asked for.
fn asked(attempt: &Attempt) -> Option<&str> {
    let mut checks = attempt.checks.as_slice().iter();
    let check =
        checks.find(|check| check.name == "redirect_uri" && check.verdict == Verdict::Failed)?;
    Some(&check.received)
}

fn item(
    app: &App,
    attempt: &Attempt,
    asked: &str,
    shown: String,
    origins: &BTreeSet<String>,
) -> RedirectMismatchItem {
    RedirectMismatchItem {
        unfit: unfit(app, asked, &shown),
        redirect_uri: shown,
        host: Url::parse(asked).ok().and_then(|url| url.host_str().map(str::to_owned)),
        known_origin: origin(asked).is_some_and(|origin| origins.contains(&origin)),
        times: 1,
        last_at: attempt.created_at.rfc3339(),
        reference: attempt.reference.0.clone(),
    }
}

/// Why an address cannot be registered: by the rule of every other, and because what is
/// reviewed has to be what is registered.
fn unfit(app: &App, asked: &str, shown: &str) -> Option<String> {
    if app.redirect_uris.len() >= super::MOST {
        return Some(format!("an app has at most {} redirect URIs", super::MOST));
    }
    if asked.chars().count() > RECEIVED_LIMIT {
        return Some("it is too long to be shown whole: copy it from the app".to_owned());
    }
    if shown != asked {
        return Some("it has characters that cannot be seen: copy it from the app".to_owned());
    }
    let read = RedirectUri::try_from(asked.to_owned());
    read.and_then(|uri| uri.check_secure()).err().map(|error| error.to_string())
}

/// Scheme, host and port, where an address has them.
fn origin(address: &str) -> Option<String> {
    let origin = Url::parse(address).ok()?.origin();
    origin.is_tuple().then(|| origin.ascii_serialization())
}
