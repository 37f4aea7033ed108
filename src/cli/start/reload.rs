//! SIGHUP: the configuration is read again, and the running server is changed by it.

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::sync::Mutex;

use super::issuers::{self, ChangedIssuers};
use super::reading::Reading;
use super::{connections_that_fit, page};
use crate::cli::check_config::dangerous;
use crate::cli::logging::{Filters, Prepared};
use crate::cli::{Failure, Reread};
use crate::config::{Changes, LogSettings, ServeSettings, ServerSettings, TrustedIssuer, changes};
use crate::server::{AllowedOrigins, Control, Limits, Tls};
use crate::services::MessageSize;

/// A server that runs, and what it was told last.
pub(super) struct Running {
    pub(super) settings: ServeSettings,
    pub(super) reread: Reread,
    pub(super) reading: Reading,
    pub(super) control: Control,
    pub(super) message_size: MessageSize,
    pub(super) filters: Filters,
    /// Where the page is, if there is one.
    pub(super) web: Option<SocketAddr>,
    /// Whose page it is, whoever is the first issuer by now.
    pub(super) page_of: Option<TrustedIssuer>,
}

/// Everything that a configuration changes, before it has changed anything.
struct Next {
    settings: ServeSettings,
    changes: Changes,
    issuers: ChangedIssuers,
    origins: AllowedOrigins,
    limits: Limits,
    log: Prepared,
}

/// Reloads, in a task of its own: a panic is told, and does not keep the next reload from coming.
pub(super) async fn reload(running: &Arc<Mutex<Running>>) {
    let running = Arc::clone(running);
    let reload = tokio::spawn(async move { running.lock().await.reload().await });
    if let Err(error) = reload.await {
        let error = error.to_string();
        tracing::error!(error, "reading the configuration again failed; the next SIGHUP reads it once more");
    }
}

/// Reads the files of certificates again, and logs what came of it.
pub(super) async fn read_certificates(reading: &Reading, tls: &Tls) {
    let files = tls.clone();
    match reading.in_time(move || files.reload()).await {
        Ok(reloaded) => reloaded.tell(),
        Err(fault) => tracing::error!(fault, "the certificates that there were before serve on"),
    }
}

impl Running {
    /// Reads certificates and configuration again and does what it says, and logs in one line what changed. A
    /// configuration with a fault is refused whole: what there was before serves on.
    async fn reload(&mut self) {
        if let Some(tls) = &self.settings.server.tls {
            read_certificates(&self.reading, tls).await;
        }
        let reread = self.reread.clone();
        match self.reading.in_time(move || reread.serve()).await {
            Ok(Ok(settings)) => {
                if let Err(Failure { message, .. }) = self.change(settings).await {
                    refused(&message);
                }
            }
            Ok(Err(faults)) => faults.iter().for_each(|fault| refused(fault)),
            Err(fault) => refused(&fault),
        }
    }

    /// Everything that can fail comes before the first change: a failure changes nothing. New issuers are waited for, and
    /// no other.
    async fn change(&mut self, new: ServeSettings) -> Result<Changes, Failure> {
        let next = self.next(new).await?;
        next.issuers.first_keys().await;
        self.control.authorizer().replace_issuers(next.issuers.all).map_err(Failure::at_run_time)?;
        let before = dangerous(&self.settings);
        let server = &next.settings.server;
        self.control.authorizer().set_max_token_size(server.max_token_size);
        self.message_size.set(next.limits.message_size);
        self.control.set_limits(next.limits).map_err(Failure::at_run_time)?;
        self.control.set_origins(&next.origins, &server.allow_headers);
        self.remember(next.settings);
        issuers::read_files_again(&self.settings.issuers, &self.control.authorizer().issuers()).await;
        let mut dangers = dangerous(&self.settings);
        dangers.retain(|danger| !before.contains(danger));
        tell(&next.changes, &dangers, next.log);
        Ok(next.changes)
    }

    async fn next(&self, new: ServeSettings) -> Result<Next, Failure> {
        let changes = changes(&self.settings, self.page_of.as_ref(), &new);
        let own = &self.settings.server;
        let origins = page::allowed_origins(new.server.allow_origins.as_ref(), own, self.web)?;
        let mut limits = new.server.limits.clone();
        limits.connections = if limits.connections == own.limits.connections {
            self.control.limits().connections
        } else {
            connections_that_fit(limits.connections)
        };
        limits.check().map_err(Failure::at_run_time)?;
        let log = self.filters.prepare(&new.server.log).map_err(Failure::at_run_time)?;
        let (before, running) = (self.settings.issuers.clone(), self.control.authorizer().issuers());
        let issuers = new.issuers.clone();
        // It reads the roots of the system.
        let made = self.reading.in_time(move || issuers::changed(&before, &running, &issuers));
        let issuers = made.await.map_err(Failure::at_run_time)??;
        Ok(Next { settings: new, changes, issuers, origins, limits, log })
    }

    /// What it runs with now. What needs a restart is as it was, and is told again the next time.
    fn remember(&mut self, new: ServeSettings) {
        let running = &mut self.settings;
        running.issuers = new.issuers;
        let ServerSettings { allow_origins, allow_headers, limits, max_token_size, log, .. } = new.server;
        let LogSettings { calls, filter, format: _ } = log;
        running.server.allow_origins = allow_origins;
        running.server.allow_headers = allow_headers;
        running.server.limits = limits;
        running.server.max_token_size = max_token_size;
        running.server.log.calls = calls;
        running.server.log.filter = filter;
    }
}

/// Tells what changed, by the levels that there were or by those that come: a change of them does not hide itself.
fn tell(changes: &Changes, dangers: &[&str], log: Prepared) {
    let is_shown = if dangers.is_empty() {
        tracing::enabled!(tracing::Level::INFO)
    } else {
        tracing::enabled!(tracing::Level::WARN)
    };
    if is_shown {
        tell_now(changes, dangers);
        log.set();
    } else {
        log.set();
        tell_now(changes, dangers);
    }
}

/// A danger that was turned on is a warning.
fn tell_now(changes: &Changes, dangers: &[&str]) {
    let changes = changes.to_string();
    if dangers.is_empty() {
        tracing::info!(changes, "the configuration was read again");
    } else {
        tracing::warn!(dangerous = dangers.join("; "), changes, "the configuration was read again");
    }
}

fn refused(fault: &str) {
    tracing::error!(fault, "the configuration was read again and is faulty; what there was before serves on");
}

#[cfg(test)]
mod tests;
