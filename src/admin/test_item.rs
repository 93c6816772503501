//! A test sign-in as the API shows it.

use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::Act;
use super::error::AdminError;
use super::shown::{MASKED, Shown};
use crate::keys::seal::open_report;
use crate::model::attempt::{Attempt, Purpose, State};
use crate::model::code::Code;
use crate::model::tested::{AppReport, Report};
use crate::model::visible::escape;
use crate::store::StoreError;

/// What a test tried, and what came of it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TestItem {
    /// The revision that was tried.
    pub revision: String,
    /// Whether it passed: the provider's answer was believed, and the browser that began it
    /// brought it. Null until it ended.
    pub passed: Option<bool>,
    /// What it found out beside `received` and `checks`. Only of an attempt asked for by itself,
    /// when the test passed.
    pub report: Option<TestReportItem>,
}

/// What a test found out.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TestReportItem {
    /// The revision that counts as tested by it: the one that was tried, or the same with the
    /// issuer that was learned.
    pub revision: String,
    /// The issuer that was learned and pinned.
    pub learned_issuer: Option<String>,
    /// The lasting identity of the person at the provider; masked until revealed.
    pub subject: String,
    /// Whether a real sign-in would have let the person in.
    pub let_in: bool,
    /// Why it would not have; `relink_pending` where it would wait for an administrator.
    pub code: Option<&'static str>,
    /// What the person would have been asked before they were let in: the labels of those of the
    /// organization's `required_fields` that nobody said.
    pub asks: Vec<String>,
    /// The account a real sign-in would have used; null when it would have made one, or let
    /// nobody in.
    pub user: Option<String>,
    /// Whether an owner of the organization ran it, as their session in that browser says.
    pub by_owner: bool,
    /// What each app open to the organization would have been told.
    pub apps: Vec<TestAppItem>,
    /// Whether apps were left out.
    pub cut: bool,
}

/// What one app would have been told.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TestAppItem {
    /// The app.
    pub app: String,
    /// Its name.
    pub name: String,
    /// The claims about the person, for all scopes; values are masked until revealed. Those that
    /// are drawn at a real sign-in are not among them.
    #[schema(value_type = Object)]
    pub claims: Map<String, Value>,
}

/// What an attempt in a list says of it.
pub(super) fn show(attempt: &Attempt) -> Option<TestItem> {
    let Purpose::Test(of) = &attempt.purpose else { return None };
    let passed = matches!(attempt.state, State::Tested { .. });
    Some(TestItem {
        revision: of.revision.to_string(),
        passed: attempt.state.ended().then_some(passed),
        report: None,
    })
}

/// The same with the report.
///
/// # Errors
/// A fault of our own.
pub(super) fn whole(
    act: &Act<'_>,
    attempt: &Attempt,
    shown: Shown,
) -> Result<Option<TestItem>, AdminError> {
    let Some(item) = show(attempt) else { return Ok(None) };
    let State::Tested { report } = &attempt.state else { return Ok(Some(item)) };
    let report = open_report(&act.hub.sealer, report).map_err(|error| {
        tracing::error!(attempt = %attempt.id, %error, "the report of a test cannot be opened");
        AdminError::Store(StoreError::Corrupt("a report that cannot be opened"))
    })?;
    Ok(Some(TestItem { report: Some(reported(report, shown)), ..item }))
}

fn reported(report: Report, shown: Shown) -> TestReportItem {
    let subject = match shown {
        Shown::Masked => MASKED.to_owned(),
        Shown::Revealed => escape(&report.subject),
    };
    TestReportItem {
        revision: report.revision.to_string(),
        learned_issuer: report.learned_issuer.as_deref().map(escape),
        subject,
        let_in: report.refusal.is_none(),
        code: report.refusal.map(Code::as_str),
        asks: report.asks,
        user: report.user.as_ref().map(ToString::to_string),
        by_owner: report.by_owner,
        apps: report.apps.into_iter().map(|app| told(app, shown)).collect(),
        cut: report.cut,
    }
}

fn told(app: AppReport, shown: Shown) -> TestAppItem {
    let one = |(name, value): (String, Value)| match shown {
        Shown::Masked => (name, Value::from(MASKED)),
        Shown::Revealed => (name, value),
    };
    TestAppItem {
        app: app.app.to_string(),
        name: app.name,
        claims: app.claims.into_iter().map(one).collect(),
    }
}
