//! From a reason code to the field of the provider's console that settles it.

use super::generic;
use super::guide::{Does, Field, Get, Give, Mistake, Set};
use super::preset::Preset;
use crate::model::code::Code;
use crate::model::connection::Protocol;

/// What to change in a provider's console.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Advice {
    /// Whose words these are: the provider's, or the generic ones.
    pub preset: &'static Preset,
    /// The field to look at first.
    pub field: Option<&'static Field>,
    /// The known mistakes that show as this code, likeliest first.
    pub mistakes: Vec<&'static Mistake>,
}

/// What to change, in the console of `preset`, where sign-in over `protocol` was refused for
/// `code`. Where nothing is known of this provider, what holds for any; `None` where nothing
/// in a provider's console would help, and the remedy lies elsewhere.
pub fn field_for(
    preset: Option<&'static Preset>,
    protocol: Protocol,
    code: Code,
) -> Option<Advice> {
    let known = preset.and_then(|preset| in_words_of(preset, protocol, code));
    known.or_else(|| in_words_of(generic(protocol)?, protocol, code))
}

fn in_words_of(preset: &'static Preset, protocol: Protocol, code: Code) -> Option<Advice> {
    let guide = preset.guide(protocol)?;
    // What explains a general code explains its special cases, where nothing names them.
    let explains =
        |wanted: Code| guide.mistakes.iter().filter(move |mistake| mistake.codes.contains(&wanted));
    let mut mistakes: Vec<_> = explains(code).collect();
    if mistakes.is_empty() {
        mistakes = explains(code.general()).collect();
    }
    let named = mistakes.iter().filter_map(|mistake| mistake.field);
    let field = named.chain(settles(code).iter().copied()).find_map(|does| guide.field(does));
    (field.is_some() || !mistakes.is_empty()).then_some(Advice { preset, field, mistakes })
}

/// What settles a code at any provider, in order of preference. Empty where nothing in a
/// provider's console does, and for everything that may be an attack: there the cause has to
/// be understood, not configured away.
const fn settles(code: Code) -> &'static [Does] {
    use Does::{Get as Ours, Give as Theirs, Set as Choice};
    match code.general() {
        Code::SamlAudience => {
            &[Theirs(Give::SpEntityId), Theirs(Give::SpMetadataUrl), Theirs(Give::SpMetadataFile)]
        }
        Code::SamlRecipient | Code::SamlDestination => {
            &[Theirs(Give::AcsUrl), Theirs(Give::SpMetadataUrl), Theirs(Give::SpMetadataFile)]
        }
        Code::SamlIssuer | Code::ConnectionMismatch => {
            &[Ours(Get::IdpEntityId), Ours(Get::MetadataUrl), Ours(Get::MetadataFile)]
        }
        Code::SamlSignerUnknown | Code::SamlSignerExpired => {
            &[Ours(Get::Certificate), Ours(Get::MetadataUrl), Ours(Get::MetadataFile)]
        }
        Code::SamlUnsigned => &[Choice(Set::SignedParts), Choice(Set::SigningKey)],
        Code::SamlAlgorithm | Code::OidcAlgorithm => {
            &[Choice(Set::SignatureAlgorithm), Choice(Set::SigningKey)]
        }
        Code::SamlEncrypted | Code::OidcTokenEncrypted => &[Choice(Set::Encryption)],
        Code::SamlBinding => &[Choice(Set::Binding), Theirs(Give::AcsUrl)],
        Code::SamlSubject => &[Choice(Set::NameIdFormat), Choice(Set::NameIdValue)],
        Code::SubjectMissing => &[Choice(Set::NameIdValue), Choice(Set::Attributes)],
        Code::SamlNotYetValid | Code::SamlExpired => &[Choice(Set::Validity)],
        Code::SamlUnsolicited | Code::SamlInResponseToInvented => {
            &[Choice(Set::Tile), Theirs(Give::LoginUrl)]
        }
        Code::SamlStatus | Code::UpstreamRefused => &[Choice(Set::Access)],
        Code::OidcIssuer | Code::OidcKeyUnknown => {
            &[Ours(Get::Issuer), Ours(Get::DiscoveryUrl), Ours(Get::IssuerPart)]
        }
        Code::OidcAudience | Code::OidcAuthorizedParty => &[Ours(Get::ClientId)],
        Code::OidcClientRefused => &[Ours(Get::ClientSecret)],
        Code::OidcCodeRefused => &[Theirs(Give::RedirectUri), Ours(Get::ClientSecret)],
        _ => &[],
    }
}
