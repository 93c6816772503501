//! What an input can be.

use serde::Serialize;

/// What an input is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// The metadata of a SAML identity provider.
    SamlMetadata,
    /// The address of such metadata.
    MetadataAddress,
    /// What an OpenID Provider publishes of itself, or its address.
    OidcDiscovery,
    /// An issuer of OpenID Connect.
    Issuer,
    /// One signing certificate or several.
    Certificate,
    /// The entity ID of a SAML identity provider.
    EntityId,
    /// Where a SAML identity provider takes requests.
    SsoAddress,
    /// A client identifier.
    ClientId,
    /// An Okta organization.
    OktaDomain,
    /// A tenant of Entra ID.
    EntraTenant,
    /// An app of Entra ID, as its portal shows it.
    EntraApplication,
    /// Some web address.
    Address,
    /// Some domain.
    Domain,
    /// An address of ours.
    OwnAddress,
    /// The metadata of a service provider.
    SpMetadata,
    /// A private key.
    PrivateKey,
    /// A certificate request.
    CertificateRequest,
    /// A public key without a certificate.
    PublicKey,
    /// The certificates of a web server.
    TlsChain,
    /// A web page.
    HtmlPage,
    /// Where people start the app at their provider.
    AppEmbedLink,
    /// A page of the provider's console.
    ConsoleAddress,
    /// An endpoint of OpenID Connect instead of the issuer.
    OauthEndpoint,
    /// A file with a client secret.
    ClientSecretFile,
    /// A JSON Web Key Set.
    KeySet,
    /// A SAML response or assertion.
    SamlResponse,
    /// A SAML request.
    SamlRequest,
    /// A token.
    Token,
    /// An e-mail address.
    EmailAddress,
    /// An IP address.
    IpAddress,
    /// A certificate's fingerprint.
    Fingerprint,
    /// Nothing.
    Empty,
    /// More than is looked at.
    TooLarge,
    /// None of these.
    Unknown,
}

impl Kind {
    /// What it is, in words that follow "this is".
    pub const fn words(self) -> &'static str {
        match self {
            Self::SamlMetadata => "the metadata of a SAML identity provider",
            Self::MetadataAddress => "the address of SAML metadata",
            Self::OidcDiscovery => "the description of an OpenID Provider",
            Self::Issuer => "the issuer of an OpenID Provider",
            Self::Certificate => "a signing certificate",
            Self::EntityId => "the entity ID of a SAML identity provider",
            Self::SsoAddress => "the single sign-on address of a SAML identity provider",
            Self::ClientId => "a client identifier",
            Self::OktaDomain => "an Okta domain",
            Self::EntraTenant => "a tenant of Entra ID",
            Self::EntraApplication => "an app in Entra ID",
            Self::Address => "a web address",
            Self::Domain => "a domain",
            Self::OwnAddress => "an address of this installation",
            Self::SpMetadata => "the metadata of a service provider",
            Self::PrivateKey => "a private key",
            Self::CertificateRequest => "a certificate request",
            Self::PublicKey => "a public key without its certificate",
            Self::TlsChain => "the certificate of a web server",
            Self::HtmlPage => "a web page",
            Self::AppEmbedLink => "the link that starts the app at the provider",
            Self::ConsoleAddress => "a page of the provider's console",
            Self::OauthEndpoint => "an endpoint of an OpenID Provider",
            Self::ClientSecretFile => "a file with a client secret",
            Self::KeySet => "a set of keys",
            Self::SamlResponse => "a SAML response",
            Self::SamlRequest => "a SAML request",
            Self::Token => "a token",
            Self::EmailAddress => "an e-mail address",
            Self::IpAddress => "an IP address",
            Self::Fingerprint => "the fingerprint of a certificate",
            Self::Empty => "empty",
            Self::TooLarge => "too large",
            Self::Unknown => "not known here",
        }
    }
}
