//! How many attempts to sign in ended well or badly, over time: what a chart is drawn from.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

use super::Act;
use super::error::AdminError;
use super::input::Problems;
use super::moment::moment;
use crate::model::id::{ConnectionId, OrganizationId};
use crate::model::time::{DAY, HOUR, MINUTE, Millis, SECOND};
use crate::store::activity::{self, Count, Span};

/// Steps one answer has at most.
const STEPS: i64 = 400;
/// Connections told apart in one answer.
const SERIES: usize = 200;

/// What is to be counted.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Of this organization.
    pub organization: Option<OrganizationId>,
    /// Through this connection.
    pub connection: Option<ConnectionId>,
    /// From this moment on (RFC 3339); a day before `until` when it is not said.
    pub from: Option<String>,
    /// Up to this moment (RFC 3339); now when it is not said.
    pub until: Option<String>,
    /// Seconds of one step; an hour when it is not said.
    pub step_seconds: Option<i64>,
    /// Whether each connection is counted by itself.
    pub by_connection: bool,
}

/// Attempts that ended, counted by the time they began. An attempt under way is not among them.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ActivityItem {
    /// When the first step begins (RFC 3339), a whole number of steps since 1970.
    pub from: String,
    /// Seconds of one step.
    pub step_seconds: i64,
    /// When the earliest attempt that is kept began (RFC 3339): of the time before it nothing is
    /// known. Null while there is none.
    pub kept_since: Option<String>,
    /// One for everything; with `by=connection` one for each connection that had attempts, those
    /// with the most refusals first.
    pub series: Vec<SeriesItem>,
    /// Connections with attempts that are not told for their number.
    pub left_out: usize,
    /// Why people were refused, the most frequent reason first; tests that failed tell nothing here.
    pub causes: Vec<CauseItem>,
}

/// Counts, one number for each step.
#[derive(Debug, Clone, Default, Serialize, ToSchema)]
pub struct SeriesItem {
    /// Which connection; null when all are counted together, and for the attempts that came to
    /// none.
    pub connection: Option<String>,
    /// Attempts in which somebody got in.
    pub admitted: Vec<u32>,
    /// Tests of connections, passed or not: in them nobody was to get in.
    pub tested: Vec<u32>,
    /// Attempts in which somebody was refused.
    pub refused: Vec<u32>,
    /// When the last attempt began in which somebody got in (RFC 3339).
    pub last_admitted_at: Option<String>,
    /// When the last attempt began in which somebody was refused (RFC 3339); tests are not among them.
    pub last_refused_at: Option<String>,
    /// Why that one was refused.
    #[schema(example = "saml_audience_mismatch")]
    pub last_code: Option<String>,
}

/// A reason for refusals.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CauseItem {
    /// The reason code.
    #[schema(example = "saml_audience_mismatch")]
    pub code: String,
    /// How many attempts were refused for it.
    pub attempts: u32,
}

/// Counts the attempts wanted.
///
/// # Errors
/// `NotFound` for an organization out of reach; `Invalid` for what is no moment or no span of
/// time, and for one of too many steps.
pub fn load(act: &Act<'_>, wanted: &Wanted) -> Result<ActivityItem, AdminError> {
    let organization = act.access.narrow(wanted.organization.as_ref())?;
    let (from, until, step) = steps(act.now, wanted)?;
    let span = Span {
        from,
        until,
        step,
        organization: organization.clone(),
        connection: wanted.connection.clone(),
    };
    let counts = activity::count(act.tx, &span)?;
    let causes = causes(&counts);
    let number = usize::try_from((until.since(from) - 1) / step + 1).unwrap_or(0);
    let mut series = series(&counts, number, wanted.by_connection);
    let left_out = series.len().saturating_sub(SERIES);
    series.truncate(SERIES);
    Ok(ActivityItem {
        from: from.rfc3339(),
        step_seconds: step / SECOND,
        kept_since: activity::earliest(act.tx, organization.as_ref())?.map(Millis::rfc3339),
        series,
        left_out,
        causes,
    })
}

