use super::*;
use crate::model::time::{DAY, HOUR, MINUTE, SECOND};

const NOW: Millis = Millis(1_795_219_200_000);
const TOLERANCE: i64 = 3 * MINUTE;

/// A window by how far its moments are from the moment of judging.
fn window(made: Option<i64>, from: Option<i64>, until: Option<i64>) -> WindowItem {
    let text = |far: Option<i64>| far.map(|far| NOW.plus(far).rfc3339());
    WindowItem {
        issued_at: text(made),
        not_before: text(from),
        not_on_or_after: text(until),
        judged_at: NOW.rfc3339(),
        tolerance_ms: TOLERANCE,
    }
}

fn sound(ruler: &Ruler) {
    let inside = |x: i32| (0..=WIDTH).contains(&x);
    let (bar, frame) = (ruler.bar, ruler.tolerance);
    assert!(inside(bar.0) && inside(bar.0 + bar.1) && bar.1 >= 0, "{ruler:?}");
    let around = frame.0 <= bar.0 && frame.0 + frame.1 >= bar.0 + bar.1;
    assert!(around || bar.1 == 0, "{ruler:?}");
    assert!(ruler.broken.iter().all(|x| inside(*x)), "{ruler:?}");
    for mark in ruler.marks.iter().chain([&ruler.now]) {
        let half = i32::try_from(mark.text.chars().count()).unwrap() * CHARACTER / 20;
        assert!(inside(mark.x), "{ruler:?}");
        assert!(inside(mark.text_x - half) && inside(mark.text_x + half), "{mark:?}");
        assert!(mark.text_y < ruler.height, "{ruler:?}");
    }
    assert!(ruler.marks.windows(2).all(|two| two[0].x <= two[1].x), "in the order of time");
}

#[test]
fn now_is_inside_too_early_or_too_late() {
    let (m, t) = (MINUTE, TOLERANCE);
    for (made, from, until, verdict, holds) in [
        (Some(-10), Some(-5 * m), Some(5 * m), "inside", true),
        (Some(0), Some(0), Some(1), "inside", true),
        (Some(t), Some(t), Some(9 * m), "inside, by the tolerance", true),
        (Some(t + 1), Some(-m), Some(9 * m), "too early", false),
        (Some(-m), Some(t + 1), Some(9 * m), "too early", false),
        (Some(-9 * m), Some(-9 * m), Some(0), "inside, by the tolerance", true),
        (Some(-9 * m), Some(-9 * m), Some(1 - t), "inside, by the tolerance", true),
        (Some(-9 * m), Some(-9 * m), Some(-t), "too late", false),
        (Some(-2 * DAY), None, Some(-DAY), "too late", false),
        (None, None, Some(m), "inside", true),
        (None, Some(-m), None, "inside", true),
        (Some(-m), None, None, "inside", true),
        // It ends before it begins: nobody can be in there.
        (Some(0), Some(HOUR), Some(-HOUR), "too early", false),
    ] {
        let ruler = of(&window(made, from, until), Some(Protocol::Saml)).unwrap();
        sound(&ruler);
        assert_eq!((ruler.verdict, ruler.holds), (verdict, holds), "{made:?} {from:?} {until:?}");
        assert_eq!(ruler.now.text, format!("now: {verdict}"));
        let (start, end) = (ruler.bar.0, ruler.bar.0 + ruler.bar.1);
        let drawn = match verdict {
            "inside" => (start..=end).contains(&ruler.now.x),
            "too early" => ruler.now.x < start,
            "too late" => ruler.now.x > end,
            _ => true,
        };
        assert!(drawn, "the bar says otherwise: {ruler:?}");
        // Left and right on the ruler is before and after.
        for (mark, far) in ruler.marks.iter().zip({
            let mut all: Vec<i64> = [made, from, until].into_iter().flatten().collect();
            all.sort_unstable();
            all
        }) {
            assert_eq!(mark.x.cmp(&ruler.now.x), far.cmp(&0), "{ruler:?}");
        }
    }
}

#[test]
fn a_stretch_much_longer_than_the_others_is_broken() {
    let m = MINUTE;
    for (made, from, until, broken) in [
        (-SECOND, Some(-5 * m), 5 * m, 0),
        (-SECOND, None, HOUR, 1),
        (-5 * m, Some(-5 * m), 8 * HOUR, 1),
        (-3 * DAY, Some(-3 * DAY), 5 * m - 3 * DAY, 1),
        (365 * DAY, Some(365 * DAY), 366 * DAY, 1),
    ] {
        let ruler = of(&window(Some(made), from, Some(until)), None).unwrap();
        sound(&ruler);
        assert_eq!(ruler.broken.len(), broken, "{made} {from:?} {until}: {ruler:?}");
    }
}

#[test]
fn the_list_says_the_same_in_the_protocols_own_names() {
    let window = window(Some(-1_200), Some(-5 * MINUTE), Some(5 * MINUTE));
    let said = |protocol| {
        let ruler = of(&window, protocol).unwrap();
        let lines = ruler.list.into_iter().map(|m| format!("{} {}", m.name, m.seen));
        lines.collect::<Vec<_>>().join("; ")
    };
    assert_eq!(
        said(Some(Protocol::Saml)),
        "NotBefore 5 min 0 s ago; IssueInstant 1.2 s ago; now, when it was judged ; \
         NotOnOrAfter in 5 min 0 s"
    );
    assert!(said(Some(Protocol::Oidc)).starts_with("nbf 5 min 0 s ago; iat 1.2 s ago; now"));
    assert!(said(None).contains("valid until in 5 min"));
}

#[test]
fn what_is_no_window_is_not_drawn_and_what_is_odd_does_no_harm() {
    assert!(of(&window(None, None, None), None).is_none());
    let garbled = WindowItem { judged_at: "yesterday".to_owned(), ..window(Some(0), None, None) };
    assert!(of(&garbled, None).is_none());
    // Moments that no calendar names, a tolerance that is none.
    for (made, until) in [(i64::MIN, i64::MAX), (i64::MAX, i64::MIN), (0, 0)] {
        for tolerance_ms in [i64::MIN, 0, i64::MAX] {
            let odd = WindowItem { tolerance_ms, ..window(Some(made), None, Some(until)) };
            sound(&of(&odd, None).unwrap());
        }
    }
}
