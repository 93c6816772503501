//! A test sign-in: what it tries, and the report it ends on.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::code::Code;
use super::id::{AppId, ConnectionId, RevisionId, SetupLinkId, UserId};

/// Most apps a report shows.
pub const MOST_APPS: usize = 20;
/// Most bytes of claims a report keeps together, as JSON.
pub const MOST_CLAIMS: usize = 64 * 1024;

/// What a test sign-in tries: one exact configuration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestOf {
    /// The connection.
    pub connection: ConnectionId,
    /// The revision of it.
    pub revision: RevisionId,
    /// The set-up link whose holder asked for it. They decide what their provider says of whom,
    /// so nothing in it may tell who has an account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<SetupLinkId>,
}

/// What a test sign-in found out beside the checks and what is kept of the provider's answer.
/// Personal: it rests sealed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// The revision that counts as tested: the one that was tried, or the same with its issuer.
    pub revision: RevisionId,
    /// The issuer that was learned by it.
    pub learned_issuer: Option<String>,
    /// The lasting identity of the person there.
    pub subject: String,
    /// Whose account a real sign-in would have used; `None` = it would have made one, or let
    /// nobody in.
    pub user: Option<UserId>,
    /// Why a real sign-in would have let nobody in; `None` = it would have.
    pub refusal: Option<Code>,
    /// What the person would have been asked before they were let in: the labels of the fields.
    #[serde(default)]
    pub asks: Vec<String>,
    /// Whether an owner of the organization ran it, as their session in that browser says.
    pub by_owner: bool,
    /// What each app open to the organization would have been told; empty when nobody would
    /// have been let in.
    pub apps: Vec<AppReport>,
    /// Whether apps were left out.
    pub cut: bool,
}

impl std::fmt::Debug for Report {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Report(..)")
    }
}

/// What one app would have been told.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppReport {
    /// The app.
    pub app: AppId,
    /// Its name.
    pub name: String,
    /// The claims about the person. Those drawn at a real sign-in only are not among them.
    pub claims: Map<String, Value>,
}

impl Report {
    /// Keeps what an app would be told, within bounds.
    pub fn tell(&mut self, told: AppReport) {
        let size = |one: &AppReport| -> usize {
            one.claims.iter().map(|(name, value)| name.len() + value.to_string().len()).sum()
        };
        let kept: usize = self.apps.iter().map(size).sum();
        let more = size(&told);
        if self.apps.len() >= MOST_APPS || kept.saturating_add(more) > MOST_CLAIMS {
            self.cut = true;
        } else {
            self.apps.push(told);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::rng::SystemRng;

    #[test]
    fn a_report_is_bounded_and_prints_nothing() {
        let mut report = Report {
            revision: RevisionId::random(&SystemRng),
            learned_issuer: None,
            subject: "ann".to_owned(),
            user: None,
            refusal: None,
            asks: Vec::new(),
            by_owner: false,
            apps: Vec::new(),
            cut: false,
        };
        let told = |bytes: usize| AppReport {
            app: AppId::random(&SystemRng),
            name: "Wiki".to_owned(),
            claims: Map::from_iter([("groups".to_owned(), Value::from("x".repeat(bytes)))]),
        };
        report.tell(told(MOST_CLAIMS));
        assert!(report.cut && report.apps.is_empty());
        for _ in 0..=MOST_APPS {
            report.tell(told(10));
        }
        assert_eq!(report.apps.len(), MOST_APPS);
        assert_eq!(format!("{report:?}"), "Report(..)");
    }
}
