//! What is over goes, and nothing else.

use super::*;
use crate::store::Store;

const ROWS: &[&str] = &[
    "INSERT INTO organizations (id, name, home, disabled, outside_domains, settings, created_at,
         version)
     VALUES ('o', 'O', 1, 0, 'let_in_unverified', '{}', 0, 1)",
    "INSERT INTO users (id, organization_id, profile, answers, owner, admin, disabled, announced,
         created_at, version)
     VALUES ('u', 'o', '{}', '{}', 1, 0, 0, 0, 0, 1), ('u10', 'o', '{}', '{}', 0, 0, 0, 0, 0, 1),
            ('u20', 'o', '{}', '{}', 0, 0, 0, 0, 0, 1), ('u30', 'o', '{}', '{}', 0, 0, 0, 0, 0, 1),
            ('u999', 'o', '{}', '{}', 0, 0, 0, 0, 0, 1)",
    "INSERT INTO apps (id, name, redirect_uris, post_logout_redirect_uris, organizations,
                       signing_algorithm, groups_claim, settings, disabled, created_at, version)
     VALUES ('a', 'A', '[]', '[]', '[]', 'RS256', 0, '{}', 0, 0, 1)",
    "INSERT INTO connections (id, organization_id, name, protocol, disabled, settings, created_at,
         version)
     VALUES ('c', 'o', 'C', 'saml', 0, '{}', 0, 1)",
];

/// What the captures hang on.
const CAPTURED: &str =
    "INSERT INTO attempts (id, reference, handle, purpose, state, state_data, checks, hops, created_at, changed_at)
     VALUES ('k10', 'k10', CAST('k10' AS BLOB), '{}', 'refused', '{}', '[]', '[]', 5000, 5000),
            ('k20', 'k20', CAST('k20' AS BLOB), '{}', 'refused', '{}', '[]', '[]', 5000, 5000),
            ('k30', 'k30', CAST('k30' AS BLOB), '{}', 'refused', '{}', '[]', '[]', 5000, 5000),
            ('k999', 'k999', CAST('k999' AS BLOB), '{}', 'refused', '{}', '[]', '[]', 5000, 5000)";

/// A row of `what` that was over, or given, at `?1`, named by `?1` as well.
const fn row(what: Expiring) -> (&'static str, &'static str) {
    match what {
        Expiring::Attempts | Expiring::UnprovedAttempts | Expiring::ProvedAttempts => (
            "attempts",
            "INSERT INTO attempts (id, reference, handle, purpose, state, state_data, checks, hops, created_at, changed_at)
             VALUES ('i' || ?1, 'r' || ?1, CAST('h' || ?1 AS BLOB), '{}', 'refused', '{}', '[]', '[]', ?1, 999)",
        ),
        Expiring::UsedAssertions => (
            "used_assertions",
            "INSERT INTO used_assertions (connection_id, digest, expires_at)
             VALUES ('c', CAST('h' || ?1 AS BLOB), ?1)",
        ),
        Expiring::Codes => (
            "codes",
            "INSERT INTO codes (digest, app_id, session_id, grant_data, created_at, expires_at)
             VALUES (unhex(printf('%012x', ?1) || hex(zeroblob(26))), 'a', 's', '{}', ?1, 0)",
        ),
        Expiring::AccessTokens => (
            "access_tokens",
            "INSERT INTO access_tokens (digest, app_id, session_id, user_id, scopes, created_at, expires_at)
             VALUES (unhex(printf('%012x', ?1) || hex(zeroblob(26))), 'a', 'i999', 'u', '', ?1, 0)",
        ),
        Expiring::Sessions => (
            "sessions",
            "INSERT INTO sessions (id, secret, user_id, organization_id, method, authenticated_at, created_at, seen_at, expires_at)
             VALUES ('i' || ?1, CAST('h' || ?1 AS BLOB), 'u', 'o', '{}', 0, 0, 999, ?1)",
        ),
        Expiring::Throttles => (
            "throttles",
            "INSERT INTO throttles (name, failures, last_at) VALUES ('n' || ?1, 1, ?1)",
        ),
        Expiring::IdempotencyKeys => (
            "idempotency_keys",
            "INSERT INTO idempotency_keys (actor, name, request, status, response, created_at)
             VALUES ('host', 'n' || ?1, CAST('h' AS BLOB), 201, '{}', ?1)",
        ),
        Expiring::OwnerLinks => (
            "owner_links",
            "INSERT INTO owner_links (digest, user_id, created_at, expires_at)
             VALUES (CAST('h' || ?1 AS BLOB), 'u', 0, ?1)",
        ),
        Expiring::OwnerDevices => (
            "owner_devices",
            "INSERT INTO owner_devices (digest, user_id, created_at, seen_at)
             VALUES (CAST('h' || ?1 AS BLOB), 'u', 0, ?1)",
        ),
        Expiring::Captures
        | Expiring::SetupLinks
        | Expiring::OwnerSteps
        | Expiring::PasskeyChallenges
        | Expiring::Drills
        | Expiring::Notices
        | Expiring::Invitations
        | Expiring::LogoutDeliveries
        | Expiring::EndAccessReceipts
        | Expiring::SignOuts
        | Expiring::LocalLinks
        | Expiring::LocalDevices => other_row(what),
    }
}

