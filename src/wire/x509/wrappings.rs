//! One certificate in every wrapping, for tests.

use ::base64::Engine as _;

use super::base64::BASE64;

/// DER with its head, for lengths up to 65,535.
fn tlv(tag: u8, inside: &[u8]) -> Vec<u8> {
    let length = inside.len();
    let mut out = vec![tag, 0x82, (length >> 8) as u8, length as u8];
    out.extend_from_slice(inside);
    out
}

/// What Windows and `openssl crl2pkcs7` export: certificates beside no signature.
fn pkcs7(certificates: &[&[u8]]) -> Vec<u8> {
    let oid = |last: u8| vec![0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, last];
    let signed = [
        vec![0x02, 0x01, 0x01, 0x31, 0x00],
        tlv(0x30, &oid(1)),
        tlv(0xa0, &certificates.concat()),
        vec![0x31, 0x00],
    ];
    tlv(0x30, &[oid(2), tlv(0xa0, &tlv(0x30, &signed.concat()))].concat())
}

pub(super) fn encode(bytes: impl AsRef<[u8]>) -> String {
    BASE64.encode(bytes)
}

pub(super) fn hex_of(bytes: &[u8], between: &str) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect::<Vec<_>>().join(between)
}

pub(super) fn wide(text: &str, unit: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(unit).collect()
}

/// Every wrapping of one certificate that people are known to paste or upload.
#[expect(clippy::too_many_lines, reason = "a table, one row per wrapping")]
pub(crate) fn wrappings(der: &[u8], pem: &str) -> Vec<Vec<u8>> {
    let body: String =
        pem.lines().filter(|line| !line.starts_with("-----")).collect::<Vec<_>>().join("\n");
    let flat = body.replace('\n', "");
    let (begin, end) = ("-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----");
    let label = |label: &str| pem.replace("CERTIFICATE", label);
    let trusted = encode([der, b"\x30\x03\x0c\x01x"].concat());
    let mut all: Vec<Vec<u8>> = vec![
        der.to_vec(),
        pkcs7(&[der]),
        pkcs7(&[der, der]),
        [der, der].concat(),
        wide(&format!("\u{feff}{pem}"), u16::to_le_bytes),
        wide(&format!("\u{feff}{pem}"), u16::to_be_bytes),
        wide(pem, u16::to_le_bytes),
        wide(&flat, u16::to_be_bytes),
    ];
    let texts = [
        // PEM and what editors, mail and shells make of it.
        pem.to_owned(),
        pem.replace('\n', "\r\n"),
        pem.replace('\n', "\r"),
        pem.replace('\n', "\n\n"),
        pem.trim_end().to_owned(),
        format!("\u{feff}{pem}"),
        format!("{pem}\n\n{pem}"),
        format!("Certificate:\n    Data:\n        Version: 3\n{pem}"),
        format!("Bag Attributes\n    localKeyID: 01 02\nsubject=CN = idp\n{pem}"),
        pem.lines().map(|line| format!("  {line} \n\n")).collect(),
        pem.lines().map(|line| format!("> {line}\n")).collect(),
        pem.lines().map(|line| format!("\t\"{line}\",\n")).collect(),
        format!("certificate: |\n{}", pem.lines().map(|l| format!("  {l}\n")).collect::<String>()),
        // On one line.
        format!("{begin}{flat}{end}"),
        format!("{begin} {flat} {end}"),
        pem.trim_end().replace('\n', " "),
        pem.replace('\n', "\\n"),
        pem.replace('\n', "\\r\\n"),
        pem.replace('\n', "\\\\n"),
        format!("\"{}\"", pem.replace('\n', "\\n")),
        format!("'{pem}'"),
        format!("\u{201c}{pem}\u{201d}"),
        pem.replace('\n', "%0A").replace('+', "%2B").replace('/', "%2F").replace('=', "%3D"),
        pem.replace('\n', "%0a").replace(' ', "%20"),
        pem.replace('\n', "&#13;\n"),
        // Dashes and labels.
        pem.replace("-----", "----"),
        pem.replace("-----", "\u{2014}\u{2014}-"),
        pem.replace("-----", "----- "),
        pem.replace("BEGIN CERTIFICATE", "begin certificate"),
        label("X509 CERTIFICATE"),
        format!("{begin}\n{body}\n"),
        format!(
            "-----BEGIN TRUSTED CERTIFICATE-----\n{trusted}\n-----END TRUSTED CERTIFICATE-----"
        ),
        format!("-----BEGIN PKCS7-----\n{}\n-----END PKCS7-----", encode(pkcs7(&[der]))),
        // Base64 without armour.
        body.clone(),
        body.replace('\n', "\r\n"),
        flat.clone(),
        format!("\u{feff}  {flat}  "),
        flat.trim_end_matches('=').to_owned(),
        flat.replace('+', "-").replace('/', "_"),
        flat.replace('/', "\\/"),
        format!("\"{flat}\","),
        format!("[\"{flat}\"]"),
        format!("[\"{flat}\", \"{flat}\"]"),
        format!("{flat}\n\n{flat}"),
        format!("{flat}\n{flat}\n"),
        format!("certificate: {flat}"),
        format!("certificate = \"{flat}\""),
        flat.as_bytes()
            .chunks(7)
            .map(|c| format!("{}\u{200b} ", String::from_utf8_lossy(c)))
            .collect(),
        flat.as_bytes()
            .chunks(64)
            .map(|c| format!("{}\u{a0}\n", String::from_utf8_lossy(c)))
            .collect(),
        format!("data:application/x-x509-ca-cert;base64,{flat}"),
        encode(pem),
        encode(pkcs7(&[der])),
        // Hex.
        hex_of(der, ""),
        hex_of(der, "").to_lowercase(),
        hex_of(der, ":"),
        hex_of(der, " "),
        format!("0x{}", hex_of(der, "")),
        // XML.
        format!("<ds:X509Certificate>{flat}</ds:X509Certificate>"),
        format!("<X509Certificate>\n{body}\n</X509Certificate>"),
        format!(
            "<ds:X509Certificate xmlns:ds=\"urn:x\">{}</ds:X509Certificate>",
            body.replace('\n', "&#13;\n")
        ),
        format!(
            "<ds:X509Data>\r\n  <ds:X509Certificate>{pem}</ds:X509Certificate>\r\n</ds:X509Data>"
        ),
        format!(
            "<?xml version=\"1.0\"?><KeyInfo xmlns=\"http://www.w3.org/2000/09/xmldsig#\"><X509Data><X509Certificate>{flat}</X509Certificate></X509Data></KeyInfo>"
        ),
    ];
    all.extend(texts.into_iter().map(String::into_bytes));
    all
}
