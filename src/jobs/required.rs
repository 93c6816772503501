//! Ends the sessions that passwords opened, where single sign-on is required by now and they
//! are not to go on. They open nothing from that moment on; this is so that apps are told, and
//! that nobody finds them again once it is not required any more.

use super::{JobError, Jobs};
use crate::model::id::OrganizationId;
use crate::model::organization::Organization;
use crate::model::time::Millis;
use crate::store::page::cursor;
use crate::store::{Page, StoreError, organizations, sessions};

/// Organizations that one read looks at.
const PIECE: i64 = 200;
/// Sessions that one transaction ends at most.
const BATCH: u32 = 100;
/// Transactions for one organization in one run at most; the rest waits for the next minute.
const BATCHES: u32 = 200;

pub(super) async fn end(jobs: &Jobs, now: Millis) -> Result<(), JobError> {
    let mut page = Page::first(PIECE);
    loop {
        let at = page.clone();
        let piece = jobs.store.read::<_, StoreError, _>(move |tx| organizations::list(tx, &at));
        let piece = piece.await?;
        let next = piece.last().map(|last| cursor(last.created_at, last.id.as_str()));
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
