//! SIGHUP, which tools send once they have renewed a certificate.

use crate::cli::Failure;
use crate::server::Tls;

/// Reads the files again at each SIGHUP, which would otherwise end the program.
#[cfg(unix)]
pub(super) fn reload_on_hangup(tls: Tls) -> Result<(), Failure> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut hangup = signal(SignalKind::hangup()).map_err(Failure::at_run_time)?;
    tokio::spawn(async move {
        while hangup.recv().await.is_some() {
            tls.reload_and_tell().await;
        }
    });
    Ok(())
}

#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, clippy::needless_pass_by_value, reason = "as on unix")]
pub(super) fn reload_on_hangup(_: Tls) -> Result<(), Failure> {
    Ok(())
}
