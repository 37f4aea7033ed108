//! SIGHUP, which tools send once they have changed a file.

use super::reload::Running;
use crate::cli::Failure;
#[cfg(feature = "development")]
use crate::server::Tls;

/// Reads configuration and certificates again at each SIGHUP, which would otherwise end the program.
#[cfg(unix)]
pub(super) fn reload_on_hangup(mut running: Running) -> Result<(), Failure> {
    let mut hangup = hangups()?;
    tokio::spawn(async move {
        while hangup.recv().await.is_some() {
            if let Some(tls) = running.settings.server.tls.clone() {
                tls.reload_and_tell().await;
            }
            running.reload().await;
        }
    });
    Ok(())
}

/// In development there is no configuration that could change: certificates alone are read again.
#[cfg(all(unix, feature = "development"))]
pub(super) fn reload_certificates_on_hangup(tls: Tls) -> Result<(), Failure> {
    let mut hangup = hangups()?;
    tokio::spawn(async move {
        while hangup.recv().await.is_some() {
            tls.reload_and_tell().await;
        }
    });
    Ok(())
}

#[cfg(unix)]
fn hangups() -> Result<tokio::signal::unix::Signal, Failure> {
    use tokio::signal::unix::{SignalKind, signal};
    signal(SignalKind::hangup()).map_err(Failure::at_run_time)
}

#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, clippy::needless_pass_by_value, reason = "as on unix")]
pub(super) fn reload_on_hangup(_: Running) -> Result<(), Failure> {
    Ok(())
}

#[cfg(all(not(unix), feature = "development"))]
#[expect(clippy::unnecessary_wraps, clippy::needless_pass_by_value, reason = "as on unix")]
pub(super) fn reload_certificates_on_hangup(_: Tls) -> Result<(), Failure> {
    Ok(())
}
