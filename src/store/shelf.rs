//! What every sign-in asks for and administrators rarely change, read once: apps,
//! organizations and their mail domains, connections.
//!
//! Nothing on the shelf is older than what this process has committed ([`super::memory`] tells of
//! others). The server's writer changes what stands there, and clears the shelf around the commit
//! that does:
//!
//! - A command beside the server is shown nothing, and what it could outdate (`Standing::Beside`)
//!   is not kept.
//! - A step takes from the shelf, and puts there, only while no such commit has begun since the
//!   step did. What it read is then what every other step reads.
//! - A step of the writer does neither once something was changed in its group, so it sees what
//!   is not committed yet. Whatever is given to anybody is decided in such a step.

use std::any::Any;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Most things kept; then all of them are read anew.
const MOST: usize = 2_048;

/// What something on the shelf is found by, beside a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    /// An app, by its identifier.
    App,
    /// An organization, by its identifier.
    Organization,
    /// An organization, by what names it.
    Named,
    /// The only organization there is, by nothing.
    Only,
    /// A connection, by its identifier.
    Connection,
    /// Connections that can be signed in through, by their organization.
    Ways,
    /// A mail domain that is held, by its name.
    Held,
    /// Whether any mail domain is held, by nothing.
    AnyHeld,
    /// Whether an organization holds a mail domain, by its identifier.
    Holder,
}

/// The tables everything on the shelf is read from, and nothing else. What has to hold for each
/// of them stands in `memory.rs`.
pub(super) const TABLES: [&str; 4] =
    ["apps", "organizations", "organization_domains", "connections"];

/// The shelf of one open database.
#[derive(Default)]
pub(super) struct Shelf {
    // Counts the commits that changed something; odd while one of them is under way.
    generation: AtomicU64,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    things: HashMap<Kind, HashMap<Box<str>, Arc<dyn Any + Send + Sync>>>,
    count: usize,
}

impl Shelf {
    /// What stands here now, for one step that begins now.
    pub fn view(&self) -> View<'_> {
        View { shelf: self, generation: self.generation.load(Ordering::Acquire) }
    }

    /// A commit begins that changes what may stand here.
    pub fn clear(&self) {
        self.generation.fetch_add(1, Ordering::AcqRel);
        *self.kept() = Kept::default();
    }

    /// That commit is over, whatever came of it.
    pub fn reopen(&self) {
        self.generation.fetch_add(1, Ordering::AcqRel);
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The shelf as one step may use it.
#[derive(Clone, Copy)]
pub(super) struct View<'s> {
    shelf: &'s Shelf,
    generation: u64,
}

impl View<'_> {
    /// What is kept of this kind under `key`.
    pub fn find<T: Clone + 'static>(&self, kind: Kind, key: &str) -> Option<T> {
        let found = Arc::clone(self.open()?.things.get(&kind)?.get(key)?);
        // Copied outside of the lock.
        found.downcast_ref::<T>().cloned()
    }

    /// Keeps what was read in this step.
    pub fn keep<T: Clone + Send + Sync + 'static>(&self, kind: Kind, key: &str, thing: &T) {
        let Some(mut kept) = self.open() else { return };
        if kept.count >= MOST {
            *kept = Kept::default();
        }
        let things = kept.things.entry(kind).or_default();
        if things.insert(key.into(), Arc::new(thing.clone())).is_none() {
            kept.count += 1;
        }
    }

    /// The shelf, if no commit that changes it has begun since the step did. None begins while
    /// it is held.
    fn open(&self) -> Option<MutexGuard<'_, Kept>> {
        let kept = self.shelf.kept();
        let unchanged = self.shelf.generation.load(Ordering::Acquire) == self.generation;
        (unchanged && self.generation.is_multiple_of(2)).then_some(kept)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KIND: Kind = Kind::App;

    #[test]
    fn what_is_kept_is_found_by_its_kind_and_key_alone() {
        let shelf = Shelf::default();
        shelf.view().keep(KIND, "a", &1);
        assert_eq!(shelf.view().find(KIND, "a"), Some(1));
        assert_eq!(shelf.view().find::<i32>(KIND, "b"), None);
        assert_eq!(shelf.view().find::<i32>(Kind::Named, "a"), None);
        assert_eq!(shelf.view().find::<String>(KIND, "a"), None);
    }

    #[test]
    fn a_step_across_a_change_neither_takes_nor_keeps() {
        let shelf = Shelf::default();
        let before = shelf.view();
        before.keep(KIND, "a", &1);
        shelf.clear();
        let during = shelf.view();
        for view in [before, during] {
            view.keep(KIND, "a", &2);
            assert_eq!(view.find::<i32>(KIND, "a"), None);
        }
        shelf.reopen();
        for view in [before, during] {
            view.keep(KIND, "a", &3);
            assert_eq!(view.find::<i32>(KIND, "a"), None);
        }
        assert_eq!(shelf.view().find::<i32>(KIND, "a"), None);
        shelf.view().keep(KIND, "a", &4);
        assert_eq!(shelf.view().find(KIND, "a"), Some(4));
    }

    #[test]
    fn it_holds_so_much_and_no_more() {
        let shelf = Shelf::default();
        for n in 0..3 * MOST {
            shelf.view().keep(KIND, &n.to_string(), &n);
            // Again counts once.
            shelf.view().keep(KIND, &n.to_string(), &n);
            assert_eq!(shelf.view().find(KIND, &n.to_string()), Some(n));
            let kept = shelf.kept();
            let held: usize = kept.things.values().map(HashMap::len).sum();
            assert!(held == kept.count && held <= MOST);
        }
    }
}
