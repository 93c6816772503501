//! Migrations on real files: empty, older, newer, foreign, and when one fails.

use std::fs;

use super::*;

const FIRST: &str = "CREATE TABLE a (x INTEGER) STRICT; INSERT INTO a VALUES (1);";
const SECOND: &str = "CREATE TABLE b (y INTEGER) STRICT; INSERT INTO b SELECT x FROM a;";
const BROKEN: &str = "CREATE TABLE b (y INTEGER) STRICT; DROP TABLE a; SELECT nonsense;";

fn sum(path: &Path, table: &str) -> Option<i64> {
    let connection = Connection::open(path).unwrap();
    connection.query_row(&format!("SELECT sum(1) FROM {table}"), (), |row| row.get(0)).ok()
}

fn files(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn an_empty_file_is_filled_without_a_snapshot() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("d.db");
    super::super::folder::prepare_file(&path).unwrap();
    bring_up_to(&path, &[FIRST, SECOND]).unwrap();
    bring_up_to(&path, &[FIRST, SECOND]).unwrap();
    assert_eq!(sum(&path, "b"), Some(1));
    assert_eq!(files(folder.path()), ["d.db"]);
}

#[test]
fn data_is_copied_before_its_schema_changes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("d.db");
    super::super::folder::prepare_file(&path).unwrap();
    bring_up_to(&path, &[FIRST]).unwrap();
    // What a try that was cut off left behind is no hindrance.
    fs::write(folder.path().join("d.db.before-schema-2.part"), "rubbish").unwrap();
    bring_up_to(&path, &[FIRST, SECOND]).unwrap();
    assert_eq!(sum(&path, "b"), Some(1));
    assert_eq!(files(folder.path()), ["d.db", "d.db.before-schema-2"]);
    let copy = folder.path().join("d.db.before-schema-2");
    assert_eq!((sum(&copy, "a"), sum(&copy, "b")), (Some(1), None));
    bring_up_to(&copy, &[FIRST]).unwrap();
}

#[test]
fn a_migration_that_fails_leaves_the_data_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("d.db");
    super::super::folder::prepare_file(&path).unwrap();
    bring_up_to(&path, &[FIRST]).unwrap();
    let before = fs::read(&path).unwrap();
    let error = bring_up_to(&path, &[FIRST, BROKEN]).unwrap_err().to_string();
    assert!(error.contains("from schema 1 to 2") && error.contains("left as it was"), "{error}");
    assert_eq!(fs::read(&path).unwrap(), before);
    assert_eq!((sum(&path, "a"), sum(&path, "b")), (Some(1), None));
    bring_up_to(&path, &[FIRST]).unwrap();
}

#[test]
fn without_a_copy_nothing_changes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("d.db");
    super::super::folder::prepare_file(&path).unwrap();
    bring_up_to(&path, &[FIRST]).unwrap();
    // In the way of the copy: a folder of its name.
    fs::create_dir(folder.path().join("d.db.before-schema-2.part")).unwrap();
    let error = bring_up_to(&path, &[FIRST, SECOND]).unwrap_err().to_string();
    assert!(error.contains("nothing was changed"), "{error}");
    assert_eq!(sum(&path, "b"), None);
}

#[test]
fn newer_and_foreign_files_are_refused_untouched() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("d.db");
    super::super::folder::prepare_file(&path).unwrap();
    bring_up_to(&path, &[FIRST, SECOND]).unwrap();
    let before = fs::read(&path).unwrap();
    let error = bring_up_to(&path, &[FIRST]).unwrap_err().to_string();
    assert!(error.contains("(schema 2)") && error.contains("knows schema 1"), "{error}");
    assert_eq!(fs::read(&path).unwrap(), before);

    let foreign = folder.path().join("f.db");
    Connection::open(&foreign).unwrap().execute_batch("CREATE TABLE t (x)").unwrap();
    let error = bring_up_to(&foreign, &[FIRST]).unwrap_err().to_string();
    assert!(error.contains("another program"), "{error}");
    let text = folder.path().join("t.db");
    fs::write(&text, "not a database at all, but long enough to be looked at. ".repeat(40))
        .unwrap();
    assert!(bring_up_to(&text, &[FIRST]).is_err());
}

#[test]
fn a_command_beside_a_server_migrates_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("d.db");
    super::super::folder::prepare_file(&path).unwrap();
    assert!(must_be_current(&path).is_err());
    bring_up(&path).unwrap();
    must_be_current(&path).unwrap();
}

#[test]
fn codes_and_tokens_of_the_first_schema_are_forgotten_and_nothing_else() {
    const GIVEN: &str = "INSERT INTO organizations (id, name, home, disabled, outside_domains,
                settings, created_at, version)
            VALUES ('o', 'O', 1, 0, 'let_in_unverified', '{}', 0, 1);
        INSERT INTO users (id, organization_id, profile, answers, owner, admin, disabled,
                announced, created_at, version)
            VALUES ('u', 'o', '{}', '{}', 1, 0, 0, 0, 0, 1);
        INSERT INTO apps (id, name, redirect_uris, post_logout_redirect_uris, organizations,
                signing_algorithm, groups_claim, settings, disabled, created_at, version)
            VALUES ('a', 'A', '[]', '[]', '[]', 'RS256', 0, '{}', 0, 0, 1);
        INSERT INTO sessions (id, secret, user_id, organization_id, method, authenticated_at,
                created_at, seen_at, expires_at)
            VALUES ('s', x'ff', 'u', 'o', '{}', 0, 0, 0, 1);
        INSERT INTO codes (digest, app_id, session_id, grant_data, created_at, expires_at)
            VALUES (x'ff', 'a', 's', '{}', 0, 1);
        INSERT INTO access_tokens (digest, app_id, session_id, user_id, scopes, created_at, expires_at)
            VALUES (x'ff', 'a', 's', 'u', '', 0, 1);";
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("d.db");
    super::super::folder::prepare_file(&path).unwrap();
    bring_up_to(&path, &MIGRATIONS[..1]).unwrap();
    Connection::open(&path).unwrap().execute_batch(GIVEN).unwrap();
    bring_up_to(&path, &MIGRATIONS[..2]).unwrap();
    let left = ["codes", "access_tokens", "sessions"].map(|table| sum(&path, table));
    assert_eq!(left, [None, None, Some(1)]);
    let indexes = "SELECT count(*) FROM sqlite_schema
        WHERE name IN ('codes_expires', 'access_tokens_expires')";
    let connection = Connection::open(&path).unwrap();
    assert_eq!(connection.query_row(indexes, [], |row| row.get::<_, i64>(0)).unwrap(), 0);
}
