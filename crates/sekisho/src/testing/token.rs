//! A token to be.

use std::time::{Duration, SystemTime};

use serde_json::{Map, Value};

use super::TestIssuer;
use super::shape::{Written, merge, object};

/// A token to be.
#[derive(Debug, Clone)]
#[must_use]
pub struct TokenBuilder<'a> {
    issuer: &'a TestIssuer,
    header: Map<String, Value>,
    payload: Map<String, Value>,
    has_nbf: bool,
    for_another_audience: Map<String, Value>,
}

impl<'a> TokenBuilder<'a> {
    pub(super) fn access(issuer: &'a TestIssuer, written: Written) -> Self {
        let builder = Self {
            issuer,
            header: written.header,
            payload: written.claims,
            has_nbf: written.has_nbf,
            for_another_audience: written.for_another_audience,
        };
        let now = super::ManualClock::new().time();
        builder.header("alg", "RS256").header("kid", issuer.key_id()).issued_at(now)
    }

    pub(super) fn identity(issuer: &'a TestIssuer, mut written: Written) -> Option<Self> {
        written.claims = written.id_token.take()?;
        written.has_nbf = false;
        // It would say that it is an access token.
        written.header.remove("typ");
        Some(Self::access(issuer, written))
    }

    /// Sets the scopes, as its shape writes them: `scope` unless there is another.
    pub fn scope(mut self, scopes: &str) -> Self {
        merge(&mut self.payload, object(self.issuer.scope_claims(scopes)));
        self
    }

    /// Makes it one for another audience, as its shape writes that.
    pub fn for_another_audience(mut self) -> Self {
        merge(&mut self.payload, self.for_another_audience.clone());
        self
    }

    pub(super) fn claimed_subject(&self) -> Option<&str> {
        self.payload.get("sub")?.as_str()
    }

    /// Sets `sub`.
    pub fn subject(self, subject: &str) -> Self {
        self.claim("sub", subject)
    }

    /// Sets `iat`, and `exp` an hour later; and `nbf`, where its shape has one.
    pub fn issued_at(self, time: SystemTime) -> Self {
        let seconds = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or(Duration::ZERO).as_secs();
        let has_nbf = self.has_nbf;
        let dated = self.claim("iat", seconds).claim("exp", seconds + 3600);
        if has_nbf { dated.claim("nbf", seconds) } else { dated }
    }

    /// Sets a claim.
    pub fn claim(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.payload.insert(name.to_owned(), value.into());
        self
    }

    /// Leaves a claim out.
    pub fn without_claim(mut self, name: &str) -> Self {
        self.payload.remove(name);
        self
    }

    /// Sets a header parameter.
    pub fn header(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.header.insert(name.to_owned(), value.into());
        self
    }

    /// Leaves a header parameter out.
    pub fn without_header(mut self, name: &str) -> Self {
        self.header.remove(name);
        self
    }

    /// The header, as it will be signed.
    pub fn header_json(&self) -> String {
        Value::from(self.header.clone()).to_string()
    }

    /// The claims, as they will be signed.
    pub fn payload_json(&self) -> String {
        Value::from(self.payload.clone()).to_string()
    }

    /// The signed token.
    pub fn sign(&self) -> String {
        self.issuer.sign(&self.header_json(), &self.payload_json())
    }
}
