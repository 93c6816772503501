//! Floods of strangers: what they cost is bounded, and they neither lock anybody out nor hide
//! what happened to others.

use std::net::IpAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use actix_web::http::StatusCode;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use doorward::hub::{Judging, Turn};
use doorward::model::app::{App, RedirectUri, SigningAlgorithm};
use doorward::model::attempt::Attempt;
use doorward::model::code::Code;
use doorward::model::connection::{Connection, ConnectionConfig, Protocol, Revision};
use doorward::model::domain::Domain;
use doorward::model::domain::standing::OutsideDomains;
use doorward::model::id::{AppId, ConnectionId, OrganizationId, RevisionId};
use doorward::model::organization::{LoginPath, Organization};
use doorward::model::rng::SystemRng;
use doorward::model::time::{Millis, SECOND};
use doorward::store::expire::{self, Expiring};
use doorward::store::{Page, apps, attempts, connections, domains, organizations};

use super::house::{self, Answer, Browser, House, PASSWORD, run};
use crate::support::forge::{Signer, World};

const MADE: Millis = Millis(1_800_000_000_000);

/// An app, and two organizations: `acme` with one connection, `two` with two.
async fn town() -> House {
    let house = house::open().await;
    town_in(&house).await;
    house
}

async fn town_in(house: &House) {
    let config = World::trusting(&[&Signer::p256()]).config;
    house
        .write(move |tx| {
            for (path, names) in [("acme", &["okta"][..]), ("two", &["left", "right"][..])] {
                let id = OrganizationId::try_from(path).unwrap();
                organizations::insert(
                    tx,
                    &Organization {
                        id: id.clone(),
                        name: path.to_owned(),
                        path: LoginPath::try_from(path.to_owned()).ok(),
                        disabled: false,
                        home: false,
                        outside_domains: OutsideDomains::default(),
                        settings: Default::default(),
                        created_at: MADE,
                        version: 1,
                    },
                )?;
                let domain = Domain::pending(&SystemRng, MADE, id.clone(), format!("{path}.test"));
                domains::save(tx, &domain.accepted(MADE, false))?;
                for name in names {
                    let connection = ConnectionId::try_from(*name).unwrap();
                    let revision = RevisionId::try_from(*name).unwrap();
                    connections::insert(
                        tx,
                        &Connection {
                            id: connection.clone(),
                            organization: id.clone(),
                            name: (*name).to_owned(),
                            protocol: Protocol::Saml,
                            disabled: false,
                            live: None,
                            draft: None,
                            previous: None,
                            settings: Default::default(),
                            capture_until: None,
                            created_at: MADE,
                            version: 1,
                        },
                    )?;
                    connections::insert_revision(
                        tx,
                        &Revision {
                            id: revision.clone(),
                            connection: connection.clone(),
                            config: ConnectionConfig::Saml(config.clone()),
                            created_at: MADE,
                        },
                    )?;
                    connections::set_live(tx, &connection, &revision, MADE)?;
                }
            }
            apps::insert(
                tx,
                &App {
                    id: AppId::try_from("wiki").unwrap(),
                    name: "Wiki".to_owned(),
                    secret: None,
                    redirect_uris: vec![
                        RedirectUri::try_from("https://wiki.test/cb".to_owned()).unwrap(),
                    ],
                    post_logout_redirect_uris: Vec::new(),
                    organizations: Vec::new(),
                    signing_algorithm: SigningAlgorithm::RS256,
                    groups_claim: false,
                    settings: Default::default(),
                    disabled: false,
                    created_at: MADE,
                    version: 1,
                },
            )
        })
        .await;
}

fn authorize(more: &str) -> String {
    let challenge = "c".repeat(43);
    format!(
        "/oauth2/authorize?client_id=wiki&redirect_uri=https%3A%2F%2Fwiki.test%2Fcb\
         &response_type=code&scope=openid&code_challenge={challenge}&code_challenge_method=S256{more}"
    )
}

async fn rows(house: &House) -> Vec<Attempt> {
    house.read(|tx| attempts::list(tx, &attempts::Filter::default(), &Page::first(10_000))).await
}

/// Begins as many sign-ins from `address` as it is allowed, but for `left`.
fn use_up(house: &House, address: &str, left: usize) {
    let address = address.parse().unwrap();
    let mut begun = 0;
    while begun < 1_000 - left && house.hub.bounds.may_begin(address, house.hub.now()) {
        begun += 1;
    }
    assert_eq!(begun, 1_000 - left);
}

type Waiting = Pin<Box<dyn Future<Output = Option<Turn>>>>;

