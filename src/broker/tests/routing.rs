//! Where people are sent, in any house and for any hints.

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use super::*;
use crate::broker::route::{CHOICES, usable};
use crate::store::Page;

/// One organization of a house: whether it is switched off, and its connections.
type Building = (bool, bool, Vec<Way>);

/// How one connection stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Live,
    Disabled,
    Draft,
}

/// A hint, before the house it is about stands.
#[derive(Debug, Clone)]
enum Word {
    Path(usize),
    Id(usize),
    Address(usize),
    Domain(usize),
    Connection(usize),
    Other(String),
}

/// What an app or a visitor asks for: the app's organizations, and the hints.
#[derive(Debug, Clone)]
struct Asked {
    app: Option<Vec<usize>>,
    organization: Option<Word>,
    connection: Option<Word>,
    login_hint: Option<Word>,
    domain_hint: Option<Word>,
    ask: bool,
}

/// What stands, in the order it was built.
struct House {
    organizations: Vec<OrganizationId>,
    connections: Vec<ConnectionId>,
}

fn building() -> impl Strategy<Value = Building> {
    let way = prop_oneof![3 => Just(Way::Live), 1 => Just(Way::Disabled), 1 => Just(Way::Draft)];
    (prop::bool::weighted(0.2), any::<bool>(), prop::collection::vec(way, 0..4))
}

fn word() -> impl Strategy<Value = Word> {
    prop_oneof![
        (0usize..3).prop_map(Word::Path),
        (0usize..3).prop_map(Word::Id),
        (0usize..3).prop_map(Word::Address),
        (0usize..3).prop_map(Word::Domain),
        (0usize..6).prop_map(Word::Connection),
        "\\PC{0,40}".prop_map(Word::Other),
    ]
}

fn asked() -> impl Strategy<Value = Asked> {
    let hint = || prop::option::weighted(0.4, word());
    let app = prop::option::weighted(0.7, prop::collection::vec(0usize..3, 0..3));
    (app, hint(), hint(), hint(), hint(), prop::bool::weighted(0.1)).prop_map(
        |(app, organization, connection, login_hint, domain_hint, ask)| Asked {
            app,
            organization,
            connection,
            login_hint,
            domain_hint,
            ask,
        },
    )
}

impl House {
    /// Clears the ground and builds anew.
    fn build(tx: &Tx<'_>, buildings: &[Building]) -> Self {
        for old in organizations::list(tx, &Page::first(100)).unwrap() {
            organizations::delete(tx, &old.id).unwrap();
        }
        let mut house = Self { organizations: Vec::new(), connections: Vec::new() };
        for (at, (disabled, passwords, ways)) in buildings.iter().enumerate() {
            let id = organization(tx, &format!("org{at}"));
            for way in ways {
                house.connections.push(Self::way(tx, &id, *way));
            }
            let found = organizations::find(tx, &id).unwrap().unwrap();
            let mut changed = Organization { disabled: *disabled, ..found };
            changed.settings.local_passwords = *passwords;
            assert!(organizations::update(tx, &changed).unwrap());
            house.organizations.push(id);
        }
        house
    }

    fn way(tx: &Tx<'_>, organization: &OrganizationId, way: Way) -> ConnectionId {
        let live = connection(tx, organization, "Any");
        let row = connections::find(tx, &live).unwrap().unwrap();
        match way {
            Way::Live => live,
            Way::Disabled => {
                let off = Connection { disabled: true, ..row };
                assert!(connections::update(tx, &off).unwrap());
                live
            }
            Way::Draft => {
                connections::delete(tx, &live).unwrap();
                connections::insert(tx, &Connection { live: None, ..row }).unwrap();
                live
            }
        }
    }

    fn text(&self, word: &Word) -> String {
        let named = |id: Option<&str>| id.unwrap_or("nobody").to_owned();
        match word {
            Word::Path(at) => format!("org{at}"),
            Word::Id(at) => named(self.organizations.get(*at).map(OrganizationId::as_str)),
            Word::Address(at) => format!("Ann@ORG{at}.test"),
            Word::Domain(at) => format!("org{at}.test"),
            Word::Connection(at) => named(self.connections.get(*at).map(ConnectionId::as_str)),
            Word::Other(text) => text.clone(),
        }
    }

    fn hints(&self, asked: &Asked) -> Hints {
        let text = |word: &Option<Word>| word.as_ref().map(|word| self.text(word));
        Hints {
            organization: text(&asked.organization),
            connection: text(&asked.connection),
            login_hint: text(&asked.login_hint),
            domain_hint: text(&asked.domain_hint),
            ask: asked.ask,
        }
    }

