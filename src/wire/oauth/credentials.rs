//! The Authorization header: client credentials and bearer tokens.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::model::secret::Secret;

/// The header does not hold what its scheme says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the Authorization header cannot be read")]
pub struct Malformed;

/// Client id and secret of a Basic header, each form-decoded (RFC 6749 section 2.3.1).
///
/// # Errors
/// When the scheme is another one or its value is malformed.
pub fn basic(header: &str) -> Result<(String, Secret<String>), Malformed> {
    let encoded = after_scheme(header, "basic").ok_or(Malformed)?;
    let bytes = STANDARD.decode(encoded).map_err(|_| Malformed)?;
    let text = String::from_utf8(bytes).map_err(|_| Malformed)?;
    let (id, secret) = text.split_once(':').ok_or(Malformed)?;
    Ok((form_decode(id)?, Secret::new(form_decode(secret)?)))
}

/// The token of a Bearer header (RFC 6750 section 2.1); `None` for another scheme.
///
/// # Errors
/// When the token is malformed.
pub fn bearer(header: &str) -> Result<Option<Secret<String>>, Malformed> {
    let Some(token) = after_scheme(header, "bearer") else { return Ok(None) };
    let body = token.trim_end_matches('=');
    let sound = !body.is_empty()
        && body.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~+/".contains(&b));
    if sound { Ok(Some(Secret::new(token.to_owned()))) } else { Err(Malformed) }
}

/// What follows the scheme, whose letter case is of no account (RFC 9110 section 11.1).
fn after_scheme<'a>(header: &'a str, scheme: &str) -> Option<&'a str> {
    let (found, rest) = header.split_once(' ')?;
    found.eq_ignore_ascii_case(scheme).then(|| rest.trim_matches(' '))
}

/// Strict: a stray percent sign is an error, not itself.
fn form_decode(text: &str) -> Result<String, Malformed> {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        out.push(match byte {
            b'+' => b' ',
            b'%' => match (bytes.next().and_then(hex), bytes.next().and_then(hex)) {
                (Some(high), Some(low)) => high << 4 | low,
                _ => return Err(Malformed),
            },
            other => other,
        });
    }
    String::from_utf8(out).map_err(|_| Malformed)
}

fn hex(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(credentials: &str) -> Result<(String, String), Malformed> {
        let header = format!("Basic {}", STANDARD.encode(credentials));
        basic(&header).map(|(id, secret)| (id, secret.into_inner()))
    }

    #[test]
    fn credentials_are_form_decoded() {
        for (text, id, secret) in [
            ("app:secret", "app", "secret"),
            ("a%3Ab:p%25+q", "a:b", "p% q"),
            ("a:b:c", "a", "b:c"),
            ("%c3%a4:%E2%82%AC", "ä", "€"),
            ("a:", "a", ""),
        ] {
            assert_eq!(read(text), Ok((id.to_owned(), secret.to_owned())), "{text}");
        }
        for bad in ["app", "a:%", "a:%4", "a:%zz", "%ff:x"] {
            assert_eq!(read(bad), Err(Malformed), "{bad}");
        }
        for bad in ["", "Basic", "Basic ???", "Bearer YTpi", "BasicYTpi"] {
            assert!(basic(bad).is_err(), "{bad}");
        }
        assert!(basic("bAsIc YTpi").is_ok());
    }

    #[test]
    fn bearer_tokens() {
        let read = |text: &str| bearer(text).map(|t| t.map(Secret::into_inner));
        assert_eq!(read("Bearer abc-._~+/09=="), Ok(Some("abc-._~+/09==".to_owned())));
        assert_eq!(read("bearer abc"), Ok(Some("abc".to_owned())));
        assert_eq!(read("Basic abc"), Ok(None));
        for bad in ["Bearer ", "Bearer a b", "Bearer a,b", "Bearer =", "Bearer a=b"] {
            assert_eq!(read(bad), Err(Malformed), "{bad}");
        }
    }
}
