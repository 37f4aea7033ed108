//! A key and tokens, made once for both trees.

use std::error::Error;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use http::HeaderMap;
use http::header::{AUTHORIZATION, HeaderValue};
use sekisho::authorizer::Issuer;
use sekisho::jwks::{KeySet, Keys};
use sekisho::testing::{ManualClock, TestIssuer};
use sekisho::token::Verifier;

const ISSUER: &str = "https://tenant.example/";
const AUDIENCE: &str = "https://orders.example/api";

/// The method that is called.
pub const PATH: &str = "/orders.v1.Orders/Get";
/// The one that answers with a stream.
pub const STREAM_PATH: &str = "/orders.v1.Orders/Watch";
/// Their service.
pub const SERVICE: &str = "orders.v1.Orders";

/// Makes the files that [`Fixture::read`] reads. The token is as long as those of an issuer of today: some 840 bytes.
pub fn prepare(folder: &Path) -> Result<(), Box<dyn Error>> {
    let issuer = TestIssuer::new(ISSUER, AUDIENCE);
    let token = |audience: &str| {
        issuer
            .token()
            .subject("auth0|5f7c8ec7c33c6c004bbafe82")
            .claim("aud", vec![audience, "https://tenant.example/userinfo"])
            .claim("azp", "my2F3kQvJ0yXnB6tC1sZ8wE4rT7uI9oP")
            .claim("permissions", vec!["orders:read", "orders:write"])
            .scope("openid profile email orders:read orders:write")
    };
    fs::write(folder.join("jwks.json"), issuer.jwks())?;
    fs::write(folder.join("token"), token(AUDIENCE).sign())?;
    // As long as the good one.
    fs::write(folder.join("expired"), token(AUDIENCE).claim("exp", 1_000_000_000).sign())?;
    fs::write(folder.join("other-audience"), token(&AUDIENCE.replace("orders", "others")).sign())?;
    Ok(())
}

/// What the calls are made of.
pub struct Fixture {
    jwks: String,
    token: String,
    expired: String,
    other_audience: String,
}

impl Fixture {
    /// What [`prepare`] left.
    pub fn read(folder: &Path) -> Result<Self, Box<dyn Error>> {
        let text = |name: &str| fs::read_to_string(folder.join(name));
        Ok(Self {
            jwks: text("jwks.json")?,
            token: text("token")?,
            expired: text("expired")?,
            other_audience: text("other-audience")?,
        })
    }

    /// The issuer, with its key held.
    pub fn issuer(&self) -> Result<Issuer, Box<dyn Error>> {
        let (keys, _) = KeySet::parse(self.jwks.as_bytes())?;
        Ok(Issuer::new(Keys::fixed(ISSUER, keys), Verifier::new(AUDIENCE)))
    }

    /// The metadata of a call: what clients of gRPC send beside the token.
    pub fn metadata(&self, authorization: Presented) -> Result<HeaderMap, Box<dyn Error>> {
        let mut metadata = HeaderMap::new();
        metadata.insert("te", HeaderValue::from_static("trailers"));
        metadata.insert("content-type", HeaderValue::from_static("application/grpc"));
        metadata.insert("user-agent", HeaderValue::from_static("tonic/0.14.9"));
        let (signing_input, signature) = self.token.rsplit_once('.').ok_or("a token without a dot")?;
        let token = match authorization {
            Presented::Nothing => return Ok(metadata),
            Presented::GoodToken => self.token.clone(),
            Presented::TokenWithoutSignature => signing_input.to_owned(),
            Presented::WrongSignature => {
                let other = if signature.starts_with('A') { 'B' } else { 'A' };
                format!("{signing_input}.{other}{}", &signature[1..])
            }
            Presented::ExpiredToken => self.expired.clone(),
            Presented::OtherAudience => self.other_audience.clone(),
        };
        metadata.insert(AUTHORIZATION, format!("Bearer {token}").parse()?);
        Ok(metadata)
    }

    /// The clock by which the token was issued.
    pub fn clock() -> Arc<ManualClock> {
        Arc::new(ManualClock::new())
    }

    /// A service whose methods ask for one scope.
    pub fn descriptor_set() -> Result<Vec<u8>, Box<dyn Error>> {
        let source = r#"
            syntax = "proto3";
            package orders.v1;
            import "sekisho/v1/access.proto";
            message Order {}
            service Orders {
              rpc Get(Order) returns (Order) { option (sekisho.v1.access) = { all_of: "orders:read" }; }
              rpc Watch(Order) returns (stream Order) { option (sekisho.v1.access) = { all_of: "orders:read" }; }
            }
        "#;
        Ok(sekisho_build::descriptor_set_of(source)?)
    }
}

/// What stands in `authorization`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presented {
    Nothing,
    GoodToken,
    TokenWithoutSignature,
    WrongSignature,
    ExpiredToken,
    OtherAudience,
}
