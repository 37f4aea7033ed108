//! An access token of the shape of Auth0's.

use std::time::{Duration, SystemTime};

use aws_lc_rs::error::Unspecified;
use serde_json::{Value, json};

use super::AuthorizationServer;
use super::client::Client;
use super::grant::Grant;
use super::id_token::seconds;
use super::random::random_id;
use super::scope::Scope;
use super::userinfo;

/// What a token is issued for.
pub(super) struct AccessToken<'a> {
    pub(super) client: &'a Client,
    pub(super) subject: Subject<'a>,
    /// The scope granted; if empty, the token has no such claim, as with Auth0.
    pub(super) scope: &'a str,
    pub(super) issued_at: SystemTime,
    pub(super) lifetime: Duration,
}

/// On whose behalf a client calls.
pub(super) enum Subject<'a> {
    /// Its own (RFC 6749 §4.4).
    Client,
    /// That of the person who granted it what the token says.
    Person(&'a Grant),
}

impl AccessToken<'_> {
    /// The signed token.
    pub(super) fn sign(&self, server: &AuthorizationServer) -> Result<String, Unspecified> {
        server.keys.sign(&self.claims(server)?)
    }

    fn claims(&self, server: &AuthorizationServer) -> Result<Value, Unspecified> {
        let issued_at = seconds(self.issued_at);
        let mut claims = json!({
            "iss": server.issuer,
            "sub": self.subject(),
            "aud": self.audience(server),
            "iat": issued_at,
            "exp": issued_at + self.lifetime.as_secs(),
            "azp": self.client.id,
            "jti": self.id()?,
        });
        if matches!(self.subject, Subject::Client) {
            claims["gty"] = "client-credentials".into();
        }
        if !self.scope.is_empty() {
            claims["scope"] = self.scope.into();
        }
        Ok(claims)
    }

    /// By its name alone, a token is known to be of a grant that was revoked.
    fn id(&self) -> Result<String, Unspecified> {
        match self.subject {
            Subject::Client => random_id(),
            Subject::Person(grant) => Ok(format!("{}.{}", grant.id, random_id()?)),
        }
    }

    fn subject(&self) -> String {
        match self.subject {
            Subject::Client => format!("{}@clients", self.client.id),
            Subject::Person(grant) => grant.account.subject.clone(),
        }
    }

    /// As with Auth0, one that was asked for with `openid` is for the userinfo endpoint too.
    fn audience(&self, server: &AuthorizationServer) -> Value {
        if Scope::of(self.scope).contains("openid") {
            json!([server.audience, server.endpoint(userinfo::PATH)])
        } else {
            json!(server.audience)
        }
    }
}
