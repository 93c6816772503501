//! Jobs run when they are due, and clear away everything that is over.

use super::*;
use crate::config::Config;
use crate::model::app::SigningAlgorithm;
use crate::model::attempt::{Attempt, Purpose, Reference, State};
use crate::model::check::Checks;
use crate::model::code::Code;
use crate::model::hop::Hops;
use crate::model::id::AttemptId;
use crate::model::lifetime;
use crate::model::public_url::PublicUrl;
use crate::model::rng::SystemRng;
use crate::model::secret::{Digest, random_token};
use crate::model::time::{DAY, StandingClock};
use crate::store::{self, Tx, access_tokens, attempts, codes, fixture, throttles};

fn config(folder: &tempfile::TempDir) -> Config {
    let url = PublicUrl::parse("http://localhost:8080").unwrap();
    Config::new(folder.path().to_owned(), "127.0.0.1:0".parse().unwrap(), url)
}

const START: i64 = 1_790_000_000_000;

async fn jobs(folder: &tempfile::TempDir) -> (Jobs, Arc<StandingClock>) {
    let store = Store::open(&folder.path().join("d.db")).unwrap();
    let sealer = Sealer::from_key([7; 32]);
    let ring = Ring::open(&store, &sealer, &SystemRng, Millis(START)).await.unwrap();
    let clock = Arc::new(StandingClock::at(Millis(START)));
    let jobs = Jobs {
        clock: clock.clone(),
        rng: Arc::new(SystemRng),
        store,
        sealer,
        ring,
        clocks: Arc::default(),
        proofs: Arc::new(Proofs::new(&[], &SystemRng)),
        running: Running::of(Arc::new(config(folder))),
        kept: Kept { proved: 3, unproved: 2, begun: 600 },
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
    assert_eq!(last.0, [Some(Millis(START)); 8]);
    for (passed, rotated, expired) in
        [(1_000, 0, 0), (MINUTE, 0, MINUTE), (HOUR, HOUR, HOUR), (-DAY, -DAY, -DAY)]
    {
        clock.set(Millis(START + passed));
        tick(&jobs, &mut last).await;
        let expected = [rotated, expired, expired, expired, expired, expired, rotated, expired]
            .map(|at| Some(Millis(START + at)));
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
async fn codes_and_tokens_stay_while_they_are_of_use() {
    let folder = tempfile::tempdir().unwrap();
    let (jobs, clock) = jobs(&folder).await;
    let given = [b"code", b"toke"].map(|name| {
        let mut digest = *Digest::first_at(Millis(START)).as_bytes().first_chunk::<32>().unwrap();
        digest[28..].copy_from_slice(name);
        Digest::from_bytes(&digest).unwrap()
    });
    let [code, token] = given;
    jobs.store
        .write(move |tx| fixture::code_and_token(tx, code, token, Millis(START)))
        .await
        .unwrap();
    let day = lifetime::CODE + DAY;
    for (passed, has_code, has_token) in [
        (lifetime::ACCESS_TOKEN, true, true),
        (lifetime::ACCESS_TOKEN + 1, true, false),
        (day, true, false),
        (day + 1, false, false),
    ] {
        clock.set(Millis(START + passed));
        tick(&jobs, &mut Last::default()).await;
        let left = jobs.store.read(move |tx| {
            let code = codes::find(tx, &code)?.is_some();
            Ok::<_, StoreError>((code, access_tokens::find(tx, &token)?.is_some()))
        });
        assert_eq!(left.await.unwrap(), (has_code, has_token), "{passed}");
    }
}

/// An attempt made at `at` in which somebody was proved, or nobody.
fn attempt(tx: &Tx<'_>, at: Millis, proved: bool) -> Result<(), StoreError> {
    let attempt = Attempt {
        id: AttemptId::random(&SystemRng),
        reference: Reference::random(&SystemRng, at),
        handle: Digest::of(random_token(&SystemRng).expose().as_bytes()),
        browser: None,
        purpose: Purpose::Home,
        state: State::Choosing,
        checks: Checks::new(),
        hops: Hops::default(),
        organization: None,
        connection: None,
        user: None,
        created_at: at,
        changed_at: at,
        redeemed_at: None,
    };
    attempts::insert(tx, &attempt)?;
    if proved {
        attempts::save(tx, &attempt.clone().taken_over(at).unwrap())?;
        // What was proved stays so, whatever came after.
        attempts::save(tx, &attempt.refused(at, Code::UserDisabled))?;
    }
    Ok(())
}

/// The moments of what is left, in minutes before the start, oldest first.
async fn left(jobs: &Jobs, code: Option<Code>) -> Vec<i64> {
    let filter = attempts::Filter { code, ..attempts::Filter::default() };
    let listed = jobs.store.read::<_, StoreError, _>(move |tx| {
        attempts::list(tx, &filter, &store::Page::first(10_000))
    });
    let minutes = listed
        .await
        .unwrap()
        .into_iter()
        .rev()
        .filter(|a| (a.state == State::Choosing) == code.is_none());
    minutes.map(|a| (START - a.created_at.0) / MINUTE).collect()
}

#[tokio::test]
async fn a_flood_pushes_out_neither_what_was_proved_nor_who_is_in_the_midst() {
    let folder = tempfile::tempdir().unwrap();
    let (jobs, clock) = jobs(&folder).await;
    let ago = |minutes: i64| Millis(START - minutes * MINUTE);
    let filled = jobs.store.write(move |tx| {
        for minutes in [90, 80, 70, 60] {
            attempt(tx, ago(minutes), true)?;
            attempt(tx, ago(minutes), false)?;
        }
        for minutes in [50, 40, 30, 14, 13, 12] {
            attempt(tx, ago(minutes), false)?;
        }
        Ok::<_, StoreError>(())
    });
    filled.await.unwrap();
    tick(&jobs, &mut Last::default()).await;
    assert_eq!(left(&jobs, Some(Code::UserDisabled)).await, [80, 70, 60]);
    // Two are to be kept, but people may be in the midst of these three.
    assert_eq!(left(&jobs, None).await, [14, 13, 12]);
    // A flood of what is open: all of it stays up to the last bound, and no minute longer.
    let flood = jobs.store.write(move |tx| {
        for _ in 0..1_200 {
            attempt(tx, ago(10), false)?;
        }
        for _ in 0..3 {
            attempt(tx, ago(1), false)?;
        }
        Ok::<_, StoreError>(())
    });
    flood.await.unwrap();
    clock.pass(MINUTE);
    let before = jobs.store.commits();
    tick(&jobs, &mut Last::default()).await;
    // All of one moment go together here; in a real flood they spread over milliseconds.
    assert_eq!(left(&jobs, None).await, [1, 1, 1]);
    assert!(jobs.store.commits() >= before + 3, "in batches, not at once");
    assert_eq!(left(&jobs, Some(Code::UserDisabled)).await, [80, 70, 60]);
}

/// Who fills the queue of writes must not keep what they wrote from being cleared away.
#[tokio::test]
async fn a_busy_store_is_cleared_all_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let (jobs, _) = jobs(&folder).await;
    let filled = jobs.store.write(|tx| {
        for n in 0..9 {
            attempt(tx, Millis(START - HOUR + n), false)?;
        }
        Ok::<_, StoreError>(())
    });
    filled.await.unwrap();
    let (release, held) = std::sync::mpsc::channel::<()>();
    let (begin, begun) = std::sync::mpsc::channel::<()>();
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    let mut flood = vec![Box::pin(jobs.store.write(move |_| {
        drop(begin);
        let _released = held.recv();
        Ok::<_, StoreError>(())
    })) as Pin<Box<dyn Future<Output = Result<(), StoreError>>>>];
    assert!(flood[0].as_mut().poll(&mut context).is_pending());
    let _begun = begun.recv();
    flood.push(Box::pin(jobs.store.write(|_| Ok(()))));
    while flood.last_mut().unwrap().as_mut().poll(&mut context).is_pending() {
        flood.push(Box::pin(jobs.store.write(|_| Ok(()))));
    }
    let mut trim = Box::pin(expire::trim(&jobs, Millis(START)));
    // Long enough for it to have looked and to have been turned away.
    for _ in 0..500 {
        assert!(trim.as_mut().poll(&mut context).is_pending());
        jobs.store.read::<_, StoreError, _>(|_| Ok(())).await.unwrap();
    }
    drop(release);
    trim.await.unwrap();
    assert_eq!(left(&jobs, None).await.len(), 2);
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

#[tokio::test]
async fn the_copy_made_before_an_upgrade_stays_for_a_month() {
    let folder = tempfile::tempdir().unwrap();
    let (jobs, clock) = jobs(&folder).await;
    let copy = folder.path().join("d.db.before-schema-2");
    let made = std::time::Duration::from_millis(START.try_into().unwrap());
    std::fs::write(&copy, "a copy").unwrap();
    let file = std::fs::File::options().write(true).open(&copy).unwrap();
    file.set_modified(std::time::SystemTime::UNIX_EPOCH + made).unwrap();
    for (passed, stays) in [(0, true), (30 * DAY, true), (30 * DAY + HOUR, false)] {
        clock.set(Millis(START + passed));
        tick(&jobs, &mut Last::default()).await;
        assert_eq!(copy.exists(), stays, "{passed}");
    }
    assert!(folder.path().join("d.db").exists());
}
