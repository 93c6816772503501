//! Whether an ID token can be believed (OpenID Connect Core section 3.1.3.7). The order is
//! that of trust: who signed it, who issued it, for whom, when, and in answer to what.

use serde_json::Value;

use super::Client;
use crate::model::check::{AND, Checks};
use crate::model::code::Code;
use crate::model::connection::{MAX_CLOCK_SKEW_SECONDS, OidcConfig};
use crate::model::secret;
use crate::model::time::{Millis, SECOND, ahead, behind, words};
use crate::upstream::entra;
use crate::upstream::oidc::discovery::Provider;
use crate::wire::jose::algorithm::{ACCEPTED, Algorithm};
use crate::wire::jose::jws::{Claims, JwsError, Unverified};

/// What an ID token must match.
pub(super) struct Wanted<'a> {
    pub config: &'a OidcConfig,
    pub now: Millis,
    /// When the person was sent to the provider.
    pub asked_at: Millis,
    /// `None` when it is not known, because the token came without a sign-in.
    pub nonce: Option<&'a str>,
    /// When the person had to authenticate anew: not before that.
    pub authenticated_since: Option<Millis>,
    pub access_token: AccessToken<'a>,
}

/// The access token that came along, whose hash an ID token may have.
pub(super) enum AccessToken<'a> {
    /// It is at hand, or there was none.
    Known(Option<&'a str>),
    /// It is never kept.
    NotKept,
}

/// Checks the signature, fetching newer keys once when none of the known ones fits. The
/// token is kept meanwhile: the code it came for cannot be redeemed twice.
pub(super) async fn verify(
    client: &Client<'_>,
    provider: &Provider,
    now: Millis,
    token: &str,
    checks: &mut Checks,
) -> Result<(Claims, Algorithm), Code> {
    let unverified = Unverified::read(token).map_err(|error| {
        let name = if matches!(error, JwsError::Algorithm(_)) { "algorithm" } else { "id_token" };
        let expected = if name == "algorithm" { ACCEPTED } else { "a signed token" };
        checks.failed(error.code(), name, expected, hint(&error))
    })?;
    let alg = unverified.alg();
    checks.passed("algorithm", ACCEPTED, alg.as_str());
    let known = client.directory.keys(client.fetch, provider, now).await;
    let mut keys = known.map_err(|trouble| trouble.fail(checks))?;
    let mut outcome = unverified.verify(&keys);
    if matches!(outcome, Err(JwsError::KeyUnknown | JwsError::Signature)) {
        match client.directory.newer_keys(client.fetch, provider, now, &keys).await {
            Ok(Some(newer)) => {
                let received = format!("{} keys after {}", newer.len(), keys.len());
                checks.passed("key_set", "keys fetched anew, because none fitted", received);
                outcome = unverified.verify(&newer);
                keys = newer;
            }
            Ok(None) => checks.warned(
                "key_set",
                "keys fetched anew, because none fitted",
                "not fetched: they were less than 30 seconds ago",
            ),
            Err(trouble) => trouble.warn(checks),
        }
    }
    let kid = unverified.kid().unwrap_or("absent");
    match outcome {
        Ok(claims) => {
            checks.passed("signature", "by a published key of the provider", format!("kid {kid}"));
            Ok((claims, alg))
        }
        Err(error) => {
            let published: Vec<&str> = keys.kids().take(20).collect();
            let expected = format!("by one of the published keys: {}", published.join(", "));
            let received = format!("kid {kid}: {error}");
            Err(checks.failed(error.code(), "signature", expected, received))
        }
    }
}

/// The refusal in words, with what usually helps.
fn hint(error: &JwsError) -> String {
    match error {
        JwsError::Algorithm(name) if name.starts_with("HS") => format!(
            "{name}: choose a signing key or certificate for this client at the provider, so that it signs with RS256"
        ),
        JwsError::Algorithm(name) => name.clone(),
        other => other.to_string(),
    }
}

