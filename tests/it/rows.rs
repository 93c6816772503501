//! Every row of `tests/rows.md` is there once, and every test it names exists.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// The text of every file below `folder` that tests may stand in.
fn sources(folder: &Path, text: &mut String) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() && name != "node_modules" {
            sources(&path, text);
        } else if name.ends_with(".rs") || name.ends_with(".test.mjs") {
            text.push_str(&fs::read_to_string(&path).unwrap());
        }
    }
}

/// The rows by name, each with what stands between backquotes.
fn rows(table: &str) -> BTreeMap<String, Vec<String>> {
    let mut found = BTreeMap::new();
    for line in table.lines() {
        let mut cells = line.split(" | ");
        let row = cells.next().unwrap_or_default().trim_start_matches("| ").to_owned();
        let Some(tests) = cells.nth(1).filter(|_| row != "row" && !line.starts_with("|---")) else {
            continue;
        };
        let tests = tests.split('`').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>();
        assert!(!tests.is_empty() || line.contains("(console)"), "{line}");
        assert!(found.insert(row, tests).is_none(), "twice: {line}");
    }
    found
}

#[test]
fn every_row_has_its_tests() {
    let table = fs::read_to_string(Path::new(ROOT).join("tests/rows.md")).unwrap();
    let found = rows(&table);
    let mut expected = Vec::new();
    for (letter, last) in [("A", 10), ("C", 16), ("H", 18), ("I", 11), ("K", 32)] {
        expected.extend((1..=last).map(|number| format!("{letter}{number}")));
    }
    expected.sort();
    assert_eq!(found.keys().cloned().collect::<Vec<_>>(), expected);

    let mut text = String::new();
    for folder in ["src", "tests"] {
        sources(&Path::new(ROOT).join(folder), &mut text);
    }
    for (row, tests) in &found {
        for test in tests {
            let there = match test.contains(' ') {
                true => text.contains(&format!("test('{test}'")),
                false => text.contains(&format!("fn {test}()")),
            };
            assert!(there, "{row} names {test}, which is no test");
        }
    }
}