    fn app(&self, tx: &Tx<'_>, organizations: &[usize]) -> App {
        let open: Vec<_> =
            organizations.iter().filter_map(|at| self.organizations.get(*at).cloned()).collect();
        apps::find(tx, &app(tx, "Any", &open)).unwrap().unwrap()
    }
}

/// Wherever a route leads, somebody may sign in there, from that app.
fn leads_in(tx: &Tx<'_>, app: Option<&App>, route: &Route) -> Result<(), TestCaseError> {
    let ways = match route {
        Route::To(one) => vec![one.as_ref().clone()],
        Route::Choose(ways) => {
            prop_assert!((2..=CHOICES).contains(&ways.len()));
            prop_assert!(ways.iter().all(|way| way.organization == ways[0].organization));
            ways.clone()
        }
        Route::Password(beside) => {
            prop_assert!(beside.connections.len() <= CHOICES);
            let own = |way: &Connection| way.organization == beside.organization;
            prop_assert!(beside.connections.iter().all(own));
            let admits = app.is_none_or(|app| app.admits(&beside.organization));
            let there = organizations::find(tx, &beside.organization).unwrap().unwrap();
            prop_assert!(admits && !there.disabled && there.settings.local_passwords);
            beside.connections.clone()
        }
        Route::Ask => Vec::new(),
    };
    for way in &ways {
        let found = usable(tx, app, &way.id).unwrap().map(|(connection, _)| connection);
        prop_assert_eq!(found.as_ref(), Ok(way));
    }
    Ok(())
}

fn check(tx: &Tx<'_>, buildings: &[Building], asked: &Asked) -> Result<(), TestCaseError> {
    let house = House::build(tx, buildings);
    let app = asked.app.as_ref().map(|organizations| house.app(tx, organizations));
    let hints = house.hints(asked);
    let routed = route(tx, app.as_ref(), &hints).unwrap();
    if let Ok(way) = &routed {
        leads_in(tx, app.as_ref(), way)?;
    }
    // A named connection is the one, or nobody is sent anywhere.
    if let Some(text) = &hints.connection {
        let there = matches!(&routed, Ok(Route::To(way)) if way.id.as_str() == text);
        prop_assert!(there || routed.is_err());
    }
    // A named organization is the one, whatever else was said.
    if let Some(text) = &hints.organization {
        let named = house
            .organizations
            .iter()
            .enumerate()
            .find(|(at, id)| id.as_str() == text || *text == format!("org{at}"));
        let within = |way: &Connection| Some(&way.organization) == named.map(|(_, id)| id);
        let there = match &routed {
            Ok(Route::To(way)) => within(way),
            Ok(Route::Choose(ways)) => ways.iter().all(within),
            Ok(Route::Password(beside)) => Some(&beside.organization) == named.map(|(_, id)| id),
            Ok(Route::Ask) => false,
            Err(_) => true,
        };
        prop_assert!(there, "{:?}", routed);
    }
    // An address is a guess: it refuses nobody, and tells an outsider nothing.
    if hints.connection.is_none() && hints.organization.is_none() {
        prop_assert!(routed.is_ok());
        prop_assert!(!hints.ask || routed == Ok(Route::Ask));
    }
    let address = hints.login_hint.unwrap_or_default();
    match typed(tx, app.as_ref(), &address).unwrap() {
        Some(way) => leads_in(tx, app.as_ref(), &way),
        None => Ok(()),
    }
}

#[tokio::test]
async fn every_route_leads_where_one_may_sign_in() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&folder.path().join("doorward.db")).unwrap();
    on(&store, |tx| {
        let houses = (prop::collection::vec(building(), 0..4), asked());
        let mut runner = TestRunner::new(Config { failure_persistence: None, ..Config::default() });
        if let Err(failure) =
            runner.run(&houses, |(buildings, asked)| check(tx, &buildings, &asked))
        {
            panic!("{failure}");
        }
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_path_cannot_take_the_place_of_an_identifier() {
    let world = World::new().await;
    let acme = world.acme.clone();
    world
        .on(move |tx| {
            // A neighbour takes the identifier of another organization as login path.
            let mallory = organization(tx, acme.as_str());
            connection(tx, &mallory, "Mallory's");
            let hints = Hints { organization: Some(acme.to_string()), ..Hints::default() };
            let routed = route(tx, None, &hints)?;
            assert!(matches!(routed, Ok(Route::To(way)) if way.organization == acme));
            Ok(())
        })
        .await;
}
