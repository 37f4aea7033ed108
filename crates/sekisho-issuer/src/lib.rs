//! An OpenID provider on loopback, for tests and demos: one line starts it, and dropping it ends it.
//!
//! ```
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let issuer = sekisho_issuer::Issuer::start().await?;
//! // What the service under test is configured with:
//! let (url, audience) = (issuer.url(), issuer.audience());
//! // What it is called with: a token of the issuer's own client, which may be granted any scope.
//! let token = issuer.token("test").scope("orders:read").sign()?;
//! # assert!(url.starts_with("http://127.0.0.1:") && audience == "api" && token.split('.').count() == 3);
//! // Nobody else gets one: the same refusals as over HTTP.
//! assert!(issuer.token("stranger").scope("orders:read").sign().is_err());
//! issuer.stop().await?;
//! # Ok(())
//! # }
//! # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(example()).unwrap();
//! ```
//!
//! It is a whole authorization server, and answers over HTTP: discovery (RFC 8414, OpenID Connect Discovery), keys
//! (RFC 7517), the client credentials grant for machines (RFC 6749 §4.4), the authorization code grant with a proof
//! key (RFC 7636) for applications, with pages on which a person logs in and agrees, refresh tokens that rotate,
//! userinfo, revocation (RFC 7009) and log-out. Its access tokens have the shape of Auth0's.
//!
//! # What can be set
//!
//! | | by default | with |
//! |---|---|---|
//! | audience of access tokens | `api` | [`Builder::audience`] |
//! | clients | `test` with the secret `test-secret`, any scope | [`Builder::client`] |
//! | accounts | `alice` and `bob` | [`Builder::account`] |
//! | what the consent page says of a scope | its name | [`Builder::scope`] |
//! | lifetimes | an hour for access and ID tokens, a minute for codes, a day for refresh tokens, 8 hours for sessions | [`Builder::access_token_lifetime`] and its siblings |
//! | clock | the system's | [`Builder::clock`] |
//! | address | `127.0.0.1`, a free port | [`Builder::port`], [`Builder::address`] |
//!
//! ```
//! use std::time::Duration;
//! use sekisho_issuer::{Account, Client, ConfigurationFault, Error, Issuer, ScopeDescription};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let issuer = Issuer::builder()
//!     .audience("orders")
//!     .account(Account::new("alice").name("Alice Liddell").email("alice@example.com"))
//!     .account(Account::new("guest").scopes(["orders:read"]))
//!     .client(Client::confidential("worker", "worker-secret").scopes(["orders:read"]))
//!     .client(Client::page("shop", "http://localhost:8080").scopes(["openid", "orders:read", "orders:write"]))
//!     .scope(ScopeDescription::new("orders:read", "See your orders").japanese("注文を見る"))
//!     .access_token_lifetime(Duration::from_secs(60))
//!     .start()
//!     .await?;
//! issuer.token("shop").account("alice").scope("orders:write").sign()?;
//! assert!(issuer.token("shop").account("guest").scope("orders:write").sign().is_err());
//!
//! // All that is wrong is told at once.
//! let wrong = Issuer::builder()
//!     .client(Client::page("shop", "http://localhost:8080").redirect_uri("http://localhost:8080/#orders"))
//!     .code_lifetime(Duration::ZERO);
//! let Err(Error::Configuration(faults)) = wrong.start().await else { panic!("it started") };
//! assert!(matches!(
//!     &faults[..],
//!     [ConfigurationFault::RedirectUri { .. }, ConfigurationFault::Lifetime { .. }]
//! ));
//! # Ok(())
//! # }
//! # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(example()).unwrap();
//! ```
//!
//! # What keeps it from being taken for a real one
//!
//! Its clients' secrets are in your source, and its accounts have no passwords. What protects it is that it listens
//! on loopback alone, and answers those alone who ask by a name of loopback: any other address is an error. Every
//! start makes a fresh key, so no token outlives the process, and all else is in memory too.
//!
//! # This, or `sekisho::testing`?
//!
//! To test how *handlers and rules* answer, the test kit of the crate `sekisho` is enough
//! (`sekisho::testing::TestIssuer`, feature `testing`): no network and no HTTP, tokens with any claims, well-formed
//! or not, and a clock that the test moves. Take this crate where the issuer's side matters: discovery, fetching and
//! rotating keys, clients that fetch their tokens, persons who log in with a browser, or a server that is not
//! written in Rust.

mod access_token;
mod account;
mod authorization_code;
mod authorization_endpoint;
mod authorization_request;
mod authorization_response;
mod bounded;
mod browser;
mod builder;
mod client;
mod client_authentication;
mod client_credentials;
mod code_grant;
mod configuration;
mod connections;
mod consent;
mod cors;
mod error;
mod error_response;
mod fault;
mod grant;
mod grants;
mod host;
mod id_token;
mod issuer;
mod language;
mod lifetimes;
mod log_in;
mod log_out;
mod metadata;
mod pages;
mod parameters;
mod pkce;
mod prompt;
mod random;
mod refresh_grant;
mod refresh_token;
mod revocation;
mod revoked;
mod routes;
mod same_origin;
mod scope;
mod scope_description;
mod server;
mod session;
mod shortage;
mod signing_key;
mod signing_keys;
mod target;
mod token_endpoint;
mod token_request;
mod userinfo;

pub use self::account::Account;
pub use self::builder::Builder;
pub use self::client::Client;
pub use self::error::{ConfigurationFault, Error};
pub use self::issuer::Issuer;
pub use self::scope_description::ScopeDescription;
use self::server::AuthorizationServer;
pub use self::token_request::{TokenError, TokenRequest};

/// What the README shows is compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
