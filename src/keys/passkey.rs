//! Passkeys (W3C Web Authentication Level 3, sections 7.1 and 7.2), through the `passki` crate:
//! it reads what browsers send and checks challenge, origin, host and signature with the crypto
//! provider that is here anyway. What it leaves to its caller is done here.

use passki::{
    AuthenticationCredential, AuthenticationOptions, AuthenticationState, Passki, PasskiError,
    RegistrationCredential, RegistrationOptions, RegistrationState, StoredPasskey,
};
use serde_json::{Value, from_value, json, to_string, to_value};

use crate::model::passkey::{CHALLENGE, Credential, PATIENCE};
use crate::model::public_url::PublicUrl;
use crate::model::rng::Rng;

/// Longest identifier of a credential, in bytes (section 5.1).
const ID: usize = 1_023;
/// Longest public key, in bytes: one of RSA with 8192 bits takes about 1040.
const KEY: usize = 2_048;
/// Transports that are kept of a credential; there are six.
const TRANSPORTS: usize = 8;
/// The algorithms that are asked for (COSE): Ed25519, ECDSA with P-256 and P-384, RSA.
const ALGORITHMS: [i32; 5] = [-8, -7, -35, -257, -258];

/// Why an answer of a passkey is refused, in a word for the audit trail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// It cannot be read, or lacks what it has to hold.
    #[error("malformed")]
    Malformed,
    /// It answers another challenge.
    #[error("challenge")]
    Challenge,
    /// It was made at a page of another origin: the person may have been there.
    #[error("origin")]
    Origin,
    /// It was made in a frame of a page of somebody else.
    #[error("cross_origin")]
    CrossOrigin,
    /// It was made for another host.
    #[error("host")]
    Host,
    /// Nobody touched the authenticator.
    #[error("presence")]
    Presence,
    /// The authenticator did not make sure who touched it, and had promised to.
    #[error("verification")]
    Verification,
    /// It is of another passkey, or another person's.
    #[error("credential")]
    Credential,
    /// The signature is not the key's.
    #[error("signature")]
    Signature,
    /// The key counts less than before: there are two of it (section 6.1.1).
    #[error("counter")]
    Counter,
}

impl From<PasskiError> for Refused {
    fn from(error: PasskiError) -> Self {
        match error {
            PasskiError::ChallengeMismatch => Self::Challenge,
            PasskiError::OriginMismatch { .. } => Self::Origin,
            PasskiError::CrossOriginNotAllowed | PasskiError::TopOriginMismatch { .. } => {
                Self::CrossOrigin
            }
            PasskiError::RpIdHashMismatch => Self::Host,
            PasskiError::UserNotPresent => Self::Presence,
            PasskiError::UserVerificationRequired => Self::Verification,
            PasskiError::CredentialNotAllowed | PasskiError::CredentialIdMismatch => {
                Self::Credential
            }
            PasskiError::SignatureVerificationFailed => Self::Signature,
            PasskiError::CounterRegression => Self::Counter,
            _ => Self::Malformed,
        }
    }
}

/// We, as passkeys know us: a host and the one origin of our pages.
pub struct Party {
    passki: Passki,
    host: String,
}

/// For whom a passkey is made.
#[derive(Debug, Clone, Copy)]
pub struct Person<'a> {
    /// Under what the authenticator keeps it.
    pub handle: &'a [u8],
    /// Their address.
    pub email: &'a str,
    /// Their name.
    pub name: &'a str,
}

/// What a passkey signed, as the browser sent it.
pub struct Assertion {
    sent: AuthenticationCredential,
    credential: Vec<u8>,
}

impl Assertion {
    /// Reads what the browser sent: the `toJSON()` of a `PublicKeyCredential`.
    pub fn read(text: &str) -> Option<Self> {
        let sent: AuthenticationCredential = serde_json::from_str(text).ok()?;
        let credential = Passki::base64_decode(&sent.raw_id).ok()?;
        Some(Self { sent, credential })
    }

    /// Whose signature it claims to be. Nothing is proved by it.
    pub fn credential(&self) -> &[u8] {
        &self.credential
    }
}

/// A new challenge.
pub fn challenge(rng: &dyn Rng) -> Vec<u8> {
    let mut bytes = vec![0u8; CHALLENGE];
    rng.fill(&mut bytes);
    bytes
}

impl Party {
    /// We at this address; `None` where its host is no name, which passkeys need (section 5.1.2).
    pub fn at(url: &PublicUrl) -> Option<Self> {
        let host = url.domain()?.to_owned();
        let passki = Passki::new(&host, &[url.origin()], &format!("Doorward at {host}"));
        Some(Self { passki, host })
    }

