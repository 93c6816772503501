//! The logout token (OpenID Connect Back-Channel Logout 1.0 section 2.4).

use serde_json::json;

use crate::hub::Hub;
use crate::keys::ring::KeyError;
use crate::model::app::App;
use crate::model::id::random_text;
use crate::model::logout::Delivery;
use crate::model::time::MINUTE;

/// It is good for so long: it is read at once, and a new one is made for each try.
const LIFETIME: i64 = 2 * MINUTE;
/// What it says happened.
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// The token for one app about one session, as its ID tokens are signed. It never holds a
/// `nonce`, so that it cannot be taken for an ID token; its type says so, too.
pub(super) fn signed(hub: &Hub, app: &App, delivery: &Delivery) -> Result<String, KeyError> {
    let now = hub.now();
    let claims = json!({
        "iss": hub.config.public_url.as_str(),
        "aud": app.id,
        "sub": delivery.user,
        "sid": delivery.session,
        "iat": now.seconds(),
        "exp": now.plus(LIFETIME).seconds(),
        "jti": random_text(hub.rng.as_ref(), 32),
        "events": { EVENT: {} },
    });
    hub.ring.sign(app.signing_algorithm, "logout+jwt", &claims)
}
