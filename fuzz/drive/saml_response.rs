//! SAML responses.

use doorward::model::attempt::{Expected, ExpectedAnswer};
use doorward::model::code::Code;
use doorward::model::connection::{SamlConfig, SsoBinding, SsoEndpoint};
use doorward::model::id::{ConnectionId, RevisionId};
use doorward::model::public_url::PublicUrl;
use doorward::model::time::Millis;
use doorward::upstream::saml::finish::{Posted, finish, in_response_to};
use doorward::upstream::saml::{Prepared, ServiceProvider};
use doorward::wire::saml::assertion::Assertion;
use doorward::wire::saml::response::{self, Header};
use doorward::wire::saml::{ASSERTION, binding};
use doorward::wire::xml;

/// The moment the seeds were made for.
pub const NOW: Millis = Millis(1_794_998_800_000);
/// The certificate the seeds' signatures hold with: DER in base64.
const CERTIFICATE: &str = include_str!("../seeds/certificate.txt");

/// Puts a response through everything that reads one. Gives the code it is refused with.
pub fn read(data: &[u8]) -> Option<Code> {
    if let Ok(document) = xml::utf8(data).and_then(|text| xml::read(text, &response::LIMITS)) {
        let _ = response::check_outside(&document);
        let _ = Header::read(document.root());
        for element in document.elements().filter(|e| e.is(ASSERTION, "Assertion")).take(8) {
            let _ = Assertion::read(element);
            let _ = response::signatures(&document, element);
        }
    }
    let connection = ConnectionId::try_from("conn1").ok()?;
    let config = SamlConfig {
        idp_entity_id: "https://idp.acme.test/saml".to_owned(),
        sso_endpoints: vec![SsoEndpoint {
            binding: SsoBinding::HttpRedirect,
            location: "https://idp.acme.test/sso".to_owned(),
        }],
        certificates: vec![CERTIFICATE.trim().to_owned()],
        ..SamlConfig::default()
    };
    let provider =
        ServiceProvider::of(&PublicUrl::parse("https://sso.acme.test").ok()?, &connection, &config);
    let expected = Expected {
        connection: connection.clone(),
        revision: RevisionId::try_from("rev1").ok()?,
        sent_at: NOW,
        answer: ExpectedAnswer::Saml { request_id: "_handle".to_owned(), force_authn: false },
    };
    let prepared = Prepared::new(&config).ok()?;
    let posted = binding::encode(data);
    let _ = in_response_to(&posted);
    match finish(&prepared, &provider, &connection, &expected, NOW, &Posted::new(posted)) {
        Ok(identity) => {
            // Whatever else happened to it, only the person it was made for gets in.
            assert_eq!(identity.vouched().subject, "alice@acme.test");
            None
        }
        Err(refusal) => Some(refusal.code),
    }
}
