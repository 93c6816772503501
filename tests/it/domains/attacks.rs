//! What somebody may try to get a domain that is not theirs, or to keep it from its owner.

use doorward::model::time::{DAY, HOUR, SECOND};
use serde_json::{Value, json};

use super::Town;
use crate::house::run;
use crate::support::dns::{Says, txt};

#[test]
fn who_adds_a_domain_first_neither_has_it_nor_keeps_others_from_it() {
    run(async {
        let town = Town::new().await;
        let (acme, evil) = (&town.acme, &town.evil);
        let path = Town::path(evil, "acme.test");
        let (_, squatted) = town.call(&town.evil_admin, "PUT", &path, &Value::Null).await;
        let wide = json!({"include_subdomains": true});
        assert_eq!(town.call(&town.evil_admin, "PATCH", &path, &wide).await.0, 200);
        assert_eq!(town.leads("ann@acme.test").await, "nowhere");
        // The squatter uses up all it may ask; the owner is not kept waiting by that.
        let mut refused = 0;
        for _ in 0..50 {
            let (status, problem) = town.check(&town.evil_admin, evil, "acme.test").await;
            refused += u8::from(status == 429 && problem["code"] == "too_often");
        }
        assert_eq!(refused, 45);
        town.prove(&town.acme_admin, acme, "acme.test").await;
        assert_eq!(town.leads("ann@acme.test").await, "acme");
        assert_eq!(town.leads("ann@mail.acme.test").await, "nowhere");
        // What the owner published is not the squatter's record.
        town.house.wait(20 * SECOND);
        let (status, item) = town.check(&town.evil_admin, evil, "acme.test").await;
        assert_eq!((status, &item["state"]), (200, &json!("pending")));
        // Nor does the answer to adding it tell whether somebody has it.
        let (_, unclaimed) = town
            .call(&town.evil_admin, "PUT", &Town::path(evil, "unclaimed.test"), &Value::Null)
            .await;
        let fields = |item: &Value| item.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        assert_eq!(fields(&squatted), fields(&unclaimed));
        // Even with both records published, the first proof counts.
        let value = squatted["record"]["value"].as_str().unwrap();
        let own = town.find(acme, "acme.test").await["record"]["value"].clone();
        let record = |text: &str| vec![text.as_bytes().to_vec()];
        let both = Says::Txt(vec![record(value), record(own.as_str().unwrap())]);
        town.dns.set("_doorward-challenge.acme.test", both);
        town.house.wait(20 * SECOND);
        let (status, problem) = town.check(&town.evil_admin, evil, "acme.test").await;
        assert_eq!((status, &problem["code"]), (409, &json!("domain_taken")), "{problem}");
        let item = town.find(evil, "acme.test").await;
        assert_eq!(
            (&item["state"], &item["last_check"]["outcome"]),
            (&json!("pending"), &json!("found"))
        );
        assert_eq!(town.leads("ann@acme.test").await, "acme");
    });
}

#[test]
fn a_domain_that_was_sold_goes_to_whoever_proves_it_after_some_days() {
    run(async {
        let town = Town::new().await;
        let (acme, evil) = (&town.acme, &town.evil);
        town.prove(&town.evil_admin, evil, "acme.test").await;
        // The new owner's record replaces the old one.
        town.publish(&town.acme_admin, acme, "acme.test").await;
        let (status, _) = town.check(&town.acme_admin, acme, "acme.test").await;
        assert_eq!(status, 409);
        for _ in 0..4 {
            assert_eq!(town.leads("ann@acme.test").await, "evil");
            town.later(DAY + 2 * HOUR).await;
        }
        assert_eq!(town.find(evil, "acme.test").await["state"], "lost");
        let (status, item) = town.check(&town.acme_admin, acme, "acme.test").await;
        assert_eq!((status, &item["state"]), (200, &json!("proved_by_dns")), "{item}");
        assert_eq!(town.leads("ann@acme.test").await, "acme");
        let before = town.find(evil, "acme.test").await;
        assert_eq!(before["state"], "pending", "who lost it has it no more");
        let given_up = town.audited("domain.displace").await;
        assert_eq!(given_up[0]["organization"], json!(evil.organization));
        // And does not get it back by the job or by asking.
        town.later(DAY + 2 * HOUR).await;
        let (_, item) = town.check(&town.evil_admin, evil, "acme.test").await;
        assert_eq!(item["state"], "pending");
    });
}

