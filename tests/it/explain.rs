//! `doorward explain`: the real binary over the data folder of a house, answers in files.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use doorward::model::connection::ConnectionConfig;
use doorward::model::id::RevisionId;
use doorward::model::rng::SystemRng;
use doorward::store::connections;
use serde_json::Value;

use crate::house::{self, Browser, House, run};
use crate::support::admin::Admin;
use crate::support::openid::Provider;
use crate::support::tenant::{Tenant, sent};

const ANN: &str = "ann@acme.test";
const OTHER: &str = "https://other.test/audience";

/// What the command said.
struct Said {
    code: i32,
    out: String,
    err: String,
}

/// Runs the command on a data folder.
fn explain(data: &Path, arguments: &[&dyn AsRef<OsStr>]) -> Said {
    let mut command = Command::new(env!("CARGO_BIN_EXE_doorward"));
    command.arg("explain").arg("--data").arg(data).args(arguments.iter().map(AsRef::as_ref));
    let told = command.env_clear().output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Said { code: told.status.code().unwrap(), out: text(told.stdout), err: text(told.stderr) }
}

/// A house with a connection whose provider answers for another audience; what it says.
struct Scene {
    house: House,
    acme: Tenant,
    folder: tempfile::TempDir,
    xml: String,
}

impl Scene {
    async fn new() -> Self {
        let house = house::open().await;
        let acme = Tenant::open(&house, "acme").await;
        let made = acme.unsigned(house.hub.now(), "handle", ANN);
        let own = format!("<saml:Audience>{}<", acme.names().entity_id);
        let xml = made.xml.replace(&own, &format!("<saml:Audience>{OTHER}<"));
        let xml = String::from_utf8(STANDARD.decode(acme.sign(&xml, &made.id)).unwrap()).unwrap();
        Self { house, acme, folder: tempfile::tempdir().unwrap(), xml }
    }

    /// Puts a draft that accepts the audience.
    async fn draft(&self) {
        let id = self.acme.connection.clone();
        self.house
            .write(move |tx| {
                let found = connections::find(tx, &id)?.unwrap();
                let mut next = connections::revision(tx, &found.live.unwrap())?.unwrap();
                next.id = RevisionId::random(&SystemRng);
                let ConnectionConfig::Saml(config) = &mut next.config else { panic!("not SAML") };
                config.accepted_audiences = vec![OTHER.to_owned()];
                connections::insert_revision(tx, &next)?;
                connections::set_draft(tx, &id, Some(&next.id))
            })
            .await;
    }

    fn file(&self, text: &str) -> PathBuf {
        let path = self.folder.path().join("answer.txt");
        std::fs::write(&path, text).unwrap();
        path
    }

    fn explain(&self, text: &str, more: &[&dyn AsRef<OsStr>]) -> Said {
        let (file, id) = (self.file(text), self.acme.connection.as_str());
        let mut arguments: Vec<&dyn AsRef<OsStr>> = vec![&file, &"--connection", &id];
        arguments.extend(more);
        explain(&self.house.hub.config.data, &arguments)
    }
}