/// Checks everything a signed token says of itself.
pub(super) fn check(
    claims: &Claims,
    alg: Algorithm,
    wanted: &Wanted<'_>,
    checks: &mut Checks,
) -> Result<(), Code> {
    let issuer = claims.get("iss").and_then(Value::as_str);
    let code = match entra::other_tenant(&wanted.config.issuer, issuer.unwrap_or_default()) {
        true => Code::OidcIssuerTenant,
        false => Code::OidcIssuer,
    };
    checks.require(
        issuer == Some(&wanted.config.issuer),
        code,
        "issuer",
        wanted.config.issuer.as_str(),
        issuer.unwrap_or("absent"),
    )?;
    audience(claims, &wanted.config.client_id, checks)?;
    times(claims, wanted, checks)?;
    nonce(claims, wanted.nonce, checks)?;
    reauthentication(claims, wanted, checks)?;
    access_token_hash(claims, alg, &wanted.access_token, checks)
}

fn nonce(claims: &Claims, wanted: Option<&str>, checks: &mut Checks) -> Result<(), Code> {
    let expected = "equal to the one of this sign-in";
    let answer = match (claims.get("nonce").and_then(Value::as_str), wanted) {
        (None, _) => "absent",
        (Some(_), None) => {
            checks.warned("nonce", expected, "not compared: no attempt");
            return Ok(());
        }
        (Some(nonce), Some(wanted)) if secret::equal(nonce.as_bytes(), wanted.as_bytes()) => {
            "equal"
        }
        (Some(_), Some(_)) => "another one",
    };
    checks.require(answer == "equal", Code::OidcNonce, "nonce", expected, answer)
}

fn audience(claims: &Claims, client_id: &str, checks: &mut Checks) -> Result<(), Code> {
    let list: Vec<&str> = match claims.get("aud") {
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(many)) => many.iter().take(100).filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    let received = if list.is_empty() { "absent".to_owned() } else { list.join(AND) };
    checks.require(
        list.contains(&client_id),
        Code::OidcAudience,
        "audience",
        client_id,
        received,
    )?;
    let party = claims.get("azp");
    // One audience needs no authorized party, several do; one that is named must be us.
    if party.is_none() && list.len() == 1 {
        return Ok(());
    }
    let named = party.and_then(Value::as_str);
    checks.require(
        named == Some(client_id),
        Code::OidcAuthorizedParty,
        "authorized_party",
        client_id,
        named.unwrap_or("absent"),
    )
}

/// A NumericDate (RFC 7519 section 2), which may have a fraction.
pub(super) fn moment(claims: &Claims, name: &str) -> Option<Millis> {
    let number = claims.get(name)?;
    if let Some(seconds) = number.as_i64() {
        return Some(Millis::from_seconds(seconds));
    }
    let seconds = number.as_f64().filter(|s| s.is_finite() && s.abs() < 1e12)?;
    // Bounded above, so that the cast loses nothing but a fraction of a millisecond.
    Some(Millis((seconds * 1_000.0) as i64))
}

/// The tolerance for clocks, in milliseconds.
pub(super) fn skew(config: &OidcConfig) -> i64 {
    i64::from(config.clock_skew_seconds.min(MAX_CLOCK_SKEW_SECONDS)) * SECOND
}

