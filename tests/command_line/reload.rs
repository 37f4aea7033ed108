//! A configuration that is changed while it is served (SIGHUP).
#![cfg(unix)]

mod faults;
mod issuers;
mod limits;
mod settings;
mod signals;
mod streams;

use tonic::Code;

use crate::support::serving::{Serving, call, connect, issuer, table, token};

/// The code that a call ends with.
async fn code(server: &Serving, token: &str) -> Code {
    server.call(token).await.map_or_else(|status| status.code(), |()| Code::Ok)
}
