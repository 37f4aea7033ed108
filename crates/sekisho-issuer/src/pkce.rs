//! Proof Key for Code Exchange (RFC 7636), by S256 alone: a plain challenge is its own verifier, and whoever
//! reads the request could redeem the code.

use aws_lc_rs::{constant_time, digest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// The one method, by its name in metadata.
pub(super) const METHOD: &str = "S256";

/// `BASE64URL(SHA256(code_verifier))`
pub(super) struct Challenge(String);

impl Challenge {
    /// `None` if `text` can be no digest's base64url.
    pub(super) fn new(text: &str) -> Option<Self> {
        let is_digest =
            URL_SAFE_NO_PAD.decode(text).is_ok_and(|digest| digest.len() == digest::SHA256_OUTPUT_LEN);
        is_digest.then(|| Self(text.to_owned()))
    }

    /// Whether `verifier` has the form of RFC 7636 §4.1 and is what this challenge was made of (§4.6).
    pub(super) fn is_met_by(&self, verifier: &str) -> bool {
        let found = URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, verifier.as_bytes()));
        is_verifier(verifier)
            && constant_time::verify_slices_are_equal(self.0.as_bytes(), found.as_bytes()).is_ok()
    }
}

/// `code-verifier = 43*128unreserved`
fn is_verifier(text: &str) -> bool {
    let is_unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    (43..=128).contains(&text.len()) && text.bytes().all(is_unreserved)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 7636, Appendix B.
    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    #[test]
    fn challenges() {
        let table = [
            (CHALLENGE, true),
            ("", false),
            (&CHALLENGE[1..], false),
            ("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM=", false),
            ("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw+cM", false),
        ];
        for (text, accepted) in table {
            assert_eq!(Challenge::new(text).is_some(), accepted, "{text}");
        }
    }

    #[test]
    fn verifiers() {
        let challenge = Challenge::new(CHALLENGE).unwrap();
        assert!(challenge.is_met_by(VERIFIER));
        for wrong in ["", CHALLENGE, &VERIFIER[1..], &format!("{VERIFIER}A")] {
            assert!(!challenge.is_met_by(wrong), "{wrong}");
        }
    }

    #[test]
    fn a_verifier_of_another_form_is_none_though_its_digest_fits() {
        for (verifier, accepted) in
            [("a".repeat(43), true), ("a".repeat(42), false), ("a".repeat(129), false)]
        {
            let digest = URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, verifier.as_bytes()));
            assert_eq!(Challenge::new(&digest).unwrap().is_met_by(&verifier), accepted, "{}", verifier.len());
        }
    }
}
