//! SIGHUP: the configuration is read again, and the running server is changed by it.

use std::net::SocketAddr;

use super::{connections_that_fit, issuers, page};
use crate::cli::logging::Filters;
use crate::cli::{Failure, Reread};
use crate::config::{Changes, LogSettings, ServeSettings, ServerSettings, TrustedIssuer, changes};
use crate::server::Control;
use crate::services::MessageSize;

/// A server that runs, and what it was told last.
pub(super) struct Running {
    pub(super) settings: ServeSettings,
    pub(super) reread: Reread,
    pub(super) control: Control,
    pub(super) message_size: MessageSize,
    pub(super) filters: Filters,
    /// Where the page is, if there is one.
    pub(super) web: Option<SocketAddr>,
    /// Whose page it is, whoever is the first issuer by now.
    pub(super) page_of: Option<TrustedIssuer>,
}

impl Running {
    /// Reads the configuration again and does what it says, and logs in one line what changed. A configuration with a
    /// fault is refused whole: what there was before serves on.
    pub(super) async fn reload(&mut self) {
        let reread = self.reread.clone();
        let read = tokio::task::spawn_blocking(move || reread.serve()).await;
        match read {
            Ok(Ok(settings)) => match self.change(settings).await {
                Ok(changes) => {
                    issuers::read_files_again(&self.settings.issuers, &self.control.authorizer().issuers())
                        .await;
                    tracing::info!(changes = changes.to_string(), "the configuration was read again");
                }
                Err(Failure { message, .. }) => refused(&message),
            },
            Ok(Err(faults)) => faults.iter().for_each(|fault| refused(fault)),
            Err(error) => refused(&error.to_string()),
        }
    }

    /// Everything that can fail comes before the first change: a failure changes nothing.
    async fn change(&mut self, new: ServeSettings) -> Result<Changes, Failure> {
        let changes = changes(&self.settings, self.page_of.as_ref(), &new);
        let origins = page::allowed_origins(&new.server, self.web)?;
        let mut limits = new.server.limits.clone();
        limits.connections = if limits.connections == self.settings.server.limits.connections {
            self.control.limits().connections
        } else {
            connections_that_fit(limits.connections)
        };
        limits.check().map_err(Failure::at_run_time)?;
        let log = self.filters.prepare(&new.server.log).map_err(Failure::at_run_time)?;
        let running = self.control.authorizer().issuers();
        let trusted = issuers::changed(&self.settings.issuers, &running, &new.issuers).await?;
        self.control.authorizer().replace_issuers(trusted).map_err(Failure::at_run_time)?;
        log.set();
        self.control.authorizer().set_max_token_size(new.server.max_token_size);
        self.message_size.set(limits.message_size);
        self.control.set_limits(limits).map_err(Failure::at_run_time)?;
        self.control.set_origins(&origins, &new.server.allow_headers);
        self.remember(new);
        Ok(changes)
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

fn refused(fault: &str) {
    tracing::error!(fault, "the configuration was read again and is faulty; what there was before serves on");
}

#[cfg(test)]
mod tests;