/// The first moment, the moment behind the last, and the milliseconds of a step.
fn steps(now: Millis, wanted: &Wanted) -> Result<(Millis, Millis, i64), AdminError> {
    let seconds = wanted.step_seconds.unwrap_or(HOUR / SECOND);
    let mut problems = Problems::default();
    if !(5 * MINUTE / SECOND..=DAY / SECOND).contains(&seconds) {
        problems.add("step_seconds", "give a number of seconds from 300 to 86400");
    }
    problems.done()?;
    let step = seconds * SECOND;
    let until = wanted.until.as_deref().map(|text| moment("until", text)).transpose()?;
    let until = until.unwrap_or(Millis(now.0.saturating_add(1)));
    let from = wanted.from.as_deref().map(|text| moment("from", text)).transpose()?;
    let from = from.unwrap_or(until.plus(-DAY));
    let from = Millis(from.0.div_euclid(step) * step);
    if from >= until {
        return Err(AdminError::field("until", "give a moment after `from`"));
    }
    if until.since(from) > STEPS * step {
        let detail = format!("{STEPS} steps at most: give a later moment, or longer steps");
        return Err(AdminError::field("from", detail));
    }
    Ok((from, until, step))
}

fn causes(counts: &[Count]) -> Vec<CauseItem> {
    let mut by_code: BTreeMap<&str, u32> = BTreeMap::new();
    for count in counts.iter().filter(|count| !count.test) {
        if let Some(code) = &count.code {
            let sum = by_code.entry(code).or_default();
            *sum = sum.saturating_add(count.attempts);
        }
    }
    let mut causes: Vec<CauseItem> = by_code
        .into_iter()
        .map(|(code, attempts)| CauseItem { code: code.to_owned(), attempts })
        .collect();
    causes.sort_by_key(|cause| std::cmp::Reverse(cause.attempts));
    causes
}

/// A series while it is added up.
struct Sum<'c> {
    item: SeriesItem,
    admitted: Option<Millis>,
    refused: Option<(Millis, &'c str)>,
}

impl<'c> Sum<'c> {
    fn new(number: usize) -> Self {
        let none = || vec![0; number];
        let item = SeriesItem {
            admitted: none(),
            tested: none(),
            refused: none(),
            ..SeriesItem::default()
        };
        Self { item, admitted: None, refused: None }
    }

    fn add(&mut self, count: &'c Count) {
        let row = match count.outcome.as_str() {
            "admitted" => {
                self.admitted = self.admitted.max(Some(count.last));
                &mut self.item.admitted
            }
            _ if count.test => &mut self.item.tested,
            _ => {
                let this = (count.last, count.code.as_deref().unwrap_or_default());
                self.refused = self.refused.max(Some(this));
                &mut self.item.refused
            }
        };
        let at = usize::try_from(count.step).ok();
        if let Some(sum) = at.and_then(|at| row.get_mut(at)) {
            *sum = sum.saturating_add(count.attempts);
        }
    }

    fn done(self, connection: Option<&ConnectionId>) -> SeriesItem {
        SeriesItem {
            connection: connection.map(ToString::to_string),
            last_admitted_at: self.admitted.map(Millis::rfc3339),
            last_refused_at: self.refused.map(|(at, _)| at.rfc3339()),
            last_code: self.refused.map(|(_, code)| code.to_owned()),
            ..self.item
        }
    }
}

fn series(counts: &[Count], number: usize, by_connection: bool) -> Vec<SeriesItem> {
    let mut sums: BTreeMap<Option<&ConnectionId>, Sum<'_>> = BTreeMap::new();
    if !by_connection {
        sums.insert(None, Sum::new(number));
    }
    for count in counts {
        let key = count.connection.as_ref().filter(|_| by_connection);
        sums.entry(key).or_insert_with(|| Sum::new(number)).add(count);
    }
    let mut series: Vec<SeriesItem> =
        sums.into_iter().map(|(connection, sum)| sum.done(connection)).collect();
    let refusals = |item: &SeriesItem| item.refused.iter().map(|n| u64::from(*n)).sum::<u64>();
    series.sort_by_key(|item| std::cmp::Reverse(refusals(item)));
    series
}
