//! Fills a database as years of use would, with plain SQL in one transaction. The same numbers
//! give the same rows.

use std::path::Path;

use rusqlite::{Connection, params};

/// Milliseconds since 1970 that everything happened before.
const NOW: &str = "(SELECT now FROM bench)";

/// Organizations, connections, sessions, attempts and rows of the audit trail. As many attempts
/// as are kept at most.
const ORGANIZATIONS: i64 = 10_000;
const CONNECTIONS: i64 = 12_000;
const SESSIONS: i64 = 200_000;
const ATTEMPTS: i64 = 100_000;
const UNPROVED: i64 = 20_000;
const EVENTS: i64 = 200_000;

/// `?1` of `series`, from 0 on. Organization 0 is the largest.
const BEFORE_PEOPLE: &[(i64, &str)] = &[
    (ORGANIZATIONS, ORGANIZATION),
    (ORGANIZATIONS, DOMAIN),
    (CONNECTIONS, CONNECTION),
    (CONNECTIONS, REVISION),
    (ORGANIZATIONS * 3, ROLE),
];

const AFTER_PEOPLE: &[(i64, &str)] = &[
    (2_000, TOKEN),
    (2_000, INVITATION),
    (SESSIONS, SESSION),
    (SESSIONS, SESSION_APP),
    (100_000, ACCESS_TOKEN),
    (ATTEMPTS + UNPROVED, ATTEMPT),
    (ATTEMPTS + UNPROVED, EVIDENCE),
    (EVENTS, EVENT),
    (500, NOTICE),
];

/// Fills the database of a prepared folder.
pub fn fill(folder: &Path, people: i64, largest: i64) {
    let mut connection = Connection::open(folder.join("data/doorward.db")).unwrap();
    connection.pragma_update(None, "synchronous", "off").unwrap();
    connection.pragma_update(None, "cache_size", -1_000_000).unwrap();
    connection.pragma_update(None, "temp_store", "memory").unwrap();
    let tx = connection.transaction().unwrap();
    tx.execute_batch(
        "CREATE TEMP TABLE bench AS SELECT MAX(created_at) AS now FROM connections;
         CREATE TEMP TABLE series (n INTEGER PRIMARY KEY);",
    )
    .unwrap();
    let most = people.max(SESSIONS);
    tx.execute(
        "WITH RECURSIVE up (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM up WHERE n + 1 < ?1)
         INSERT INTO series SELECT n FROM up",
        [most],
    )
    .unwrap();
    let run = |count: i64, sql: &str| {
        let sql = sql.replace("NOW", NOW);
        tx.execute(&sql, params![count]).unwrap();
    };
    for (count, sql) in BEFORE_PEOPLE {
        run(*count, sql);
    }
    let of = format!(
        "(CASE WHEN n < {largest} THEN 0 ELSE 1 + (n - {largest}) % ({ORGANIZATIONS} - 1) END)"
    );
    for sql in [PERSON, IDENTITY, PASSWORD, OWNER, USER_ROLE] {
        run(people, &sql.replace("ORG", &of).replace("LARGEST", &largest.to_string()));
    }
    for (count, sql) in AFTER_PEOPLE {
        run(*count, &sql.replace("PEOPLE", &people.to_string()));
    }
    tx.execute_batch("DROP TABLE bench; DROP TABLE series").unwrap();
    tx.commit().unwrap();
    let busy = "wal_checkpoint(truncate)";
    connection.query_row(&format!("PRAGMA {busy}"), [], |_| Ok(())).unwrap();
}

const ORGANIZATION: &str = "INSERT INTO organizations (id, name, path, home, disabled,
        outside_domains, settings, created_at, version)
    SELECT printf('org%06d', n),
        trim(substr('Alder Birch Cedar Elder Fir   Hazel Ivy   Kapok Larch Maple Oak   Rowan ', 1 + 6 * (n % 12), 6))
            || ' ' || trim(substr('Bank    Clinic  Foods   Freight Media   Motors  Press   Schools Textile Travel  ', 1 + 8 * (n / 12 % 10), 8))
            || ' ' || n,
        printf('company-%d', n), 0, n % 500 = 499, 'let_in_unverified',
        (SELECT settings FROM organizations WHERE home = 0 LIMIT 1),
        NOW - 60000 * (?1 - n), 1
    FROM series WHERE n < ?1 ORDER BY n";

const DOMAIN: &str = "INSERT INTO organization_domains (organization_id, domain, token, state,
        since, include_subdomains, missing_checks, failures, next_check_at, created_at)
    SELECT printf('org%06d', n), printf('company-%d.example', n), printf('token%d', n),
        CASE WHEN n % 10 = 9 THEN 'pending' ELSE 'proved_by_operator' END, NOW, 0, 0, 0, NULL,
        NOW - 60000 * (?1 - n)
    FROM series WHERE n < ?1 ORDER BY n";

