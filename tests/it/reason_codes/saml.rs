//! What a SAML provider sends.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use doorward::model::attempt::LIFETIME;
use doorward::model::time::{MINUTE, Millis};
use doorward::store::{Page, users};

use super::{Told, assert_told};
use crate::house::{self, Answer, Browser, House, run};
use crate::support::admin::Admin;
use crate::support::forge::{ECDSA_SHA256, IDP, RSA_SHA1, SHA256, Signer, Signing, without_marks};
use crate::support::scene::{assertion, between, evil, signature};
use crate::support::tenant::{Tenant, Unsigned, onward, sent};

/// One answer to make.
pub struct Case<'a> {
    pub tenant: &'a Tenant,
    pub now: Millis,
    pub handle: &'a str,
}

impl Case<'_> {
    fn unsigned(&self) -> Unsigned {
        self.tenant.unsigned(self.now, self.handle, "ann@acme.test")
    }

    /// A good answer, changed before it is signed.
    pub fn changed(&self, change: impl Fn(&str) -> String) -> String {
        let Unsigned { xml, id } = self.unsigned();
        let changed = change(&xml);
        assert_ne!(changed, xml);
        self.tenant.sign(&changed, &id)
    }

    fn replaced(&self, from: &str, to: &str) -> String {
        self.changed(|xml| xml.replacen(from, to, 1))
    }

    /// A good answer, changed after it was signed.
    fn tampered(&self, change: impl Fn(&str) -> String) -> String {
        let signed = STANDARD.decode(self.replaced(">staff<", ">crew<")).unwrap();
        STANDARD.encode(change(&String::from_utf8(signed).unwrap()))
    }

    fn signed_as(&self, signing: &Signing<'_>) -> String {
        let Unsigned { xml, id } = self.unsigned();
        self.tenant.sign_as(&xml, &id, signing)
    }

    /// A good answer whose audience is another.
    pub fn audience(&self, change: impl Fn(&str) -> String) -> String {
        let own = format!("<saml:Audience>{}<", self.tenant.names().entity_id);
        let audience = change(&self.tenant.names().entity_id);
        self.replaced(&own, &format!("<saml:Audience>{audience}<"))
    }

    /// An answer made by a clock that is off.
    pub fn off(&self, milliseconds: i64) -> String {
        self.tenant.answer(self.now.plus(milliseconds), self.handle, "ann@acme.test")
    }

    fn status(&self, first: &str, second: &str, message: &str) -> String {
        let name = |code: &str| format!("urn:oasis:names:tc:SAML:2.0:status:{code}");
        let nested = match second {
            "" => String::new(),
            code => format!("<samlp:StatusCode Value=\"{}\"/>", name(code)),
        };
        let status = format!(
            "<samlp:Status><samlp:StatusCode Value=\"{}\">{nested}</samlp:StatusCode>\
             <samlp:StatusMessage>{message}</samlp:StatusMessage></samlp:Status></samlp:Response>",
            name(first)
        );
        let Unsigned { xml, .. } = self.unsigned();
        let (head, _) = xml.split_once("<samlp:Status>").unwrap();
        STANDARD.encode(without_marks(&format!("{head}{status}")))
    }

    /// With an encrypted assertion whose key was carried by `transport`.
    fn encrypted(&self, transport: &str) -> String {
        let Unsigned { xml, .. } = self.unsigned();
        let encrypted = format!(
            "<saml:EncryptedAssertion><xenc:EncryptedData \
             xmlns:xenc=\"http://www.w3.org/2001/04/xmlenc#\"><ds:KeyInfo \
             xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"><xenc:EncryptedKey>\
             <xenc:EncryptionMethod Algorithm=\"http://www.w3.org/2001/04/xmlenc#{transport}\"/>\
             </xenc:EncryptedKey></ds:KeyInfo></xenc:EncryptedData></saml:EncryptedAssertion>"
        );
        STANDARD.encode(without_marks(&xml).replace(assertion(&without_marks(&xml)), &encrypted))
    }
}

