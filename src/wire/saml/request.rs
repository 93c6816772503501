//! The AuthnRequest we send (SAML core section 3.4.1).

use super::{ASSERTION, HTTP_POST, PROTOCOL};
use crate::model::time::Millis;
use crate::wire::xml::escape;

/// What an AuthnRequest says. It never asks for a way to authenticate
/// (RequestedAuthnContext): providers refuse people who signed in another way.
#[derive(Debug, Clone, Copy)]
pub struct AuthnRequest<'a> {
    /// Its identifier; the answer names it.
    pub id: &'a str,
    /// When it is made.
    pub issue_instant: Millis,
    /// Where it goes.
    pub destination: &'a str,
    /// Where the answer goes.
    pub acs_url: &'a str,
    /// Who asks.
    pub issuer: &'a str,
    /// Whether the person has to authenticate anew.
    pub force_authn: bool,
    /// The NameID format to ask for; `None` asks for none.
    pub name_id_format: Option<&'a str>,
}

impl AuthnRequest<'_> {
    /// The request as XML.
    pub fn xml(&self) -> String {
        let force = if self.force_authn { " ForceAuthn=\"true\"" } else { "" };
        let policy = self.name_id_format.map_or_else(String::new, |format| {
            format!("<samlp:NameIDPolicy Format=\"{}\" AllowCreate=\"true\"/>", escape(format))
        });
        format!(
            "<samlp:AuthnRequest xmlns:samlp=\"{PROTOCOL}\" ID=\"{id}\" Version=\"2.0\" \
             IssueInstant=\"{instant}\" Destination=\"{destination}\"{force} \
             ProtocolBinding=\"{HTTP_POST}\" AssertionConsumerServiceURL=\"{acs}\">\
             <saml:Issuer xmlns:saml=\"{ASSERTION}\">{issuer}</saml:Issuer>{policy}\
             </samlp:AuthnRequest>",
            id = escape(self.id),
            instant = self.issue_instant.rfc3339(),
            destination = escape(self.destination),
            acs = escape(self.acs_url),
            issuer = escape(self.issuer),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: AuthnRequest<'static> = AuthnRequest {
        id: "_abc",
        issue_instant: Millis(1_000),
        destination: "https://idp.test/sso?a=1&b=2",
        acs_url: "https://sso.test/saml/c1/acs",
        issuer: "https://sso.test/saml/c1/metadata",
        force_authn: false,
        name_id_format: None,
    };

    #[test]
    fn says_exactly_this() {
        assert_eq!(
            PLAIN.xml(),
            "<samlp:AuthnRequest xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\" ID=\"_abc\" \
             Version=\"2.0\" IssueInstant=\"1970-01-01T00:00:01.000Z\" \
             Destination=\"https://idp.test/sso?a=1&amp;b=2\" \
             ProtocolBinding=\"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST\" \
             AssertionConsumerServiceURL=\"https://sso.test/saml/c1/acs\">\
             <saml:Issuer xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\">\
             https://sso.test/saml/c1/metadata</saml:Issuer></samlp:AuthnRequest>"
        );
    }

    #[test]
    fn asks_for_more_only_when_told() {
        let request =
            AuthnRequest { force_authn: true, name_id_format: Some("urn:x"), ..PLAIN }.xml();
        assert!(request.contains(" ForceAuthn=\"true\" "));
        assert!(request.contains("<samlp:NameIDPolicy Format=\"urn:x\" AllowCreate=\"true\"/>"));
        for word in ["RequestedAuthnContext", "IsPassive", "Subject", "Signature"] {
            assert!(!request.contains(word), "{word}");
        }
    }
}
