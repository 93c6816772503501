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

/// The claims of the userinfo endpoint, which must be about `subject`. Anything that goes
/// wrong on the way is noted and leaves the claims out; an answer about somebody else ends
/// the sign-in.
pub(super) async fn ask(
    client: &Client<'_>,
    endpoint: &str,
    access_token: &Secret<String>,
    subject: &str,
    checks: &mut Checks,
) -> Result<Option<Claims>, Code> {
    let fetched = match client.fetch.get_bearer(endpoint, access_token, MAX_ANSWER).await {
        Ok(fetched) => fetched,
        Err(error) => {
            checks.warned(NAME, "an answer", error.to_string());
            return Ok(None);
        }
    };
    if !fetched.ok() || fetched.media_type() != "application/json" {
        checks.warned(NAME, "status 200, application/json", described(&fetched));
        return Ok(None);
    }
    let Some(claims) = json::object(&fetched.body) else {
        checks.warned(NAME, "a JSON object", described(&fetched));
        return Ok(None);
    };
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
