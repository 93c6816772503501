//! How messages travel: HTTP-POST in, HTTP-Redirect and HTTP-POST out (SAML bindings 3.4, 3.5).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use url::form_urlencoded::byte_serialize;

use crate::model::code::Code;
use crate::wire::text::BASE64;
use crate::wire::xmldsig::Fault;

/// Longest response accepted, in base64 characters.
pub const MAX_ENCODED: usize = 512 * 1024;

/// The octets of a posted message.
///
/// # Errors
/// `SamlTooLarge` or `SamlMalformed`.
pub fn decode(encoded: &str) -> Result<Vec<u8>, Fault> {
    if encoded.len() > MAX_ENCODED {
        let expected = format!("at most {MAX_ENCODED} characters");
        let received = encoded.len().to_string();
        return Err(Fault::new(Code::SamlTooLarge, "size", expected, received));
    }
    // Most come without white space; only the others are copied.
    BASE64
        .decode(encoded)
        .or_else(|_| BASE64.decode(encoded.split_ascii_whitespace().collect::<String>()))
        .map_err(|_| Fault::new(Code::SamlMalformed, "encoding", "base64", "something else"))
}

/// The first octets of a posted message, `longest` at most; `None` when they are not base64.
pub fn decode_start(encoded: &str, longest: usize) -> Option<Vec<u8>> {
    // Whole groups of four: only the message's own end may be an incomplete one.
    let most = longest.div_ceil(3).saturating_mul(4);
    let start = encoded.bytes().filter(|byte| !byte.is_ascii_whitespace()).take(most);
    BASE64.decode(start.collect::<Vec<u8>>()).ok()
}

/// A message as a form field carries it.
pub fn encode(message: &[u8]) -> String {
    STANDARD.encode(message)
}

/// The address that carries a request by HTTP-Redirect.
pub fn redirect(location: &str, request: &str, relay_state: &str) -> String {
    let deflated = STANDARD.encode(stored(request.as_bytes()));
    let separator = if location.contains('?') { '&' } else { '?' };
    let request: String = byte_serialize(deflated.as_bytes()).collect();
    let relay_state: String = byte_serialize(relay_state.as_bytes()).collect();
    format!("{location}{separator}SAMLRequest={request}&RelayState={relay_state}")
}

// DEFLATE without compression (RFC 1951 section 3.2.4): setting up a compressor costs more
// than it saves on a message of half a kilobyte.
fn stored(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len() + 16);
    let mut blocks = bytes.chunks(usize::from(u16::MAX)).peekable();
    while let Some(block) = blocks.next() {
        let length = u16::try_from(block.len()).unwrap_or(u16::MAX);
        out.push(u8::from(blocks.peek().is_none()));
        out.extend_from_slice(&length.to_le_bytes());
        out.extend_from_slice(&(!length).to_le_bytes());
        out.extend_from_slice(block);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stored_blocks_are_deflate() {
        assert_eq!(stored(b"ab"), [1, 2, 0, 0xfd, 0xff, b'a', b'b']);
        let long = vec![b'x'; 70_000];
        let out = stored(&long);
        assert_eq!(&out[..5], [0, 0xff, 0xff, 0, 0]);
        assert_eq!(&out[5 + 65_535..5 + 65_535 + 5], [1, 0x71, 0x11, 0x8e, 0xee]);
        assert_eq!(out.len(), 70_010);
    }

    #[test]
    fn addresses_keep_their_query() {
        assert_eq!(
            redirect("https://idp.test/sso", "a", "b c"),
            "https://idp.test/sso?SAMLRequest=AQEA%2Fv9h&RelayState=b+c"
        );
        assert!(
            redirect("https://idp.test/sso?x=1", "a", "b")
                .starts_with("https://idp.test/sso?x=1&SAMLRequest=")
        );
    }

    #[test]
    fn posted_messages_are_bounded_base64() {
        assert_eq!(decode(" PGE v\r\nPg = = ").unwrap(), b"<a/>");
        assert_eq!(decode("PGEvPg").unwrap(), b"<a/>");
        assert_eq!(decode("<a/>").unwrap_err().code, Code::SamlMalformed);
        assert_eq!(decode(&"A".repeat(MAX_ENCODED + 1)).unwrap_err().code, Code::SamlTooLarge);
    }
}