// The first 10,000 are one of each organization, of which one in twenty is not live yet.
const CONNECTION: &str = "INSERT INTO connections (id, organization_id, name, protocol, disabled,
        live_revision_id, draft_revision_id, settings, created_at, version)
    SELECT printf('con%06d', n), printf('org%06d', n % 10000), printf('Sign-in %d', n), 'saml',
        n % 400 = 399,
        CASE WHEN n % 20 <> 19 THEN printf('rev%06d', n) END,
        CASE WHEN n % 20 = 19 THEN printf('rev%06d', n) END,
        (SELECT settings FROM connections WHERE name = 'Template'), NOW - 50000 * (?1 - n), 1
    FROM series WHERE n < ?1 ORDER BY n";

const REVISION: &str = "INSERT INTO revisions (id, connection_id, config, created_at,
        went_live_at, tested_at)
    SELECT printf('rev%06d', n), printf('con%06d', n), (SELECT revisions.config FROM revisions
        JOIN connections ON connections.id = connection_id WHERE connections.name = 'Template'),
        NOW - 50000 * (?1 - n), NOW, NOW
    FROM series WHERE n < ?1 ORDER BY n";

const ROLE: &str = "INSERT INTO roles (id, organization_id, name, name_key, help, created_at,
        version)
    SELECT printf('role%d', n), printf('org%06d', n % 10000), printf('Role %d', n / 10000),
        printf('role %d', n / 10000), '', NOW, 1
    FROM series WHERE n < ?1";

// Identifiers of people are random: these are as far from each other.
const PERSON: &str = "INSERT INTO users (id, organization_id, email_key, name_key, profile,
        answers, owner, admin, disabled, inactive_since, announced, created_at, last_sign_in_at,
        version)
    SELECT id, organization, email, lower(given || ' ' || family),
        json_object('email', email, 'email_verified', 'verified', 'given_name', given,
            'family_name', family, 'name', given || ' ' || family,
            'groups', json_object('known', json_array('staff', printf('team %d', n % 40)))),
        '{}', n < 1 OR (n >= LARGEST AND n < LARGEST + 9999), 0, n % 100 = 7,
        CASE WHEN n % 200 = 11 THEN NOW - 1000 END, 1,
        NOW - 20000 * (?1 - n), CASE WHEN n % 10 <> 3 THEN NOW - 60000 * (n % 40000) END, 1
    FROM (SELECT n, printf('%010x%08x', n * 668265263 % 1099511627689, n) AS id,
        printf('org%06d', ORG) AS organization,
        lower(given || '.' || family) || '.' || n || printf('@company-%d.example', ORG) AS email,
        given, family
        FROM (SELECT n,
            trim(substr('Anna   Bruno  Carla  Dmitri Elena  Farid  Greta  Hugo   Ines   Jonas  Katja  Liam   Mara   Nadia  Omar   Paula  Quinn  Rosa   Selim  Tara   ', 1 + 7 * (n % 20), 7)) AS given,
            trim(substr('Abbott Becker Costa  Dumas  Eriks  Fuchs  Gruber Haas   Ito    Jensen Koch   Lang   Meyer  Novak  Okafor Peters Quist  Rossi  Sato   Thorn  ', 1 + 7 * (n / 20 % 20), 7)) AS family
            FROM series WHERE n < ?1)) ORDER BY n";

const IDENTITY: &str = "INSERT INTO identities (connection_id, subject, user_id, created_at)
    SELECT printf('con%06d', ORG), printf('subject-%08x-%d', n * 2654435761 % 4294967291, n),
        printf('%010x%08x', n * 668265263 % 1099511627689, n), NOW
    FROM series WHERE n < ?1 AND n % 10 <> 3 ORDER BY 1, 2";

const PASSWORD: &str = "INSERT INTO local_credentials (user_id, organization_id, email_key,
        password_hash, changed_at)
    SELECT id, organization_id, email_key, 'none', 0 FROM users
    WHERE last_sign_in_at IS NULL AND owner = 0 AND created_at % 2 = 0 AND id LIKE '0%' AND ?1 > 0";

const OWNER: &str = "INSERT INTO owner_credentials (user_id, email_key, password_hash, changed_at)
    SELECT id, email_key, 'none', 0 FROM users WHERE owner = 1 AND ?1 > 0
    ON CONFLICT DO NOTHING";

const USER_ROLE: &str = "INSERT INTO user_roles (user_id, role_id, source, created_at)
    SELECT printf('%010x%08x', n * 668265263 % 1099511627689, n), printf('role%d', ORG),
        printf('con%06d', ORG), NOW
    FROM series WHERE n < ?1 AND n % 10 = 1";

const TOKEN: &str = "INSERT INTO api_tokens (id, name, digest, organization_id, created_at)
    SELECT printf('token%d', n), printf('Sync %d', n), CAST(printf('%032d', n) AS BLOB),
        printf('org%06d', n), NOW - n
    FROM series WHERE n < ?1";

const INVITATION: &str = "INSERT INTO invitations (id, digest, organization_id, email, created_at,
        expires_at)
    SELECT printf('inv%d', n), CAST(printf('%032d', n) AS BLOB),
        printf('org%06d', CASE WHEN n % 2 = 0 THEN 0 ELSE n END), printf('new%d@company.example', n),
        NOW - n, NOW + 86400000
    FROM series WHERE n < ?1";