#[test]
fn an_answer_in_a_file_is_explained_check_by_check() {
    run(async {
        let scene = Scene::new().await;
        let at = scene.house.hub.now().rfc3339();
        let base64 = STANDARD.encode(&scene.xml);
        let form = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("SAMLResponse", &base64)
            .append_pair("RelayState", "handle")
            .finish();
        let wrapped: Vec<&str> =
            base64.as_bytes().chunks(76).map(|line| std::str::from_utf8(line).unwrap()).collect();
        let first = scene.explain(&scene.xml, &[&"--at", &at]);
        assert_eq!(first.code, 1, "{}{}", first.out, first.err);
        for said in [
            "Provider (SAML), live revision",
            "FAILED  audience",
            &format!("received    {OTHER}"),
            "difference  at character",
            "warned  in_response_to",
            "not compared: no attempt",
            "refused: saml_audience_mismatch",
            "is set up for another address",
            "There belongs: http://localhost:8080/saml/",
        ] {
            assert!(first.out.contains(said), "{said} is not in {}", first.out);
        }
        assert!(!first.out.contains("1970"), "{}", first.out);
        for text in [
            base64.clone(),
            wrapped.join("\r\n"),
            format!("\u{feff}{}\n", scene.xml),
            form.clone(),
            form.split('&').next().unwrap().replace("SAMLResponse=", ""),
        ] {
            let same = scene.explain(&text, &[&"--at", &at]);
            assert_eq!((same.code, &same.out), (1, &first.out), "{text:.60} {}", same.err);
        }
        // The draft mends it.
        assert_eq!(scene.explain(&scene.xml, &[&"--at", &at, &"--revision", &"draft"]).code, 2);
        scene.draft().await;
        let passed = scene.explain(&scene.xml, &[&"--at", &at, &"--revision", &"draft"]);
        assert_eq!(passed.code, 0, "{}{}", passed.out, passed.err);
        assert!(passed.out.ends_with("\npasses\n") && passed.err.is_empty(), "{}", passed.out);
        assert!(passed.out.contains("draft revision"), "{}", passed.out);
        // At another time it says when it would have been in time.
        let late = scene.house.hub.now().plus(3_600_000).rfc3339();
        let out = scene.explain(&scene.xml, &[&"--at", &late, &"--revision", &"draft"]);
        assert_eq!(out.code, 1);
        assert!(out.out.contains("refused: saml_expired"), "{}", out.out);
        assert!(out.out.contains(&format!("--at {at}")), "{}", out.out);
        // Changed after it was signed.
        let forged = scene.explain(&scene.xml.replace(ANN, "eve@acme.test"), &[&"--at", &at]);
        assert!(forged.out.contains("refused: saml_digest_mismatch"), "{}", forged.out);
    });
}

#[test]
fn it_works_on_a_folder_no_server_runs_on_and_changes_nothing() {
    run(async {
        let scene = Scene::new().await;
        let data = scene.folder.path().join("data");
        std::fs::create_dir(&data).unwrap();
        for file in std::fs::read_dir(&scene.house.hub.config.data).unwrap() {
            let file = file.unwrap();
            std::fs::copy(file.path(), data.join(file.file_name())).unwrap();
        }
        let (at, id) = (scene.house.hub.now().rfc3339(), scene.acme.connection.as_str());
        let file = scene.file(&scene.xml);
        let before = crate::support::disk::dump_of(&data);
        let said = explain(&data, &[&file, &"--connection", &id, &"--at", &at]);
        assert_eq!(said.code, 1, "{}{}", said.out, said.err);
        assert!(said.out.contains("refused: saml_audience_mismatch"), "{}", said.out);
        assert_eq!(crate::support::disk::dump_of(&data), before);
        let nothing = scene.folder.path().join("nothing");
        let said = explain(&nothing, &[&file, &"--connection", &id]);
        assert!(said.code == 2 && said.err.contains("--data"), "{}", said.err);
        assert!(!nothing.exists(), "nothing is made");
    });
}

#[test]
fn what_is_no_answer_is_named() {
    run(async {
        let scene = Scene::new().await;
        let key = rcgen::generate_simple_self_signed(vec!["a.test".to_owned()]).unwrap();
        let secret = key.signing_key.serialize_pem();
        let samlp = "xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\"";
        for (text, said) in [
            (secret.as_str(), "a private key"),
            (&key.cert.pem(), "a certificate"),
            ("", "is empty"),
            ("<!doctype html><html><form>", "a web page"),
            ("<html><body/></html>", "a web page"),
            ("<md:EntityDescriptor xmlns:md=\"m\"/>", "metadata"),
            (&format!("<samlp:AuthnRequest {samlp}/>"), "a SAML request"),
            (&format!("<samlp:LogoutResponse {samlp}/>"), "a logout response"),
            ("<saml:Assertion xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\"/>", "the whole"),
            ("SAMLRequest=fVLJ&RelayState=x", "a SAML request"),
            ("RelayState=x", "no answer"),
            ("{\"error\":\"invalid_grant\"}", "an error of the token endpoint"),
            ("{\"access_token\":\"s3cret\"}", "no id_token"),
            ("{\"keys\":[]}", "a key set"),
            ("{\"sub\":\"a\",\"aud\":\"b\"}", "without a signature"),
            ("{\"id_token\":", "cannot be read"),
            ("fVLLTsMwELwj8Q", "travelled by redirect"),
            ("Hello, my sign-in fails!", "no answer"),
            (&"A".repeat(1_100_000), "longer than 1 MiB"),
        ] {
            let told = scene.explain(text, &[]);
            assert_eq!(told.code, 2, "{text:.60} {}", told.out);
            assert!(told.err.contains(said), "{text:.60}: {}", told.err);
            for hidden in ["s3cret", "MII", &secret[40..60]] {
                assert!(!told.err.contains(hidden) && !told.out.contains(hidden), "{}", told.err);
            }
        }
        let file = scene.file(&scene.xml);
        let (data, id) = (&scene.house.hub.config.data, scene.acme.connection.as_str());
        for (arguments, said) in [
            (vec![&file as &dyn AsRef<OsStr>, &"--connection", &"nobody"], "--connection"),
            (vec![&"nothing.txt", &"--connection", &id], "nothing.txt"),
            (vec![&file, &"--connection", &id, &"--at", &"yesterday"], "--at"),
            (vec![&file], "--connection"),
            (vec![&file, &"--connection", &id, &"--revision", &"old"], "--revision"),
            (vec![&"--attempt", &"0000-no-such-words"], "--attempt"),
        ] {
            let told = explain(data, &arguments);
            assert_eq!(told.code, 2, "{said} {} {}", told.out, told.err);
            assert!(told.err.contains(said), "{said}: {}", told.err);
        }
    });
}

