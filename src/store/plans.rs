//! Every statement that any unit test runs is looked at: none may go through a whole table that
//! grows. That is what keeps lists quick among a million people; nothing here measures time.

use std::cell::{Cell, RefCell};
use std::collections::HashSet;
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};

use rusqlite::Connection;

use super::Tx;

/// Tables that stay small, whatever the installation, and are gone through whole.
const SMALL: [&str; 7] = [
    "settings",
    "apps",
    "signing_keys",
    "owner_credentials",
    "owner_links",
    "owner_devices",
    "owner_passkeys",
];

/// What stands in statements that go through a table all the same, and why.
const EXCEPTIONS: [(&str, &str); 5] = [
    ("DELETE FROM apps ", "rare, and an index more would cost every sign-in"),
    ("domain LIKE ?4", "text anywhere in a name: organizations and their domains are thousands"),
    ("SELECT count(*) FROM ", "only tests: ours counts in capitals"),
    ("(SELECT COUNT(*) FROM codes ", "only tests"),
    (" SET disabled = 1", "only tests"),
];

thread_local! {
    /// What runs on this thread, while somebody wants to know.
    static NOTED: RefCell<Option<Vec<String>>> = const { RefCell::new(None) };
    /// The only tables that may be read on this thread, while somebody wants that.
    static ONLY: Cell<Option<&'static [&'static str]>> = const { Cell::new(None) };
}

/// While it lives, this thread may read no other tables.
pub(super) struct Only(Option<&'static [&'static str]>);

/// From now on, until what this gives is dropped, a statement that looks into any other table
/// ends the test that runs it.
pub(super) fn only_of(tables: &'static [&'static str]) -> Only {
    Only(ONLY.replace(Some(tables)))
}

impl Drop for Only {
    fn drop(&mut self) {
        ONLY.set(self.0);
    }
}

fn must_be_among(connection: &Connection, sql: &str, tables: &[&str]) {
    for line in explained(connection, sql) {
        let looked_into = line.strip_prefix("SCAN ").or_else(|| line.strip_prefix("SEARCH "));
        let Some(table) = looked_into.and_then(|of| of.split(' ').next()) else { continue };
        assert!(tables.contains(&table), "{line}\nnot among {tables:?} in {sql}");
    }
}

static SEEN: LazyLock<Mutex<HashSet<String>>> = LazyLock::new(Mutex::default);

/// How SQLite goes about a statement, one line for each table.
pub(super) fn of(tx: &Tx<'_>, sql: &str) -> Vec<String> {
    explained(tx.sqlite(), sql)
}

fn explained(connection: &Connection, sql: &str) -> Vec<String> {
    let Ok(mut statement) = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")) else {
        // What is no statement is for its own test to notice.
        return Vec::new();
    };
    let mut rows = statement.raw_query();
    let mut lines = Vec::new();
    while let Ok(Some(row)) = rows.next() {
        lines.push(row.get("detail").unwrap());
    }
    lines
}

/// Ends the test that runs a statement which goes through a whole table.
pub(super) fn must_search(connection: &Connection, sql: &str) {
    NOTED.with_borrow_mut(|noted| {
        if let Some(noted) = noted {
            noted.push(sql.to_owned());
        }
    });
    if let Some(tables) = ONLY.get() {
        must_be_among(connection, sql, tables);
    }
    if sql.starts_with("EXPLAIN")
        || EXCEPTIONS.iter().any(|(part, _)| sql.contains(part))
        || seen().contains(sql)
    {
        return;
    }
    for line in explained(connection, sql) {
        let Some(table) = line.strip_prefix("SCAN ") else { continue };
        let table = table.split(' ').next().unwrap_or_default();
        // What a statement made itself has a bound of its own.
        let made = table.starts_with('(')
            || table.ends_with("-ROW")
            || line.contains(" CONSTANT ROW")
            || ["known", "found", "person"].contains(&table);
        assert!(made || SMALL.contains(&table), "{line}\nin {sql}");
    }
    // Only now: each test that runs a statement which fails is told.
    seen().insert(sql.to_owned());
}

fn seen() -> MutexGuard<'static, HashSet<String>> {
    SEEN.lock().unwrap_or_else(PoisonError::into_inner)
}

mod tests {
    use super::*;
    use crate::model::code::Code;
    use crate::model::id::{AppId, ConnectionId, OrganizationId, UserId};
    use crate::model::relink;
    use crate::model::time::Millis;
    use crate::store::{
        Page, Store, StoreError, api_tokens, apps, attempts, audit, connections, domains, drills,
        enforcement, headcount, invitations, local, logouts, notices, organization_counts,
        organizations, relinks, roles, sessions, setup_links, users,
    };

    /// The plans of the statements that `f` runs.
    fn plans_of(
        tx: &Tx<'_>,
        f: impl FnOnce() -> Result<(), StoreError>,
    ) -> Vec<(String, Vec<String>)> {
        NOTED.set(Some(Vec::new()));
        f().unwrap();
        let noted = NOTED.take().unwrap_or_default();
        assert!(!noted.is_empty(), "nothing was asked");
        noted
            .into_iter()
            .map(|sql| {
                let plan = explained(tx.sqlite(), &sql);
                (sql, plan)
            })
            .collect()
    }

