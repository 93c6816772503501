//! Public keys of a provider (RFC 7517, RFC 7518 section 6, RFC 8037).
//!
//! Every key is read on its own: one that cannot be used (for encryption, of an unknown
//! type, too small, malformed) is left out and hurts nobody else.

use std::sync::OnceLock;

use aws_lc_rs::rsa::PublicKeyComponents;
use aws_lc_rs::signature::{ED25519, ParsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

use super::algorithm::{Algorithm, Family};
use super::json;

/// Longest key set read, in bytes.
pub const MAX_BYTES: usize = 256 * 1024;
/// Most keys kept of one set.
pub const MAX_KEYS: usize = 100;
const MAX_KID: usize = 1_024;

/// The usable keys of a provider.
#[derive(Debug, Default)]
pub struct KeySet {
    keys: Vec<Key>,
}

/// One public key.
pub struct Key {
    kid: Option<String>,
    /// The only algorithm it may be used with, when it names one.
    alg: Option<Algorithm>,
    material: Material,
    /// Parsed for the algorithm it was first used with, which is the one it is used with.
    parsed: OnceLock<(Algorithm, Option<ParsedPublicKey>)>,
}

enum Material {
    Rsa(PublicKeyComponents<Vec<u8>>),
    /// Uncompressed point and the one algorithm of its curve.
    Ec(Vec<u8>, Algorithm),
    Ed25519(Vec<u8>),
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Key({:?}, {:?})", self.kid, self.family())
    }
}

/// The document is not a key set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a JSON Web Key Set")]
pub struct NotAKeySet;

impl KeySet {
    /// Reads a key set. Keys that cannot be used are left out.
    ///
    /// # Errors
    /// When the document is no key set at all, or too large.
    pub fn read(bytes: &[u8]) -> Result<Self, NotAKeySet> {
        if bytes.len() > MAX_BYTES {
            return Err(NotAKeySet);
        }
        let document = json::object(bytes).ok_or(NotAKeySet)?;
        let Some(Value::Array(list)) = document.get("keys") else {
            return Err(NotAKeySet);
        };
        let keys = list.iter().filter_map(Value::as_object).filter_map(Key::read);
        Ok(Self { keys: keys.take(MAX_KEYS).collect() })
    }

    /// The keys a signature naming `kid` and `alg` may have been made with: those of that
    /// name, else those without one; all that fit when no name is given.
    pub fn find(&self, kid: Option<&str>, alg: Algorithm) -> Vec<&Key> {
        let fitting = |wanted: Option<&str>| -> Vec<&Key> {
            let named = |key: &&Key| key.kid.as_deref() == wanted && key.fits(alg);
            self.keys.iter().filter(named).collect()
        };
        match kid {
            None => self.keys.iter().filter(|key| key.fits(alg)).collect(),
            Some(kid) => {
                let named = fitting(Some(kid));
                if named.is_empty() { fitting(None) } else { named }
            }
        }
    }

    /// Whether a key of this name is known.
    pub fn names(&self, kid: &str) -> bool {
        self.keys.iter().any(|key| key.kid.as_deref() == Some(kid))
    }

    /// The names of the usable keys, for traces.
    pub fn kids(&self) -> impl Iterator<Item = &str> {
        self.keys.iter().filter_map(|key| key.kid.as_deref())
    }

    /// How many keys are usable.
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }
}

