//! `sekisho policy …`.

mod broken;
mod check;
mod diff;
mod list;
mod lock;
mod own;
mod proto;
mod protos;
mod review;
#[cfg(unix)]
mod server;
mod sources;
mod support;