pub type Fixture = (fn(&Case<'_>) -> String, Told<'static>);

const fn told(
    code: &'static str,
    who: &'static str,
    check: (&'static str, &'static str, &'static str),
    difference: Option<&'static str>,
) -> Told<'static> {
    Told { code, who, check, difference }
}

const OWN: &str = "/metadata";

/// What is mended where the connection or the provider is configured.
#[rustfmt::skip]
pub const MISTAKES: &[Fixture] = &[
    (|c| c.changed(|xml| xml.replace(between(xml, "<saml:AudienceRestriction>", "</saml:AudienceRestriction>"), "")),
        told("saml_audience_missing", "it", ("audience", OWN, "absent"), None)),
    (|c| c.audience(|own| format!("{own}/")),
        told("saml_audience_slash", "it", ("audience", OWN, "/metadata/"), Some("slash"))),
    (|c| c.audience(|own| own.replace("localhost", "LocalHost")),
        told("saml_audience_case", "it", ("audience", OWN, "LocalHost"), Some("capital letters"))),
    (|c| c.audience(|own| format!("spn:{own}")),
        told("saml_audience_spn", "it", ("audience", OWN, "spn:"), Some("spn: in front"))),
    (|c| c.audience(|own| own.replace("http:", "https:")),
        told("saml_audience_scheme", "it", ("audience", "http:", "https:"), Some("https instead of http"))),
    (|c| c.audience(|own| own.replace(c.tenant.connection.as_str(), "another")),
        told("saml_audience_other_connection", "it", ("audience", OWN, "another"), Some("another connection"))),
    (|c| c.audience(|own| own.replace("/metadata", "/acs")),
        told("saml_audience_own_address", "it", ("audience", OWN, "/acs"), Some("another part of the path"))),
    (|c| c.audience(|_| "urn:somebody:else".to_owned()),
        told("saml_audience_mismatch", "it", ("audience", OWN, "urn:somebody:else"), Some("nothing in common"))),
    (|c| c.replaced(" Destination=\"http:", " Destination=\"https:"),
        told("saml_destination_scheme", "it", ("destination", "/acs", "https:"), Some("https instead of http"))),
    (|c| c.replaced(" Destination=\"http://localhost:8080", " Destination=\"http://old.test"),
        told("saml_destination_mismatch", "it", ("destination", "/acs", "old.test"), Some("another host"))),
    (|c| c.replaced(" Recipient=\"http://localhost:8080", " Recipient=\"http://old.test"),
        told("saml_recipient_mismatch", "it", ("recipient", "/acs", "old.test"), Some("another host"))),
    (|c| c.changed(|xml| xml.replace(IDP, &format!("{IDP}/"))),
        told("saml_issuer_mismatch", "it", ("response_issuer", IDP, "/saml/"), Some("slash"))),
    (|c| c.changed(|xml| xml.replace(IDP, "https://other.test/saml")),
        told("saml_issuer_mismatch", "it", ("response_issuer", IDP, "other.test"), Some("another host"))),
    (|c| c.signed_as(&Signing::by(&Signer::p256(), ECDSA_SHA256)),
        told("saml_signer_unknown", "it", ("signer", "a pinned certificate", ""), None)),
    (|c| c.signed_as(&Signing::by(&Signer::rsa(), RSA_SHA1)),
        told("saml_sha1_refused", "it", ("signature_algorithm", "SHA-256", "SHA1"), None)),
    (|c| c.signed_as(&Signing { digest: "http://www.w3.org/2000/09/xmldsig#sha1", ..Signing::by(c.tenant.signer(), ECDSA_SHA256) }),
        told("saml_sha1_refused", "it", ("digest_algorithm", "SHA-256", "SHA1"), None)),
    (|c| c.signed_as(&Signing { digest: SHA256, ..Signing::by(&Signer::rsa(), "http://www.w3.org/2001/04/xmldsig-more#rsa-md5") }),
        told("saml_algorithm_refused", "it", ("signature_algorithm", "SHA-256", "MD5"), None)),
    (|c| c.encrypted("rsa-oaep-mgf1p"),
        told("saml_encrypted", "it", ("encryption", "nothing encrypted", "EncryptedAssertion"), None)),
    (|c| c.encrypted("rsa-1_5"),
        told("saml_rsa1_5_refused", "it", ("encryption", "nothing encrypted", "RSA1_5"), None)),
    (|c| c.replaced("nameid-format:unspecified", "nameid-format:transient"),
        told("saml_name_id_transient", "it", ("subject", "a lasting NameID", "transient"), None)),
    (|c| c.changed(|xml| xml.replace(between(xml, "<saml:NameID", "</saml:NameID>"), "")),
        told("saml_subject_refused", "it", ("subject", "a lasting NameID", "absent"), None)),
    (|c| c.off(10 * MINUTE),
        told("saml_not_yet_valid", "it", ("response_issue_instant", "tolerance 3 min", "10 min 0 s after our clock: the provider's clock is 10 min 0 s ahead of ours"), None)),
    (|c| c.off(-252_000),
        told("saml_issued_before_request", "it", ("response_issue_instant", "tolerance 3 min", "4 min 12 s before our clock: the provider's clock is 4 min 12 s behind ours"), None)),
    (|c| c.changed(|xml| xml.replace(&c.now.plus(5 * MINUTE).rfc3339(), &c.now.plus(-4 * MINUTE).rfc3339())),
        told("saml_expired", "it", ("not_on_or_after", "tolerance 3 min", "4 min 0 s before our clock"), None)),
    (|c| c.status("Responder", "AuthnFailed", "wrong password"),
        told("saml_status_authn_failed", "it", ("status", "Success", "Responder / AuthnFailed"), None)),
    (|c| c.status("Responder", "NoAuthnContext", "AADSTS75011: no"),
        told("saml_status_no_authn_context", "it", ("status", "Success", "Responder / NoAuthnContext (AADSTS75011)"), None)),
    (|c| c.status("Responder", "RequestDenied", "no"),
        told("saml_status_request_denied", "it", ("status", "Success", "Responder / RequestDenied"), None)),
    (|c| c.status("Requester", "InvalidNameIDPolicy", "no"),
        told("saml_status_name_id_policy", "it", ("status", "Success", "Requester / InvalidNameIDPolicy"), None)),
    (|c| c.status("Requester", "", "no"),
        told("saml_status_requester", "it", ("status", "Success", "Requester"), None)),
    (|c| c.status("Responder", "", "no"),
        told("saml_status", "it", ("status", "Success", "Responder"), None)),
];

/// What an attacker sends, or what looks like it.
#[rustfmt::skip]
pub const ATTACKS: &[Fixture] = &[
    (|c| c.replaced(&format!(" InResponseTo=\"_{}\">", c.handle), ">"),
        told("saml_unsolicited", "visitor", ("in_response_to", "_", "absent"), None)),
    (|c| c.replaced(&format!(" InResponseTo=\"_{}\">", c.handle), " InResponseTo=\"_other\">"),
        told("saml_in_response_to_mismatch", "visitor", ("in_response_to", "_", "_other"), None)),
    (|c| STANDARD.encode(without_marks(&c.unsigned().xml)),
        told("saml_unsigned", "it", ("signature", "a signed response", "no signature"), None)),
    (|c| c.tampered(evil_),
        told("saml_digest_mismatch", "it", ("digest", "the digest", "another"), None)),
    (|c| c.tampered(|xml| xml.replacen("<ds:SignatureValue>", "<ds:SignatureValue>AAAA", 1)),
        told("saml_signature_invalid", "it", ("signature", "a pinned certificate", "does not hold"), None)),
    (|c| c.tampered(|xml| {
            let other = evil(assertion(xml)).replace("ID=\"_acme", "ID=\"_evil");
            xml.replace("</samlp:Response>", &format!("{other}</samlp:Response>"))
        }),
        told("saml_assertion_count", "it", ("assertions", "exactly one", "2 in all"), None)),
    (|c| c.tampered(|xml| {
            let original = assertion(xml);
            let forged = evil(&original.replace(signature(original), "")).replace("ID=\"_acme", "ID=\"_evil");
            let holding = signature(original).replace("</ds:Signature>", &format!("<ds:Object>{}</ds:Object></ds:Signature>", original.replace(signature(original), "")));
            xml.replace(original, &forged.replacen("</saml:Issuer>", &format!("</saml:Issuer>{holding}"), 1))
        }),
        told("saml_signature_wrapped", "it", ("assertions", "exactly one", "1 inside others"), None)),
    (|c| c.tampered(|xml| xml.replace("<ds:Transform ", "<ds:Transform/><ds:Transform ")),
        told("saml_signature_shape", "it", ("signature_shape", "", ""), None)),
];

fn evil_(xml: &str) -> String {
    xml.replace("ann@acme.test", "admin@acme.test")
}

/// Sends a browser to the provider of `tenant`, and brings what `make` makes.
pub async fn answered(house: &House, tenant: &Tenant, make: fn(&Case<'_>) -> String) -> Answer {
    let asked = house.get(&mut Browser::new(), &format!("/o/{}", tenant.path)).await;
    let handle = sent(&asked, "RelayState").expect("sent to the provider");
    let case = Case { tenant, now: house.hub.now(), handle: &handle };
    tenant.post(house, &handle, &make(&case)).await
}

#[test]
fn each_answer_that_is_refused_has_its_code() {
    run(async {
        let house = house::open().await;
        let acme = Tenant::open(&house, "acme").await;
        let admin = Admin::open(&house, None).await;
        for (make, told) in MISTAKES.iter().chain(ATTACKS) {
            let page = answered(&house, &acme, *make).await;
            let attempt = assert_told(&house, &admin, &page, told).await;
            assert_eq!(attempt["connection"], acme.connection.as_str());
            house.wait(1_000);
        }
        // And the good one gets in.
        let home = acme.sign_in(&house, &mut Browser::new(), "ann@acme.test").await;
        assert_eq!(onward(&home), "/");
    });
}

#[test]
fn an_answer_of_another_tenant_of_entra_id() {
    const OWN: &str = "https://sts.windows.net/9188040d-6c67-4c5b-b112-36a304b66dad/";
    const OTHER: &str = "https://sts.windows.net/8e4f7c0a-0d4d-4a43-a0a3-2f8cf4b0a111/";
    run(async {
        let house = house::open().await;
        let acme = Tenant::open_with(&house, "acme", |c| c.idp_entity_id = OWN.to_owned()).await;
        let admin = Admin::open(&house, None).await;
        let page = answered(&house, &acme, |c| c.changed(|xml| xml.replace(IDP, OTHER))).await;
        let check = ("response_issuer", OWN, OTHER);
        let told = told("saml_issuer_other_tenant", "it", check, Some("another part of the path"));
        let attempt = assert_told(&house, &admin, &page, &told).await;
        // In Entra ID's own words.
        assert_eq!(attempt["advice"]["preset"], "entra");
        assert_eq!(attempt["advice"]["field"]["label"], "Microsoft Entra Identifier");
        let page = answered(&house, &acme, |c| {
            c.changed(|xml| {
                let spn = format!("<saml:Audience>spn:{}", c.tenant.names().entity_id);
                xml.replace(IDP, OWN)
                    .replace("<saml:Audience>", "<saml:Audience>@")
                    .replace(&format!("<saml:Audience>@{}", c.tenant.names().entity_id), &spn)
            })
        });
        let attempt = admin.attempt(&house, &super::reference(&page.await)).await;
        assert_eq!(attempt["code"], "saml_audience_spn");
        let advice = &attempt["advice"];
        assert_eq!(advice["field"]["label"], "Identifier (Entity ID)");
        assert_eq!(advice["value"], acme.names().entity_id);
        assert_eq!(advice["mistakes"][0]["id"], "spn");
    });
}

#[test]
fn a_certificate_that_ran_out_where_that_counts() {
    run(async {
        let house = house::open().await;
        let old = Signer::expired();
        let acme = Tenant::open_with(&house, "acme", |config| {
            config.certificates.push(old.certificate_base64());
            config.accept_expired_certificates = false;
        })
        .await;
        let admin = Admin::open(&house, None).await;
        let asked = house.get(&mut Browser::new(), "/o/acme").await;
        let handle = sent(&asked, "RelayState").unwrap();
        let Unsigned { xml, id } = acme.unsigned(house.hub.now(), &handle, "ann@acme.test");
        let answer = acme.sign_as(&xml, &id, &Signing::by(&old, ECDSA_SHA256));
        let page = acme.post(&house, &handle, &answer).await;
        let check = ("certificate", "accept_expired_certificates is false", "until 2020-01-01");
        let told = told("saml_signer_expired", "it", check, None);
        assert_told(&house, &admin, &page, &told).await;
    });
}

#[test]
fn what_belongs_to_a_sign_in_that_is_over() {
    run(async {
        let house = house::open().await;
        let acme = Tenant::open(&house, "acme").await;
        let admin = Admin::open(&house, None).await;
        // Over, by getting in.
        let mut ann = Browser::new();
        let asked = house.get(&mut ann, "/o/acme").await;
        let first = sent(&asked, "RelayState").unwrap();
        let Unsigned { xml, id } = acme.unsigned(house.hub.now(), &first, "ann@acme.test");
        let answer = acme.sign(&xml, &id);
        let posted = acme.post(&house, &first, &answer).await;
        assert_eq!(onward(&house.get(&mut ann, &onward(&posted)).await), "/");
        // The same answer once more, and brought to another sign-in.
        let again = acme.post(&house, &first, &answer).await;
        assert!(again.body.contains("attempt_used"), "{}", again.body);
        let asked = house.get(&mut Browser::new(), "/o/acme").await;
        let second = sent(&asked, "RelayState").unwrap();
        let page = acme.post(&house, &second, &answer).await;
        let check = ("in_response_to", "_", "_");
        let used = told("saml_in_response_to_used", "visitor", check, None);
        assert_told(&house, &admin, &page, &used).await;
        // Its assertion once more, in an answer to another request.
        let asked = house.get(&mut Browser::new(), "/o/acme").await;
        let third = sent(&asked, "RelayState").unwrap();
        let fresh = xml.replace(&first, &third);
        let page = acme.post(&house, &third, &acme.sign(&fresh, &id)).await;
        let check = ("assertion_used_once", "first use", "used before");
        let replayed = told("saml_assertion_replayed", "visitor", check, None);
        assert_told(&house, &admin, &page, &replayed).await;
        // Too late.
        let asked = house.get(&mut Browser::new(), "/o/acme").await;
        let fourth = sent(&asked, "RelayState").unwrap();
        house.wait(LIFETIME + 1);
        let answer = acme.answer(house.hub.now(), &fourth, "ann@acme.test");
        let page = acme.post(&house, &fourth, &answer).await;
        let check = ("attempt", "waiting", "attempt_expired");
        let expired = told("attempt_expired", "visitor", check, None);
        assert_told(&house, &admin, &page, &expired).await;
    });
}

#[test]
fn somebody_who_was_switched_off() {
    run(async {
        let house = house::open().await;
        let acme = Tenant::open(&house, "acme").await;
        let admin = Admin::open(&house, None).await;
        acme.sign_in(&house, &mut Browser::new(), "ann@acme.test").await;
        let people = house.read(|tx| users::list(tx, None, &Page::first(9))).await;
        let path = format!("/users/{}", people[0].id);
        let body = serde_json::json!({"disabled": true});
        let off = admin.call(&house, ("PATCH", &path), Some("*"), &body).await;
        assert_eq!(off.status, 200, "{}", off.json);
        let page = acme.sign_in(&house, &mut Browser::new(), "ann@acme.test").await;
        let check = ("user", "switched on", "switched off");
        assert_told(&house, &admin, &page, &told("user_disabled", "it", check, None)).await;
    });
}

#[test]
fn what_is_worth_knowing_about_somebody_who_got_in() {
    run(async {
        let house = house::open().await;
        let acme = Tenant::open(&house, "acme").await;
        let admin = Admin::open(&house, None).await;
        for (change, notice, received) in [
            (
                (|xml: &str| {
                    xml.replace("ann@acme.test", "ann").replace("Name=\"email\"", "Name=\"hobby\"")
                }) as fn(&str) -> String,
                "email_missing",
                "none; there are: groups, hobby",
            ),
            (
                |xml| {
                    xml.replace(
                        "Name=\"groups\"",
                        "Name=\"http://schemas.microsoft.com/claims/groups.link\"",
                    )
                },
                "groups_overage",
                "a marker that there are too many to send, so they are unknown",
            ),
        ] {
            let mut ann = Browser::new();
            let asked = house.get(&mut ann, "/o/acme").await;
            let handle = sent(&asked, "RelayState").unwrap();
            let case = Case { tenant: &acme, now: house.hub.now(), handle: &handle };
            let posted = acme.post(&house, &handle, &case.changed(change)).await;
            assert_eq!(onward(&house.get(&mut ann, &onward(&posted)).await), "/");
            let listed = admin.call(&house, ("GET", "/attempts"), None, &serde_json::Value::Null);
            let attempt = listed.await.json["items"][0].clone();
            assert_eq!(attempt["outcome"], "admitted");
            let checks = attempt["checks"].as_array().unwrap();
            let noticed: Vec<_> = checks.iter().filter(|c| !c["notice"].is_null()).collect();
            assert_eq!(noticed.len(), 1, "{attempt:#}");
            assert_eq!(noticed[0]["notice"], notice);
            assert_eq!(noticed[0]["received"], received);
            house.wait(MINUTE);
        }
    });
}