    type Asks = fn(&Tx<'_>, &Page, Option<&OrganizationId>) -> Result<(), StoreError>;

    /// Every list of the API that grows, of all organizations where it can be asked so.
    const LISTS: &[(&str, Asks)] = &[
        ("connections", |tx, page, of| connections::list(tx, of, page).map(drop)),
        ("audit trail", |tx, page, of| audit::list(tx, of, page).map(drop)),
        ("connections by text", |tx, page, of| connections::search(tx, of, "x", page).map(drop)),
        ("audit trail looked through", |tx, page, of| {
            let action = Some("app.create".to_owned());
            let filter =
                audit::Filter { organization: of.cloned(), action, ..audit::Filter::default() };
            audit::horizon(tx, &filter, page)?;
            audit::search(tx, &filter, page).map(drop)
        }),
        ("notices", |tx, page, of| notices::list(tx, of, Some("a"), page).map(drop)),
        ("drills", |tx, page, of| drills::list(tx, of, page).map(drop)),
        ("API tokens", |tx, page, of| api_tokens::list(tx, of, page).map(drop)),
        ("owners", |tx, page, of| users::list_owners(tx, of, page).map(drop)),
        ("people", |tx, page, of| users::list(tx, of, page).map(drop)),
        ("sessions", |tx, page, of| sessions::list(tx, of, None, page).map(drop)),
        ("attempts", |tx, page, of| attempts::list_named(tx, &filter(of), page).map(drop)),
        ("attempts looked at", |tx, page, of| {
            let filter = attempts::Filter { code: Some(Code::UserDisabled), ..filter(of) };
            attempts::horizon(tx, &filter, page)?;
            attempts::list(tx, &filter, page).map(drop)
        }),
    ];

    /// Every list of one organization, connection or person.
    const LISTS_OF: &[(&str, Asks)] = &[
        ("questions", |tx, page, of| relinks::list(tx, some(of), None, page).map(drop)),
        ("questions in a state", |tx, page, of| {
            relinks::list(tx, some(of), Some(relink::State::Pending), page)?;
            relinks::count_pending(tx, some(of)).map(drop)
        }),
        ("invitations", |tx, page, of| invitations::list(tx, some(of), page).map(drop)),
        ("set-up links", |tx, page, _| setup_links::list(tx, &connection(), page).map(drop)),
        ("revisions", |tx, page, _| connections::revisions(tx, &connection(), page).map(drop)),
        ("live connections", |tx, _, of| {
            connections::find_live_of_organization(tx, some(of)).map(drop)
        }),
        ("people of a connection", |tx, _, _| {
            users::list_of_connection(tx, &connection(), "", 9).map(drop)
        }),
        ("sessions of a person", |tx, page, of| {
            let user = UserId::try_from("u").unwrap();
            sessions::list(tx, None, Some(&user), page)?;
            sessions::list(tx, of, Some(&user), page).map(drop)
        }),
        ("who waits for a link", |tx, page, of| {
            local::list_linkless(tx, some(of), Millis(1), page).map(drop)
        }),
        ("roles", |tx, _, of| roles::list(tx, some(of)).map(drop)),
        ("apps to tell", |tx, _, _| {
            let app = AppId::try_from("a").unwrap();
            logouts::waiting(tx)?;
            logouts::due(tx, &app, Millis(1), 9).map(drop)
        }),
    ];

    /// Lists that put the little they found in order: of one organization or person only few
    /// are kept, and of 10,000 organizations all are looked through for a text.
    const SORTED: &[(&str, Asks)] = &[
        ("organizations by text", |tx, page, _| organizations::search(tx, "x", page).map(drop)),
        ("what is told of organizations", |tx, _, of| {
            organization_counts::of(tx, &[some(of).clone()]).map(drop)
        }),
        ("domains", |tx, page, of| domains::list(tx, some(of), page).map(drop)),
        ("whom no connection knows", |tx, _, of| enforcement::unlinked(tx, some(of), 9).map(drop)),
        ("how many of each kind", |tx, _, of| {
            headcount::coverage(tx, some(of))?;
            headcount::without(tx, some(of), Millis(1)).map(drop)
        }),
        ("apps", |tx, page, of| {
            apps::list(tx, page)?;
            apps::open_to(tx, some(of), page).map(drop)
        }),
    ];

    fn filter(of: Option<&OrganizationId>) -> attempts::Filter {
        attempts::Filter { organization: of.cloned(), ..attempts::Filter::default() }
    }

    fn some(of: Option<&OrganizationId>) -> &OrganizationId {
        of.unwrap()
    }

    fn connection() -> ConnectionId {
        ConnectionId::try_from("c").unwrap()
    }

    /// The first piece and one behind another cost the same: both are read from an index, in
    /// its order, from where the list was left.
    #[tokio::test]
    async fn every_list_is_read_from_an_index_in_its_order() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("d.db")).unwrap();
        let read = store.read(|tx| {
            let acme = OrganizationId::try_from("acme").unwrap();
            let page = Page::first(9);
            let all = LISTS.iter().map(|list| (list, None));
            let one = LISTS.iter().chain(LISTS_OF).map(|list| (list, Some(&acme)));
            for ((name, list), of) in all.chain(one) {
                for (sql, plan) in plans_of(tx, || list(tx, &page, of)) {
                    let first = plan.first().map(String::as_str).unwrap_or_default();
                    let told = format!("{name}\n{plan:#?}\nin {sql}");
                    assert!(first.starts_with("SEARCH "), "{told}");
                    // Within one millisecond is no matter.
                    let sorts = plan
                        .iter()
                        .any(|line| line.contains("TEMP B-TREE") && !line.contains("LAST TERM"));
                    assert!(!sorts, "{told}");
                }
            }
            for (name, list) in SORTED {
                for (sql, plan) in plans_of(tx, || list(tx, &page, Some(&acme))) {
                    let scans = plan.iter().any(|line| line.contains("SCAN users"));
                    assert!(!scans, "{name}\n{plan:#?}\nin {sql}");
                }
            }
            Ok::<_, StoreError>(())
        });
        read.await.unwrap();
    }
}
