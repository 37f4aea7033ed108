//! The signals that end the program.

use std::io;

use tokio::sync::watch;

use crate::cli::Failure;

/// Becomes true at the first SIGTERM or SIGINT. They are listened for before anything is told to be there.
pub(super) fn stop_signal() -> Result<watch::Receiver<bool>, Failure> {
    let mut stop = Signals::listen().map_err(Failure::at_run_time)?;
    let (sender, receiver) = watch::channel(false);
    tokio::spawn(async move {
        stop.received().await;
        tracing::info!("stopping");
        sender.send_replace(true);
        // Kept, so that nobody takes a sender that is gone for a signal.
        sender.closed().await;
    });
    Ok(receiver)
}

/// Waits for it.
pub(super) async fn stopped(mut stop: watch::Receiver<bool>) {
    let _ = stop.wait_for(|stop| *stop).await;
}

#[cfg(unix)]
struct Signals {
    terminate: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn listen() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    async fn received(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    #[expect(clippy::unnecessary_wraps, reason = "as on unix")]
    fn listen() -> io::Result<Self> {
        Ok(Self)
    }

    async fn received(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
