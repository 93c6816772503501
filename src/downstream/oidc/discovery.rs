//! What we say of ourselves (OpenID Connect Discovery section 3, RFC 8414 section 2).

use serde_json::{Value, json};

use crate::model::app::SigningAlgorithm;
use crate::model::public_url::PublicUrl;
use crate::wire::oauth::scope;

/// The discovery document. Depends on nothing but the public URL.
pub fn document(public_url: &PublicUrl) -> Value {
    let algorithms: Vec<_> = SigningAlgorithm::ALL.iter().map(|a| a.as_str()).collect();
    let authentication = json!(["client_secret_basic", "client_secret_post", "none"]);
    json!({
        "issuer": public_url.as_str(),
        "authorization_endpoint": public_url.at("/oauth2/authorize"),
        "token_endpoint": public_url.at("/oauth2/token"),
        "userinfo_endpoint": public_url.at("/oauth2/userinfo"),
        "jwks_uri": public_url.at("/oauth2/jwks"),
        "revocation_endpoint": public_url.at("/oauth2/revoke"),
        "end_session_endpoint": public_url.at("/oauth2/logout"),
        "backchannel_logout_supported": true,
        "backchannel_logout_session_supported": true,
        "response_types_supported": ["code"],
        "response_modes_supported": ["query", "form_post"],
        "grant_types_supported": ["authorization_code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": algorithms,
        "scopes_supported": scope::KNOWN,
        "claim_types_supported": ["normal"],
        "claims_supported": [
            "iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "at_hash", "sid", "amr",
            "email", "email_verified", "name", "given_name", "family_name",
            "org_id", "org_name", "groups", "idp", "is_new_user",
        ],
        "token_endpoint_auth_methods_supported": authentication,
        "revocation_endpoint_auth_methods_supported": authentication,
        "code_challenge_methods_supported": ["S256"],
        "prompt_values_supported": ["none", "login", "select_account", "consent"],
        "authorization_response_iss_parameter_supported": true,
        "claims_parameter_supported": false,
        "request_parameter_supported": false,
        "request_uri_parameter_supported": false,
        "require_request_uri_registration": false,
    })
}
