//! SQL stays in what SQLite and PostgreSQL share, so that only the inside of `src/store`
//! has to change for the other.

use std::fs;
use std::path::Path;

use crate::source;

const REFUSED: &[&str] = &[
    "REPLACE INTO",
    "INSERT OR ",
    "UPDATE OR ",
    "AUTOINCREMENT",
    "ROWID",
    "DATETIME(",
    "STRFTIME(",
    "UNIXEPOCH",
    "CURRENT_TIMESTAMP",
    "NOW(",
    "$1",
    "->",
    "JSON_",
    "IFNULL(",
    "GLOB ",
    "COLLATE NOCASE",
    "LAST_INSERT_ROWID",
    "TOTAL_CHANGES",
];

fn refused(sql: &str) -> Vec<&'static str> {
    let sql = sql.to_uppercase();
    REFUSED.iter().copied().filter(|word| sql.contains(word)).collect()
}

/// The string literals of a file: SQL stands in nothing else.
fn literals(code: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = code;
    while let Some(start) = rest.find('"') {
        // A character literal, not the start of a text.
        if rest[..start].ends_with('\'') {
            rest = &rest[start + 1..];
            continue;
        }
        let body = &rest[start + 1..];
        let mut escaped = false;
        let end = body.char_indices().find(|(_, c)| {
            let ends = *c == '"' && !escaped;
            escaped = *c == '\\' && !escaped;
            ends
        });
        let Some((end, _)) = end else { break };
        found.push(body[..end].to_owned());
        rest = &body[end + 1..];
    }
    found
}

#[test]
fn sql_is_what_both_databases_understand() {
    let mut wrong = Vec::new();
    for source in source::production().iter().filter(|s| s.path.starts_with("store/")) {
        for text in literals(&source.code) {
            wrong.extend(refused(&text).iter().map(|word| format!("src/{}: {word}", source.path)));
        }
    }
    let migrations = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
    for entry in fs::read_dir(migrations).unwrap() {
        let path = entry.unwrap().path();
        let text = fs::read_to_string(&path).unwrap();
        let sql: Vec<&str> = text.lines().filter(|line| !line.starts_with("--")).collect();
        // What a table is kept as, not what is asked of it: the other database drops both words.
        let found = refused(&sql.join("\n").replace(") STRICT, WITHOUT ROWID;", ");"));
        wrong.extend(found.iter().map(|word| format!("{}: {word}", path.display())));
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn the_rule_sees_what_it_should() {
    let code =
        r#"let a = '"'; tx.execute("INSERT OR IGNORE INTO t \"x\"", ())?; let b = |x| -> y { x };"#;
    assert_eq!(literals(code), ["INSERT OR IGNORE INTO t \\\"x\\\""]);
    assert_eq!(refused(&literals(code)[0]), ["INSERT OR "]);
    assert!(
        refused("SELECT id FROM t WHERE x = ?1 ON CONFLICT (a) DO UPDATE SET b = 1").is_empty()
    );
}

#[test]
fn sql_is_written_nowhere_else() {
    for source in source::production().iter().filter(|s| !s.path.starts_with("store/")) {
        for text in literals(&source.code) {
            for verb in ["SELECT ", "INSERT INTO ", "DELETE FROM "] {
                assert!(!text.trim_start().starts_with(verb), "src/{}: {text}", source.path);
            }
        }
    }
}
