//! Metadata: the provider's in every shape it comes in, ours, and the request made of both.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use doorward::model::connection::{SamlConfig, SsoBinding};
use doorward::model::id::ConnectionId;
use doorward::model::public_url::PublicUrl;
use doorward::model::time::Millis;
use doorward::upstream::Outgoing;
use doorward::upstream::saml::begin::begin;
use doorward::upstream::saml::metadata::{MetadataError, read, service_provider};
use doorward::upstream::saml::{Prepared, ServiceProvider};
use doorward::wire::x509::fingerprint;

use crate::support::forge::{NOW, Signer, World};

const REDIRECT: &str = "<md:SingleSignOnService Binding=\"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect\" Location=\"https://idp.acme.test/redirect?a=1&amp;b=2\"/>";
const POST: &str = "<md:SingleSignOnService Binding=\"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST\" Location=\"https://idp.acme.test/post\"/>";

fn key(signer: &Signer, usage: &str) -> String {
    format!("<md:KeyDescriptor{usage}>{}</md:KeyDescriptor>", signer.key_info())
}

fn entity(name: &str, inside: &str) -> String {
    format!(
        "<md:EntityDescriptor xmlns:md=\"urn:oasis:names:tc:SAML:2.0:metadata\" \
         xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\" entityID=\"{name}\">\
         <md:IDPSSODescriptor protocolSupportEnumeration=\"urn:oasis:names:tc:SAML:2.0:protocol\">\
         {inside}</md:IDPSSODescriptor></md:EntityDescriptor>"
    )
}

fn service() -> String {
    entity("https://sp.test", POST)
        .replace("IDPSSODescriptor", "SPSSODescriptor")
        .replace("SingleSignOnService", "AssertionConsumerService")
}

fn group(inside: &str) -> String {
    format!(
        "<md:EntitiesDescriptor xmlns:md=\"urn:oasis:names:tc:SAML:2.0:metadata\">{inside}</md:EntitiesDescriptor>"
    )
}

#[test]
fn the_same_provider_in_every_wrapping() {
    let signer = Signer::p256();
    let plain = entity("urn:idp", &format!("{}{POST}{REDIRECT}", key(&signer, " use=\"signing\"")));
    let expected = read(plain.as_bytes(), NOW).unwrap();
    assert_eq!(expected.entity_id, "urn:idp");
    let bindings: Vec<_> = expected.sso_endpoints.iter().map(|e| e.binding).collect();
    assert_eq!(bindings, [SsoBinding::HttpRedirect, SsoBinding::HttpPost]);
    assert_eq!(expected.sso_endpoints[0].location, "https://idp.acme.test/redirect?a=1&b=2");
    assert_eq!(expected.certificates, [signer.certificate_base64()]);
    assert_eq!(expected.warnings, [""; 0]);
    let declaration = "<?xml version=\"1.0\" encoding=\"utf-8\"?>";
    let spaced =
        signer.certificate_base64().as_bytes().chunks(64).fold(String::new(), |text, line| {
            text + "\r\n      " + std::str::from_utf8(line).unwrap()
        });
    let foreign = "<md:RoleDescriptor xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" \
                   xmlns:fed=\"http://docs.oasis-open.org/wsfed/federation/200706\" \
                   xsi:type=\"fed:SecurityTokenServiceType\" \
                   protocolSupportEnumeration=\"http://docs.oasis-open.org/wsfed/federation/200706\"/>";
    let variants = [
        format!("\u{feff}{declaration}\r\n{plain}"),
        format!("\n  \u{feff}\n{declaration}{plain}\n"),
        format!("{declaration}<!-- exported --><?pi x?>{plain}"),
        plain.replace("md:", "").replace("xmlns:md", "xmlns"),
        plain.replace("<md:IDPSSO", &format!("{foreign}<md:IDPSSO")),
        plain.replace(" use=\"signing\"", ""),
        plain.replace(&signer.certificate_base64(), &spaced),
        plain.replace(
            "<md:KeyDescriptor",
            &format!("{}<md:KeyDescriptor", key(&Signer::p256(), " use=\"encryption\"")),
        ),
        plain.replace("<md:KeyDescriptor", &format!("{}<md:KeyDescriptor", key(&signer, ""))),
        group(&plain),
        group(&group(&format!("{}{plain}", service()))),
        plain.replace("2.0:protocol\">", "1.1:protocol urn:oasis:names:tc:SAML:2.0:protocol\">"),
    ];
    for variant in variants {
        assert_eq!(read(variant.as_bytes(), NOW), Ok(expected.clone()), "{variant}");
    }
}

