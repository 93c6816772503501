//! A parsed key pair of one of the three algorithms: sign, verify, show the public half.

use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair as RsaKeyPair, KeySize};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, ED25519, EcdsaKeyPair,
    Ed25519KeyPair, KeyPair as _, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::model::app::SigningAlgorithm;
use crate::model::secret::Secret;

pub(super) struct Pair {
    private: Private,
    public: ParsedPublicKey,
}

enum Private {
    Rsa(RsaKeyPair),
    P256(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

impl Pair {
    /// A new private key as PKCS#8.
    pub(super) fn generate(algorithm: SigningAlgorithm) -> Option<Secret<Vec<u8>>> {
        let der = match algorithm {
            SigningAlgorithm::RS256 => {
                RsaKeyPair::generate(KeySize::Rsa2048).ok()?.as_der().ok()?.as_ref().to_vec()
            }
            SigningAlgorithm::ES256 => EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING)
                .ok()?
                .to_pkcs8v1()
                .ok()?
                .as_ref()
                .to_vec(),
            SigningAlgorithm::EdDSA => {
                Ed25519KeyPair::generate().ok()?.to_pkcs8().ok()?.as_ref().to_vec()
            }
        };
        Some(Secret::new(der))
    }

    pub(super) fn from_pkcs8(algorithm: SigningAlgorithm, der: &[u8]) -> Option<Self> {
        let (private, public) = match algorithm {
            SigningAlgorithm::RS256 => {
                let pair = RsaKeyPair::from_pkcs8(der).ok()?;
                let public =
                    ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, pair.public_key().as_ref());
                (Private::Rsa(pair), public)
            }
            SigningAlgorithm::ES256 => {
                let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, der).ok()?;
                let public =
                    ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, pair.public_key().as_ref());
                (Private::P256(pair), public)
            }
            SigningAlgorithm::EdDSA => {
                let pair = Ed25519KeyPair::from_pkcs8(der).ok()?;
                let public = ParsedPublicKey::new(&ED25519, pair.public_key().as_ref());
                (Private::Ed25519(pair), public)
            }
        };
        Some(Self { private, public: public.ok()? })
    }

    /// The signature as JOSE wants it (RFC 7518 sections 3.3 and 3.4, RFC 8037 section 3.1).
    pub(super) fn sign(&self, message: &[u8]) -> Option<Vec<u8>> {
        match &self.private {
            Private::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                let rng = SystemRandom::new();
                pair.sign(&RSA_PKCS1_SHA256, &rng, message, &mut signature).ok()?;
                Some(signature)
            }
            Private::P256(pair) => {
                Some(pair.sign(&SystemRandom::new(), message).ok()?.as_ref().to_vec())
            }
            Private::Ed25519(pair) => Some(pair.try_sign(message).ok()?.as_ref().to_vec()),
        }
    }

    pub(super) fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        self.public.verify_sig(message, signature).is_ok()
    }

    /// The public half (RFC 7518 section 6, RFC 8037 section 2).
    pub(super) fn jwk(&self) -> Value {
        let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        match &self.private {
            Private::Rsa(pair) => json!({
                "kty": "RSA",
                "n": text(pair.public_key().modulus().big_endian_without_leading_zero()),
                "e": text(pair.public_key().exponent().big_endian_without_leading_zero()),
            }),
            Private::P256(pair) => {
                // An uncompressed point: 4, then both coordinates of 32 bytes.
                let (x, y) = pair.public_key().as_ref()[1..].split_at(32);
                json!({ "kty": "EC", "crv": "P-256", "x": text(x), "y": text(y) })
            }
            Private::Ed25519(pair) => json!({
                "kty": "OKP",
                "crv": "Ed25519",
                "x": text(pair.public_key().as_ref()),
            }),
        }
    }
}
