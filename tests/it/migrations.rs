//! A released migration never changes: somebody's data has been through it.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use doorward::model::secret::Digest;

/// Every migration with the SHA-256 of its text. A change to a released file is undone, not
/// written down here: write the next file instead.
const RELEASED: &[(&str, &str)] = &[
    ("0001_start.sql", "a4b79929ee767dee546b7b25d79c016a1a4e12699558bfa8e5c240311526a093"),
    (
        "0002_ordered_digests.sql",
        "13a6e8f522bac0f2262f60124a4b519c575c510a02e1878b5745892829cd1c35",
    ),
    ("0003_attempt_checks.sql", "069917205905cd4f56330136f10c3c2415b587723414b39a4a87ba1ca69c8d52"),
];

#[test]
fn released_migrations_do_not_change() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
    let mut names: Vec<String> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    let known: Vec<&str> = RELEASED.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, known, "every migration is written down in this test");
    for (name, expected) in RELEASED {
        let digest = Digest::of(&fs::read(folder.join(name)).unwrap());
        let hex = digest.as_bytes().iter().fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        });
        assert_eq!(hex, *expected, "{name}");
    }
}