const PASSKEY_CHALLENGE: (&str, &str) = (
    "owner_passkey_challenges",
    "INSERT INTO owner_passkey_challenges (holder, user_id, purpose, challenge, expires_at)
     VALUES (CAST('h' || ?1 AS BLOB), 'u', 'add', CAST('c' AS BLOB), ?1)",
);

/// The same, of the rest.
const fn other_row(what: Expiring) -> (&'static str, &'static str) {
    match what {
        Expiring::OwnerSteps => (
            "owner_steps",
            "INSERT INTO owner_steps (digest, user_id, kind, password, onward, tries, created_at, expires_at)
             VALUES (CAST('h' || ?1 AS BLOB), 'u', 'factor', CAST('p' AS BLOB), '{}', 0, 0, ?1)",
        ),
        Expiring::PasskeyChallenges => PASSKEY_CHALLENGE,
        Expiring::Drills => (
            "drills",
            "INSERT INTO drills (id, organization_id, digest, created_at, expires_at)
             VALUES ('i' || ?1, 'o', CAST('h' || ?1 AS BLOB), 0, ?1)",
        ),
        Expiring::Notices => (
            "notices",
            "INSERT INTO notices (id, organization_id, kind, user_id, address, created_at)
             VALUES ('i' || ?1, 'o', 'break_glass', 'u', '192.0.2.1', ?1)",
        ),
        Expiring::Invitations => (
            "invitations",
            "INSERT INTO invitations
             (id, digest, organization_id, email, created_at, expires_at)
             VALUES ('n' || ?1, CAST('n' || ?1 AS BLOB), 'o', 'a@b.test', 0, ?1)",
        ),
        Expiring::LocalLinks => (
            "local_links",
            "INSERT INTO local_links (user_id, digest, created_at, expires_at)
             VALUES ('u' || ?1, CAST('h' || ?1 AS BLOB), 0, ?1)",
        ),
        Expiring::LocalDevices => (
            "local_devices",
            "INSERT INTO local_devices (digest, user_id, seen_at)
             VALUES (CAST('h' || ?1 AS BLOB), 'u', ?1)",
        ),
        Expiring::Captures => (
            "captures",
            "INSERT INTO captures (attempt_id, connection_id, created_at, sealed)
             VALUES ('k' || ?1, 'c', ?1, 's')",
        ),
        Expiring::SetupLinks => (
            "setup_links",
            "INSERT INTO setup_links (id, digest, connection_id, created_by, created_at, expires_at)
             VALUES ('i' || ?1, CAST('h' || ?1 AS BLOB), 'c', '\"host\"', 0, ?1)",
        ),
        Expiring::LogoutDeliveries => (
            "logout_deliveries",
            "INSERT INTO logout_deliveries
             (session_id, app_id, user_id, state, tries, next_at, finished_at)
             VALUES ('s' || ?1, 'a', 'u', 'delivered', 1, 0, ?1)",
        ),
        Expiring::EndAccessReceipts => (
            "end_access_receipts",
            "INSERT INTO end_access_receipts (id, user_id, organization_id, data, created_at)
             VALUES ('r' || ?1, 'u', 'o', '{}', ?1)",
        ),
        _ => (
            "sign_outs",
            "INSERT INTO sign_outs (secret, session_id, untold, expires_at)
             VALUES (CAST('h' || ?1 AS BLOB), 's', '[]', ?1)",
        ),
    }
}