#[test]
fn several_certificates_are_all_kept() {
    let (old, new) = (Signer::expired(), Signer::p384());
    let text =
        entity("urn:idp", &format!("{}{}{POST}", key(&old, ""), key(&new, " use=\"signing\"")));
    let found = read(text.as_bytes(), NOW).unwrap();
    assert_eq!(found.certificates, [old.certificate_base64(), new.certificate_base64()]);
    assert_eq!(found.warnings.len(), 1);
    assert!(found.warnings[0].contains(&fingerprint(&old.certificate)));
    let mut config = SamlConfig::default();
    found.fill(&mut config);
    Prepared::new(&config).unwrap();
}

#[test]
fn wished_signatures_are_told() {
    let text = entity("urn:idp", &format!("{}{POST}", key(&Signer::p256(), "")))
        .replace("<md:IDPSSODescriptor", "<md:IDPSSODescriptor WantAuthnRequestsSigned=\"true\"");
    assert_eq!(read(text.as_bytes(), NOW).unwrap().warnings.len(), 1);
}

#[test]
fn metadata_ends_with_the_first_of_all_it_stands_in() {
    let bare = entity("urn:idp", &format!("{}{POST}", key(&Signer::p256(), "")));
    let (early, late) = (NOW.plus(-1), NOW.plus(1));
    let until = |moment: Millis| format!("validUntil=\"{}\" ", moment.rfc3339());
    let on_entity = |moment| bare.replacen("entityID", &format!("{}entityID", until(moment)), 1);
    let on_role =
        |moment| bare.replacen("protocolSupport", &format!("{}protocolSupport", until(moment)), 1);
    let on_group = |inside: &str, moment| {
        group(inside).replacen("xmlns:md", &format!("{}xmlns:md", until(moment)), 1)
    };
    let neighbour = service().replacen("entityID", &format!("{}entityID", until(early)), 1);
    for (text, expected) in [
        (bare.clone(), None),
        (on_entity(late), Some(late)),
        (on_entity(NOW), Some(NOW)),
        (on_role(early), Some(early)),
        (on_group(&bare, early), Some(early)),
        (group(&on_group(&bare, early)), Some(early)),
        (on_group(&group(&bare), early), Some(early)),
        (on_group(&on_entity(late), early), Some(early)),
        (on_group(&on_entity(early), late), Some(early)),
        // What others say of themselves is no concern of ours.
        (group(&format!("{neighbour}{bare}")), None),
        (group(&format!("{}{bare}", on_group(&service(), early))), None),
    ] {
        let found = read(text.as_bytes(), NOW).unwrap();
        assert_eq!(found.valid_until, expected, "{text}");
        let refused = expected.filter(|until| *until <= NOW).map(MetadataError::Expired);
        assert_eq!(found.check_in_force(NOW).err(), refused, "{text}");
    }
    for odd in ["", "soon", "2030-01-01", "2030-13-01T00:00:00Z"] {
        let text = bare.replacen("entityID", &format!("validUntil=\"{odd}\" entityID"), 1);
        assert_eq!(read(text.as_bytes(), NOW), Err(MetadataError::ValidUntil), "{odd}");
    }
}

