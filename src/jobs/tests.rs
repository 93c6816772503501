//! Jobs run when they are due, and clear away everything that is over.

use super::*;
use crate::model::app::SigningAlgorithm;
use crate::model::rng::SystemRng;
use crate::model::time::{DAY, StandingClock};
use crate::store::throttles;

const START: i64 = 1_790_000_000_000;

async fn jobs(folder: &tempfile::TempDir) -> (Jobs, Arc<StandingClock>) {
    let store = Store::open(&folder.path().join("d.db"), Millis(START)).unwrap();
    let sealer = Sealer::from_key([7; 32]);
    let ring = Ring::open(&store, &sealer, &SystemRng, Millis(START)).await.unwrap();
    let clock = Arc::new(StandingClock::at(Millis(START)));
    let jobs = Jobs {
        clock: clock.clone(),
        rng: Arc::new(SystemRng),
        store,
        sealer,
        ring,
        attempt_retention: 30 * DAY,
        pause: Duration::ZERO,
    };
    (jobs, clock)
}

#[tokio::test]
async fn each_job_runs_when_it_is_due() {
    let folder = tempfile::tempdir().unwrap();
    let (jobs, clock) = jobs(&folder).await;
    let mut last = Last::default();
    assert_eq!(tick(&jobs, &mut last).await, Duration::from_mins(1));
    assert_eq!(last.0, [Some(Millis(START)); 2]);
    for (passed, rotated, expired) in
        [(1_000, 0, 0), (MINUTE, 0, MINUTE), (HOUR, HOUR, HOUR), (-DAY, -DAY, -DAY)]
    {
        clock.set(Millis(START + passed));
        tick(&jobs, &mut last).await;
        let expected = [rotated, expired].map(|at| Some(Millis(START + at)));
        assert_eq!(last.0, expected, "{passed}");
    }
}

#[tokio::test]
async fn more_rows_than_a_batch_holds_all_go() {
    let folder = tempfile::tempdir().unwrap();
    let (jobs, clock) = jobs(&folder).await;
    let filled = jobs.store.write(|tx| {
        for n in 0..2 * expire::BATCH + 1 {
            throttles::fail(tx, &format!("old {n}"), Millis(START), HOUR)?;
        }
        throttles::fail(tx, "new", Millis(START + 2 * DAY), HOUR)
    });
    filled.await.unwrap();
    let before = jobs.store.commits();
    clock.set(Millis(START + 2 * DAY));
    tick(&jobs, &mut Last::default()).await;
    let left = jobs.store.read(|tx| {
        let old =
            throttles::find(tx, "old 0")?.is_some() || throttles::find(tx, "old 900")?.is_some();
        Ok::<_, StoreError>((old, throttles::find(tx, "new")?.is_some()))
    });
    assert_eq!(left.await.unwrap(), (false, true));
    assert!(jobs.store.commits() >= before + 3, "in batches, not at once");
}

#[tokio::test]
async fn a_quarter_later_another_key_signs() {
    let folder = tempfile::tempdir().unwrap();
    let (jobs, clock) = jobs(&folder).await;
    let sign = || jobs.ring.sign(SigningAlgorithm::EdDSA, "JWT", &serde_json::json!({})).unwrap();
    let head = |token: String| token.split('.').next().unwrap().to_owned();
    let first = head(sign());
    tick(&jobs, &mut Last::default()).await;
    assert_eq!(head(sign()), first);
    clock.set(Millis(START + 91 * DAY));
    tick(&jobs, &mut Last::default()).await;
    assert_ne!(head(sign()), first);
}
