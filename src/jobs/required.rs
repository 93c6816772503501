//! Ends the sessions that open nothing any more because single sign-on is required by now:
//! those of passwords where they are not to go on, and those of owners who have no second
//! factor. This is so that apps are told, and that nobody finds them again once it is not
//! required any more.

use super::{JobError, Jobs};
use crate::model::id::OrganizationId;
use crate::model::organization::Organization;
use crate::model::time::Millis;
use crate::store::page::cursor;
use crate::store::{Page, StoreError, Tx, factors, organizations, sessions};

/// Organizations that one read looks at.
const PIECE: i64 = 200;
/// Sessions that one transaction ends at most.
const BATCH: u32 = 100;
/// Sessions of owners that are looked at in one run.
const OWNERS: u32 = 500;
/// Transactions for one organization in one run at most; the rest waits for the next minute.
const BATCHES: u32 = 200;

pub(super) async fn end(jobs: &Jobs, now: Millis) -> Result<(), JobError> {
    let mut page = Page::first(PIECE);
    loop {
        let at = page.clone();
        let piece = jobs.store.read::<_, StoreError, _>(move |tx| organizations::list(tx, &at));
        let piece = piece.await?;
        let next = piece.last().map(|last| cursor(last.created_at, last.id.as_str()));
        for organization in piece.iter().filter(|one| one.settings.enforcement.in_force(now)) {
            end_of_owners(jobs, now, &organization.id).await?;
        }
        let ends = |one: &&Organization| one.settings.ends_password_sessions(now);
        for organization in piece.iter().filter(ends) {
            end_of(jobs, now, &organization.id).await?;
        }
        match next {
            Some(next) if piece.len() >= usize::try_from(PIECE).unwrap_or(usize::MAX) => {
                page.after = Some(next);
            }
            _ => return Ok(()),
        }
    }
}

/// Ends what owners without a second factor opened. An organization has few owners.
async fn end_of_owners(
    jobs: &Jobs,
    now: Millis,
    organization: &OrganizationId,
) -> Result<(), JobError> {
    let of = organization.clone();
    let over = move |tx: &Tx<'_>| {
        let mut over = Vec::new();
        for (session, owner) in sessions::at_owners_door(tx, &of, OWNERS)? {
            if !factors::of(tx, &owner)?.any() {
                over.push(session);
            }
        }
        Ok::<_, StoreError>(over)
    };
    if jobs.store.read(over.clone()).await?.is_empty() {
        return Ok(());
    }
    let of = organization.clone();
    let ended = jobs.store.write::<_, StoreError, _>(move |tx| {
        // Read again: it may be undone, and an owner may have one by now.
        if organizations::find(tx, &of)?.is_some_and(|of| of.settings.enforcement.in_force(now)) {
            for session in over(tx)? {
                sessions::end(tx, &session)?;
            }
        }
        Ok(())
    });
    match ended.await {
        // People come first; the next minute is soon enough.
        Err(StoreError::Busy) | Ok(()) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

async fn end_of(jobs: &Jobs, now: Millis, organization: &OrganizationId) -> Result<(), JobError> {
    for _ in 0..BATCHES {
        let of = organization.clone();
        let any = jobs.store.read::<_, StoreError, _>({
            let of = of.clone();
            move |tx| sessions::any_by_password(tx, &of)
        });
        if !any.await? {
            break;
        }
        let ended = jobs.store.write::<_, StoreError, _>(move |tx| {
            // Read again: it may be undone.
            match organizations::find(tx, &of)? {
                Some(found) if found.settings.ends_password_sessions(now) => {
                    sessions::end_by_password(tx, &of, BATCH)
                }
                _ => Ok(0),
            }
        });
        match ended.await {
            // People come first.
            Err(StoreError::Busy) | Ok(0) => break,
            Err(error) => return Err(error.into()),
            Ok(_) => tokio::time::sleep(jobs.pause).await,
        }
    }
    Ok(())
}
