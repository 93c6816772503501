//! Asking for what the ID token left out (OpenID Connect Core section 5.3).

use serde_json::Value;

use super::Client;
use super::discovery::described;
use crate::model::check::Checks;
use crate::model::code::Code;
use crate::model::secret::Secret;
use crate::wire::jose::json;
use crate::wire::jose::jws::Claims;

const MAX_ANSWER: usize = 256 * 1024;
const NAME: &str = "userinfo";

/// The claims of the userinfo endpoint. Anything that goes wrong on the way is noted and
/// leaves the claims out.
pub(super) async fn ask(
    client: &Client<'_>,
    endpoint: &str,
    access_token: &Secret<String>,
    checks: &mut Checks,
) -> Option<Claims> {
    let fetched = match client.fetch.get_bearer(endpoint, access_token, MAX_ANSWER).await {
        Ok(fetched) => fetched,
        Err(error) => {
            checks.warned(NAME, "an answer", error.to_string());
            return None;
        }
    };
    if !fetched.ok() || fetched.media_type() != "application/json" {
        checks.warned(NAME, "status 200, application/json", described(&fetched));
        return None;
    }
    let claims = json::object(&fetched.body);
    if claims.is_none() {
        checks.warned(NAME, "a JSON object", described(&fetched));
    }
    claims
}

/// The claims, if they are about `subject`; an answer about somebody else ends the sign-in.
pub(super) fn about(
    claims: Claims,
    subject: &str,
    checks: &mut Checks,
) -> Result<Option<Claims>, Code> {
    match claims.get("sub").and_then(Value::as_str) {
        Some(named) if named == subject => {
            checks.passed_personal(NAME, "the sub of the ID token", named);
            Ok(Some(claims))
        }
        Some(named) => Err(checks.failed_personal(
            Code::OidcSubjectMismatch,
            NAME,
            "the sub of the ID token",
            named,
        )),
        None => {
            checks.warned(NAME, "the sub of the ID token", "absent, so nothing of it is used");
            Ok(None)
        }
    }
}

/// Notes that the claims were not asked for at the time, and cannot be any more.
pub(super) fn missed(checks: &mut Checks) {
    checks.warned(NAME, "the claims of the userinfo endpoint", "none are kept of that sign-in");
}