fn count(tx: &Tx<'_>, table: &str) -> Result<i64, StoreError> {
    tx.one(&format!("SELECT count(*) FROM {table}"), (), |row| row.get(0))
}

#[tokio::test]
async fn what_is_over_goes_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&folder.path().join("d.db")).unwrap();
    let tried = store.write(|tx| {
        for sql in ROWS {
            tx.execute(sql, ())?;
        }
        // Sessions first: access tokens hang on one of them.
        for what in [
            Expiring::Sessions,
            Expiring::Attempts,
            Expiring::UsedAssertions,
            Expiring::Codes,
            Expiring::AccessTokens,
            Expiring::Throttles,
            Expiring::IdempotencyKeys,
            Expiring::OwnerLinks,
            Expiring::SetupLinks,
            Expiring::OwnerDevices,
            Expiring::OwnerSteps,
            Expiring::PasskeyChallenges,
            Expiring::Drills,
            Expiring::Notices,
            Expiring::Invitations,
            Expiring::LocalLinks,
            Expiring::LocalDevices,
            Expiring::Captures,
            Expiring::LogoutDeliveries,
            Expiring::EndAccessReceipts,
            Expiring::SignOuts,
        ] {
            let (table, insert) = row(what);
            if what == Expiring::Captures {
                tx.execute(CAPTURED, ())?;
            }
            for over in [10, 20, 30, 999] {
                tx.execute(insert, (over,))?;
            }
            assert_eq!(batch(tx, what, Millis(10), 500)?, 0, "{table}");
            assert_eq!(batch(tx, what, Millis(31), 2)?, 2, "{table}: bounded");
            assert_eq!(batch(tx, what, Millis(31), 2)?, 1, "{table}");
            assert_eq!(batch(tx, what, Millis(31), 2)?, 0, "{table}");
            assert_eq!(count(tx, table)?, 1, "{table}");
        }
        assert_eq!(batch(tx, Expiring::Sessions, Millis(1_000), 2)?, 1);
        assert_eq!(count(tx, "access_tokens")?, 0, "they go with their session");
        Ok::<_, StoreError>(())
    });
    tried.await.unwrap();
}

#[tokio::test]
async fn the_oldest_attempts_are_those_beyond_the_limit() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&folder.path().join("d.db")).unwrap();
    let tried = store.write(|tx| {
        for at in [10, 20, 30] {
            tx.execute(row(Expiring::Attempts).1, (at,))?;
        }
        tx.execute("UPDATE attempts SET proved = 1 WHERE created_at = 30", ())?;
        assert_eq!(attempts_beyond(tx, false, 2)?, None);
        assert_eq!(attempts_beyond(tx, false, 1)?, Some(Millis(11)));
        assert_eq!(attempts_beyond(tx, true, 0)?, Some(Millis(31)));
        assert_eq!(attempts_beyond(tx, true, 1)?, None);
        assert_eq!(batch(tx, Expiring::ProvedAttempts, Millis(30), 500)?, 0);
        assert_eq!(batch(tx, Expiring::UnprovedAttempts, Millis(99), 1)?, 1, "the oldest");
        assert_eq!(attempts_beyond(tx, false, 0)?, Some(Millis(21)));
        assert_eq!(batch(tx, Expiring::UnprovedAttempts, Millis(99), 500)?, 1);
        assert_eq!(count(tx, "attempts")?, 1);
        assert_eq!(batch(tx, Expiring::ProvedAttempts, Millis(31), 500)?, 1);
        Ok::<_, StoreError>(())
    });
    tried.await.unwrap();
}
