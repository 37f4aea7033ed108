//! Sekisho: per-method OAuth 2.0 scopes, declared in the `.proto` and enforced in front of tonic services.

pub mod authorizer;
mod base64url;
#[cfg(feature = "build")]
pub mod build;
#[cfg(feature = "program")]
pub mod cli;
pub mod clock;
#[cfg(feature = "program")]
pub mod config;
#[cfg(feature = "development")]
pub mod development;
pub mod grpc;
mod json;
pub mod jwks;
pub mod policy;
pub mod scope;
#[cfg(feature = "program")]
pub mod server;
#[cfg(feature = "program")]
pub mod services;
#[cfg(feature = "testing")]
pub mod testing;
pub mod token;
