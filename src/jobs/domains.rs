//! Looks every day for the records that prove domains.

use std::sync::Arc;

use tokio::task::JoinSet;

use super::{JobError, Jobs};
use crate::model::audit::{Actor, AuditEvent};
use crate::model::domain::finding::Finding;
use crate::model::domain::{Domain, State};
use crate::model::id::AuditId;
use crate::model::rng::Rng;
use crate::model::time::Millis;
use crate::store::{StoreError, Tx, audit, domains};

/// Records one run looks for at most, all at once; the rest waits for the next minute. Name
/// servers that do not answer cost a run some seconds.
const BATCH: u32 = 24;

/// Looks for what is due.
pub(super) async fn look(jobs: &Jobs, now: Millis) -> Result<(), JobError> {
    let due = jobs.store.read::<_, StoreError, _>(move |tx| domains::due(tx, now, BATCH)).await?;
    let mut running = JoinSet::new();
    for domain in due {
        let proofs = Arc::clone(&jobs.proofs);
        running.spawn(async move { (proofs.look_for(&domain).await, domain) });
    }
    while let Some(done) = running.join_next().await {
        // A lookup that broke off is tried again in the next run.
        let Ok((finding, asked)) = done else { continue };
        let rng = Arc::clone(&jobs.rng);
        let judged = jobs.store.write(move |tx| judge(tx, rng.as_ref(), now, &asked, finding));
        if let Some((name, state)) = judged.await? {
            tracing::warn!(domain = name, state, "the proof of a domain changed");
        }
    }
    Ok(())
}

/// Keeps what was found, unless the domain changed hands or was checked meanwhile. Any other
/// change leaves it due no longer than it would be: its administrators could else put off for
/// ever that it is lost, and stay in front of the others. Gives name and state if that changed.
fn judge(
    tx: &Tx<'_>,
    rng: &dyn Rng,
    now: Millis,
    asked: &Domain,
    finding: Finding,
) -> Result<Option<(String, &'static str)>, StoreError> {
    let Some(before) = domains::find(tx, &asked.organization, &asked.name)? else {
        return Ok(None);
    };
    if (&before.token, before.state, &before.checked) != (&asked.token, asked.state, &asked.checked)
    {
        return Ok(None);
    }
    let mut jitter = [0];
    rng.fill(&mut jitter);
    let after = before.clone().judged(now, finding, jitter[0]);
    domains::save(tx, &after)?;
    if after.shown() == before.shown() {
        return Ok(None);
    }
    let action = if after.state == State::Lost { "domain.lose" } else { "domain.prove" };
    let json = |domain: &Domain| {
        serde_json::to_value(domain.shown())
            .map_err(|_| StoreError::Corrupt("a value that JSON cannot hold"))
    };
    let event = AuditEvent {
        id: AuditId::random(rng),
        at: now,
        actor: Actor::System,
        organization: Some(after.organization.clone()),
        action: action.to_owned(),
        subject: after.name.clone(),
        before: Some(json(&before)?),
        after: Some(json(&after)?),
    };
    audit::append(tx, &event)?;
    Ok(Some((after.name, after.state.as_str())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::domain::{Checked, Missing};
    use crate::model::id::OrganizationId;
    use crate::model::rng::SystemRng;
    use crate::model::time::DAY;
    use crate::store::{Store, fixture};

    const NOW: Millis = Millis(1_800_000_000_000);

    /// What is found of `asked` while it was changed in this way; gives what is kept then.
    async fn judged(asked: Domain, change: fn(Domain) -> Domain) -> Domain {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("d.db")).unwrap();
        let kept = store.write(move |tx| {
            fixture::organization(tx, asked.organization.as_str())?;
            domains::save(tx, &change(asked.clone()))?;
            judge(tx, &SystemRng, NOW, &asked, Finding::Absent)?;
            domains::find(tx, &asked.organization, &asked.name)
        });
        kept.await.unwrap().unwrap()
    }

    fn almost_lost() -> Domain {
        let missing = Missing { since: NOW.plus(-3 * DAY), checks: 2 };
        let organization = OrganizationId::try_from("evil").unwrap();
        Domain {
            state: State::ProvedByDns { missing: Some(missing) },
            next_check_at: Some(NOW.plus(-1)),
            ..Domain::pending(&SystemRng, NOW, organization, "acme.test".to_owned())
        }
    }

    /// Else whoever changes it all the time keeps what they have to lose, and stays in front
    /// of everybody else's domains.
    #[tokio::test]
    async fn a_change_meanwhile_that_is_not_of_the_proof_saves_nothing() {
        let wide = |domain: Domain| Domain { include_subdomains: true, ..domain };
        let kept = judged(almost_lost(), wide).await;
        assert_eq!(kept.state, State::Lost);
        assert!(kept.include_subdomains && kept.next_check_at > Some(NOW));
    }

    #[tokio::test]
    async fn what_was_checked_or_decided_meanwhile_stands() {
        let accepted = |domain: Domain| domain.accepted(NOW, false);
        assert_eq!(judged(almost_lost(), accepted).await.state, State::ProvedByOperator);
        let anew = |domain: Domain| Domain { token: "other".to_owned(), ..domain };
        assert!(judged(almost_lost(), anew).await.state.is_proved());
        let checked = |domain: Domain| Domain {
            state: State::ProvedByDns { missing: None },
            checked: Some(Checked { at: NOW, finding: Finding::Found }),
            next_check_at: Some(NOW.plus(DAY)),
            ..domain
        };
        let kept = judged(almost_lost(), checked).await;
        assert_eq!(kept.state, State::ProvedByDns { missing: None });
    }
}
