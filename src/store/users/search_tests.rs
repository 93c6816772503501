use proptest::prelude::*;

use super::*;
use crate::model::id::UserId;
use crate::model::time::Millis;
use crate::store::{Store, organizations, users};

fn organization(tx: &Tx<'_>, id: &str) -> OrganizationId {
    use crate::model::organization::Organization;
    let row = Organization {
        id: OrganizationId::try_from(id).unwrap(),
        name: id.to_owned(),
        path: None,
        disabled: false,
        home: false,
        outside_domains: Default::default(),
        settings: Default::default(),
        created_at: Millis(1),
        version: 1,
    };
    organizations::insert(tx, &row).unwrap();
    row.id
}

fn person(id: &str, of: &OrganizationId, email: Option<&str>, name: Option<&str>) -> User {
    User {
        id: UserId::try_from(id).unwrap(),
        organization: of.clone(),
        profile: Profile {
            email: email.map(str::to_owned),
            name: name.map(str::to_owned),
            ..Profile::empty()
        },
        answers: Default::default(),
        owner: false,
        admin: false,
        disabled: false,
        inactive_since: None,
        access_ended_at: None,
        announced: false,
        created_at: Millis(7),
        last_sign_in_at: Some(Millis(9)),
        version: 1,
    }
}

async fn within<T: Send + 'static>(
    f: impl FnOnce(&Tx<'_>) -> Result<T, StoreError> + Send + 'static,
) -> T {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&folder.path().join("d.db")).unwrap();
    store.write(f).await.unwrap()
}

fn ids(people: &[User]) -> Vec<&str> {
    people.iter().map(|user| user.id.as_str()).collect()
}

const WALKS: [fn() -> Walk; 6] = [
    || Walk::Created(Few::All),
    || Walk::Created(Few::Disabled),
    || Walk::Created(Few::Inactive),
    || Walk::Created(Few::Unseen),
    || Walk::Email("a".to_owned()),
    || Walk::Name("a".to_owned()),
];

/// However many people there are: every list is read from an index, in its order, from where
/// it was left; nothing is sorted and nobody is passed over.
#[tokio::test]
async fn no_list_looks_at_everybody() {
    within(|tx| {
        let acme = organization(tx, "acme");
        for walk in WALKS {
            let walk = walk();
            for of in [None, Some(&acme)] {
                let sql = format!("EXPLAIN QUERY PLAN {}", walk.sql(of.is_some()));
                let values = values(of, &walk, &walk.start(), 51);
                let plan: Vec<String> =
                    tx.all(&sql, params_from_iter(values), |row| row.get("detail"))?;
                assert_eq!(plan.len(), 1, "{sql}\n{plan:?}");
                assert!(plan[0].starts_with("SEARCH users USING INDEX users_"), "{sql}\n{plan:?}");
                let column = if of.is_some() { "organization_id=?" } else { walk.column() };
                assert!(plan[0].contains(column), "{sql}\n{plan:?}");
                // Behind the last row, not from the start of the index again.
                assert!(plan[0].contains(",id)>("), "{sql}\n{plan:?}");
            }
        }
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn prefixes_of_addresses_and_names_in_any_case() {
    within(|tx| {
        let (acme, evil) = (organization(tx, "acme"), organization(tx, "evil"));
        for user in [
            person("u1", &acme, Some("Ann@Acme.test"), Some("Zoe Ann")),
            person("u2", &acme, Some("anton@acme.test"), None),
            person("u3", &acme, None, Some("ANNA")),
            person("u4", &evil, Some("ann@evil.test"), Some("Ann")),
            person("u5", &acme, Some("a%@acme.test"), Some("a_")),
            person("u6", &acme, Some("\u{e4}nn@acme.test"), Some("\u{c4}nne")),
        ] {
            users::insert(tx, &user)?;
        }
        let found = |of: Option<&OrganizationId>, what: &Walk| {
            ids(&walk(tx, of, what, &what.start(), 50).unwrap()).join(" ")
        };
        for (of, what, expected) in [
            (None, Walk::Email(key(" ANN")), "u1 u4"),
            (Some(&acme), Walk::Email(key("ann")), "u1"),
            (Some(&acme), Walk::Email(key("an")), "u1 u2"),
            (Some(&acme), Walk::Name(key("ann")), "u3"),
            (None, Walk::Name(key("Ann")), "u4 u3"),
            // Neither of these stands for other characters.
            (None, Walk::Email(key("a%")), "u5"),
            (None, Walk::Name(key("a_")), "u5"),
            (None, Walk::Name(key("\u{c4}")), "u6"),
            (None, Walk::Name(key("'")), ""),
        ] {
            assert_eq!(found(of, &what), expected, "{what:?}");
        }
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn who_changes_name_or_address_is_found_by_the_new_one() {
    within(|tx| {
        let acme = organization(tx, "acme");
        let mut ann = person("u1", &acme, Some("ann@acme.test"), Some("Ann"));
        users::insert(tx, &ann)?;
        for (email, name) in
            [(Some("ann@acme.test"), Some("Ann Lee")), (None, None), (Some("al@acme.test"), None)]
        {
            ann.profile.email = email.map(str::to_owned);
            ann.profile.name = name.map(str::to_owned);
            users::signed_in(tx, &ann.id, &ann.profile, Millis(10))?;
            assert_eq!(users::find(tx, &ann.id)?.unwrap().profile, ann.profile);
            for (what, there) in [
                (Walk::Email("a".to_owned()), email.is_some()),
                (Walk::Name("ann lee".to_owned()), name.is_some()),
            ] {
                let found = walk(tx, None, &what, &what.start(), 9)?;
                assert_eq!(found.len(), usize::from(there), "{what:?}");
            }
        }
        Ok(())
    })
    .await;
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// In pieces of any size, a walk gives everybody of it once, in order.
    #[test]
    fn pieces_make_the_whole(
        names in prop::collection::vec("[aAbB\u{e4}]{0,3}", 1..20),
        prefix in "[ab]{0,1}",
        size in 1_i64..5,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let expected: Vec<String> = {
            let mut keys: Vec<String> =
                names.iter().map(|name| key(name)).filter(|k| !k.is_empty()).collect();
            keys.retain(|k| k.starts_with(&prefix));
            keys.sort();
            keys
        };
        let found = runtime.block_on(within(move |tx| {
            let acme = organization(tx, "acme");
            for (n, name) in names.iter().enumerate() {
                users::insert(tx, &person(&format!("u{n}"), &acme, None, Some(name)))?;
            }
            let what = Walk::Name(prefix);
            let (mut found, mut after) = (Vec::new(), what.start());
            loop {
                let piece = walk(tx, Some(&acme), &what, &after, size)?;
                let Some(last) = piece.last() else { break };
                after = what.position(last);
                found.extend(piece.iter().filter_map(|user| name_key(&user.profile)));
            }
            Ok(found)
        }));
        prop_assert_eq!(found, expected);
    }
}
