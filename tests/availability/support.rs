//! Starts the program, calls it well, and calls it badly.

mod call;
#[path = "../wire/frames.rs"]
mod frames;
mod wire {
    pub use super::frames::*;
}
mod healthy;
mod log;
mod memory;
mod peer;
#[path = "../command_line/support/reflection.rs"]
#[allow(dead_code, reason = "other tests use the rest of it")]
pub mod reflection;
mod server;
#[path = "../command_line/support/serving.rs"]
#[allow(dead_code, reason = "other tests use the rest of it")]
pub mod serving;
#[path = "../wire/shared.rs"]
#[allow(dead_code, reason = "other tests use the rest of it")]
mod shared;

use std::time::Duration;

use tokio::sync::{RwLock, RwLockReadGuard, RwLockWriteGuard};

pub use call::{Begun, Client, Outcome};
pub use frames::{
    Block, CONTINUATION, DATA, END_HEADERS, END_STREAM, Frame, GOAWAY, HEADERS, HEALTH, PING, PREFACE,
    RST_STREAM, SETTINGS, WINDOW_UPDATE, call_head, client_preface, read_frame,
};
pub use healthy::{Healthy, watch};
pub use memory::Memory;
pub use peer::{Peer, close};
pub use server::{Server, full_pipe};
pub use shared::{AT_A_TIME, Early, Shared};

/// What no wait takes longer than, unless something hangs. No test says by it how fast anything is.
pub const LIMIT: Duration = Duration::from_secs(300);

pub const API1: &str = "/api1.v1.Api1/GetStatus";

/// The one test that counts seconds is not to share its processors with those that use all of them.
static PROCESSORS: RwLock<()> = RwLock::const_new(());

/// For a test that keeps the processors busy.
pub async fn alone() -> RwLockWriteGuard<'static, ()> {
    PROCESSORS.write().await
}

/// For a test that mostly waits.
pub async fn beside_others() -> RwLockReadGuard<'static, ()> {
    PROCESSORS.read().await
}

/// Waits, for as long as it takes unless something hangs.
pub async fn in_time<T>(what: &str, future: impl Future<Output = T>) -> T {
    let Ok(output) = tokio::time::timeout(LIMIT, future).await else { panic!("{what}: nothing happens") };
    output
}
