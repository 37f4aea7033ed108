//! `sekisho policy …`.

mod broken;
mod list;
mod proto;
#[cfg(unix)]
mod server;
mod sources;
mod support;
