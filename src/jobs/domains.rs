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

/// Keeps what was found, unless the domain changed hands or was checked meanwhile. Gives name
/// and state if that changed.
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
    if before != *asked {
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