fn times(claims: &Claims, wanted: &Wanted<'_>, checks: &mut Checks) -> Result<(), Code> {
    let (now, skew) = (wanted.now, skew(wanted.config));
    let tolerance = words(skew);
    let mut read = |name: &'static str, label: &'static str, required: bool| {
        let found = moment(claims, name);
        if found.is_none() && (required || claims.contains_key(name)) {
            let received = if claims.contains_key(name) { "not a number" } else { "absent" };
            return Err(checks.failed(Code::OidcTokenMalformed, label, "a time", received));
        }
        Ok(found)
    };
    let (expires, from, issued) = (
        read("exp", "expires", true)?,
        read("nbf", "not_before", false)?,
        read("iat", "issued_at", true)?,
    );
    for (label, start) in [("not_before", from), ("issued_at", issued)] {
        let Some(start) = start else { continue };
        let ok = start.since(now) <= skew;
        let mut received = start.against_our_clock(now);
        // It came straight from the provider, so it was made by now.
        let early = issued.map_or(0, |issued| issued.since(now));
        if !ok && early > 0 {
            received.push_str(&ahead(early));
        }
        let expected = format!("at most {tolerance} after our clock");
        checks.require(ok, Code::OidcNotYetValid, label, expected, received)?;
    }
    let Some(end) = expires else { return Err(Code::OidcTokenMalformed) };
    let ok = now.since(end) < skew;
    let mut received = end.against_our_clock(now);
    // Made before we asked, by its own clock: then that clock is behind.
    if let Some(issued) = issued.filter(|issued| !ok && *issued < wanted.asked_at) {
        received.push_str(&behind(now.since(issued)));
    }
    let expected = format!("at most {tolerance} before our clock");
    checks.require(ok, Code::OidcExpired, "expires", expected, received)
}

fn reauthentication(claims: &Claims, wanted: &Wanted<'_>, checks: &mut Checks) -> Result<(), Code> {
    let Some(since) = wanted.authenticated_since else { return Ok(()) };
    let expected = format!("not before {}", since.rfc3339());
    match moment(claims, "auth_time") {
        // Some providers obey `prompt=login` without saying so (Entra ID, unless told to).
        None => {
            checks.warned("authenticated_at", expected, "not stated");
            Ok(())
        }
        Some(at) => checks.require(
            at.since(since) >= -skew(wanted.config),
            Code::NotAuthenticatedAnew,
            "authenticated_at",
            expected,
            at.rfc3339(),
        ),
    }
}

fn access_token_hash(
    claims: &Claims,
    alg: Algorithm,
    access_token: &AccessToken<'_>,
    checks: &mut Checks,
) -> Result<(), Code> {
    const NAME: &str = "access_token_hash";
    let Some(hash) = claims.get("at_hash") else { return Ok(()) };
    let expected = "the hash of the access token that came along";
    let token = match access_token {
        AccessToken::Known(Some(token)) => token,
        AccessToken::Known(None) => return Ok(()),
        AccessToken::NotKept => {
            checks.warned(NAME, expected, "not compared: access tokens are not kept");
            return Ok(());
        }
    };
    let equal = hash.as_str() == Some(&alg.half_hash(token));
    checks.require(
        equal,
        Code::OidcSignature,
        NAME,
        expected,
        if equal { "equal" } else { "that of another one" },
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn another_tenant_of_entra_id_is_told_from_another_issuer() {
        let entra = |tenant: &str| format!("https://login.microsoftonline.com/{tenant}/v2.0");
        let own = entra("9188040d-6c67-4c5b-b112-36a304b66dad");
        let config = OidcConfig { issuer: own, ..OidcConfig::default() };
        let wanted = Wanted {
            config: &config,
            now: Millis(0),
            asked_at: Millis(0),
            nonce: Some("n"),
            authenticated_since: None,
            access_token: AccessToken::Known(None),
        };
        for (issuer, code) in [
            (entra("8e4f7c0a-0d4d-4a43-a0a3-2f8cf4b0a111"), Code::OidcIssuerTenant),
            (entra("{tenantid}"), Code::OidcIssuer),
            ("https://other.test".to_owned(), Code::OidcIssuer),
        ] {
            let claims = json!({"iss": issuer});
            let claims = claims.as_object().unwrap();
            let refused = check(claims, Algorithm::RS256, &wanted, &mut Checks::new());
            assert_eq!(refused, Err(code), "{issuer}");
        }
    }
}