/// Three places of one address in the line of large messages; a fourth is left.
struct Busy {
    judging: Arc<Judging>,
    address: IpAddr,
    turns: Vec<Turn>,
    waiting: Vec<Waiting>,
}

impl Busy {
    /// With both turns, and one who waits.
    async fn at(house: &House, address: &str) -> Self {
        let mut busy = Self::none(house, address);
        for _ in 0..2 {
            busy.turns.push(busy.judging.turn(busy.address).await.unwrap());
        }
        busy.waiting.push(busy.stand());
        busy
    }

    /// With three who wait.
    fn behind(house: &House, address: &str) -> Self {
        let mut busy = Self::none(house, address);
        busy.waiting = (0..3).map(|_| busy.stand()).collect();
        busy
    }

    fn none(house: &House, address: &str) -> Self {
        let judging = Arc::clone(&house.hub.judging);
        let address = address.parse().unwrap();
        Self { judging, address, turns: Vec::new(), waiting: Vec::new() }
    }

    /// One more who waits.
    fn stand(&self) -> Waiting {
        let (judging, address) = (Arc::clone(&self.judging), self.address);
        let mut turn: Waiting = Box::pin(async move { judging.turn(address).await });
        assert!(turn.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        turn
    }

    /// Lets `request` come as far as the fourth place, where it waits.
    async fn until_full(&self, mut request: Pin<&mut impl Future<Output = Answer>>) {
        let mut context = Context::from_waker(Waker::noop());
        loop {
            assert!(request.as_mut().poll(&mut context).is_pending());
            let fifth = pin!(self.judging.turn(self.address)).poll(&mut context);
            if matches!(fifth, Poll::Ready(None)) {
                return;
            }
            house_turns().await;
        }
    }
}

/// Lets the store's threads and everything else go on.
async fn house_turns() {
    std::thread::yield_now();
    tokio::task::yield_now().await;
}

fn assert_turned_away(answer: &Answer, from: &str) {
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS, "{from} {}", answer.body);
    assert_eq!(answer.header("retry-after"), "2", "{from}");
    assert!(answer.body.contains("reload this page"), "{from} {}", answer.body);
    assert!(!answer.body.contains("Reference"), "{from}");
}

#[test]
fn a_flood_of_beginnings_is_held_and_the_neighbours_are_not() {
    run(async {
        let house = town().await;
        use_up(&house, "192.0.2.1", 3);
        for n in 0..8 {
            let answer = house.get(&mut Browser::new(), &authorize("&organization=acme")).await;
            if n < 3 {
                assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
            } else {
                assert_turned_away(&answer, "authorize");
            }
        }
        assert_eq!(rows(&house).await.len(), 3);
        let mut neighbour = Browser::at("192.0.2.2:1");
        assert_eq!(house.get(&mut neighbour, "/o/acme").await.status, StatusCode::SEE_OTHER);
        // A second gives fifty back.
        house.wait(SECOND);
        for n in 0..52 {
            let answer = house.get(&mut Browser::new(), "/o/acme").await;
            let held = answer.status == StatusCode::TOO_MANY_REQUESTS;
            assert_eq!(held, n >= 50, "{n}");
        }
        let json = actix_web::test::TestRequest::get()
            .uri("/o/acme")
            .insert_header(("accept", "application/json"));
        let answer = house.send(&mut Browser::new(), json).await;
        let problem: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
        assert_eq!(problem["code"], "too_many_sign_ins");
        assert_eq!(answer.header("retry-after"), "2");
    });
}

#[test]
fn no_way_in_goes_round_the_bound() {
    run(async {
        let house = town().await;
        // Pages that were opened, and a sign-in that was refused, before.
        let mut at_login = Browser::new();
        let csrf = house.get(&mut at_login, "/login").await.field("csrf");
        let mut choosing = Browser::new();
        let choice = house.get(&mut choosing, "/o/two").await;
        let (choice_csrf, attempt) = (choice.field("csrf"), choice.field("attempt"));
        let before = rows(&house).await.len();
        use_up(&house, "192.0.2.1", 1);
        for address in
            ["/o/acme", "/o/two", "/o/nobody", &authorize(""), &authorize("&organization=acme")]
        {
            assert_turned_away(&house.get(&mut Browser::new(), address).await, address);
        }
        for typed in ["ann@acme.test", "two.test"] {
            let fields = [("csrf", csrf.as_str()), ("email", typed)];
            assert_turned_away(&house.post(&mut at_login, "/login", &fields).await, typed);
        }
        let fields = [("csrf", csrf.as_str()), ("connection", "okta")];
        let answer = house.post(&mut at_login, "/login/connection", &fields).await;
        assert_turned_away(&answer, "connection");
        let again = format!("/login/again?attempt={attempt}");
        assert_turned_away(&house.get(&mut choosing, &again).await, "again");
        assert_eq!(rows(&house).await.len(), before);
        // Who is in the midst of one goes on with it.
        let fields =
            [("csrf", choice_csrf.as_str()), ("attempt", &attempt), ("connection", "left")];
        let answer = house.post(&mut choosing, "/login/connection", &fields).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        assert_eq!(rows(&house).await.len(), before);
    });
}

