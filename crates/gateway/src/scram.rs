//! The arithmetic of SCRAM-SHA-256 (RFC 5802, RFC 7677) on the server's side, over verifiers.
//!
//! pgwire's own server side wants salted passwords, which open the door to whoever reads them; this one needs only what
//! checks a proof. Channel binding is not offered: it would need the certificate's hash algorithm.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use pgwire::api::auth::sasl::scram::gen_salted_password;
use ring::{digest, hmac};
use zeroize::Zeroizing;

use crate::GatewayError;

/// Rounds of PBKDF2 for new passwords. The client does them, at every login; tests log in often and take fewer.
pub(crate) const ITERATIONS: u32 = if cfg!(test) { 4096 } else { 200_000 };

/// What a proof is checked against.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Verifier {
    pub(crate) salt: Vec<u8>,
    pub(crate) iterations: u32,
    pub(crate) stored_key: Vec<u8>,
    pub(crate) server_key: Vec<u8>,
    /// False for one that was made up.
    pub(crate) is_real: bool,
}

impl Verifier {
    /// The verifier of a password.
    pub(crate) fn of(password: &str, salt: &[u8], iterations: u32) -> Self {
        let salted = Zeroizing::new(gen_salted_password(password, salt, iterations as usize));
        let client_key = Zeroizing::new(mac(&salted, b"Client Key"));
        Self {
            salt: salt.to_owned(),
            iterations,
            stored_key: hash(&client_key),
            server_key: mac(&salted, b"Server Key"),
            is_real: true,
        }
    }

    /// A verifier that no password has, for a name that nobody has. It looks the same each time, as a real one does.
    pub(crate) fn made_up(secret: &[u8], name: &str) -> Self {
        let of = |purpose: &str| mac(secret, format!("{purpose} of {name}").as_bytes());
        Self {
            salt: of("salt")[..16].to_owned(),
            iterations: ITERATIONS,
            stored_key: of("stored key"),
            server_key: of("server key"),
            is_real: false,
        }
    }
}

/// An exchange that has begun: the client's nonce is known, ours is sent.
pub(crate) struct Exchange {
    verifier: Verifier,
    /// The client's header, which the last message repeats.
    header: String,
    client_first: String,
    server_first: String,
    nonce: String,
}

impl Exchange {
    /// Reads the client's first message; the exchange with what to send. None when it is not one, or asks for channel binding.
    pub(crate) fn begin(message: &str, verifier: Verifier, our_nonce: &[u8]) -> Option<Self> {
        let bare_at = message.match_indices(',').nth(1)?.0 + 1;
        let (header, bare) = message.split_at(bare_at);
        // "y": the client could bind the channel and thinks that we cannot, which is so.
        if header != "n,," && header != "y,," {
            return None;
        }
        let mut parts = bare.split(',');
        parts.next()?.strip_prefix("n=")?;
        let theirs = parts.next()?.strip_prefix("r=").filter(|nonce| !nonce.is_empty())?;
        let nonce = format!("{theirs}{}", encode(our_nonce));
        let server_first = format!("r={nonce},s={},i={}", encode(&verifier.salt), verifier.iterations);
        Some(Self { verifier, header: header.to_owned(), client_first: bare.to_owned(), server_first, nonce })
    }

    /// What to send first.
    pub(crate) fn server_first(&self) -> &str {
        &self.server_first
    }

    /// Checks the client's proof; what to send last, which proves to the client that we know its verifier.
    pub(crate) fn finish(&self, message: &str) -> Option<String> {
        let (without_proof, proof) = message.rsplit_once(",p=")?;
        let mut parts = without_proof.split(',');
        let header = parts.next()?.strip_prefix("c=")?;
        let nonce = parts.next()?.strip_prefix("r=")?;
        if decode(header)? != self.header.as_bytes() || nonce != self.nonce {
            return None;
        }
        let signed = format!("{},{},{without_proof}", self.client_first, self.server_first);
        let signature = mac(&self.verifier.stored_key, signed.as_bytes());
        let proof = decode(proof).filter(|proof| proof.len() == signature.len())?;
        let client_key = Zeroizing::new(std::iter::zip(proof, signature).map(|(a, b)| a ^ b).collect::<Vec<_>>());
        (hash(&client_key) == self.verifier.stored_key)
            .then(|| format!("v={}", encode(&mac(&self.verifier.server_key, signed.as_bytes()))))
    }
}

/// Random bytes of the system.
pub(crate) fn random<const N: usize>() -> Result<[u8; N], GatewayError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|_| GatewayError::Random)?;
    Ok(bytes)
}

pub(crate) fn encode(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

fn mac(key: &[u8], message: &[u8]) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), message).as_ref().to_owned()
}

fn hash(bytes: &[u8]) -> Vec<u8> {
    digest::digest(&digest::SHA256, bytes).as_ref().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The exchange of RFC 7677, section 3.
    fn exchange() -> Exchange {
        let verifier = Verifier::of("pencil", &decode("W22ZaJ0SNY7soEsUEjb6gQ==").unwrap(), 4096);
        let mut exchange = Exchange::begin("n,,n=user,r=rOprNGfwEbeRWgbNEkqO", verifier, b"x").unwrap();
        exchange.nonce = "rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0".to_owned();
        exchange.server_first = format!("r={},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096", exchange.nonce);
        exchange
    }

    const LAST: &str =
        "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=";

    #[test]
    fn proves_what_the_rfc_proves() {
        assert_eq!(exchange().finish(LAST).unwrap(), "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=");
    }

    #[test]
    fn refuses_every_other_proof() {
        let wrong = LAST.replace("p=dHz", "p=dHy");
        for message in [wrong.as_str(), &LAST.replace("biws", "eSws"), &LAST.replace("hvYD", "hvYE"), "", "c=biws"] {
            assert!(exchange().finish(message).is_none(), "{message}");
        }
        let someone_else = Verifier::made_up(b"secret", "nobody");
        let exchange = Exchange { verifier: someone_else, ..exchange() };
        assert!(exchange.finish(LAST).is_none());
    }

    #[test]
    fn refuses_what_is_no_first_message() {
        let verifier = Verifier::made_up(b"secret", "nobody");
        for message in ["", "n,,", "n,,n=user", "n,,n=user,r=", "p=tls-server-end-point,,n=,r=abc", "n,a=root,n=,r=abc"]
        {
            assert!(Exchange::begin(message, verifier.clone(), b"x").is_none(), "{message}");
        }
    }

    #[test]
    fn made_up_verifiers_are_steady() {
        let one = Verifier::made_up(b"secret", "nobody");
        assert!(one == Verifier::made_up(b"secret", "nobody"));
        assert!(one.salt != Verifier::made_up(b"secret", "somebody").salt);
        assert!(one.salt != Verifier::made_up(b"other", "nobody").salt);
    }
}
