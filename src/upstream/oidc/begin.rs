//! Sending the person to the provider (OpenID Connect Core section 3.1.2.1).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use url::Url;

use super::{CODE_VERIFIER_PURPOSE, Client, Trouble};
use crate::model::attempt::ExpectedAnswer;
use crate::model::check::Checks;
use crate::model::code::Code;
use crate::model::connection::OidcConfig;
use crate::model::secret::{Digest, random_token};
use crate::model::time::Millis;
use crate::upstream::identity::{Outgoing, Refusal};

/// What is known of the person, and what they must do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hints {
    /// What they typed, or the app said they would.
    pub login_hint: Option<String>,
    /// They must authenticate anew.
    pub force_login: bool,
}

/// Longest `login_hint` passed on, in bytes; longer than any e-mail address.
const MAX_HINT: usize = 320;

/// Builds the authorization request. `handle` travels as `state`.
///
/// # Errors
/// When the provider's description cannot be had or used.
pub async fn begin(
    client: &Client<'_>,
    config: &OidcConfig,
    redirect_uri: &str,
    now: Millis,
    handle: &str,
    hints: Hints,
) -> Result<(ExpectedAnswer, Outgoing), Refusal> {
    let refuse = |trouble: Trouble| {
        let mut checks = Checks::new();
        Refusal::new(trouble.fail(&mut checks), checks)
    };
    let provider =
        client.directory.provider(client.fetch, &config.issuer, now).await.map_err(refuse)?;
    let mut address = Url::parse(&provider.authorization_endpoint).map_err(|_| {
        refuse(Trouble::new(Code::UpstreamAnswer, "discovery", "an address", "none"))
    })?;
    let nonce = random_token(client.rng).into_inner();
    let verifier = random_token(client.rng);
    let challenge = URL_SAFE_NO_PAD.encode(Digest::of(verifier.expose().as_bytes()).as_bytes());
    {
        let mut query = address.query_pairs_mut();
        query
            .append_pair("response_type", "code")
            .append_pair("client_id", &config.client_id)
            .append_pair("redirect_uri", redirect_uri)
            .append_pair("scope", &scope(config))
            .append_pair("state", handle)
            .append_pair("nonce", &nonce)
            .append_pair("code_challenge", &challenge)
            .append_pair("code_challenge_method", "S256");
        if let Some(hint) = hints.login_hint.as_deref().filter(|hint| acceptable(hint)) {
            query.append_pair("login_hint", hint);
        }
        if hints.force_login {
            query.append_pair("prompt", "login").append_pair("max_age", "0");
        }
    }
    let code_verifier =
        client.sealer.seal(client.rng, CODE_VERIFIER_PURPOSE, verifier.expose().as_bytes());
    let expected = ExpectedAnswer::Oidc {
        nonce,
        code_verifier,
        redirect_uri: redirect_uri.to_owned(),
        force_login: hints.force_login,
    };
    Ok((expected, Outgoing::Redirect(address.into())))
}

/// The scopes asked for. Without `openid` there is no ID token.
fn scope(config: &OidcConfig) -> String {
    let mut scopes: Vec<&str> = config.scopes.iter().map(String::as_str).collect();
    if !scopes.contains(&"openid") {
        scopes.insert(0, "openid");
    }
    scopes.join(" ")
}

fn acceptable(hint: &str) -> bool {
    !hint.is_empty() && hint.len() <= MAX_HINT && !hint.chars().any(char::is_control)
}
