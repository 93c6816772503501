use super::*;

type Told = (&'static str, i64, Option<i64>);

fn step((station, after_ms, took_ms): Told) -> StepItem {
    let (from, to) = match station {
        "begun" | "redeemed" => (Party::App, Party::Doorward),
        "stray" | "returned" => (Party::Browser, Party::Doorward),
        "answered" => (Party::Provider, Party::Doorward),
        "admitted" => (Party::Doorward, Party::App),
        "refused" => (Party::Doorward, Party::Browser),
        _ => (Party::Doorward, Party::Provider),
    };
    let station = serde_json::from_value(station.into()).unwrap();
    StepItem { at: String::new(), after_ms, took_ms, from, to, station, sentence: "It happened." }
}

fn steps(told: &[Told]) -> Vec<StepItem> {
    told.iter().copied().map(step).collect()
}

/// The steps at which something failed, counted from 1, and the breaks.
fn shape(told: &[Told]) -> (Vec<usize>, Vec<String>) {
    let steps = steps(told);
    let picture = of(&steps);
    sound(&picture);
    let failed = picture.arrows.iter().filter(|a| a.failed).map(|a| a.number).collect();
    let listed: Vec<_> =
        list(&steps).iter().enumerate().filter(|(_, l)| l.failed).map(|(n, _)| n + 1).collect();
    assert_eq!(listed, failed, "picture and list say the same");
    (failed, picture.breaks.into_iter().map(|b| b.text).collect())
}

/// Nothing leaves the paper, and nothing stands on something else.
fn sound(picture: &Picture) {
    let mut rows: Vec<(i32, i32)> =
        picture.arrows.iter().map(|a| (a.label_y - 10, a.timing_y)).collect();
    rows.extend(picture.breaks.iter().map(|b| (b.y - 9, b.y + 9)));
    rows.sort_unstable();
    assert!(rows.windows(2).all(|two| two[0].1 < two[1].0), "{rows:?}");
    for (top, bottom) in rows {
        assert!(top >= 18 && bottom < picture.height, "{top} {bottom} of {}", picture.height);
    }
    for arrow in &picture.arrows {
        for (x, characters, tenths) in [
            (arrow.label_x, arrow.label.len() + 3, LABEL),
            (arrow.timing_x, arrow.timing.chars().count(), TIME),
        ] {
            let half = i32::try_from(characters).unwrap() * tenths / 20;
            assert!(x - half >= 0 && x + half <= WIDTH, "{arrow:?}");
        }
    }
}

#[test]
fn where_it_failed_and_where_people_waited() {
    let none: Vec<String> = Vec::new();
    for (told, failed, breaks) in [
        (&[][..], vec![], none.clone()),
        // Left alone while choosing.
        (&[("begun", 0, None)], vec![], none.clone()),
        // Refused before anybody was asked.
        (&[("begun", 0, Some(3)), ("refused", 3, None)], vec![1], none.clone()),
        (&[("stray", 0, Some(0)), ("refused", 0, None)], vec![1], none.clone()),
        // Nobody came back.
        (
            &[("begun", 0, Some(9)), ("sent", 9, Some(900_001)), ("refused", 900_010, None)],
            vec![2],
            vec!["15 min 0 s later".to_owned()],
        ),
        // Let in, and the app came.
        (
            &[
                ("begun", 0, Some(9)),
                ("sent", 9, Some(72_000)),
                ("answered", 72_009, Some(20)),
                ("returned", 72_029, Some(2)),
                ("admitted", 72_031, Some(50)),
                ("redeemed", 72_081, None),
            ],
            vec![],
            vec!["1 min 12 s later".to_owned()],
        ),
        // A call that took long is no wait.
        (
            &[
                ("begun", 0, Some(9)),
                ("sent", 9, Some(9_999)),
                ("answered", 10_008, Some(1)),
                ("token", 10_009, Some(30_000)),
                ("refused", 40_010, None),
            ],
            vec![4],
            none.clone(),
        ),
        (
            &[("sent", 0, Some(10_000)), ("answered", 10_000, None)],
            vec![],
            vec!["10.0 s later".to_owned()],
        ),
        // The clock was set back.
        (
            &[("begun", 0, Some(0)), ("sent", -3_600_000, Some(5)), ("answered", -3_599_995, None)],
            vec![],
            vec!["the clock was set back by 1 h 0 min".to_owned()],
        ),
    ] {
        assert_eq!(shape(told), (failed, breaks), "{told:?}");
    }
}

#[test]
fn of_more_stations_than_are_kept_only_the_end_is_certain() {
    for (hops, failed) in [(Hops::LIMIT - 1, Hops::LIMIT), (Hops::LIMIT, Hops::LIMIT + 2)] {
        let mut told = vec![("begun", 0, Some(1))];
        told.extend((0..hops).map(|n| ("sent", i64::try_from(n).unwrap(), Some(1))));
        told.push(("refused", 5_000, None));
        assert_eq!(shape(&told), (vec![failed], Vec::new()));
    }
}

#[test]
fn moments_no_clock_shows_are_drawn_all_the_same() {
    let far = [
        ("begun", i64::MIN, Some(i64::MAX)),
        ("userinfo", i64::MAX, Some(i64::MAX)),
        ("refused", i64::MIN, None),
    ];
    let (failed, breaks) = shape(&far);
    assert_eq!((failed, breaks.len()), (vec![2], 2));
}

#[test]
fn each_step_says_who_when_and_for_how_long() {
    let told = [
        ("begun", 0, Some(40)),
        ("token", 40, Some(1_240)),
        ("admitted", 1_280, Some(30_000)),
        ("redeemed", 31_280, None),
    ];
    let steps = steps(&told);
    let picture = of(&steps);
    let timings: Vec<_> = picture.arrows.iter().map(|a| a.timing.as_str()).collect();
    assert_eq!(timings, ["+0 ms, then 40 ms", "+40 ms, took 1.2 s", "+1.2 s", "+31.2 s"]);
    let ways: Vec<_> = picture.arrows.iter().map(|a| a.from < a.to).collect();
    assert_eq!(ways, [true, true, false, true]);
    assert_eq!(picture.arrows[0].label, "asks to sign in");
    let took: Vec<_> = list(&steps).into_iter().map(|line| line.took).collect();
    let took: Vec<_> = took.iter().map(Option::as_deref).collect();
    assert_eq!(
        took,
        [Some("40 ms until the next."), Some("Took 1.2 s."), Some("30.0 s until the next."), None]
    );
    assert_eq!(picture.summary, "4 steps within 31.2 s. The list of steps says the same.");
    let refused = of(&self::steps(&[("begun", 0, Some(3)), ("refused", 3, None)]));
    assert!(refused.summary.contains("It failed at step 1, from App to Doorward."));
}
