//! Whether a provider's word can only come from one company.

use super::connection::ConnectionConfig;

/// Issuers that speak for the people of many companies, and for anybody.
const SHARED: &[&str] = &[
    "https://accounts.google.com",
    "accounts.google.com",
    // Personal Microsoft accounts.
    "https://login.microsoftonline.com/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0",
    "https://sts.windows.net/9188040d-6c67-4c5b-b112-36a304b66dad",
    "https://login.live.com",
    "https://appleid.apple.com",
    "https://api.login.yahoo.com",
    "https://login.yahoo.com",
    "https://www.facebook.com",
    "https://www.linkedin.com",
    "https://www.linkedin.com/oauth",
    "https://slack.com",
    "https://gitlab.com",
    "https://bitbucket.org",
    "https://github.com/login/oauth",
    "https://login.salesforce.com",
    "https://test.salesforce.com",
    "https://id.twitch.tv/oauth2",
    "https://oauth.id.jumpcloud.com",
    "https://www.paypal.com",
    "https://www.paypalobjects.com",
    "https://access.line.me",
    "https://kauth.kakao.com",
];

/// Whether the issuer is one tenant's. A SAML provider is pinned by its entity ID and its
/// keys; an OpenID Provider by its issuer, unless that is one many companies share.
pub fn is_one(config: &ConnectionConfig) -> bool {
    match config {
        ConnectionConfig::Saml(_) => true,
        ConnectionConfig::Oidc(config) => {
            let issuer = config.issuer.trim_end_matches('/').to_ascii_lowercase();
            let templated = issuer.contains(['{', '}', '%'])
                || ["common", "organizations", "consumers"]
                    .iter()
                    .any(|tenant| issuer.split('/').any(|part| part == *tenant));
            !issuer.is_empty() && !templated && !SHARED.contains(&issuer.as_str())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::connection::{OidcConfig, SamlConfig};

    #[test]
    fn an_issuer_of_many_companies_is_not_one_tenant() {
        for (issuer, one) in [
            ("https://acme.okta.com", true),
            ("https://login.microsoftonline.com/2d1ca4ab-0000-4000-8000-000000000001/v2.0", true),
            ("https://idp.acme.test/realms/staff", true),
            ("https://accounts.google.com", false),
            ("https://accounts.google.com/", false),
            ("https://oauth.id.jumpcloud.com/", false),
            ("https://login.microsoftonline.com/common/v2.0", false),
            ("https://login.microsoftonline.com/{tenantid}/v2.0", false),
            ("https://sts.windows.net/9188040d-6c67-4c5b-b112-36a304b66dad/", false),
            ("https://sts.windows.net/2d1ca4ab-0000-4000-8000-000000000001/", true),
            ("https://login.microsoftonline.com/9188040D-6c67-4c5b-b112-36a304b66dad/v2.0", false),
            ("", false),
        ] {
            let config = OidcConfig { issuer: issuer.to_owned(), ..OidcConfig::default() };
            assert_eq!(is_one(&ConnectionConfig::Oidc(config)), one, "{issuer}");
        }
        assert!(is_one(&ConnectionConfig::Saml(SamlConfig::default())));
    }
}
