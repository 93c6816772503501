//! How Entra ID names its tenants.

use url::Url;

const HOSTS: [&str; 4] = [
    "sts.windows.net",
    "login.microsoftonline.com",
    "login.microsoftonline.us",
    "login.partner.microsoftonline.cn",
];

/// Whether two issuers of Entra ID name two tenants.
pub(super) fn other_tenant(expected: &str, received: &str) -> bool {
    if expected == received {
        return false;
    }
    match (tenant(expected), tenant(received)) {
        (Some(ours), Some(theirs)) => ours != theirs,
        _ => false,
    }
}

/// The tenant an issuer of Entra ID names by its identifier.
fn tenant(issuer: &str) -> Option<String> {
    let url = Url::parse(issuer).ok().filter(|url| url.scheme() == "https")?;
    let tenant = url.path_segments()?.next()?;
    (HOSTS.contains(&url.host_str()?) && is_guid(tenant)).then(|| tenant.to_ascii_lowercase())
}

/// `8-4-4-4-12` hexadecimal digits.
pub(super) fn is_guid(text: &str) -> bool {
    let lengths = text.split('-').map(str::len);
    lengths.eq([8, 4, 4, 4, 12])
        && text.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tenants_are_told_apart_and_nothing_else_is() {
        const ONE: &str = "9188040d-6c67-4c5b-b112-36a304b66dad";
        const TWO: &str = "8e4f7c0a-0d4d-4a43-a0a3-2f8cf4b0a111";
        let saml = |tenant: &str| format!("https://sts.windows.net/{tenant}/");
        let oidc = |tenant: &str| format!("https://login.microsoftonline.com/{tenant}/v2.0");
        for (one, two, other) in [
            (saml(ONE), saml(TWO), true),
            (oidc(ONE), oidc(TWO), true),
            (oidc(ONE), saml(TWO), true),
            (oidc(ONE), saml(ONE), false),
            (saml(ONE), saml(&ONE.to_ascii_uppercase()), false),
            (saml(ONE), saml("common"), false),
            (saml(ONE), format!("https://idp.test/{TWO}/"), false),
            (saml(ONE), format!("https://sts.windows.net.evil.test/{TWO}/"), false),
            (saml(ONE), TWO.to_owned(), false),
        ] {
            assert_eq!(other_tenant(&one, &two), other, "{one} {two}");
        }
    }
}
