//! The rule as a table, and what holds for any input.

use proptest::prelude::*;

use super::*;
use crate::model::time::Millis;

fn role(name: &str) -> RoleId {
    RoleId::try_from(name).unwrap()
}

fn mapping((group, name): &(&str, &str)) -> Mapping {
    Mapping {
        role: role(name),
        group: (*group).to_owned(),
        created_at: Millis(0),
        last_seen_at: None,
    }
}

fn known(groups: &[&str]) -> Groups {
    Groups::Known(groups.iter().map(|g| (*g).to_owned()).collect())
}

const DN: &str = "CN=Ops\\, north,OU=Teams,DC=acme,DC=test";

#[test]
fn what_groups_mean() {
    use Admit::{Everyone, MappedGroups};
    use Entry::{In, NotMapped, Unknown};
    use RoleSync::{AddOnly, Mirror};
    let map = [("eng", "editor"), ("eng", "viewer"), ("ops", "admin"), (DN, "viewer")];
    let mappings: Vec<Mapping> = map.iter().map(mapping).collect();
    let unknown = Groups::Unknown;
    // Rules; groups; roles held from here, still a user; then: entry, gained, lost.
    type Row<'a> =
        (Admit, RoleSync, Groups, &'a [&'a str], bool, Entry, &'a [&'a str], &'a [&'a str]);
    let table: &[Row<'_>] = &[
        // K16: one value gives several roles, several values a union.
        (Everyone, Mirror, known(&["eng"]), &[], false, In, &["editor", "viewer"], &[]),
        (
            Everyone,
            Mirror,
            known(&["eng", "ops"]),
            &[],
            true,
            In,
            &["editor", "viewer", "admin"],
            &[],
        ),
        (Everyone, Mirror, known(&[DN]), &[], true, In, &["viewer"], &[]),
        // Exactly, or not at all.
        (Everyone, Mirror, known(&["Eng", "eng ", "CN=Ops"]), &[], true, In, &[], &[]),
        // K17, K18: whoever moves, gets the one and loses the other.
        (Everyone, Mirror, known(&["ops"]), &["viewer"], true, In, &["admin"], &["viewer"]),
        (Everyone, Mirror, known(&[]), &["viewer", "admin"], true, In, &[], &["viewer", "admin"]),
        // 24a: add only never takes away.
        (Everyone, AddOnly, known(&["ops"]), &["viewer"], true, In, &["admin"], &[]),
        (Everyone, AddOnly, known(&[]), &["viewer"], true, In, &[], &[]),
        // A role whose mapping is gone goes, too.
        (Everyone, Mirror, known(&["eng"]), &["boss"], true, In, &["editor", "viewer"], &["boss"]),
        // 9a, 24b: unknown is not none.
        (Everyone, Mirror, unknown.clone(), &["viewer"], true, In, &[], &[]),
        (Everyone, Mirror, unknown.clone(), &[], false, In, &[], &[]),
        // K15, K19: only mapped groups.
        (MappedGroups, Mirror, known(&["ops"]), &[], false, In, &["admin"], &[]),
        (MappedGroups, Mirror, known(&["hr"]), &[], false, NotMapped, &[], &[]),
        (MappedGroups, Mirror, known(&[]), &["viewer"], true, NotMapped, &[], &["viewer"]),
        (MappedGroups, AddOnly, known(&[]), &["viewer"], true, NotMapped, &[], &[]),
        (MappedGroups, Mirror, known(&["eng"]), &["viewer"], false, In, &["editor"], &[]),
        // Unknown under a gate: a user keeps what they have, nobody else comes in.
        (MappedGroups, Mirror, unknown.clone(), &["viewer"], true, In, &[], &[]),
        (MappedGroups, Mirror, unknown.clone(), &["viewer"], false, Unknown, &[], &[]),
        (MappedGroups, Mirror, unknown, &[], false, Unknown, &[], &[]),
    ];
    for (at, (admit, role_sync, groups, given, active, entry, gained, lost)) in
        table.iter().enumerate()
    {
        let rules = Rules { mappings: &mappings, admit: *admit, role_sync: *role_sync };
        let given: Vec<RoleId> = given.iter().map(|name| role(name)).collect();
        let found = decide(&rules, groups, &Before { given: &given, active: *active });
        let set = |names: &[&str]| names.iter().map(|name| role(name)).collect::<BTreeSet<_>>();
        assert_eq!(found.entry, *entry, "row {at}");
        assert_eq!(found.gained, set(gained), "row {at}");
        assert_eq!(found.lost, set(lost), "row {at}");
    }
}

fn any_mappings() -> impl Strategy<Value = Vec<Mapping>> {
    prop::collection::vec(("[a-d]", "[p-s]"), 0..8)
        .prop_map(|pairs| pairs.iter().map(|(g, r)| mapping(&(g, r))).collect())
}

fn any_groups() -> impl Strategy<Value = Groups> {
    prop_oneof![
        1 => Just(Groups::Unknown),
        4 => prop::collection::vec("[a-f]", 0..5).prop_map(Groups::Known),
    ]
}

proptest! {
    #[test]
    fn whatever_comes(
        mappings in any_mappings(),
        groups in any_groups(),
        given in prop::collection::btree_set("[p-t]", 0..5),
        active in any::<bool>(),
        gated in any::<bool>(),
        mirror in any::<bool>(),
    ) {
        let rules = Rules {
            mappings: &mappings,
            admit: if gated { Admit::MappedGroups } else { Admit::Everyone },
            role_sync: if mirror { RoleSync::Mirror } else { RoleSync::AddOnly },
        };
        let given: Vec<RoleId> = given.iter().map(|name| role(name)).collect();
        let found = decide(&rules, &groups, &Before { given: &given, active });
        prop_assert!(found.gained.iter().all(|role| !given.contains(role)));
        prop_assert!(found.lost.iter().all(|role| given.contains(role)));
        prop_assert!(gated || found.entry == Entry::In);
        prop_assert!(mirror || found.lost.is_empty());
        if groups == Groups::Unknown {
            prop_assert!(found.gained.is_empty() && found.lost.is_empty());
            prop_assert_eq!(found.entry == Entry::In, !gated || active);
        }
        // The next sign-in with the same groups changes nothing more.
        let mut after: BTreeSet<RoleId> = given.iter().cloned().collect();
        after.retain(|role| !found.lost.contains(role));
        after.extend(found.gained.iter().cloned());
        let after: Vec<RoleId> = after.into_iter().collect();
        let again = decide(&rules, &groups, &Before { given: &after, active });
        prop_assert!(again.gained.is_empty() && again.lost.is_empty());
        prop_assert_eq!(again.entry, found.entry);
    }
}
