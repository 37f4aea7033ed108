//! An ID token (OpenID Connect Core §2): who logged in, told to the client alone.

use std::time::{SystemTime, UNIX_EPOCH};

use aws_lc_rs::digest;
use aws_lc_rs::error::Unspecified;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use super::AuthorizationServer;
use super::grant::Grant;
use super::scope::Scope;

/// What an ID token is issued for.
pub(super) struct IdToken<'a> {
    pub(super) grant: &'a Grant,
    pub(super) scope: &'a Scope,
    pub(super) nonce: Option<&'a str>,
    pub(super) access_token: &'a str,
}

impl IdToken<'_> {
    /// The signed token.
    pub(super) fn sign(&self, server: &AuthorizationServer) -> Result<String, Unspecified> {
        server.keys.sign(&self.claims(server))
    }

    fn claims(&self, server: &AuthorizationServer) -> Value {
        let issued_at = server.seconds();
        let mut claims = self.grant.account.claims(self.scope);
        claims["iss"] = server.issuer.as_str().into();
        claims["aud"] = self.grant.client_id.as_str().into();
        claims["iat"] = issued_at.into();
        claims["exp"] = (issued_at + server.lifetimes.id_token.as_secs()).into();
        claims["auth_time"] = seconds(self.grant.auth_time).into();
        claims["sid"] = self.grant.sid.as_str().into();
        claims["at_hash"] = at_hash(self.access_token).into();
        if let Some(nonce) = self.nonce {
            claims["nonce"] = nonce.into();
        }
        claims
    }
}

/// The left half of the access token's digest (OpenID Connect Core §3.1.3.6).
fn at_hash(access_token: &str) -> String {
    let digest = digest::digest(&digest::SHA256, access_token.as_bytes());
    let (left, _right) = digest.as_ref().split_at(digest::SHA256_OUTPUT_LEN / 2);
    URL_SAFE_NO_PAD.encode(left)
}

/// A clock before 1970 dates its tokens 1970.
pub(super) fn seconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}

/// What an ID token says that comes back as a hint: whenever it was issued, this issuer signed it.
pub(super) struct Hint {
    pub(super) subject: String,
    pub(super) client_id: String,
    pub(super) sid: String,
}

impl Hint {
    pub(super) fn read(server: &AuthorizationServer, token: &str) -> Option<Self> {
        let claims = server.keys.verify(token)?;
        let text = |name: &str| claims[name].as_str().map(str::to_owned);
        // An access token has no sid.
        Some(Self { subject: text("sub")?, client_id: text("aud")?, sid: text("sid")? })
    }
}