impl Key {
    fn read(jwk: &Map<String, Value>) -> Option<Self> {
        let text = |name: &str| jwk.get(name).and_then(Value::as_str);
        if text("use").is_some_and(|usage| usage != "sig") {
            return None;
        }
        if let Some(operations) = jwk.get("key_ops") {
            let list = operations.as_array()?;
            if !list.iter().any(|operation| operation == "verify") {
                return None;
            }
        }
        let kid = text("kid").map(str::to_owned);
        if kid.as_ref().is_some_and(|kid| kid.len() > MAX_KID) {
            return None;
        }
        let bytes = |name: &str| URL_SAFE_NO_PAD.decode(text(name)?).ok();
        let material = match (text("kty")?, text("crv")) {
            ("RSA", _) => rsa(&bytes("n")?, &bytes("e")?)?,
            ("EC", Some(curve)) => ec(curve, &bytes("x")?, &bytes("y")?)?,
            ("OKP", Some("Ed25519")) => {
                let point = bytes("x")?;
                ParsedPublicKey::new(&ED25519, &point).ok()?;
                Material::Ed25519(point)
            }
            _ => return None,
        };
        let mut key = Self { kid, alg: None, material, parsed: OnceLock::new() };
        if let Some(name) = text("alg") {
            let alg = Algorithm::parse(name)?;
            if !key.fits(alg) {
                return None;
            }
            key.alg = Some(alg);
        }
        Some(key)
    }

    const fn family(&self) -> Family {
        match self.material {
            Material::Rsa(_) => Family::Rsa,
            Material::Ec(..) => Family::Ec,
            Material::Ed25519(_) => Family::Ed25519,
        }
    }

    /// Whether a signature with `alg` may be checked with this key.
    pub fn fits(&self, alg: Algorithm) -> bool {
        let named = self.alg.is_none_or(|only| only == alg);
        let curve = match &self.material {
            Material::Ec(_, only) => *only == alg,
            Material::Rsa(_) | Material::Ed25519(_) => true,
        };
        named && curve && self.family() == alg.family()
    }

    /// Whether `signature` over `message` was made with this key's private half.
    pub(super) fn verify(&self, alg: Algorithm, message: &[u8], signature: &[u8]) -> bool {
        if !self.fits(alg) {
            return false;
        }
        let (kept, parsed) = self.parsed.get_or_init(|| (alg, self.parse(alg)));
        let holds = |key: &ParsedPublicKey| key.verify_sig(message, signature).is_ok();
        if *kept == alg {
            parsed.as_ref().is_some_and(holds)
        } else {
            self.parse(alg).as_ref().is_some_and(holds)
        }
    }

    fn parse(&self, alg: Algorithm) -> Option<ParsedPublicKey> {
        match &self.material {
            Material::Rsa(components) => components.to_parsed_public_key(alg.rsa()?).ok(),
            Material::Ec(point, _) => ParsedPublicKey::new(alg.ec()?, point).ok(),
            Material::Ed25519(point) => ParsedPublicKey::new(&ED25519, point).ok(),
        }
    }
}

/// RFC 7518 section 6.3.1: 2048 to 8192 bits.
fn rsa(modulus: &[u8], exponent: &[u8]) -> Option<Material> {
    let trimmed = |bytes: &[u8]| -> Option<Vec<u8>> {
        // Some providers write the sign byte of their big integers.
        let start = bytes.iter().position(|byte| *byte != 0)?;
        Some(bytes[start..].to_vec())
    };
    let (n, e) = (trimmed(modulus)?, trimmed(exponent)?);
    let bits = n.len() * 8 - usize::try_from(n.first()?.leading_zeros()).ok()?;
    let odd = |bytes: &[u8]| bytes.last().is_some_and(|byte| byte & 1 == 1);
    let sound = (2048..=8192).contains(&bits)
        && odd(&n)
        && odd(&e)
        && e != [1]
        // Larger exponents only slow the check down.
        && e.len() <= 4;
    sound.then_some(Material::Rsa(PublicKeyComponents { n, e }))
}

/// RFC 7518 section 6.2.1: coordinates have the full size of their curve.
fn ec(curve: &str, x: &[u8], y: &[u8]) -> Option<Material> {
    let (alg, size) = match curve {
        "P-256" => (Algorithm::ES256, 32),
        "P-384" => (Algorithm::ES384, 48),
        "P-521" => (Algorithm::ES512, 66),
        _ => return None,
    };
    if x.len() != size || y.len() != size {
        return None;
    }
    let point = [&[4u8], x, y].concat();
    // Refuses points that are not on the curve.
    ParsedPublicKey::new(alg.ec()?, &point).ok()?;
    Some(Material::Ec(point, alg))
}