/// What the operator decided is not overruled by a record; the operator takes it back.
#[test]
fn the_operators_decision_is_changed_by_the_operator_only() {
    run(async {
        let town = Town::new().await;
        town.accept(&town.acme, "shared.test", &json!({})).await;
        town.publish(&town.evil_admin, &town.evil, "shared.test").await;
        let (status, _) = town.check(&town.evil_admin, &town.evil, "shared.test").await;
        assert_eq!(status, 409);
        let (status, _) = town.accept(&town.evil, "shared.test", &json!({})).await;
        assert_eq!(status, 409);
        assert_eq!(town.leads("ann@shared.test").await, "acme");
        let path = Town::path(&town.acme, "shared.test");
        assert_eq!(town.call(&town.root, "DELETE", &path, &Value::Null).await.0, 204);
        let (status, _) = town.check(&town.evil_admin, &town.evil, "shared.test").await;
        assert_eq!(status, 200);
        assert_eq!(town.leads("ann@shared.test").await, "evil");
    });
}

/// `*.acme.test CNAME acme.hosting.test` is common, and whoever gets the target must not get
/// the domain.
#[test]
fn an_alias_leads_to_nobodys_proof() {
    run(async {
        let town = Town::new().await;
        let name = "_doorward-challenge.acme.test";
        let item = town.publish(&town.evil_admin, &town.evil, "acme.test").await;
        let value = item["record"]["value"].as_str().unwrap();
        let chain = |length: usize| {
            town.dns.set(name, Says::Alias("hop1.test".to_owned()));
            for hop in 1..length {
                let next = format!("hop{}.test", hop + 1);
                town.dns.set(&format!("hop{hop}.test"), Says::Alias(next));
            }
            format!("hop{length}.test")
        };
        for length in [1, 2, 9, 18] {
            let end = chain(length);
            town.dns.set(&end, txt(value));
            town.house.wait(20 * SECOND);
            let (_, item) = town.check(&town.evil_admin, &town.evil, "acme.test").await;
            assert_eq!(item["state"], "pending", "{length}");
            town.dns.remove(&end);
        }
        chain(1);
        town.dns.set("hop1.test", txt(value));
        town.house.wait(20 * SECOND);
        let (_, item) = town.check(&town.evil_admin, &town.evil, "acme.test").await;
        assert_eq!(item["last_check"]["outcome"], "alias", "{item}");
        // One that bites its own tail ends, too.
        town.dns.set("hop1.test", Says::Alias(name.to_owned()));
        town.house.wait(20 * SECOND);
        let asked = town.dns.asked().len();
        let (status, item) = town.check(&town.evil_admin, &town.evil, "acme.test").await;
        assert_eq!((status, &item["state"]), (200, &json!("pending")));
        assert!(town.dns.asked().len() - asked < 30, "{}", town.dns.asked().len() - asked);
    });
}

#[test]
fn large_and_odd_answers_stay_small_and_harmless() {
    run(async {
        let town = Town::new().await;
        let (acme, admin, name) = (&town.acme, &town.acme_admin, "_doorward-challenge.acme.test");
        let item = town.publish(admin, acme, "acme.test").await;
        let value = item["record"]["value"].as_str().unwrap().as_bytes().to_vec();
        let junk: Vec<Vec<Vec<u8>>> = (0..200).map(|_| vec![vec![b'x'; 250]; 1]).collect();
        let odd = vec![b"\xff\0\r\nSet-Cookie: x\xe2\x80\xae</script>".to_vec()];
        for (records, outcome) in [
            // Too large for UDP: asked again over TCP.
            (junk.clone(), "different"),
            (vec![vec![vec![b'y'; 255]; 200]], "different"),
            (vec![vec![Vec::new(); 1_000]], "different"),
            (vec![odd], "different"),
            (vec![vec![[&value[..], b"x"].concat()]], "different"),
            (vec![vec![[b"v=", &value[..]].concat()]], "different"),
            (vec![vec![value.to_ascii_uppercase()]], "different"),
            (vec![vec![b"doorward-verification=".to_vec()]], "different"),
            // Somewhere among very many.
            ([junk, vec![vec![[b" ", &value[..], b" "].concat()]]].concat(), "found"),
        ] {
            town.dns.set(name, Says::Txt(records));
            town.house.wait(20 * SECOND);
            let (status, item) = town.check(admin, acme, "acme.test").await;
            assert_eq!((status, &item["last_check"]["outcome"]), (200, &json!(outcome)), "{item}");
            let text = item.to_string();
            assert!(text.len() < 3_000, "{}", text.len());
            for hidden in ['\u{0}', '\r', '\n', '\u{202e}'] {
                let texts = item["last_check"]["texts"].as_array().unwrap();
                assert!(!texts.iter().any(|t| t.as_str().unwrap().contains(hidden)));
            }
        }
        assert_eq!(town.leads("ann@acme.test").await, "acme");
    });
}

