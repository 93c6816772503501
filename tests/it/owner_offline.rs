//! The owner gets in with every provider dead: nothing outside is asked, so nothing outside
//! can keep them waiting. And at a fixed address, whatever the domain of their address says.

use std::io::Write as _;
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use doorward::model::connection::{ConnectionConfig, OidcConfig};
use doorward::model::domain::Domain;
use doorward::model::rng::SystemRng;
use doorward::store::domains;

use super::house::{self, Browser, PASSWORD, run};
use crate::support::dns::{NameServer, Says};
use crate::support::door::{EMAIL, add_app, code, is_in, owner, password, require};
use crate::support::tenant::connect;

/// A provider that takes calls, counts them, and says what is given: nothing at all for a
/// black hole.
fn dead(says: &'static [u8]) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&calls);
    std::thread::spawn(move || {
        let mut kept = Vec::new();
        for mut stream in listener.incoming().flatten() {
            counted.fetch_add(1, Ordering::SeqCst);
            let _written = stream.write_all(says);
            kept.push(stream);
        }
    });
    (format!("https://{address}"), calls)
}

#[test]
fn no_fault_of_dns_tcp_or_tls_keeps_the_owner_out() {
    run(async {
        let resolver = NameServer::start();
        resolver.set("idp.acme.test", Says::Silence);
        let house = house::open_asking(resolver.address).await;
        let mut browser = Browser::new();
        house.set_up(&mut browser).await;
        let app = add_app(&house, &mut browser).await;
        let (home, _) = owner(&house).await;
        let (hole, held) = dead(b"");
        let (garbage, garbled) = dead(b"\x16\x03\x03\x00\x02no handshake of anybody");
        let mut ways = Vec::new();
        for issuer in [hole, garbage, "https://idp.acme.test".to_owned()] {
            let config =
                OidcConfig { issuer, client_id: "doorward".to_owned(), ..OidcConfig::default() };
            ways.push(connect(&house, &home, ConnectionConfig::Oidc(config)).await);
        }
        // The owner's own domain leads to the dead providers, and single sign-on is required.
        let now = house.hub.now();
        let of = home.clone();
        house
            .write(move |tx| {
                let domain = Domain::pending(&SystemRng, now, of, "acme.test".to_owned());
                domains::save(tx, &domain.accepted(now, false))
            })
            .await;
        require(&house, &home, true).await;

        // Somebody else is on the way to the provider that says nonsense: it is asked.
        let fields = [("email", EMAIL)];
        let page = house.fill(&mut Browser::new(), "/login", &fields).await;
        let csrf = page.field("csrf");
        let mut visitor = Browser::new();
        let chosen = [("connection", ways[1].as_str()), ("csrf", csrf.as_str())];
        let page = house.get(&mut visitor, "/login").await;
        let chosen = [chosen[0], ("csrf", &page.field("csrf"))];
        let stuck = house.post(&mut visitor, "/login/connection", &chosen).await;
        assert_eq!(stuck.status.as_u16(), 502, "{}", stuck.body);
        let asked = (held.load(Ordering::SeqCst), garbled.load(Ordering::SeqCst));
        assert!(asked.1 > 0);
        let looked_up = resolver.asked().len();

        let mut fresh = Browser::at("198.51.100.3:1");
        for browser in [&mut browser, &mut fresh] {
            password(&house, browser).await;
            let answer = code(&house, browser, &app.code(&house)).await;
            assert_eq!(answer.status.as_u16(), 303, "{}", answer.body);
            assert!(is_in(&house, browser).await);
        }
        // Nothing went out.
        let after = (held.load(Ordering::SeqCst), garbled.load(Ordering::SeqCst));
        assert_eq!(after, asked);
        assert_eq!(resolver.asked().len(), looked_up);
    });
}

#[test]
fn the_first_page_of_the_door_needs_no_attempt_and_says_nothing_of_domains() {
    run(async {
        let house = house::open().await;
        house.set_up(&mut Browser::new()).await;
        let (home, _) = owner(&house).await;
        let now = house.hub.now();
        let of = home.clone();
        house
            .write(move |tx| {
                let domain = Domain::pending(&SystemRng, now, of, "acme.test".to_owned());
                domains::save(tx, &domain.accepted(now, false))
            })
            .await;
        require(&house, &home, true).await;
        let mut browser = Browser::new();
        let page = house.get(&mut browser, "/owner").await;
        assert!(page.body.contains("type=\"password\""));
        let answer = house.sign_in(&mut browser, EMAIL, PASSWORD).await;
        assert_eq!(answer.header("location"), "http://localhost:8080/owner/factors");
    });
}
