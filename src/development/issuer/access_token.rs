//! An access token of the shape of Auth0's.

use std::time::{Duration, UNIX_EPOCH};

use aws_lc_rs::error::Unspecified;
use aws_lc_rs::rand;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::AuthorizationServer;
use super::client::Client;

/// What a token is issued for.
pub(super) struct AccessToken<'a> {
    pub(super) client: &'a Client,
    /// The scope granted; if empty, the token has no such claim, as with Auth0.
    pub(super) scope: &'a str,
    pub(super) lifetime: Duration,
}

impl AccessToken<'_> {
    /// The signed token.
    pub(super) fn sign(&self, server: &AuthorizationServer) -> Result<String, Unspecified> {
        server.key.sign(&self.claims(server)?)
    }

    fn claims(&self, server: &AuthorizationServer) -> Result<Value, Unspecified> {
        // A clock before 1970 dates its tokens 1970.
        let issued_at = (server.clock)().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let mut claims = json!({
            "iss": server.issuer,
            "sub": format!("{}@clients", self.client.id),
            "aud": server.audience,
            "iat": issued_at,
            "exp": issued_at + self.lifetime.as_secs(),
            "azp": self.client.id,
            "gty": "client-credentials",
            "jti": random_id()?,
        });
        if !self.scope.is_empty() {
            claims["scope"] = self.scope.into();
        }
        Ok(claims)
    }
}

/// 128 random bits: no two tokens share a `jti` (RFC 7519 §4.1.7).
fn random_id() -> Result<String, Unspecified> {
    let mut bytes = [0; 16];
    rand::fill(&mut bytes)?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}