#[test]
fn mistakes_are_named() {
    let signer = Signer::p256();
    let good = key(&signer, "") + REDIRECT;
    let (one, two) = (entity("urn:one", &good), entity("urn:two", &good));
    let several = MetadataError::Several(vec!["urn:one".to_owned(), "urn:two".to_owned()]);
    let cases = [
        (" \n".to_owned(), MetadataError::Empty),
        (service(), MetadataError::ServiceProvider("https://sp.test".to_owned())),
        (group(""), MetadataError::NoProvider),
        (one.replace("2.0:protocol", "1.1:protocol"), MetadataError::NoProvider),
        (group(&format!("{one}{two}")), several),
        (entity("", &good), MetadataError::NoEntityId),
        (entity("urn:idp", &key(&signer, "")), MetadataError::NoEndpoint),
        (entity("urn:idp", &good.replace("https://", "javascript:")), MetadataError::NoEndpoint),
        (entity("urn:idp", REDIRECT), MetadataError::NoCertificate),
        (
            entity("urn:idp", &(key(&signer, " use=\"encryption\"") + REDIRECT)),
            MetadataError::NoCertificate,
        ),
        ("<!DOCTYPE html><html></html>".to_owned(), MetadataError::Other("a web page".to_owned())),
        ("<html/>".to_owned(), MetadataError::Other("a web page".to_owned())),
        ("<saml/>".to_owned(), MetadataError::Other("saml".to_owned())),
        ("-----BEGIN PRIVATE KEY-----\nAA".to_owned(), MetadataError::PrivateKey),
    ];
    for (text, expected) in cases {
        assert_eq!(read(text.as_bytes(), NOW), Err(expected), "{text}");
    }
    for text in ["https://idp.test/metadata", "<a", "<!DOCTYPE a><a/>", "hello"] {
        assert!(matches!(read(text.as_bytes(), NOW), Err(MetadataError::Xml(_))), "{text}");
    }
}

#[test]
fn ours_says_who_we_are_before_anything_is_known_of_the_provider() {
    let config = SamlConfig::default();
    let public_url = PublicUrl::parse("https://acme.test/sso").unwrap();
    let connection = ConnectionId::try_from("abc234").unwrap();
    let provider = ServiceProvider::of(&public_url, &connection, &config);
    assert_eq!(provider.entity_id, "https://acme.test/sso/saml/abc234/metadata");
    assert_eq!(provider.metadata_url, provider.entity_id);
    let text = service_provider(&provider, &config);
    assert!(text.contains("Location=\"https://acme.test/sso/saml/abc234/acs\""));
    assert!(!text.contains("KeyDescriptor"));
    let pasted = read(text.as_bytes(), NOW);
    assert_eq!(pasted, Err(MetadataError::ServiceProvider(provider.entity_id)));
    let named = SamlConfig { sp_entity_id: Some("urn:a&b".to_owned()), ..config };
    let provider = ServiceProvider::of(&public_url, &connection, &named);
    assert!(service_provider(&provider, &named).contains("entityID=\"urn:a&amp;b\""));
}

#[test]
fn requests_go_by_redirect_unless_only_post_is_offered() {
    let signer = Signer::p256();
    let mut world = World::trusting(&[&signer]);
    let prepared = Prepared::new(&world.config).unwrap();
    let (_, outgoing) = begin(&prepared, &world.provider, NOW, "handle", false).unwrap();
    let Outgoing::Redirect(address) = outgoing else { panic!("{outgoing:?}") };
    let address = url::Url::parse(&address).unwrap();
    let query: Vec<_> = address.query_pairs().collect();
    assert_eq!((&*query[0].0, &*query[1].0, &*query[1].1), ("SAMLRequest", "RelayState", "handle"));
    // One stored block: a final-block byte, the length twice, then the request itself.
    let deflated = STANDARD.decode(query[0].1.as_bytes()).unwrap();
    let request = std::str::from_utf8(&deflated[5..]).unwrap();
    assert!(request.starts_with("<samlp:AuthnRequest ") && request.contains("ID=\"_handle\""));
    world.config.sso_endpoints[0].binding = SsoBinding::HttpPost;
    let prepared = Prepared::new(&world.config).unwrap();
    let (expected, outgoing) = begin(&prepared, &world.provider, NOW, "handle", true).unwrap();
    assert_eq!(format!("{expected:?}"), "Saml { request_id: \"_handle\", force_authn: true }");
    let Outgoing::Form { action, fields } = outgoing else { panic!("{outgoing:?}") };
    assert_eq!(action, "https://idp.acme.test/sso");
    assert_eq!(fields[1], ("RelayState".to_owned(), "handle".to_owned()));
}
