//! A mail domain as the API shows it.

use serde::Serialize;
use utoipa::ToSchema;

use crate::model::domain::finding::Finding;
use crate::model::domain::{Checked, Domain, LOSS_CHECKS, Missing, State};

/// A mail domain.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DomainItem {
    /// The domain in lower case.
    pub domain: String,
    /// Whose it is, or who wants to prove it.
    pub organization: String,
    /// `pending`: nobody is sent here for it and no address is verified by it.
    /// `proved_by_dns`: the record was found; it is looked for every day.
    /// `proved_by_operator`: whoever runs the installation decided it.
    /// `lost`: the record is gone; known people get in, nobody new does.
    pub state: &'static str,
    /// Since when it is in this state (RFC 3339).
    pub since: String,
    /// Whether it covers the domains below it, too; one that somebody else has proved is
    /// never covered.
    pub include_subdomains: bool,
    /// What to publish in DNS to prove it, and to leave there.
    pub record: DomainRecord,
    /// What was found when it was looked for last.
    pub last_check: Option<DomainCheck>,
    /// What needs doing before the domain, or more, is lost.
    pub warning: Option<String>,
    /// When it was added (RFC 3339).
    pub created_at: String,
}

/// A record to publish in DNS.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DomainRecord {
    /// Always `TXT`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// Where: the full name. Many consoles of DNS providers want only what stands in front of
    /// the domain.
    pub name: String,
    /// The text.
    pub value: String,
}

/// What was found in DNS.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DomainCheck {
    /// When (RFC 3339).
    pub at: String,
    /// Where it was looked for.
    pub name: String,
    /// `found`, `absent`, `different`, `alias`, or why it could not be found out:
    /// `timed_out`, `server_failed`, `unclear`, `unreachable`.
    pub outcome: &'static str,
    /// What that means and what to do.
    pub detail: &'static str,
    /// Other texts that stand there: the first five, cut to 100 characters, invisible
    /// characters as `\u{...}`.
    pub texts: Vec<String>,
}

pub(super) fn show(domain: &Domain) -> DomainItem {
    DomainItem {
        domain: domain.name.clone(),
        organization: domain.organization.to_string(),
        state: domain.state.as_str(),
        since: domain.since.rfc3339(),
        include_subdomains: domain.include_subdomains,
        record: DomainRecord {
            kind: "TXT",
            name: domain.record_name(),
            value: domain.record_value(),
        },
        last_check: domain.checked.as_ref().map(|checked| last_check(domain, checked)),
        warning: warning(domain),
        created_at: domain.created_at.rfc3339(),
    }
}

fn last_check(domain: &Domain, Checked { at, finding }: &Checked) -> DomainCheck {
    DomainCheck {
        at: at.rfc3339(),
        name: domain.record_name(),
        outcome: finding.as_str(),
        detail: finding.sentence(),
        texts: match finding {
            Finding::Different(texts) => texts.clone(),
            Finding::Found | Finding::Absent | Finding::Alias | Finding::Failed(_) => Vec::new(),
        },
    }
}

fn warning(domain: &Domain) -> Option<String> {
    match domain.state {
        State::Lost => Some(
            "The record in DNS is gone, so the domain is not proved any more: people who are known still get in, nobody new does, and addresses at it are not verified. Publish the record again and check.".to_owned(),
        ),
        State::ProvedByDns { missing: Some(Missing { since, checks }) } => Some(format!(
            "The record in DNS has not been found since {} ({checks} checks): publish it again. After {LOSS_CHECKS} checks over 48 hours the domain is lost.",
            since.rfc3339()
        )),
        State::ProvedByDns { missing: None } if domain.failures > 0 => Some(format!(
            "The record could not be looked for the last {} times, which changes nothing yet: see last_check.",
            domain.failures
        )),
        State::Pending | State::ProvedByDns { .. } | State::ProvedByOperator => None,
    }
}
