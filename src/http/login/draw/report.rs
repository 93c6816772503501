//! The report of a test sign-in.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;
use serde_json::Value;

use crate::flows::reply::Passed;
use crate::http::pages::{self, Page, Shell};
use crate::model::check::Check;
use crate::model::code::Code;
use crate::model::plainly::plainly;
use crate::model::user::{EmailVerified, Groups, Profile};
use crate::model::visible::escape;

/// Longest text shown, in characters.
const LONGEST: usize = 120;
/// Most attributes or claims, values of one, groups and notices shown. The rest is for the
/// administrators, under the reference.
const MOST: usize = 20;
/// Most apps shown.
const MOST_APPS: usize = 5;

type Rows = Vec<(String, Vec<String>)>;

/// "Did the set-up work?"
#[derive(Debug, Template)]
#[template(path = "test_report.html")]
pub(super) struct TestReport {
    shell: Shell,
    reference: String,
    connection: String,
    organization: String,
    learned_issuer: Option<String>,
    by_owner: bool,
    /// Why a real sign-in would let nobody in.
    refusal: Option<(&'static str, &'static str)>,
    /// Whether it would wait for an administrator, and so let nobody in at first.
    waits: bool,
    /// What the person would be asked first.
    asks: Vec<String>,
    /// Whether it would use an account that is there already.
    known: bool,
    person: Vec<(&'static str, String)>,
    groups: Option<Vec<String>>,
    /// In plain words, and the name of the check.
    notices: Vec<(String, String)>,
    apps: Vec<(String, Rows)>,
    received: Rows,
    /// Whether something was left out.
    cut: bool,
}

impl Page for TestReport {}

/// The answer that shows what a test found out.
pub(super) fn show(shell: Shell, passed: Passed) -> HttpResponse {
    pages::render(StatusCode::OK, &page(shell, passed))
}

fn page(shell: Shell, passed: Passed) -> TestReport {
    let Passed { reference, connection, organization, report, evidence, notices } = passed;
    let mut cut = report.cut || evidence.cut;
    let profile = evidence.profile.unwrap_or_else(Profile::empty);
    let apps = report.apps.into_iter().map(|app| {
        // Of an account that is there already: a configuration that is wrong may name anybody's.
        let claims = app.claims.into_iter().filter(|(name, _)| name != "sub");
        (short(&app.name), claims.map(|(name, value)| (short(&name), texts(&value))).collect())
    });
    let received = evidence.received.into_iter();
    TestReport {
        shell,
        reference: reference.0,
        connection,
        organization,
        learned_issuer: report.learned_issuer.as_deref().map(short),
        by_owner: report.by_owner,
        refusal: report.refusal.map(|code| (code.sentence(), code.as_str())),
        waits: report.refusal == Some(Code::RelinkPending),
        asks: report.asks.iter().map(|label| short(label)).collect(),
        known: report.user.is_some(),
        person: person(&report.subject, &profile),
        groups: match &profile.groups {
            Groups::Unknown => None,
            Groups::Known(groups) => Some(some(groups.iter().map(|g| short(g)), &mut cut)),
        },
        notices: some(notices.iter().map(notice), &mut cut),
        apps: fewer(apps, MOST_APPS, &mut cut),
        received: some(received.map(|(name, values)| (short(&name), shown(&values))), &mut cut),
        cut,
    }
}

fn some<T>(all: impl Iterator<Item = T>, cut: &mut bool) -> Vec<T> {
    fewer(all, MOST, cut)
}

fn fewer<T>(mut all: impl Iterator<Item = T>, most: usize, cut: &mut bool) -> Vec<T> {
    let kept = all.by_ref().take(most).collect();
    *cut |= all.next().is_some();
    kept
}

fn short(text: &str) -> String {
    let text = escape(text);
    match text.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}...", &text[..at]),
        None => text,
    }
}

fn shown(values: &[String]) -> Vec<String> {
    let more = values.len().saturating_sub(MOST);
    let rest = (more > 0).then(|| format!("and {more} more"));
    values.iter().take(MOST).map(|value| short(value)).chain(rest).collect()
}

fn texts(value: &Value) -> Vec<String> {
    let one = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    match value {
        Value::Array(all) => shown(&all.iter().map(one).collect::<Vec<_>>()),
        other => vec![short(&one(other))],
    }
}

/// Whole: a check keeps no more than a few hundred characters of anything.
fn notice(check: &Check) -> (String, String) {
    let text = match plainly(check) {
        Some(text) => text.to_owned(),
        None => format!("{}. Looked for: {}.", escape(&check.received), escape(&check.expected)),
    };
    (text, check.name.clone())
}

fn person(subject: &str, profile: &Profile) -> Vec<(&'static str, String)> {
    let verified = match profile.email_verified {
        EmailVerified::Verified => "",
        EmailVerified::Refuted => " (said not to be verified)",
        EmailVerified::Unstated => " (not said whether it is verified)",
    };
    let email = profile.email.as_ref().map(|email| format!("{}{verified}", short(email)));
    let text = |field: &Option<String>| field.as_deref().map(short);
    [
        ("Lasting identity", Some(short(subject))),
        ("E-mail address", email),
        ("Name", text(&profile.name)),
        ("First name", text(&profile.given_name)),
        ("Last name", text(&profile.family_name)),
    ]
    .map(|(name, value)| (name, value.unwrap_or_else(|| "not given".to_owned())))
    .to_vec()
}