#[test]
fn an_id_token_is_explained_with_the_providers_keys() {
    run(async {
        let provider = Provider::start();
        let scene = Scene::new().await;
        let house = house::open_among_private().await;
        let bare = Tenant::bare(&house, "acme").await;
        let id = provider.connect(&house, &bare).await;
        let admin = Admin::open(&house, None).await;
        let path = format!("/connections/{id}/capture");
        admin.call(&house, ("POST", &path), None, &Value::Null).await;
        let mut ann = Browser::new();
        let asked = house.get(&mut ann, "/o/acme").await;
        let back = provider.vouch_changed(house.hub.now(), &asked, ANN, |claims| {
            claims["aud"] = "wiki".into();
        });
        house.get(&mut ann, &back).await;
        let list = admin.call(&house, ("GET", "/attempts"), None, &Value::Null).await.json;
        let reference = list["items"][0]["reference"].as_str().unwrap().to_owned();
        let path = format!("/attempts/{reference}/reveal");
        let revealed = admin.call(&house, ("POST", &path), None, &Value::Null).await.json;
        let token = revealed["capture"]["message"]["id_token"].as_str().unwrap().to_owned();
        let (data, at) = (house.hub.config.data.clone(), house.hub.now().rfc3339());
        for text in [token.clone(), format!("{{\"id_token\":\"{token}\",\"access_token\":\"x\"}}")]
        {
            let file = scene.file(&text);
            let said = explain(
                &data,
                &[&file, &"--connection", &id.as_str(), &"--at", &at, &"--allow-private-idps"],
            );
            assert_eq!(said.code, 1, "{}{}", said.out, said.err);
            assert!(said.out.contains("refused: oidc_audience_mismatch"), "{}", said.out);
            assert!(said.out.contains("passed  signature"), "{}", said.out);
        }
        // The guard of the server holds here, too.
        let file = scene.file(&token);
        let guarded = explain(&data, &[&file, &"--connection", &id.as_str(), &"--at", &at]);
        assert_eq!(guarded.code, 1);
        assert!(guarded.out.contains("refused: upstream_address_refused"), "{}", guarded.out);
        // The captured one, as it was judged then, personal values masked.
        let said = explain(&data, &[&"--attempt", &reference, &"--allow-private-idps"]);
        assert_eq!(said.code, 1, "{}{}", said.out, said.err);
        assert!(said.out.contains("refused: oidc_audience_mismatch"), "{}", said.out);
        assert!(said.out.contains("passed  issuer"), "{}", said.out);
        let trail =
            admin.call(&house, ("GET", "/audit-events?limit=9"), None, &Value::Null).await.json;
        assert!(trail.to_string().contains("attempt.replay"), "{trail}");
        // The other protocol.
        let file = scene.file(&scene.xml);
        let other = explain(&data, &[&file, &"--connection", &id.as_str()]);
        assert!(other.code == 2 && other.err.contains("speaks OpenID Connect"), "{}", other.err);
        assert!(sent(&asked, "nonce").is_some());
    });
}