    /// The host passkeys are made for: the RP ID.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// What the browser is to ask for when a passkey is made: `PublicKeyCredentialCreationOptions`
    /// as JSON. `None` never happens with what is given here.
    pub fn creation(
        &self,
        challenge: &[u8],
        person: Person<'_>,
        had: &[Credential],
    ) -> Option<String> {
        let had = had.iter().map(stored).collect::<Option<Vec<_>>>()?;
        let mut options = RegistrationOptions::default();
        options.timeout = u64::try_from(PATIENCE).ok()?;
        options.exclude_credentials = Some(&had);
        let Person { handle, email, name } = person;
        let begun = self.passki.start_passkey_registration(handle, email, name, options);
        let (mut asked, _) = begun.ok()?;
        asked.challenge = Passki::base64_encode(challenge);
        to_string(&asked).ok()
    }

    /// The key an authenticator made in answer to this challenge.
    ///
    /// # Errors
    /// Why it is none, or none for us.
    pub fn created(&self, challenge: &[u8], answer: &str) -> Result<Credential, Refused> {
        let sent: RegistrationCredential =
            serde_json::from_str(answer).map_err(|_| Refused::Malformed)?;
        alone(&sent.response.client_data_json)?;
        let state = json!({
            "challenge": challenge,
            "user": { "id": "", "name": "", "displayName": "" },
            "user_verification": "preferred",
        });
        let state: RegistrationState = from_value(state).map_err(|_| Refused::Malformed)?;
        let made = self.passki.finish_passkey_registration(&sent, &state)?;
        let fits = (1..=ID).contains(&made.credential_id.len())
            && made.public_key.len() <= KEY
            && ALGORITHMS.contains(&made.algorithm);
        if !fits {
            return Err(Refused::Malformed);
        }
        let transports = to_value(&made.transports).and_then(from_value::<Vec<String>>);
        let mut transports = transports.map_err(|_| Refused::Malformed)?;
        transports.truncate(TRANSPORTS);
        let verified_only =
            made.cred_protect == Some(passki::CredentialProtectionPolicy::UserVerificationRequired);
        Ok(Credential {
            id: made.credential_id,
            public_key: made.public_key,
            algorithm: made.algorithm,
            counter: made.counter,
            transports,
            verified_only,
        })
    }

    /// What the browser is to ask for when one of these passkeys is used:
    /// `PublicKeyCredentialRequestOptions` as JSON. `None` never happens with what is given here.
    pub fn request(&self, challenge: &[u8], any_of: &[Credential]) -> Option<String> {
        let any_of = any_of.iter().map(stored).collect::<Option<Vec<_>>>()?;
        let mut options = AuthenticationOptions::default();
        options.timeout = u64::try_from(PATIENCE).ok()?;
        let (mut asked, _) = self.passki.start_passkey_authentication(&any_of, options).ok()?;
        asked.challenge = Passki::base64_encode(challenge);
        to_string(&asked).ok()
    }

    /// Checks that this key signed this challenge at a page of ours; gives what it counts now.
    /// The crate looks at the counter before the signature: a stranger could make it seem that a
    /// key was copied. So the counter is looked at here, last.
    ///
    /// # Errors
    /// Why it did not.
    pub fn proved(
        &self,
        challenge: &[u8],
        credential: &Credential,
        handle: &[u8],
        answer: &Assertion,
    ) -> Result<u32, Refused> {
        alone(&answer.sent.response.client_data_json)?;
        let state = json!({
            "challenge": challenge,
            "allowed_credentials": [credential.id],
            "user_verification": "preferred",
        });
        let state: AuthenticationState = from_value(state).map_err(|_| Refused::Malformed)?;
        let mut known = stored(credential).ok_or(Refused::Malformed)?;
        known.counter = 0;
        let proof = self.passki.finish_passkey_authentication(&answer.sent, &state, &known)?;
        // Sent by some authenticators only; where it is, it has to be the owner's.
        if proof.user_handle.is_some_and(|sent| !sent.is_empty() && sent != handle) {
            return Err(Refused::Credential);
        }
        let counts = proof.counter != 0 || credential.counter != 0;
        if counts && proof.counter <= credential.counter {
            return Err(Refused::Counter);
        }
        Ok(proof.counter)
    }
}

/// No page of somebody else was around ours. The crate takes what is no truth value for `false`.
fn alone(client_data: &str) -> Result<(), Refused> {
    let bytes = Passki::base64_decode(client_data)?;
    let value: Value = serde_json::from_slice(&bytes).map_err(|_| Refused::Malformed)?;
    let framed = value.get("crossOrigin").is_some_and(|said| *said != Value::Bool(false));
    if framed || value.get("topOrigin").is_some() {
        return Err(Refused::CrossOrigin);
    }
    Ok(())
}

fn stored(credential: &Credential) -> Option<StoredPasskey> {
    let mut passkey = StoredPasskey::default();
    passkey.credential_id.clone_from(&credential.id);
    passkey.public_key.clone_from(&credential.public_key);
    passkey.algorithm = credential.algorithm;
    passkey.counter = credential.counter;
    passkey.transports = to_value(&credential.transports).and_then(from_value).ok()?;
    passkey.cred_protect = credential
        .verified_only
        .then_some(passki::CredentialProtectionPolicy::UserVerificationRequired);
    Some(passkey)
}
