//! Request parameters: read once each, written into answers.

use url::form_urlencoded::{Serializer, parse};

/// Most parameters a request may carry.
const LIMIT: usize = 64;

/// A parameter that must not repeat did (RFC 6749 section 3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the parameter {0} is given more than once")]
pub struct Repeated(pub &'static str);

/// The text was not an `application/x-www-form-urlencoded` body within bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the body is not a form, or has too many fields")]
pub struct NotAForm;

/// Decoded parameters. Unknown ones are ignored, known ones may stand once, and one without
/// a value counts as left out (RFC 6749 section 3.1).
#[derive(Clone, Copy)]
pub struct Params<'a>(&'a [(String, String)]);

impl<'a> Params<'a> {
    /// Parameters over decoded pairs.
    pub const fn new(pairs: &'a [(String, String)]) -> Self {
        Self(pairs)
    }

    /// The value of `name`.
    ///
    /// # Errors
    /// When it is given more than once.
    pub fn once(self, name: &'static str) -> Result<Option<&'a str>, Repeated> {
        let mut values = self.0.iter().filter(|(n, _)| n == name).map(|(_, v)| v.as_str());
        let first = values.next();
        if values.next().is_some() {
            return Err(Repeated(name));
        }
        Ok(first.filter(|value| !value.is_empty()))
    }

    /// Whether `name` is given at all, with or without a value.
    pub fn has(self, name: &str) -> bool {
        self.0.iter().any(|(n, _)| n == name)
    }
}

/// Decodes a form body or a query.
///
/// # Errors
/// When it is not UTF-8 or has more than 64 fields.
pub fn form(body: &[u8]) -> Result<Vec<(String, String)>, NotAForm> {
    std::str::from_utf8(body).map_err(|_| NotAForm)?;
    let pairs: Vec<_> = parse(body).into_owned().take(LIMIT + 1).collect();
    // The decoder replaces broken UTF-8; no parameter of ours ever holds U+FFFD.
    let broken = |text: &str| text.contains('\u{FFFD}');
    if pairs.len() > LIMIT || pairs.iter().any(|(n, v)| broken(n) || broken(v)) {
        return Err(NotAForm);
    }
    Ok(pairs)
}

/// Adds `fields` to the query of `uri`, whose own text stays as it is (RFC 6749 section
/// 3.1.2). `uri` has no fragment.
pub fn with_query(uri: &str, fields: &[(String, String)]) -> String {
    if fields.is_empty() {
        return uri.to_owned();
    }
    let query = Serializer::new(String::new()).extend_pairs(fields).finish();
    let separator = match uri.split_once('?') {
        None => "?",
        Some((_, own)) if own.is_empty() || own.ends_with('&') => "",
        Some(_) => "&",
    };
    format!("{uri}{separator}{query}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_stand_once_and_empty_is_absent() {
        let pairs = form(b"a=1&b=&c=2&c=2&d").unwrap();
        let params = Params::new(&pairs);
        assert_eq!(params.once("a"), Ok(Some("1")));
        assert_eq!(params.once("b"), Ok(None));
        assert_eq!(params.once("c"), Err(Repeated("c")));
        assert_eq!(params.once("d"), Ok(None));
        assert_eq!(params.once("e"), Ok(None));
        assert!(params.has("d") && !params.has("e"));
    }

    #[test]
    fn forms_are_bounded_and_sound() {
        assert_eq!(form("x=1&".repeat(65).as_bytes()), Err(NotAForm));
        assert_eq!(form(b"x=%ff"), Err(NotAForm));
        assert_eq!(form(b"x=\xff"), Err(NotAForm));
        assert_eq!(form(b"x=a+b%2B").unwrap(), [("x".to_owned(), "a b+".to_owned())]);
    }

    #[test]
    fn answers_go_behind_the_registered_query() {
        let fields = [("code".to_owned(), "a b&c".to_owned())];
        for (uri, expected) in [
            ("https://a.test/cb", "https://a.test/cb?code=a+b%26c"),
            ("https://a.test/cb?x=%2f", "https://a.test/cb?x=%2f&code=a+b%26c"),
            ("https://a.test/cb?", "https://a.test/cb?code=a+b%26c"),
            ("com.example.app:/cb", "com.example.app:/cb?code=a+b%26c"),
        ] {
            assert_eq!(with_query(uri, &fields), expected);
        }
        assert_eq!(with_query("https://a.test/?", &[]), "https://a.test/?");
    }
}
