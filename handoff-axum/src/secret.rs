//! Random secrets, and the digests that are kept of them.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::failure::Failure;

/// 256 random bits as text that fits into URLs, cookies and headers.
pub(crate) fn random() -> Result<String, Failure> {
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes).map_err(|error| Failure::internal(&error))?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// What is stored of a secret. A plain digest will do: nobody guesses 256 random bits.
pub(crate) fn digest(secret: &str) -> String {
    hex::encode(Sha256::digest(secret.as_bytes()))
}

/// Whether a secret has this digest, in a time that does not depend on how far they agree.
pub(crate) fn matches(secret: &str, digest_of_it: &str) -> bool {
    digest(secret)
        .as_bytes()
        .ct_eq(digest_of_it.as_bytes())
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_matches_its_own_digest_alone() {
        let (one, other) = (random().unwrap(), random().unwrap());
        assert_eq!(one.len(), 43);
        assert_ne!(one, other);
        assert!(matches(&one, &digest(&one)));
        assert!(!matches(&one, &digest(&other)));
        assert!(!matches(&one, ""));
    }
}
