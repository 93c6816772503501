//! Two answers to one request, and who may go on after the first.

use super::*;

#[tokio::test]
async fn a_second_answer_leaves_what_the_first_one_brought() {
    let world = World::new().await;
    for state in ["verified", "admitted"] {
        let attempt = world.awaiting().await;
        let handle = attempt.handle;
        let [first, second] = [b"1", b"2"].map(|id| {
            let id = [state.as_bytes(), id].concat();
            identity(&world.okta, "ann", Some(&id))
        });
        let (denied, before, after) = world
            .on(move |tx| {
                let read = || Ok::<_, StoreError>(attempts::find_by_handle(tx, handle)?.unwrap());
                let verified = verify(tx, NOW, attempt, first, ticket())?.unwrap();
                if state == "admitted" {
                    assert!(admit(tx, MOMENT, verified, &hop(mine()))?.is_ok());
                }
                let before = read()?;
                let denied = verify(tx, NOW, before.clone(), second, Digest::of(b"other"))?;
                Ok((denied.unwrap_err(), before, read()?))
            })
            .await;
        assert_eq!((denied.code, denied.stray), (Code::AttemptUsed, true));
        assert_eq!(before.state.name(), state);
        assert_eq!(before, after);
    }
}

#[tokio::test]
async fn an_answer_to_an_earlier_request_leaves_the_later_one_open() {
    let world = World::new().await;
    let attempt = world.awaiting().await;
    let answer = identity(&world.okta, "ann", Some(b"1"));
    let later = Expected { sent_at: NOW.plus(1), ..asked(&world.okta) };
    // Taken back, and asked anew.
    let again = Attempt { state: State::Choosing, ..attempt.clone() };
    let again = again.await_answer(NOW, later).unwrap();
    let (denied, before, after) = world
        .on(move |tx| {
            attempts::save(tx, &again)?;
            let denied = verify(tx, NOW, again.clone(), answer, ticket())?.unwrap_err();
            Ok((denied, again, attempts::find_by_handle(tx, attempt.handle)?.unwrap()))
        })
        .await;
    assert_eq!((denied.code, denied.stray), (Code::AttemptUsed, true));
    assert_eq!(before, after);
}

/// Between what proved them before and the new request, which may take a while to make.
#[tokio::test]
async fn an_answer_while_the_next_request_is_made_ends_nothing() {
    let world = World::new().await;
    let attempt = world.awaiting().await;
    let handle = attempt.handle;
    let [first, late] = [b"1", b"2"].map(|id| identity(&world.okta, "ann", Some(id)));
    let (denied, before, after) = world
        .on(move |tx| {
            let read = || Ok::<_, StoreError>(attempts::find_by_handle(tx, handle)?.unwrap());
            let verified = verify(tx, NOW, attempt, first, ticket())?.unwrap();
            let before = anew::ask(tx, NOW, verified, NOW)?.unwrap();
            let denied = verify(tx, NOW, read()?, late, ticket())?.unwrap_err();
            Ok((denied, before, read()?))
        })
        .await;
    assert_eq!((denied.code, denied.stray), (Code::AttemptUnknown, true));
    assert_eq!(before.state.name(), "choosing");
    assert_eq!(before, after);
}

#[tokio::test]
async fn only_the_browser_that_began_and_brought_has_a_part_in_the_attempt() {
    let world = World::new().await;
    let other = vec![Digest::of(b"somebody else's")];
    for (browsers, brought, code, stray) in [
        (other.clone(), true, Code::BrowserMismatch, false),
        (other, false, Code::BrowserMismatch, true),
        (vec![], true, Code::BrowserCookieMissing, false),
        (vec![], false, Code::BrowserCookieMissing, true),
        (mine(), false, Code::BrowserMismatch, false),
    ] {
        let attempt = world.awaiting().await;
        let vouched = identity(&world.okta, "ann", None);
        let hop = Hop { ticket: brought.then(ticket), ..hop(browsers) };
        let denied = world
            .on(move |tx| {
                let attempt = verify(tx, NOW, attempt, vouched, ticket())?.unwrap();
                let stayed = question::stay(tx, NOW, attempt.clone(), &hop)?.unwrap_err();
                let denied = admit(tx, MOMENT, attempt, &hop)?.map(|_| ()).unwrap_err();
                assert_eq!((stayed.code, stayed.stray), (denied.code, denied.stray));
                Ok(denied)
            })
            .await;
        assert_eq!((denied.code, denied.stray), (code, stray));
    }
}
