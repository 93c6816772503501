//! What is counted of sign-ins, and by whom it is seen.

use doorward::model::time::{HOUR, MINUTE};
use serde_json::{Value, json};

use crate::house::{self, Browser, House, run};
use crate::support::admin::Admin;
use crate::support::tenant::{Tenant, sent};
use crate::support::testing;

async fn admitted(house: &House, tenant: &Tenant, person: &str) {
    let answer = tenant.sign_in(house, &mut Browser::new(), person).await;
    assert!(answer.status.as_u16() < 400, "{}", answer.body);
}

/// An answer that is no SAML at all.
async fn refused(house: &House, tenant: &Tenant) {
    let asked = house.get(&mut Browser::new(), &format!("/o/{}", tenant.path)).await;
    let handle = sent(&asked, "RelayState").unwrap();
    let page = tenant.post(house, &handle, "bm90IFhNTA==").await;
    assert!(page.status.is_client_error(), "{}", page.body);
}

fn sum(numbers: &Value) -> u64 {
    numbers.as_array().unwrap().iter().map(|number| number.as_u64().unwrap()).sum()
}

#[test]
fn sign_ins_are_counted_by_hour_connection_and_cause() {
    run(async {
        let house = house::open().await;
        let root = Admin::open(&house, None).await;
        let acme = Tenant::open(&house, "acme").await;
        let globex = Tenant::open(&house, "globex").await;
        admitted(&house, &acme, "ann@acme.test").await;
        house.wait(2 * HOUR);
        admitted(&house, &acme, "bob@acme.test").await;
        refused(&house, &acme).await;
        admitted(&house, &globex, "gil@globex.test").await;
        // Nobody answered this one yet.
        house.get(&mut Browser::new(), "/o/acme").await;
        house.wait(MINUTE);

        let (status, all) = root.get(&house, "/activity").await;
        assert_eq!(status, 200, "{all}");
        let one = &all["series"][0];
        assert_eq!((sum(&one["admitted"]), sum(&one["refused"])), (3, 1), "{all}");
        assert_eq!(one["connection"], Value::Null);
        let hours = one["admitted"].as_array().unwrap();
        let filled: Vec<usize> = (0..hours.len()).filter(|at| hours[*at] != json!(0)).collect();
        assert_eq!(filled[1] - filled[0], 2, "two hours lie between them: {all}");
        assert_eq!(filled[1], hours.len() - 1, "the last step is now: {all}");
        let unsigned = one["last_code"].clone();
        assert_eq!(all["causes"], json!([{ "code": unsigned, "attempts": 1 }]));

        let (_, apart) = root.get(&house, "/activity?by=connection&step_seconds=1800").await;
        let series = apart["series"].as_array().unwrap();
        assert_eq!(series.len(), 2, "{apart}");
        assert_eq!(series[0]["connection"], json!(acme.connection), "refusals first: {apart}");
        assert_eq!(sum(&series[1]["admitted"]), 1);
        assert_eq!(series[1]["last_refused_at"], Value::Null);

        let of = format!("/activity?connection={}", globex.connection);
        let (_, globex_only) = root.get(&house, &of).await;
        assert_eq!(sum(&globex_only["series"][0]["admitted"]), 1);
    });
}

/// Whoever tests a connection is nobody who was turned away.
#[test]
fn a_test_that_fails_is_a_test_and_no_refusal() {
    run(async {
        let house = house::open().await;
        let root = Admin::open(&house, None).await;
        let acme = Tenant::open(&house, "acme").await;
        let link = testing::ask(&house, &root, acme.connection.as_str(), "live").await;
        let no_saml = |_: &str| "bm90IFhNTA==".to_owned();
        let page = testing::run_saml(&house, &acme, &mut Browser::new(), &link, no_saml).await;
        assert!(page.body.contains("did not pass"), "{}", page.body);
        for query in ["", "?by=connection"] {
            let (_, seen) = root.get(&house, &format!("/activity{query}")).await;
            let one = &seen["series"][0];
            assert_eq!((sum(&one["tested"]), sum(&one["refused"])), (1, 0), "{seen}");
            assert_eq!(one["last_refused_at"], Value::Null, "{seen}");
            assert_eq!(one["last_code"], Value::Null, "{seen}");
            assert_eq!(seen["causes"], json!([]), "{seen}");
        }

        refused(&house, &acme).await;
        let (_, seen) = root.get(&house, "/activity").await;
        let one = &seen["series"][0];
        assert_eq!((sum(&one["tested"]), sum(&one["refused"])), (1, 1), "{seen}");
        assert_eq!(seen["causes"][0]["attempts"], 1, "{seen}");
        // The attempts behind each number are found by it.
        for (query, tests) in [("false", 0), ("true", 1)] {
            let path = format!("/attempts?outcome=refused&test={query}");
            let (_, found) = root.get(&house, &path).await;
            let items = found["items"].as_array().unwrap();
            assert_eq!(items.len(), 1, "{found}");
            let of_tests = items.iter().filter(|item| !item["test"].is_null()).count();
            assert_eq!(of_tests, tests, "{found}");
        }
    });
}

#[test]
fn an_organization_counts_its_own() {
    run(async {
        let house = house::open().await;
        let acme = Tenant::open(&house, "acme").await;
        let globex = Tenant::open(&house, "globex").await;
        admitted(&house, &acme, "ann@acme.test").await;
        admitted(&house, &globex, "gil@globex.test").await;
        refused(&house, &globex).await;
        let ours = Admin::open(&house, Some(&acme.organization)).await;
        for query in ["", "?by=connection"] {
            let (status, seen) = ours.get(&house, &format!("/activity{query}")).await;
            assert_eq!(status, 200);
            assert_eq!(seen["series"].as_array().unwrap().len(), 1, "{seen}");
            assert_eq!(sum(&seen["series"][0]["admitted"]), 1, "{seen}");
            assert_eq!(seen["causes"], json!([]));
        }
        let theirs = format!("/activity?connection={}", globex.connection);
        let (_, seen) = ours.get(&house, &theirs).await;
        assert_eq!(sum(&seen["series"][0]["admitted"]), 0, "{seen}");
        let organization = format!("/activity?organization={}", globex.organization);
        assert_eq!(ours.get(&house, &organization).await.0, 404);
    });
}

#[test]
fn spans_that_make_no_sense_are_named() {
    run(async {
        let house = house::open().await;
        let root = Admin::open(&house, None).await;
        for (query, field) in [
            ("from=yesterday", "from"),
            ("until=2026-01-01", "until"),
            ("from=2026-01-02T00:00:00Z&until=2026-01-01T00:00:00Z", "until"),
            ("from=2000-01-01T00:00:00Z", "from"),
            ("step_seconds=0", "step_seconds"),
            ("step_seconds=-300", "step_seconds"),
            ("step_seconds=9223372036854775807", "step_seconds"),
            ("from=0001-01-01T00:00:00Z&until=9999-12-31T23:59:59Z&step_seconds=86400", "from"),
        ] {
            let (status, problem) = root.get(&house, &format!("/activity?{query}")).await;
            assert_eq!(status, 422, "{query}: {problem}");
            assert_eq!(problem["errors"][0]["field"], json!(field), "{query}: {problem}");
        }
        for wrong in ["by=person", "connection=..", "days=3"] {
            let status = root.get(&house, &format!("/activity?{wrong}")).await.0;
            assert!(matches!(status, 400 | 422), "{wrong}: {status}");
        }
    });
}