const SESSION: &str = "INSERT INTO sessions (id, secret, user_id, organization_id, method,
        authenticated_at, created_at, seen_at, expires_at)
    SELECT printf('ses%09d', s.n), CAST(printf('%032d', s.n) AS BLOB), u.id, u.organization_id,
        json_object('upstream', json_object('connection', 'con' || substr(u.organization_id, 4))),
        NOW - 200 * (?1 - s.n), NOW - 200 * (?1 - s.n), NOW, NOW + 864000000 - 200 * (?1 - s.n)
    FROM series AS s
    JOIN users AS u ON u.id = (SELECT printf('%010x%08x', m * 668265263 % 1099511627689, m)
        FROM (SELECT s.n * 7919 % PEOPLE AS m))
    WHERE s.n < ?1 ORDER BY s.n";

const SESSION_APP: &str = "INSERT INTO session_apps (session_id, app_id, first_at)
    SELECT id, (SELECT MIN(id) FROM apps), created_at FROM sessions WHERE ?1 > 0";

const ACCESS_TOKEN: &str = "INSERT INTO access_tokens (digest, app_id, session_id, user_id,
        scopes, created_at, expires_at)
    SELECT CAST(printf('%08x%024d', n * 2654435761 % 4294967291, n) AS BLOB),
        (SELECT MIN(id) FROM apps), s.id, s.user_id, 'openid profile email', NOW, NOW + 36000000
    FROM series JOIN sessions AS s ON s.id = printf('ses%09d', n) WHERE n < ?1";

// One in five of the largest organization; of the others the small ones have most of nothing.
const ATTEMPT: &str = "INSERT INTO attempts (id, reference, handle, purpose, state, state_data,
        code, checks, hops, organization_id, connection_id, app_id, user_id, proved,
        created_at, changed_at)
    SELECT printf('att%09d', n), printf('%04d-amber-otter-%d', n % 1440, n),
        CAST(printf('%032d', n) AS BLOB), '\"home\"',
        CASE WHEN n % 6 = 5 THEN 'choosing' WHEN n % 20 = 0 THEN 'refused' ELSE 'admitted' END,
        CASE WHEN n % 6 = 5 THEN '{\"state\":\"choosing\"}' WHEN n % 20 = 0
            THEN '{\"state\":\"refused\",\"code\":\"saml_audience_mismatch\"}'
            ELSE '{\"state\":\"admitted\"}' END,
        CASE WHEN n % 6 <> 5 AND n % 20 = 0 THEN 'saml_audience_mismatch' END,
        CASE WHEN n % 6 = 5 THEN '[]' ELSE (SELECT json_group_array(json_array('check of the answer ' || k,
            'https://door.example/saml/connection/metadata', NULL, 'passed', json('false')))
            FROM (SELECT n AS k FROM series WHERE n < 24)) END,
        json_array(json_array('sent', NOW, 0), json_array('answered', NOW, 0)),
        CASE WHEN n % 6 <> 5 THEN printf('org%06d', org) END,
        CASE WHEN n % 6 <> 5 THEN printf('con%06d', org) END,
        (SELECT MIN(id) FROM apps),
        CASE WHEN n % 6 <> 5 AND n % 20 <> 0 THEN printf('%010x%08x', m * 668265263 % 1099511627689, m) END,
        n % 6 <> 5, NOW - 21600 * (?1 - n), NOW - 21600 * (?1 - n)
    FROM (SELECT n, n * 7919 % PEOPLE AS m,
        CASE WHEN n % 5 = 0 THEN 0 ELSE n * 31 % 10000 END AS org FROM series WHERE n < ?1)
    ORDER BY n";

const EVIDENCE: &str = "INSERT INTO attempt_evidence (attempt_id, sealed)
    SELECT id, hex(zeroblob(700)) FROM attempts WHERE proved = 1 LIMIT ?1";

const EVENT: &str = "INSERT INTO audit_events (id, at, actor, organization_id, action, subject,
        before_data, after_data)
    SELECT printf('%08x%d', n * 2654435761 % 4294967291, n), NOW - 13000 * (?1 - n),
        '\"system\"', CASE WHEN n % 50 = 0 THEN NULL WHEN n % 4 = 0 THEN 'org000000'
            ELSE printf('org%06d', n * 31 % 10000) END,
        CASE WHEN n % 3 = 0 THEN 'connection.update' ELSE 'user.update' END, printf('u%d', n),
        json_object('name', printf('Before %d', n), 'text', hex(zeroblob(150))),
        json_object('name', printf('After %d', n), 'text', hex(zeroblob(150)))
    FROM series WHERE n < ?1";

const NOTICE: &str = "INSERT INTO notices (id, organization_id, kind, user_id, address, created_at)
    SELECT printf('notice%d', n), printf('org%06d', n * 31 % 10000),
        'break_glass', 'u', '192.0.2.1', NOW - 60000 * n
    FROM series WHERE n < ?1";
