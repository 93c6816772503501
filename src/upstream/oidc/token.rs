//! Redeeming the code (OpenID Connect Core section 3.1.3).

use serde_json::Value;

use super::discovery::{Provider, described};
use super::{CLIENT_SECRET_PURPOSE, CODE_VERIFIER_PURPOSE, Client, Trouble};
use crate::fetch::Fetched;
use crate::model::check::Checks;
use crate::model::code::Code;
use crate::model::connection::{OidcConfig, SealedSecret, TokenAuth};
use crate::model::secret::Secret;
use crate::upstream::entra_codes;
use crate::wire::jose::jws::Claims;

const MAX_ANSWER: usize = 256 * 1024;
const NAME: &str = "token_endpoint";

/// What the code was worth.
pub(super) struct Tokens {
    pub id_token: Secret<String>,
    /// Only when it is a bearer token.
    pub access_token: Option<Secret<String>>,
}

/// What the code was asked for with.
pub(super) struct Redeem<'a> {
    pub code: &'a str,
    pub code_verifier: &'a SealedSecret,
    pub redirect_uri: &'a str,
}

/// Redeems the code.
pub(super) async fn redeem(
    client: &Client<'_>,
    config: &OidcConfig,
    provider: &Provider,
    redeem: &Redeem<'_>,
    checks: &mut Checks,
) -> Result<Tokens, Code> {
    let open = |purpose: &str, sealed: &SealedSecret| {
        let opened = client.sealer.open(purpose, sealed).ok()?;
        String::from_utf8(opened.into_inner()).ok().map(Secret::new)
    };
    let sealed_by_us = |checks: &mut Checks, what: &str| {
        checks.failed(Code::Internal, what, "sealed with this installation's key", "does not open")
    };
    let verifier = open(CODE_VERIFIER_PURPOSE, redeem.code_verifier)
        .ok_or_else(|| sealed_by_us(checks, "code_verifier"))?;
    let secret = match &config.client_secret {
        None => None,
        Some(sealed) => Some(
            open(CLIENT_SECRET_PURPOSE, sealed)
                .ok_or_else(|| sealed_by_us(checks, "client_secret"))?,
        ),
    };
    let fields: Vec<(String, String)> = [
        ("grant_type", "authorization_code"),
        ("code", redeem.code),
        ("redirect_uri", redeem.redirect_uri),
        ("code_verifier", verifier.expose()),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .to_vec();
    for (attempt, auth) in ways(config, provider, secret.is_some()).into_iter().enumerate() {
        let answer = ask(client, config, provider, &fields, (auth, secret.as_ref())).await;
        let fetched = answer.map_err(|trouble| trouble.fail(checks))?;
        match read(&fetched) {
            Ok(tokens) => {
                checks.passed(NAME, "tokens for the code", described(&fetched));
                return Ok(tokens);
            }
            // Some providers understand only one of the two, whatever they publish.
            Err(trouble) if trouble.code == Code::OidcClientRefused && attempt == 0 => {
                trouble.warn(checks);
            }
            Err(trouble) => return Err(trouble.fail(checks)),
        }
    }
    Err(checks.failed(
        Code::OidcClientRefused,
        NAME,
        "client ID and secret accepted",
        "refused: compare the client ID, and make a new secret at the provider if it has run out",
    ))
}

/// How to authenticate, in the order to try: as configured, else as published, basic first.
fn ways(config: &OidcConfig, provider: &Provider, secret: bool) -> Vec<Option<TokenAuth>> {
    use TokenAuth::{ClientSecretBasic as Basic, ClientSecretPost as Post};
    if !secret {
        return vec![None];
    }
    if let Some(only) = config.token_auth {
        return vec![Some(only)];
    }
    let published = |name: &str| match &provider.token_auth_methods {
        Some(list) => list.iter().any(|method| method == name),
        None => false,
    };
    match (published("client_secret_basic"), published("client_secret_post")) {
        (false, true) => vec![Some(Post)],
        (true, false) => vec![Some(Basic)],
        _ => vec![Some(Basic), Some(Post)],
    }
}

async fn ask(
    client: &Client<'_>,
    config: &OidcConfig,
    provider: &Provider,
    fields: &[(String, String)],
    (auth, secret): (Option<TokenAuth>, Option<&Secret<String>>),
) -> Result<Fetched, Trouble> {
    let mut fields = fields.to_vec();
    let mut basic = None;
    match (auth, secret) {
        (Some(TokenAuth::ClientSecretBasic), Some(secret)) => {
            basic = Some((config.client_id.as_str(), secret));
        }
        (_, secret) => {
            fields.push(("client_id".to_owned(), config.client_id.clone()));
            if let Some(secret) = secret {
                fields.push(("client_secret".to_owned(), secret.expose().clone()));
            }
        }
    }
    client
        .fetch
        .post_form(&provider.token_endpoint, &fields, basic, MAX_ANSWER)
        .await
        .map_err(|error| Trouble::new(error.code(), NAME, "an answer", error.to_string()))
}

/// An answer of the token endpoint may repeat secrets, so traces get its error code only.
fn read(fetched: &Fetched) -> Result<Tokens, Trouble> {
    let answer: Option<Claims> = serde_json::from_slice(&fetched.body).ok();
    let text =
        |name: &str| answer.as_ref().and_then(|answer| answer.get(name)).and_then(Value::as_str);
    if !fetched.ok() || text("error").is_some() {
        let error = text("error").unwrap_or("no error code");
        let code = match (error, fetched.status) {
            ("invalid_client" | "unauthorized_client", _) | (_, 401) => Code::OidcClientRefused,
            ("invalid_grant", _) => Code::OidcCodeRefused,
            _ => Code::UpstreamAnswer,
        };
        let received = format!(
            "{}{}, {}",
            safe(error),
            entra_codes::behind(text("error_description").unwrap_or_default()),
            described(fetched)
        );
        return Err(Trouble::new(code, NAME, "tokens for the code", received));
    }
    let Some(id_token) = text("id_token") else {
        let received = format!("no id_token, {}", described(fetched));
        return Err(Trouble::new(Code::UpstreamAnswer, NAME, "an id_token", received));
    };
    let bearer = text("token_type").is_none_or(|kind| kind.eq_ignore_ascii_case("bearer"));
    let access_token = text("access_token").filter(|_| bearer);
    Ok(Tokens {
        id_token: Secret::new(id_token.to_owned()),
        access_token: access_token.map(|token| Secret::new(token.to_owned())),
    })
}

/// An error code as RFC 6749 section 5.2 allows it; anything else is not shown.
pub(super) fn safe(error: &str) -> &str {
    let sound = (1..=64).contains(&error.len())
        && error
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b' '));
    if sound { error } else { "an unreadable error code" }
}
