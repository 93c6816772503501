//! What an app or a visitor sends: queries, forms, headers, addresses.

use doorward::model::app::RedirectUri;
use doorward::model::organization;
use doorward::wire::oauth::{Params, basic, bearer, form, pkce, scope, with_query};

/// Registered at the app of the tests; the second one for any port.
const REGISTERED: [&str; 2] = ["https://app.acme.test/cb?x=1", "http://127.0.0.1/cb"];

/// Puts a query or form body through everything that reads one. Says whether it was read.
pub fn read(data: &[u8]) -> bool {
    if let Ok(text) = std::str::from_utf8(data) {
        header(text);
    }
    let Ok(fields) = form(data) else { return false };
    let params = Params::new(&fields);
    for name in ["client_id", "redirect_uri", "scope", "state", "code_challenge", "login_hint"] {
        if let Ok(Some(value)) = params.once(name) {
            assert!(params.has(name));
            field(value);
        }
    }
    answer(&fields);
    true
}

fn header(text: &str) {
    let _ = basic(text);
    if let Ok(Some(token)) = bearer(text) {
        assert!(token.expose().bytes().all(|b| b.is_ascii_graphic()));
    }
}

fn field(value: &str) {
    let _ = scope::known(value);
    if pkce::is_verifier(value) {
        assert!(!pkce::verifies(value, value));
    }
    if let Some(domain) = organization::domain_of(value) {
        assert_eq!(organization::domain(&domain), Some(domain.clone()));
        assert!(domain.bytes().all(|b| b.is_ascii_graphic() && b != b'@' && b != b'/'));
    }
    redirect(value);
}

// An address that is let through leads to the registered host and path, whoever reads it.
fn redirect(value: &str) {
    for registered in REGISTERED {
        let own = RedirectUri::try_from(registered.to_owned());
        if !own.is_ok_and(|own| own.matches(value)) {
            continue;
        }
        let port =
            value.strip_prefix("http://127.0.0.1:").and_then(|rest| rest.strip_suffix("/cb"));
        let digits = |port: &str| !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit());
        assert!(value == registered || port.is_some_and(digits), "{value:?}");
    }
}

// Whatever an app sent comes back to it as fields of its address and nothing else.
fn answer(fields: &[(String, String)]) {
    for registered in REGISTERED {
        let address = with_query(registered, fields);
        assert!(address.starts_with(registered) && address.bytes().all(|b| b.is_ascii_graphic()));
        let query = address.split_once('?').map_or("", |(_, query)| query);
        let own = usize::from(registered.contains('?'));
        let read = form(query.as_bytes());
        assert!(read.is_err() || read.is_ok_and(|read| read[own..] == *fields));
    }
}
