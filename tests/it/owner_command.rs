//! `doorward owner` on the host, with the server running and stopped.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use super::house::{self, Browser, PASSWORD, run};
use crate::support::door::{EMAIL, add_app, is_in, password, trail};
use crate::support::tenant::Tenant;

fn doorward(data: &Path, words: &[&str], typed: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_doorward"))
        .arg("owner")
        .args(words)
        .arg("--data")
        .arg(data)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(typed.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

fn link(output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    text.trim().rsplit_once('#').unwrap_or_else(|| panic!("{text}")).1.to_owned()
}

#[test]
fn a_lost_second_factor_is_reset_while_the_server_runs() {
    run(async {
        let house = house::open().await;
        let mut browser = Browser::new();
        house.set_up(&mut browser).await;
        add_app(&house, &mut browser).await;
        let data = house.hub.config.data.clone();
        let reset = ["reset", "--email", EMAIL, "--second-factor"];
        let elsewhere = [&reset[..], &["--organization", "globex"]].concat();
        assert!(!doorward(&data, &elsewhere, "").status.success());
        password(&house, &mut Browser::new()).await;
        // Without the word the factor stays.
        link(&doorward(&data, &reset[..3], ""));
        password(&house, &mut Browser::new()).await;

        let output = doorward(&data, &[&reset[..], &["--organization", "Acme"]].concat(), "");
        let token = link(&output);
        assert!(!is_in(&house, &mut browser).await);
        let mut fresh = Browser::new();
        let fields = [("token", token.as_str()), ("password", "another long walk")];
        // The clock of the command is the machine's, which is behind the house's.
        let answer = house.fill(&mut fresh, "/owner/link", &fields).await;
        assert_eq!(answer.status.as_u16(), 422, "the link of the machine's time ran out here");
        let answer = house.sign_in(&mut fresh, EMAIL, PASSWORD).await;
        assert_eq!(answer.header("location"), "http://localhost:8080/");
        assert!(trail(&house).await.contains(&"owner.factors_reset".to_owned()));
    });
}

#[test]
fn owners_of_any_organization_are_made_on_the_host() {
    run(async {
        let house = house::open().await;
        house.set_up(&mut Browser::new()).await;
        let acme = Tenant::open(&house, "globex").await;
        let data = house.hub.config.data.clone();
        let create = |email: &str, organization: &str| {
            let words = ["create", "--email", email, "--organization", organization];
            doorward(&data, &[&words[..], &["--password-stdin"]].concat(), PASSWORD)
        };
        assert!(create("bob@globex.test", "globex").status.success());
        assert!(create("eve@globex.test", acme.organization.as_str()).status.success());
        assert!(create("joe@acme.test", "Acme").status.success());
        let unknown = create("zoe@globex.test", "nowhere");
        assert!(!unknown.status.success());
        let said = String::from_utf8_lossy(&unknown.stderr).into_owned();
        assert!(said.contains("--organization: there is no organization"), "{said}");
        let mut bob = Browser::new();
        house.sign_in(&mut bob, "bob@globex.test", PASSWORD).await;
        let me = house.get(&mut bob, "/api/v1/me").await;
        let me: serde_json::Value = serde_json::from_str(&me.body).unwrap();
        assert_eq!(me["organization"], serde_json::json!(acme.organization));
    });
}

#[test]
fn the_command_needs_no_server() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let create = ["create", "--email", EMAIL, "--organization", "Acme", "--password-stdin"];
    assert!(doorward(&data, &create, PASSWORD).status.success());
    assert_eq!(
        link(&doorward(&data, &["reset", "--email", EMAIL, "--second-factor"], "")).len(),
        43
    );
    assert!(!doorward(&data, &["reset", "--email", "bob@acme.test"], "").status.success());
}
