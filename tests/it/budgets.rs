//! A file that outgrows its ceiling has a second thing living in it.

use crate::source;

const LINES: usize = 400;

#[test]
fn no_file_outgrows_its_ceiling() {
    let mut over = Vec::new();
    for source in source::production() {
        let lines = source.code.lines().filter(|line| !line.trim().is_empty()).count();
        if lines > LINES {
            over.push(format!("src/{}: {lines} lines of code, at most {LINES}", source.path));
        }
    }
    assert!(over.is_empty(), "\n{}", over.join("\n"));
}
