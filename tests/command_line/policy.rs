//! `sekisho policy …`.

mod broken;
#[cfg(unix)]
mod server;
