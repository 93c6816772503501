//! The trace page itself: an attempt as the API shows it, sorted for reading.

use askama::Template;

use super::ruler::{self, Ruler};
use super::sequence::{self, Line, Picture};
use super::words;
use crate::admin::attempt_item::{AttemptItem, CheckItem};
use crate::admin::received::{GroupItem, ProfileItem, ReceivedAttributeItem, ReceivedItem};
use crate::admin::shown::{MASKED, Shown};
use crate::admin::test_item::TestReportItem;
use crate::admin::{Act, AdminError, apps, connections, organizations};
use crate::http::assets;
use crate::http::pages::{Form, Page, Shell};
use crate::model::code::Code;
use crate::model::connection::Protocol;
use crate::model::user::EmailVerified;

/// Asks for a reference. Sends `reference` to `/trace`.
#[derive(Template)]
#[template(path = "trace_find.html")]
pub(super) struct Find {
    pub shell: Shell,
    pub form: Form,
}

impl Page for Find {}

/// What those an attempt names are called; identifiers where this access does not reach.
#[derive(Debug, Default)]
pub(super) struct Names {
    organization: Option<String>,
    connection: Option<String>,
    app: Option<String>,
    protocol: Option<Protocol>,
}

impl Names {
    pub(super) fn of(act: &Act<'_>, item: &AttemptItem) -> Result<Self, AdminError> {
        let organization = look(item.organization.as_ref(), |id| organizations::load(act, &id))?;
        let connection = look(item.connection.as_ref(), |id| connections::load(act, &id))?;
        let app = look(item.app.as_ref(), |id| apps::load(act, &id))?;
        let protocol = connection.as_ref().map(|connection| connection.protocol);
        Ok(Self {
            organization: organization.map(|found| found.name).or(item.organization.clone()),
            connection: connection.map(|found| found.name).or(item.connection.clone()),
            app: app.map(|found| found.name).or(item.app.clone()),
            protocol,
        })
    }
}

fn look<I: TryFrom<String>, T>(
    id: Option<&String>,
    load: impl FnOnce(I) -> Result<T, AdminError>,
) -> Result<Option<T>, AdminError> {
    let Some(id) = id.and_then(|id| I::try_from(id.clone()).ok()) else { return Ok(None) };
    match load(id) {
        Ok(found) => Ok(Some(found)),
        Err(AdminError::NotFound | AdminError::Forbidden) => Ok(None),
        Err(error) => Err(error),
    }
}

/// What happened in one sign-in. Posts `csrf` to `/trace/{reference}/reveal`.
#[derive(Template)]
#[template(path = "trace.html")]
pub(super) struct Trace {
    shell: Shell,
    css: String,
    csrf: String,
    item: AttemptItem,
    names: Names,
    /// The outcome in words, and whether it is the good one.
    outcome: &'static str,
    began: String,
    picture: Picture,
    steps: Vec<Line>,
    ruler: Option<Ruler>,
    /// The provider's clock in words.
    skew: Option<String>,
    /// Whether a value of the provider is to be put here, rather than the other way round.
    here: bool,
    failed: Vec<CheckItem>,
    warned: Vec<CheckItem>,
    passed: Vec<CheckItem>,
    received: Option<Received>,
    /// What a test found out.
    test: Option<TestReportItem>,
    /// Whether a sign-in would wait for an administrator.
    waits: bool,
    /// Whether there is anything to reveal.
    masked: bool,
    revealed: bool,
}

impl Page for Trace {}