#[test]
fn who_is_signed_in_and_the_owner_are_not_held() {
    run(async {
        let house = town().await;
        let mut owner = Browser::new();
        house.set_up(&mut owner).await;
        use_up(&house, "192.0.2.1", 0);
        // Signed in, but to be asked anew.
        let answer = house.get(&mut owner, &authorize("&organization=acme&prompt=login")).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        assert_eq!(house.get(&mut owner, "/o/acme").await.status, StatusCode::SEE_OTHER);
        // A cookie that only looks like one helps nobody.
        let mut liar = Browser::new();
        liar.cookies.insert("doorward-session".to_owned(), "s".repeat(43));
        assert_turned_away(&house.get(&mut liar, "/o/acme").await, "liar");
        let mut locked_out = Browser::new();
        let answer = house.sign_in(&mut locked_out, "ann@acme.test", PASSWORD).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        // Not without end, though: two hundred at once.
        let mut turned_away = 0;
        for _ in 0..205 {
            let answer = house.get(&mut owner, "/o/acme").await;
            turned_away += usize::from(answer.status == StatusCode::TOO_MANY_REQUESTS);
        }
        assert_eq!(turned_away, 7);
    });
}

#[test]
fn visitors_behind_a_known_proxy_count_each_for_themselves() {
    run(async {
        let house = house::open_at("http://localhost:8080", &["10.0.0.1"]).await;
        town_in(&house).await;
        use_up(&house, "192.0.2.1", 0);
        for (said, held) in [
            ("192.0.2.1", true),
            ("192.0.2.2", false),
            ("192.0.2.2, 192.0.2.1", true),
            ("192.0.2.1, 192.0.2.2", false),
        ] {
            let mut browser = Browser::at("10.0.0.1:1");
            browser.headers.push(("x-forwarded-for", said.to_owned()));
            let answer = house.get(&mut browser, "/o/acme").await;
            assert_eq!(answer.status == StatusCode::TOO_MANY_REQUESTS, held, "{said}");
        }
        // Nobody else is believed.
        let mut browser = Browser::new();
        browser.headers.push(("x-forwarded-for", "192.0.2.2".to_owned()));
        assert_turned_away(&house.get(&mut browser, "/o/acme").await, "untrusted");
    });
}

#[test]
fn a_flood_of_stray_answers_hides_no_others() {
    run(async {
        let house = town().await;
        let stray = async |id: &str| {
            let path = format!("/saml/{id}/acs");
            house.get(&mut Browser::new(), &path).await
        };
        for n in 0..100 {
            let answer = stray("okta").await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN);
            // A reference is shown when there is something to find by it, and only then.
            assert_eq!(answer.body.contains("Reference"), n < 60, "{n}");
            // Connections that do not exist share one budget, whatever they are called.
            let answer = stray(&format!("none{n}")).await;
            assert_eq!(answer.body.contains("Reference"), n < 60, "{n}");
        }
        assert_eq!(rows(&house).await.len(), 120);
        assert!(stray("left").await.body.contains("Reference"));
        let mut known = Vec::new();
        for attempt in rows(&house).await {
            known.extend(attempt.connection.map(|id| id.as_str().to_owned()));
        }
        known.sort();
        known.dedup();
        assert_eq!(known, ["left", "okta"]);
        // What an app did, and the owner's door, are other things again.
        let wrong = authorize("").replace("wiki.test", "evil.test");
        assert!(house.get(&mut Browser::new(), &wrong).await.body.contains("Reference"));
        house.wait(60 * SECOND);
        assert!(stray("okta").await.body.contains("Reference"));
    });
}

#[test]
fn a_flood_of_ways_that_lead_nowhere_is_recorded_within_bounds() {
    run(async {
        let house = town().await;
        for n in 0..70 {
            let nowhere = authorize("&organization=nobody");
            for (address, sentence) in
                [(nowhere.as_str(), Code::RouteUnknown), ("/o/nobody", Code::RouteUnknown)]
            {
                let answer = house.get(&mut Browser::new(), address).await;
                assert_eq!(answer.status, StatusCode::FORBIDDEN, "{address}");
                assert!(answer.body.contains(sentence.sentence()), "{address}");
                assert_eq!(answer.body.contains("Reference"), n < 60, "{address} {n}");
                assert_eq!(answer.body.contains("reference below"), n < 60, "{address} {n}");
                // Nor does a button lead to what is not there.
                assert_eq!(answer.body.contains("/login/again"), n < 60, "{address} {n}");
            }
        }
        assert_eq!(rows(&house).await.len(), 120);
    });
}

