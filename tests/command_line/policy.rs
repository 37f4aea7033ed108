//! `sekisho policy …`.

#[cfg(unix)]
mod server;