/// What is kept of the answer, in rows.
struct Received {
    person: Vec<(&'static str, String)>,
    /// What each was taken from, in sentences.
    taken: Vec<String>,
    attributes: Vec<(String, Vec<String>)>,
    cut: bool,
}

impl Trace {
    pub(super) fn of(
        shell: Shell,
        csrf: String,
        mut item: AttemptItem,
        names: Names,
        shown: Shown,
    ) -> Self {
        let mut checks = Sorted::default();
        for check in std::mem::take(&mut item.checks) {
            checks.take(check);
        }
        let received = item.received.take();
        let test = item.test.take().and_then(|test| test.report);
        let window = received.as_ref().and_then(|received| received.window.as_ref());
        let ruler = window.and_then(|window| ruler::of(window, names.protocol));
        let field = item.advice.as_ref().and_then(|advice| advice.field.as_ref());
        let here = field.is_some_and(|field| field.does.get.is_some());
        let skew = received.as_ref().and_then(|received| received.skew_ms).map(clock);
        let received = received.and_then(|received| rows(received, shown));
        let masked = shown == Shown::Masked && (checks.personal || received.is_some());
        Self {
            css: assets::href(&shell.base, "trace.css"),
            shell,
            csrf,
            names,
            outcome: outcome(item.outcome),
            began: words::utc(&item.created_at),
            picture: sequence::of(&item.timeline),
            steps: sequence::list(&item.timeline),
            ruler,
            skew,
            here,
            failed: checks.failed,
            warned: checks.warned,
            passed: checks.passed,
            received,
            waits: test
                .as_ref()
                .is_some_and(|test| test.code == Some(Code::RelinkPending.as_str())),
            test,
            masked,
            revealed: shown == Shown::Revealed,
            item,
        }
    }
}

#[derive(Default)]
struct Sorted {
    failed: Vec<CheckItem>,
    warned: Vec<CheckItem>,
    passed: Vec<CheckItem>,
    personal: bool,
}

impl Sorted {
    fn take(&mut self, check: CheckItem) {
        self.personal |= check.personal;
        match check.verdict {
            "failed" => self.failed.push(check),
            "warned" => self.warned.push(check),
            _ => self.passed.push(check),
        }
    }
}

fn outcome(name: &str) -> &'static str {
    match name {
        "choosing" => "The person has not chosen a way in yet.",
        "awaiting" => {
            "The identity provider was asked; no answer that counts has come yet. Somebody who is \
             stuck at an error page there has not come back to us: the reason stands on that page \
             and in the provider's list of sign-ins. Mostly the app there has another address, \
             entity ID or client ID than this connection, or the person is not assigned to it."
        }
        "verified" => {
            "The person proved who they are. Their browser has not come back yet, or they have not \
             answered yet what they were asked."
        }
        "admitted" => "The person was let in.",
        "tested" => "A test sign-in: it passed. Nobody was let in, and nothing was changed.",
        _ => "Nobody was let in.",
    }
}

/// How the provider's clock differs from ours.
fn clock(skew: i64) -> String {
    match skew {
        0 => "The provider's clock agrees with ours.".to_owned(),
        ahead @ 1.. => format!(
            "By the time the answer says it was made, the provider's clock is {} ahead of ours.",
            words::span(ahead)
        ),
        behind => format!(
            "The answer was made {} before it was judged: its way here, and how far the provider's clock is behind ours.",
            words::span(behind)
        ),
    }
}

fn rows(received: ReceivedItem, shown: Shown) -> Option<Received> {
    let attribute = |ReceivedAttributeItem { name, values }| {
        let values = match (shown, values.len()) {
            (Shown::Masked, many @ 2..) => vec![format!("{many} values {MASKED}")],
            _ => values,
        };
        (name, values)
    };
    let attributes: Vec<_> = received.attributes.into_iter().map(attribute).collect();
    let person = received.profile.map(|profile| person(profile, shown)).unwrap_or_default();
    let taken = received.matches.into_iter().map(|found| found.sentence).collect();
    let kept = !attributes.is_empty() || !person.is_empty();
    kept.then_some(Received { person, taken, attributes, cut: received.cut })
}

/// A group as people call it, with its text where that is another.
fn group(group: GroupItem) -> String {
    match group.label == group.value {
        true => group.value,
        false => format!("{} ({})", group.label, group.value),
    }
}

fn person(profile: ProfileItem, shown: Shown) -> Vec<(&'static str, String)> {
    let absent = || "not given".to_owned();
    let groups = match profile.groups {
        None => "not known".to_owned(),
        Some(groups) if groups.is_empty() => "none".to_owned(),
        Some(groups) if shown == Shown::Masked => format!("{} {MASKED}", groups.len()),
        Some(groups) => groups.into_iter().map(group).collect::<Vec<_>>().join(", "),
    };
    let verified = match profile.email_verified {
        EmailVerified::Verified => "verified",
        EmailVerified::Refuted => "said not to be verified",
        EmailVerified::Unstated => "not stated whether verified",
    };
    let email = match profile.email {
        Some(email) => format!("{email} ({verified})"),
        None => absent(),
    };
    vec![
        ("E-mail address", email),
        ("First name", profile.given_name.unwrap_or_else(absent)),
        ("Last name", profile.family_name.unwrap_or_else(absent)),
        ("Full name", profile.name.unwrap_or_else(absent)),
        ("Groups", groups),
    ]
}
