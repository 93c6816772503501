//! What lies on the disk of a house.

use std::collections::BTreeMap;
use std::path::Path;

use rusqlite::types::Value;
use rusqlite::{Connection, OpenFlags};

use crate::house::House;

/// Whether any file of the data folder holds these octets.
pub fn holds(house: &House, octets: &[u8]) -> bool {
    let files = std::fs::read_dir(&house.hub.config.data).unwrap();
    files.map(|file| std::fs::read(file.unwrap().path()).unwrap()).any(|file| {
        assert!(!octets.is_empty());
        file.windows(octets.len()).any(|part| part == octets)
    })
}

/// Every row of every table, as text.
pub fn dump(house: &House) -> BTreeMap<String, Vec<String>> {
    dump_of(&house.hub.config.data)
}

/// Every row of every table in a data folder, as text.
pub fn dump_of(data: &Path) -> BTreeMap<String, Vec<String>> {
    let path = data.join("doorward.db");
    let db = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
    let mut names = db.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").unwrap();
    let names = names.query_map((), |row| row.get::<_, String>(0)).unwrap();
    let rows = |table: &str| {
        let mut all = db.prepare(&format!("SELECT * FROM {table}")).unwrap();
        let columns = all.column_count();
        let found = all.query_map((), |row| {
            let one = |column| row.get::<_, Value>(column).map(|value| format!("{value:?}"));
            (0..columns).map(one).collect::<Result<Vec<_>, _>>()
        });
        let mut rows: Vec<String> = found.unwrap().map(|row| row.unwrap().join("|")).collect();
        rows.sort();
        rows
    };
    names.map(Result::unwrap).map(|name| (name.clone(), rows(&name))).collect()
}
