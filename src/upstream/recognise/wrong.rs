//! What is close to right, but wrong: each with what to do about it.

use serde::Serialize;

macro_rules! mistakes {
    ($($variant:ident $sentence:literal $advice:literal;)+) => {
        /// Something wrong, by a name that stays.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Mistake {
            $(
                #[doc = $sentence]
                $variant,
            )+
        }

        impl Mistake {
            /// What is wrong, and what to do.
            const fn words(self) -> (&'static str, &'static str) {
                match self { $(Self::$variant => ($sentence, $advice)),+ }
            }
        }
    };
}

mistakes! {
    Empty
        "Nothing was given."
        "Paste metadata, its address, an issuer, a certificate, or your provider's domain.";
    TooLarge
        "This is longer than 512 KiB."
        "Give the metadata of one identity provider, or its address.";
    Unknown
        "This is nothing that is known here."
        "Paste metadata, its address, an issuer, a certificate, or your provider's domain. Copy it again, whole and unchanged.";
    PrivateKey
        "This is a private key. It was neither kept nor logged, and nobody here needs it."
        "It has left its place: replace it at the provider and take the old one out of use. Then paste the certificate that belongs to the new one.";
    CertificateRequest
        "This is a certificate request, not a certificate."
        "Paste the signing certificate the provider shows.";
    PublicKey
        "This is a public key without its certificate."
        "Paste the certificate (X.509) the provider shows, or its metadata.";
    TlsCertificate
        "This looks like the certificate of a web server, not like one that answers are signed with."
        "Take the token-signing certificate from the provider's console or metadata. If this is the one, enter it as certificate yourself.";
    CertificateDamaged
        "This was a certificate, but it is damaged or not whole."
        "Copy it again from the provider, whole and unchanged, or upload the file.";
    CertificateKey
        "The certificate's key cannot be used."
        "Let the provider sign with RSA from 2048 bits, EC P-256 or EC P-384, and paste that certificate.";
    CertificateExpired
        "This certificate is past its end."
        "See whether the provider shows a newer one.";
    CertificateNotYetValid
        "This certificate is not valid yet."
        "Give the present one as well, or compare the clocks.";
    FingerprintOnly
        "This is a certificate's fingerprint, from which no key can be had."
        "Paste the whole certificate; the fingerprint is there to compare.";
    SpMetadata
        "This is the metadata of a service provider: the app's side of SAML."
        "Paste the identity provider's metadata. The service provider's goes the other way, into the provider's console.";
    Metadata
        "This metadata cannot be used."
        "Download it again from the provider, or give idp_entity_id, sso_url and certificate.";
    MetadataNote
        "Something in this metadata is unusual."
        "See whether that is meant.";
    SeveralProviders
        "There are several identity providers in this metadata."
        "Give the part (EntityDescriptor) of one of them only.";
    HtmlPage
        "This is a web page, not metadata: often the page one signs in at, because the address asks for a sign-in."
        "Download the metadata in the console and paste or upload that.";
    SamlResponse
        "This is a SAML response: what the provider says when somebody signs in. It was not kept."
        "Paste the provider's metadata instead. Keep responses to yourself: they hold what is said of a person.";
    SamlRequest
        "This is a SAML request: what an app sends to the provider."
        "Paste the provider's metadata instead.";
    Token
        "This is a token. It was neither kept nor logged."
        "If it may still be valid, end it. Paste the issuer, or the provider's discovery address.";
    ClientSecretFile
        "This file holds a client secret, which is neither shown nor kept here."
        "Enter the secret as client_secret only. If others may have seen the file, make a new secret.";
    KeySet
        "These are the provider's keys; they are read from its discovery address, and change."
        "Paste the issuer or the discovery address.";
    AppEmbedLink
        "This link starts the app at the provider. Requests are not sent there."
        "Paste the metadata address or the single sign-on address.";
    ConsoleAddress
        "This is a page of the provider's console, which only its administrators can open."
        "Copy a value from that page instead of its address.";
    EndpointNotIssuer
        "This is an endpoint of the provider, not its issuer."
        "Use the issuer: the endpoints are read from its discovery address.";
    OwnAddress
        "This address is ours: it goes into the provider's console."
        "Paste what the provider shows there.";
    PlainHttp
        "This address starts with http://, which anybody on the way can change."
        "Use the one with https://.";
    SchemeMissing
        "This address lacks its beginning."
        "Use it with https:// before it.";
    TrailingSlash
        "The issuer differs in the / at its end, and is compared exactly."
        "Use the issuer as the provider states it.";
    IssuerSpelling
        "The issuer differs in its spelling, and is compared exactly."
        "Use the issuer as the provider states it.";
    IssuerForm
        "This cannot be used as issuer."
        "Use the issuer as the provider's discovery document states it.";
    IssuerDiffers
        "The provider's description names another issuer than the address it was read from."
        "Check that it is the one you mean, and enter it yourself.";
    Discovery
        "This description of an OpenID Provider cannot be used."
        "Check the issuer with the provider.";
    EntraNoAppid
        "This address gives the keys of the whole tenant. Your app in Entra ID signs with keys of its own."
        "Copy the App Federation Metadata Url of the app, which ends in appid and a value.";
    EntraSharedEndpoint
        "This address is for every organization that uses Microsoft: anybody's account would be let in."
        "Use the address of one tenant, with its directory (tenant) ID instead of the word.";
    EntraV1Issuer
        "This is Entra ID's issuer of version 1, and what it is called in SAML."
        "For OpenID Connect use the issuer of version 2. For SAML paste the App Federation Metadata Url.";
    EntraTenantName
        "The issuer holds the tenant's ID, not its name."
        "Use the directory (tenant) ID from the Overview page of the app registration.";
    EntraWhichId
        "An ID alone does not tell whether it is the tenant's or the app's."
        "Taken for the directory (tenant) ID. If it is the application (client) ID, enter it as client_id.";
    OktaAdminDomain
        "This is Okta's address for administrators; people sign in at the one without -admin."
        "Use the domain without -admin.";
    DomainOnly
        "A domain alone does not tell where its provider is."
        "Paste the provider's metadata address or issuer.";
    EmailAddress
        "This is an e-mail address."
        "Paste the provider's metadata address or issuer. People's domains are entered with the organization.";
    IpAddress
        "This is an IP address."
        "Paste the provider's metadata address or issuer, beginning with https://.";
    Placeholder
        "There is a gap in it that was not filled, such as {tenant}."
        "Copy the address from your own tenant.";
    AddressUnusable
        "Nothing usable came from this address."
        "Check the address, or paste what it shows in your browser.";
}

/// Something wrong, and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    /// Which.
    pub code: Mistake,
    /// What is wrong.
    pub sentence: String,
    /// What to do.
    pub advice: String,
    /// The value to use instead, where it is known.
    pub instead: Option<String>,
}

impl Wrong {
    /// With its usual words.
    pub(super) fn of(code: Mistake) -> Self {
        let (sentence, advice) = code.words();
        Self { code, sentence: sentence.to_owned(), advice: advice.to_owned(), instead: None }
    }

    /// With other words for what is wrong.
    pub(super) fn because(mut self, sentence: impl Into<String>) -> Self {
        self.sentence = sentence.into();
        self
    }

    /// With more to do.
    pub(super) fn and(mut self, advice: &str) -> Self {
        if !advice.is_empty() {
            self.advice = format!("{} {advice}", self.advice);
        }
        self
    }

    /// With a value to use instead.
    pub(super) fn instead(mut self, value: impl Into<String>) -> Self {
        self.instead = Some(value.into());
        self
    }
}
