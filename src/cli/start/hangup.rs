//! SIGHUP, which tools send once they have changed a file.

use std::sync::Arc;

use tokio::sync::Mutex;

#[cfg(feature = "development")]
use super::reading::Reading;
use super::reload::{self, Running};
use crate::cli::Failure;
#[cfg(feature = "development")]
use crate::server::Tls;

/// SIGHUPs, which end the program no more. One that comes before anybody waits for it is not lost; those that come
/// while nobody does are one.
pub(super) struct Hangups(#[cfg(unix)] tokio::signal::unix::Signal);

impl Hangups {
    #[cfg(unix)]
    pub(super) fn listen() -> Result<Self, Failure> {
        use tokio::signal::unix::{SignalKind, signal};
        signal(SignalKind::hangup()).map(Self).map_err(Failure::at_run_time)
    }

    #[cfg(not(unix))]
    #[expect(clippy::unnecessary_wraps, reason = "as on unix")]
    pub(super) fn listen() -> Result<Self, Failure> {
        Ok(Self())
    }

    #[cfg(unix)]
    async fn next(&mut self) {
        if self.0.recv().await.is_none() {
            std::future::pending::<()>().await;
        }
    }

    #[cfg(not(unix))]
    async fn next(&mut self) {
        std::future::pending::<()>().await;
    }
}

/// Reads configuration and certificates again at each SIGHUP.
pub(super) fn reload_on_hangup(mut hangups: Hangups, running: Running) {
    let running = Arc::new(Mutex::new(running));
    tokio::spawn(async move {
        loop {
            hangups.next().await;
            reload::reload(&running).await;
        }
    });
}

/// In development there is no configuration that could change: certificates alone are read again. Without any, a SIGHUP
/// ends the program, as a terminal that is closed is to do.
#[cfg(feature = "development")]
pub(super) fn reload_certificates_on_hangup(tls: Tls) -> Result<(), Failure> {
    let (mut hangups, reading) = (Hangups::listen()?, Reading::default());
    tokio::spawn(async move {
        loop {
            hangups.next().await;
            reload::read_certificates(&reading, &tls).await;
        }
    });
    Ok(())
}