#[test]
fn what_is_short_and_costly_waits_in_line_too() {
    run(async {
        let house = town().await;
        let busy = Busy::at(&house, "192.0.2.1").await;
        let send = async |filler: String| {
            let sent = house.get(&mut Browser::new(), "/o/acme").await;
            let handle = sent.header("location").split("RelayState=").nth(1).unwrap().to_owned();
            let message = STANDARD.encode(format!("<a>{filler}</a>"));
            assert!(message.len() < 48 * 1024);
            let fields = [("SAMLResponse", message.as_str()), ("RelayState", &handle)];
            house.post(&mut Browser::new(), "/saml/okta/acs", &fields).await
        };
        for filler in ["<x/>".repeat(8_000), "<x b='1' c='' d='' e=''/>".repeat(300)] {
            let mut costly = Box::pin(send(filler));
            busy.until_full(costly.as_mut()).await;
        }
        // What providers send does not: this much are a hundred and fifty groups.
        let group =
            "<saml:AttributeValue xsi:type='s'>everybody in the house</saml:AttributeValue>";
        let usual = send(group.repeat(150) + &"x".repeat(10_000)).await;
        assert_eq!(usual.status, StatusCode::FORBIDDEN, "{}", usual.body);
    });
}

#[test]
fn an_attempt_that_a_flood_pushed_out_ends_on_a_page() {
    run(async {
        let house = town().await;
        let sent = house.get(&mut Browser::new(), "/o/acme").await;
        let handle = sent.header("location").split("RelayState=").nth(1).unwrap().to_owned();
        let large = STANDARD.encode(format!("<a>{}</a>", "<x/>".repeat(12_000)));
        let fields = [("SAMLResponse", large.as_str()), ("RelayState", &handle)];
        // Its answer is about to be judged when it goes.
        let busy = Busy::at(&house, "192.0.2.1").await;
        let mut browser = Browser::new();
        let mut judged = Box::pin(house.post(&mut browser, "/saml/okta/acs", &fields));
        busy.until_full(judged.as_mut()).await;
        let later = MADE.plus(SECOND);
        house.write(move |tx| expire::batch(tx, Expiring::UnprovedAttempts, later, 9)).await;
        drop(busy);
        let answer = judged.await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{}", answer.body);
        assert!(!answer.body.contains("Reference"), "{}", answer.body);
    });
}

#[test]
fn strangers_cannot_keep_large_answers_from_being_judged() {
    run(async {
        let house = town().await;
        let mut browser = Browser::new();
        let sent = house.get(&mut browser, "/o/acme").await;
        let handle = sent.header("location").split("RelayState=").nth(1).unwrap().to_owned();
        // Large, without RelayState: only its first tag says what it answers.
        let filler = "<x/>".repeat(12_000);
        let answer = |handle: &str| {
            STANDARD.encode(format!(
                "<samlp:Response xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\" \
                 InResponseTo=\"_{handle}\">{filler}</samlp:Response>"
            ))
        };
        // One attacker has everything that judges at work, and as many more wait.
        let attack = Busy::at(&house, "198.51.100.1").await;
        let one_more = attack.stand();
        let post = async |address: &str, text: &str| {
            let mut browser = Browser::at(address);
            house.post(&mut browser, "/saml/okta/acs", &[("SAMLResponse", text)]).await
        };
        let stray = post("192.0.2.1:1", &answer("nobody")).await;
        assert_eq!(stray.status, StatusCode::BAD_REQUEST, "found without judging");
        let mine = answer(&handle);
        let more = post("198.51.100.1:1", &mine).await;
        assert_eq!(more.status, StatusCode::SERVICE_UNAVAILABLE, "the attacker's own bound");
        // Somebody else's answer waits for its turn, and has it.
        let near = Busy::behind(&house, "192.0.2.1");
        let mut found = Box::pin(post("192.0.2.1:1", &mine));
        near.until_full(found.as_mut()).await;
        drop((attack, one_more, near));
        let found = found.await;
        assert_eq!(found.status, StatusCode::FORBIDDEN, "{}", found.body);
        let mut codes = Vec::new();
        for attempt in rows(&house).await {
            codes.push(attempt.state.name());
        }
        assert_eq!(codes, ["refused", "refused"]);
    });
}