/// A name that only looks like another one is another one, on every path.
#[test]
fn names_that_look_alike_are_not_the_same() {
    run(async {
        let town = Town::new().await;
        town.prove(&town.acme_admin, &town.acme, "xn--bcher-kva.test").await;
        town.prove(&town.acme_admin, &town.acme, "acme.test").await;
        for (address, expected) in [
            ("ann@XN--BCHER-KVA.test", "acme"),
            ("ann@xn--bcher-kva.test.", "acme"),
            ("ann@bücher.test", "nowhere"),
            ("ann@bucher.test", "nowhere"),
            ("ann@ACME.TEST", "acme"),
            ("ann@acme.test.", "acme"),
            ("ann@acme\u{3002}test", "nowhere"),
            ("ann@acm\u{435}.test", "nowhere"),
            ("ann@acme.test@evil.test", "nowhere"),
            ("ann@evil.test@acme.test", "acme"),
            ("acme.test", "acme"),
        ] {
            assert_eq!(town.leads(address).await, expected, "{address}");
        }
        // The same domain in other words is the same row.
        let path = Town::path(&town.acme, "ACME.Test.");
        let (_, item) = town.call(&town.acme_admin, "PUT", &path, &Value::Null).await;
        assert_eq!(item["state"], "proved_by_dns");
    });
}

/// One cannot have us flood somebody's name servers.
#[test]
fn lookups_are_bounded_by_domain_and_by_organization() {
    run(async {
        let town = Town::new().await;
        town.publish(&town.evil_admin, &town.evil, "one.test").await;
        for _ in 0..100 {
            town.check(&town.evil_admin, &town.evil, "one.test").await;
        }
        assert_eq!(town.dns.asked().len(), 5);
        for n in 0..40 {
            let domain = format!("d{n}.test");
            town.publish(&town.evil_admin, &town.evil, &domain).await;
            town.check(&town.evil_admin, &town.evil, &domain).await;
        }
        assert_eq!(town.dns.asked().len(), 30);
        town.prove(&town.acme_admin, &town.acme, "acme.test").await;
    });
}

/// A domain that was lost leads people to who lost it, until somebody proves it; more people
/// than before it must not lead.
#[test]
fn what_was_lost_is_not_widened() {
    run(async {
        let town = Town::new().await;
        town.prove(&town.evil_admin, &town.evil, "acme.test").await;
        let path = Town::path(&town.evil, "acme.test");
        let wide = |wide: bool| json!({"include_subdomains": wide});
        town.dns.set("_doorward-challenge.acme.test", Says::NoData);
        for _ in 0..4 {
            town.later(DAY + 2 * HOUR).await;
        }
        assert_eq!(town.find(&town.evil, "acme.test").await["state"], "lost");
        for by in [&town.evil_admin, &town.root] {
            let (status, problem) = town.call(by, "PATCH", &path, &wide(true)).await;
            assert_eq!(
                (status, &problem["errors"][0]["field"]),
                (422, &json!("include_subdomains"))
            );
        }
        assert_eq!(town.leads("ann@mail.acme.test").await, "nowhere");
        assert_eq!(town.leads("ann@acme.test").await, "evil");
        assert_eq!(town.call(&town.evil_admin, "PATCH", &path, &wide(false)).await.0, 200);
    });
}
