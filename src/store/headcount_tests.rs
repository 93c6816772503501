use proptest::prelude::*;

use super::*;
use crate::model::id::{ConnectionId, UserId};
use crate::model::secret::Digest;
use crate::model::user::{Profile, User};
use crate::store::{Store, enforcement, fixture, local, users};

const NOW: Millis = Millis(1_000);

/// One person: what is so of them, bit by bit.
fn add(tx: &Tx<'_>, n: usize, bits: u16) -> Result<(), StoreError> {
    let is = |bit: u16| bits >> bit & 1 == 1;
    let organization = if is(0) { "acme" } else { "evil" };
    let user = User {
        id: UserId::try_from(format!("u{n}")).unwrap(),
        organization: OrganizationId::try_from(organization).unwrap(),
        profile: Profile {
            email: is(1).then(|| format!("u{n}@{organization}.test")),
            ..Profile::empty()
        },
        answers: Default::default(),
        owner: is(2) && is(3),
        admin: false,
        disabled: is(4) && is(5),
        inactive_since: (is(6) && is(7)).then_some(Millis(5)),
        access_ended_at: None,
        announced: false,
        created_at: Millis(i64::try_from(n).unwrap()),
        last_sign_in_at: is(8).then_some(Millis(9)),
        version: 1,
    };
    users::insert(tx, &user)?;
    for (bit, connection) in [(9, "one"), (10, "two"), (11, "off")] {
        if is(bit) {
            let connection = ConnectionId::try_from(format!("{organization}{connection}")).unwrap();
            for subject in ["", "again"].iter().take(if is(12) { 2 } else { 1 }) {
                let subject = format!("{n}{subject}");
                users::insert_identity(tx, &connection, &subject, &user.id, NOW)?;
            }
        }
    }
    if is(13) {
        let password_hash = "hash".to_owned();
        let organization = user.organization.clone();
        let user = user.id.clone();
        let credential = local::Credential { user, organization, password_hash };
        local::set(tx, &credential, &format!("u{n}"), NOW)?;
    }
    if is(14) {
        let digest = Digest::of(format!("{n}").as_bytes());
        let ends = if is(15) { 2_000 } else { 500 };
        local::insert_link(tx, &digest, &user.id, NOW, Millis(ends))?;
    }
    Ok(())
}

// The same one by one, as anybody would write it.
const ACTIVE: &str = "organization_id = 'acme' AND disabled = 0 AND inactive_since IS NULL";
const LINKED: &str = "EXISTS (SELECT 1 FROM identities JOIN connections
    ON connections.id = identities.connection_id WHERE identities.user_id = users.id
    AND connections.disabled = 0 AND connections.live_revision_id IS NOT NULL)";
const WITHOUT: &str = "owner = 0
    AND NOT EXISTS (SELECT 1 FROM local_credentials WHERE user_id = users.id)";
const LINK: &str = "EXISTS (SELECT 1 FROM local_links WHERE user_id = users.id
    AND expires_at > 1000)";

fn counted(tx: &Tx<'_>, wanted: &str) -> Result<i64, StoreError> {
    let sql = format!("SELECT COUNT(*) AS found FROM users WHERE {ACTIVE} AND {wanted}");
    tx.one(&sql, [], |row| row.get("found"))
}

fn compare(people: &[u16], live: usize) -> Result<(), StoreError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let people = people.to_vec();
    runtime.block_on(async {
        let store = Store::open(&folder.path().join("d.db")).unwrap();
        let compared = store.write(move |tx| {
            for organization in ["acme", "evil"] {
                fixture::organization(tx, organization)?;
                for connection in ["one", "two", "off"] {
                    fixture::connection(tx, &format!("{organization}{connection}"), organization)?;
                }
            }
            // None, one or two of them are live.
            for off in ["off", "two", "one"].iter().take(3 - live) {
                let sql = "UPDATE connections SET disabled = 1 WHERE id = ?1";
                tx.execute(sql, [format!("acme{off}")])?;
            }
            for (n, bits) in people.iter().enumerate() {
                add(tx, n, *bits)?;
            }
            let acme = OrganizationId::try_from("acme").unwrap();
            let expected = Coverage { active: counted(tx, "1")?, linked: counted(tx, LINKED)? };
            assert_eq!(coverage(tx, &acme)?, expected);
            let expected = Without {
                all: counted(tx, WITHOUT)?,
                unreachable: counted(tx, &format!("{WITHOUT} AND email_key IS NULL"))?,
                linkless: counted(
                    tx,
                    &format!("{WITHOUT} AND email_key IS NOT NULL AND NOT {LINK}"),
                )?,
            };
            assert_eq!(without(tx, &acme, NOW)?, expected);
            let unlinked = enforcement::unlinked(tx, &acme, 100)?;
            let expected = counted(tx, &format!("owner = 0 AND NOT {LINKED}"))?;
            assert_eq!(i64::try_from(unlinked.len()).unwrap(), expected);
            assert!(unlinked.is_sorted_by_key(|one| {
                one.user.as_str().trim_start_matches('u').parse::<u32>().unwrap()
            }));
            Ok::<_, StoreError>(())
        });
        compared.await
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn counting_by_indexes_counts_the_same_people(
        people in prop::collection::vec(any::<u16>(), 0..60),
        live in 0..4_usize,
    ) {
        compare(&people, live).unwrap();
    }
}
