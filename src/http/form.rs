//! What a browser posts: `application/x-www-form-urlencoded`, as the URL standard reads it
//! (section 5.1). Long values are copied piece by piece and not byte by byte: a SAML response
//! has thousands of them.

use std::borrow::Cow;

/// The decoded pairs of a form, in order. Broken UTF-8 is replaced, a `%` that encodes nothing
/// stands for itself.
pub fn pairs(body: &[u8]) -> impl Iterator<Item = (Cow<'_, str>, Cow<'_, str>)> {
    body.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty()).map(|pair| {
        let split = pair.iter().position(|byte| *byte == b'=');
        let (name, value) = match split {
            Some(at) => (&pair[..at], &pair[at + 1..]),
            None => (pair, &[][..]),
        };
        (decode(name), decode(value))
    })
}

fn decode(encoded: &[u8]) -> Cow<'_, str> {
    let is_plain = |byte: &u8| !matches!(byte, b'%' | b'+');
    if encoded.iter().all(is_plain) {
        return String::from_utf8_lossy(encoded);
    }
    let mut bytes = Vec::with_capacity(encoded.len());
    let mut rest = encoded;
    while let Some(at) = rest.iter().position(|byte| !is_plain(byte)) {
        bytes.extend_from_slice(&rest[..at]);
        let (byte, length) = match &rest[at..] {
            [b'%', high, low, ..] => match (nibble(*high), nibble(*low)) {
                (Some(high), Some(low)) => (high << 4 | low, 3),
                _ => (b'%', 1),
            },
            [b'+', ..] => (b' ', 1),
            _ => (b'%', 1),
        };
        bytes.push(byte);
        rest = &rest[at + length..];
    }
    bytes.extend_from_slice(rest);
    Cow::Owned(match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
    })
}

const fn nibble(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::pairs;

    proptest! {
        #[test]
        fn reads_what_the_url_standard_reads(body in "[a-c=&%+0-9A-Fz\u{fc}\u{0}]{0,60}", cut in 0usize..60) {
            let bytes = body.as_bytes();
            let bytes = &bytes[..cut.min(bytes.len())];
            let standard: Vec<_> = url::form_urlencoded::parse(bytes).collect();
            prop_assert_eq!(pairs(bytes).collect::<Vec<_>>(), standard);
        }
    }

    #[test]
    fn reads_any_bytes_as_the_url_standard_does() {
        for bytes in [&b"a=%ff%2B+b&&=&=x&y&%=%2&%zz=%F0%9F%98%80\xff"[..], b"", b"&", b"=", b"%"] {
            let standard: Vec<_> = url::form_urlencoded::parse(bytes).collect();
            assert_eq!(pairs(bytes).collect::<Vec<_>>(), standard);
        }
    }
}
