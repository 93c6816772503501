//! Sending the person to sign out at the provider (OpenID Connect RP-Initiated Logout 1.0).
//!
//! The ID token they came with travels along as `id_token_hint`: by it the provider knows which
//! of its sessions is meant and asks the person nothing more (section 2). It is kept sealed for
//! as long as the session lasts, and only where somebody may be sent.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;
use url::Url;

use super::discovery::Provider;
use crate::keys::seal::Sealer;
use crate::model::connection::{OidcConfig, SealedSecret};
use crate::model::rng::Rng;
use crate::model::secret::Secret;

/// What the ID token of a session is sealed as.
const PURPOSE: &str = "oidc-logout-hint";

/// Longest hint kept, in bytes. It stands in an address, and most servers refuse requests whose
/// first line is longer than 8 KiB: better no hint than a provider that shows an error.
const MAX_HINT: usize = 6 * 1024;

/// What the provider can be shown when the person signs out there: nothing where it says no
/// address for that.
pub(super) fn hint(provider: &Provider, id_token: Secret<String>) -> Option<Secret<String>> {
    let fits = id_token.expose().len() <= MAX_HINT;
    (fits && provider.end_session_endpoint.is_some()).then_some(id_token)
}

/// Seals a hint for as long as its session lasts.
pub(in crate::upstream) fn seal(
    sealer: &Sealer,
    rng: &dyn Rng,
    hint: &Secret<String>,
) -> SealedSecret {
    sealer.seal(rng, PURPOSE, hint.expose().as_bytes())
}

/// Opens a hint. `None` when it was issued by another provider or to another client than
/// `config` names by now, which a provider refuses (section 2).
pub fn open(sealer: &Sealer, sealed: &SealedSecret, config: &OidcConfig) -> Option<Secret<String>> {
    let opened = sealer.open(PURPOSE, sealed).ok()?;
    let hint = String::from_utf8(opened.into_inner()).ok()?;
    let claims = URL_SAFE_NO_PAD.decode(hint.split('.').nth(1)?).ok()?;
    let claims: Value = serde_json::from_slice(&claims).ok()?;
    let ours = |one: &Value| one.as_str() == Some(config.client_id.as_str());
    let to_us = match claims.get("aud")? {
        Value::Array(several) => several.iter().any(ours),
        one => ours(one),
    };
    let from_it = claims.get("iss").and_then(Value::as_str) == Some(config.issuer.as_str());
    (to_us && from_it).then(|| Secret::new(hint))
}

/// The address of the provider's sign-out. `None` when its endpoint is no address.
pub fn address(
    end_session_endpoint: &str,
    client_id: &str,
    id_token_hint: Option<&Secret<String>>,
    post_logout_redirect_uri: &str,
    state: &str,
) -> Option<Secret<String>> {
    let mut address = Url::parse(end_session_endpoint).ok()?;
    {
        let mut query = address.query_pairs_mut();
        if let Some(hint) = id_token_hint {
            query.append_pair("id_token_hint", hint.expose());
        }
        query
            .append_pair("client_id", client_id)
            .append_pair("post_logout_redirect_uri", post_logout_redirect_uri)
            .append_pair("state", state);
    }
    Some(Secret::new(address.into()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::rng::SystemRng;

    #[test]
    fn a_hint_is_shown_to_whom_it_came_from_only() {
        let sealer = Sealer::from_key([7; 32]);
        let config = OidcConfig {
            issuer: "https://id.test".to_owned(),
            client_id: "us".to_owned(),
            ..OidcConfig::default()
        };
        for (claims, shown) in [
            (json!({"iss": "https://id.test", "aud": "us"}), true),
            (json!({"iss": "https://id.test", "aud": ["them", "us"]}), true),
            (json!({"iss": "https://id.test", "aud": "them"}), false),
            (json!({"iss": "https://id.test", "aud": ["them"]}), false),
            (json!({"iss": "https://id.test"}), false),
            (json!({"iss": "https://other.test", "aud": "us"}), false),
            (json!({"aud": "us"}), false),
        ] {
            let token = format!("e30.{}.sig", URL_SAFE_NO_PAD.encode(claims.to_string()));
            let sealed = seal(&sealer, &SystemRng, &Secret::new(token.clone()));
            let opened = open(&sealer, &sealed, &config);
            assert_eq!(opened.is_some(), shown, "{claims}");
            assert!(opened.is_none_or(|hint| *hint.expose() == token));
        }
        let strange = sealer.seal(&SystemRng, PURPOSE, b"not a token");
        assert!(open(&sealer, &strange, &config).is_none());
        let other = sealer.seal(&SystemRng, "other", b"e30.e30.e30");
        assert!(open(&sealer, &other, &config).is_none());
    }
}
