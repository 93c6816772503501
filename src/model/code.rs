//! The closed list of reason codes: one for every way an attempt can be refused.
//!
//! A code is stable for ever: it stands in traces, in the admin API and on pages.

use std::fmt;

use serde::{Deserialize, Serialize};

pub use super::remedy::Remedy;

macro_rules! codes {
    ($($variant:ident $text:literal $remedy:ident $sentence:literal $(of $general:ident)?;)+) => {
        /// Why an attempt was refused.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum Code {
            $(
                #[doc = $sentence]
                #[serde(rename = $text)]
                $variant,
            )+
        }

        impl Code {
            /// Every code.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The stable text of the code.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }

            /// Who can do something about it.
            pub const fn remedy(self) -> Remedy {
                match self { $(Self::$variant => Remedy::$remedy),+ }
            }

            /// The code this one is a special case of; itself where it is none. What holds for
            /// the general one holds for it, too.
            pub const fn general(self) -> Self {
                match self {
                    $($(Self::$variant => Self::$general,)?)+
                    other => other,
                }
            }

            /// One sentence for the visitor. Tells nothing about accounts or settings.
            pub const fn sentence(self) -> &'static str {
                match self { $(Self::$variant => $sentence),+ }
            }
        }
    };
}

codes! {
    // The attempt itself.
    AttemptUnknown "attempt_unknown" TryAgain "This answer does not belong to a sign-in that is waiting for one.";
    AttemptExpired "attempt_expired" TryAgain "This sign-in was left waiting for too long.";
    AttemptUsed "attempt_used" TryAgain "This sign-in was already finished.";
    BrowserMismatch "browser_mismatch" TryAgain "This sign-in was started in another browser.";
    BrowserCookieMissing "browser_cookie_missing" TryAgain "Your browser did not keep the cookie that this sign-in needs.";
    StayedSignedIn "stayed_signed_in" TryAgain "You stayed signed in with your other account.";
    ConnectionMismatch "connection_mismatch" AskIt "The answer came from another identity provider than the one that was asked.";
    // Routing and states.
    RouteUnknown "route_unknown" AskForAccess "No way to sign in was found here: the address may be misspelt.";
    ConnectionUnknown "connection_unknown" AskIt "There is no sign-in connection at this address.";
    ConnectionNotLive "connection_not_live" AskIt "This sign-in connection is not switched on.";
    ConnectionChanged "connection_changed" TryAgain "The sign-in connection was changed in the meantime.";
    SsoNotOffered "sso_not_offered" AskForAccess "Your organization does not offer this way to sign in.";
    OrganizationDisabled "organization_disabled" AskOperator "Sign-in is switched off.";
    InitiateIssuer "initiate_issuer_unknown" AskIt "The identity provider that sent you here is not known at this address.";
    AppDisabled "app_disabled" AskAppOwner "This app is switched off.";
    AppNotAdmitted "app_not_admitted" AskForAccess "This app is not open to your organization.";
    TestSuperseded "test_superseded" TryAgain "The connection was changed while it was tested.";
    AppRoleMissing "app_role_missing" AskForAccess "This app is not open to you.";
    AppConnectionRefused "app_connection_refused" AskForAccess "This app is not open to people who sign in this way.";
    UserInactive "user_inactive" AskForAccess "You cannot sign in with this account.";
    UserDisabled "user_disabled" AskForAccess "You cannot sign in with this account.";
    // Who comes for the first time.
    NotInvited "not_invited" AskInvitation "You can sign in here by invitation only.";
    InvitationEmail "invitation_email_mismatch" UseInvited "The invitation is for another e-mail address than the one of the account you signed in with.";
    InvitationEmailRefuted "invitation_email_refuted" AskForAccess "The identity provider stated that the e-mail address of this account is not verified.";
    RelinkPending "relink_pending" AskConfirmation "An administrator has to confirm that this account is yours.";
    RelinkRefused "relink_refused" AskForAccess "An administrator did not confirm that this account is yours.";
    // What the app asked.
    AppUnknown "app_unknown" AskAppOwner "The app that sent you here is not known.";
    RedirectUriMismatch "redirect_uri_mismatch" AskToRegister "The app asked to be answered at an address it has not registered.";
    AuthorizeRequestInvalid "authorize_request_invalid" AskAppOwner "The app's request could not be read.";
    // What the app asked of the token endpoint.
    AppCodeReused "app_code_reused" AskAppOwner "The app used a sign-in code twice.";
    AppCodePkce "app_code_pkce_mismatch" AskAppOwner "The app could not prove that it is the one that asked.";
    AppCodeRedirectUri "app_code_redirect_uri_mismatch" AskAppOwner "The app named another address than the one it was answered at.";
    AppCodeForeign "app_code_of_another_app" AskAppOwner "The app brought a sign-in code that was given to another one.";
    AppCodeExpired "app_code_expired" AskAppOwner "The app took too long to use its sign-in code.";
    // What the provider said about itself.
    UpstreamUnreachable "upstream_unreachable" Wait "The identity provider could not be reached.";
    UpstreamAnswer "upstream_answer" AskIt "The identity provider gave an answer that could not be used.";
    UpstreamRefused "upstream_refused" AskForAccess "The identity provider refused this sign-in.";
    UpstreamAddressRefused "upstream_address_refused" AskOperator "The identity provider's address may not be called from here.";
    NotAuthenticatedAnew "not_authenticated_anew" AskIt "The identity provider did not ask you to sign in anew, though it had to.";
    // OpenID Connect, upstream.
    OidcIssuer "oidc_issuer_mismatch" AskIt "The identity provider's answer names another issuer.";
    OidcIssuerTenant "oidc_issuer_other_tenant" AskIt "The identity provider's answer names another issuer." of OidcIssuer;
    OidcAudience "oidc_audience_mismatch" AskAboutAddress "The company's sign-in is set up for another app.";
    OidcAuthorizedParty "oidc_authorized_party_mismatch" AskIt "The identity provider's answer was meant for somebody else.";
    OidcNonce "oidc_nonce_mismatch" TryAgain "The identity provider's answer belongs to another sign-in.";
    OidcExpired "oidc_token_expired" AskIt "The identity provider's answer has run out.";
    OidcNotYetValid "oidc_token_not_yet_valid" AskIt "The identity provider's answer is not valid yet.";
    OidcAlgorithm "oidc_algorithm_refused" AskIt "The identity provider signs in a way that is not accepted.";
    OidcSignature "oidc_signature_invalid" AskIt "The identity provider's signature does not hold.";
    OidcKeyUnknown "oidc_key_unknown" AskIt "The identity provider signed with a key it has not published.";
    OidcTokenMalformed "oidc_token_malformed" AskIt "The identity provider's answer could not be read.";
    OidcTokenEncrypted "oidc_token_encrypted" AskIt "The identity provider's answer is encrypted, which is not supported.";
    OidcSubjectMismatch "oidc_subject_mismatch" AskIt "The identity provider contradicted itself about who signed in.";
    OidcCodeRefused "oidc_code_refused" AskIt "The identity provider did not accept the sign-in code.";
    OidcClientRefused "oidc_client_refused" AskIt "The identity provider did not accept our credentials.";
    // SAML, upstream.
    SamlMalformed "saml_malformed" AskIt "The identity provider's answer could not be read.";
    SamlTooLarge "saml_too_large" AskIt "The identity provider's answer is too large.";
    SamlDoctype "saml_doctype_refused" AskIt "The identity provider's answer contains a document type, which is refused.";
    SamlBinding "saml_binding_refused" AskIt "The identity provider answered in a way that is not accepted.";
    SamlStatus "saml_status" AskForAccess "The identity provider refused this sign-in.";
    SamlStatusAuthn "saml_status_authn_failed" AskForAccess "Signing in at the identity provider did not succeed." of SamlStatus;
    SamlStatusDenied "saml_status_request_denied" AskForAccess "The identity provider refused this sign-in." of SamlStatus;
    SamlStatusContext "saml_status_no_authn_context" AskIt "The identity provider could not sign you in as was asked for." of SamlStatus;
    SamlStatusNameId "saml_status_name_id_policy" AskIt "The identity provider cannot name people the way that was asked for." of SamlStatus;
    SamlStatusRequester "saml_status_requester" AskIt "The identity provider did not accept the request for this sign-in." of SamlStatus;
    SamlUnsigned "saml_unsigned" AskIt "The identity provider's answer is not signed.";
    SamlSignature "saml_signature_invalid" AskIt "The identity provider's signature does not hold.";
    SamlDigest "saml_digest_mismatch" AskIt "The identity provider's answer was changed after it was signed.";
    SamlSignerUnknown "saml_signer_unknown" AskIt "The identity provider signed with a certificate that is not trusted here.";
    SamlSignerExpired "saml_signer_expired" AskIt "The identity provider's certificate has expired.";
    SamlAlgorithm "saml_algorithm_refused" AskIt "The identity provider signs in a way that is not accepted.";
    SamlSha1 "saml_sha1_refused" AskIt "The identity provider signs in a way that is not accepted." of SamlAlgorithm;
    SamlSignatureShape "saml_signature_shape" AskIt "The identity provider's answer is not built as a signed answer must be.";
    SamlWrapped "saml_signature_wrapped" AskIt "The identity provider's answer is not built as a signed answer must be." of SamlSignatureShape;
    SamlDuplicateId "saml_duplicate_id" AskIt "The identity provider's answer is not built as a signed answer must be.";
    SamlAssertionCount "saml_assertion_count" AskIt "The identity provider's answer must hold exactly one assertion.";
    SamlEncrypted "saml_encrypted" AskIt "The identity provider's answer is encrypted, which is not switched on here.";
    SamlRsa15 "saml_rsa1_5_refused" AskIt "The identity provider encrypts in a way that is not accepted." of SamlEncrypted;
    SamlIssuer "saml_issuer_mismatch" AskIt "The identity provider's answer names another issuer.";
    SamlIssuerTenant "saml_issuer_other_tenant" AskIt "The identity provider's answer names another issuer." of SamlIssuer;
    SamlAudience "saml_audience_mismatch" AskAboutAddress "The company's sign-in is set up for another address.";
    SamlAudienceMissing "saml_audience_missing" AskIt "The identity provider's answer does not say whom it is for." of SamlAudience;
    SamlAudienceSlash "saml_audience_slash" AskAboutAddress "The company's sign-in is set up for another address." of SamlAudience;
    SamlAudienceCase "saml_audience_case" AskAboutAddress "The company's sign-in is set up for another address." of SamlAudience;
    SamlAudienceScheme "saml_audience_scheme" AskAboutAddress "The company's sign-in is set up for another address." of SamlAudience;
    SamlAudienceSpn "saml_audience_spn" AskAboutAddress "The company's sign-in is set up for another address." of SamlAudience;
    SamlAudienceForeign "saml_audience_other_connection" AskAboutAddress "The company's sign-in is set up for another address." of SamlAudience;
    SamlAudienceAddress "saml_audience_own_address" AskAboutAddress "The company's sign-in is set up for another address." of SamlAudience;
    SamlRecipient "saml_recipient_mismatch" AskIt "The identity provider's answer was meant for another address.";
    SamlDestination "saml_destination_mismatch" AskIt "The identity provider's answer was meant for another address.";
    SamlDestinationScheme "saml_destination_scheme" AskIt "The identity provider's answer was meant for another address." of SamlDestination;
    SamlInResponseTo "saml_in_response_to_mismatch" TryAgain "The identity provider's answer belongs to another sign-in.";
    SamlInResponseToUsed "saml_in_response_to_used" TryAgain "The identity provider's answer belongs to a sign-in that is over.";
    SamlInResponseToInvented "saml_in_response_to_invented" AskIt "The identity provider's answer names a sign-in that nobody here began.";
    SamlUnsolicited "saml_unsolicited" TryAgain "Sign-in has to be started here, not at the identity provider.";
    SamlExpired "saml_expired" AskIt "The identity provider's answer has run out.";
    SamlIssuedBefore "saml_issued_before_request" AskIt "The identity provider's answer is older than this sign-in." of SamlExpired;
    SamlNotYetValid "saml_not_yet_valid" AskIt "The identity provider's answer is not valid yet.";
    SamlConditions "saml_conditions_missing" AskIt "The identity provider's answer does not say whom it is for and for how long.";
    SamlConfirmation "saml_confirmation_missing" AskIt "The identity provider's answer does not confirm who brings it.";
    SamlReplayed "saml_assertion_replayed" TryAgain "This answer of the identity provider was already used.";
    SamlSubject "saml_subject_refused" AskIt "The identity provider did not name the person in a lasting way.";
    SamlNameIdTransient "saml_name_id_transient" AskIt "The identity provider did not name the person in a lasting way." of SamlSubject;
    // Mapping.
    SubjectMissing "subject_missing" AskIt "The identity provider did not say who signed in.";
    EmailDomainOutside "email_domain_outside" AskForAccess "You cannot sign in here with the e-mail address of this account.";
    GroupsNotMapped "groups_not_mapped" AskForAccess "None of the groups you are in gives access here.";
    GroupsUnknown "groups_unknown" AskIt "The identity provider did not say which groups you are in.";
    GroupsOverage "groups_overage" AskIt "The identity provider did not say which groups you are in, because there are too many." of GroupsUnknown;
    // Owner's door.
    OwnerRefused "owner_refused" TryAgain "The e-mail address or the password is not right.";
    OwnerThrottled "owner_throttled" TryAgain "There were too many tries. Wait a little, then try again.";
    // A password of somebody who is no owner.
    PasswordRefused "password_refused" TryAgain "The e-mail address or the password is not right.";
    PasswordThrottled "password_throttled" TryAgain "There were too many tries. Wait a little, then try again.";
    PasswordSsoRequired "password_sso_required" TryAgain "Your organization signs in through its own identity provider.";
    // Ours.
    TooManySignIns "too_many_sign_ins" TryAgain "Too many sign-ins are being started from your network just now.";
    Busy "busy" TryAgain "The sign-in service is busy. Try again in a few seconds.";
    Internal "internal_error" AskOperator "Something went wrong on our side.";
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn codes_are_distinct_and_snake_case() {
        let texts: HashSet<_> = Code::ALL.iter().map(|c| c.as_str()).collect();
        assert_eq!(texts.len(), Code::ALL.len());
        for text in texts {
            assert!(
                text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_'),
                "{text}"
            );
        }
    }

    #[test]
    fn a_special_case_is_one_of_a_general_code() {
        for code in Code::ALL {
            assert_eq!(code.general().general(), code.general(), "{code}");
        }
        assert_eq!(Code::SamlAudienceSpn.general(), Code::SamlAudience);
        assert_eq!(Code::SamlAudience.general(), Code::SamlAudience);
    }

    #[test]
    fn serde_uses_the_stable_text() {
        for code in Code::ALL {
            let json = serde_json::to_value(code).unwrap();
            assert_eq!(json, code.as_str());
            assert_eq!(serde_json::from_value::<Code>(json).unwrap(), *code);
        }
    }

    #[test]
    fn every_sentence_is_one_for_a_visitor() {
        for code in Code::ALL {
            for sentence in [code.sentence(), code.remedy().sentence()] {
                assert!(sentence.ends_with('.') && !sentence.contains(['{', '_']), "{code}");
            }
        }
    }

    proptest! {
        #[test]
        fn only_the_listed_texts_are_codes(
            text in "[a-z0-9_]{0,40}",
            code in prop::sample::select(Code::ALL),
            cut in any::<prop::sample::Index>(),
        ) {
            let stable = code.as_str();
            for text in [&text, &stable[..cut.index(stable.len())], &stable.to_ascii_uppercase()] {
                let read = serde_json::from_value::<Code>(text.into()).ok();
                let listed = Code::ALL.iter().copied().find(|code| code.as_str() == text);
                prop_assert_eq!(read, listed);
            }
        }
    }
}
