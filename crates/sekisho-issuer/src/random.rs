//! What nobody can guess.

use aws_lc_rs::error::Unspecified;
use aws_lc_rs::rand;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// 128 random bits: no two tokens share a `jti` (RFC 7519 §4.1.7), and no credential is guessed
/// (RFC 6749 §10.10).
pub(super) fn random_id() -> Result<String, Unspecified> {
    let mut bytes = [0; 16];
    rand::fill(&mut bytes)?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}
