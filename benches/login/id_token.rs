//! Checks an ID token as an app would: signature by a published key, issuer, audience, nonce.

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use crate::http::{Connection, Request, Target};
use crate::journey::App;

/// Ends the run when the token is not what it must be.
pub async fn check(token: &str, nonce: &str, app: &App, target: &Target) {
    let mut connection = Connection::open(target).await.unwrap();
    let answer = connection.send(Request::get("/oauth2/jwks", target).end()).await.unwrap();
    let keys: Value = serde_json::from_str(&answer.expect(200, "jwks").body).unwrap();
    let (input, signature) = token.rsplit_once('.').unwrap();
    let (header, claims) = input.split_once('.').unwrap();
    let (header, claims) = (json(header), json(claims));
    assert!(header["alg"] == app.algorithm, "signed with {}", header["alg"]);
    let keys = keys["keys"].as_array().unwrap();
    let key = keys.iter().find(|key| key["kid"] == header["kid"]).unwrap();
    assert!(verifies(key, input.as_bytes(), &bytes(signature)), "the ID token does not verify");
    let issuer = format!("http://{}", target.address);
    let expected = [("iss", issuer.as_str()), ("aud", &app.client_id), ("nonce", nonce)];
    for (name, value) in expected {
        assert!(claims[name] == value, "{name} is {}", claims[name]);
    }
}

fn verifies(key: &Value, input: &[u8], signature: &[u8]) -> bool {
    let part = |name: &str| bytes(key[name].as_str().unwrap());
    if key["kty"] == "RSA" {
        let key = RsaPublicKeyComponents { n: part("n"), e: part("e") };
        return key.verify(&RSA_PKCS1_2048_8192_SHA256, input, signature).is_ok();
    }
    let point = [vec![4], part("x"), part("y")].concat();
    UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(input, signature).is_ok()
}

fn json(part: &str) -> Value {
    serde_json::from_slice(&bytes(part)).unwrap()
}

fn bytes(part: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(part).unwrap()
}
