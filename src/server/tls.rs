//! TLS of the listener: certificates from files, which are read again while it serves.

mod files;

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use arc_swap::ArcSwap;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::server::{NoServerSessionStorage, WebPkiClientVerifier};
use tokio_rustls::rustls::sign::SingleCertAndKey;

use files::ClientRoots;
pub use files::{
    Certificate, CertificateFiles, ClientCa, ClientCertificate, TlsError, TlsFault, TlsFile, TlsFiles,
};

/// Less would do nothing but read.
const LEAST_RELOAD: Duration = Duration::from_millis(10);

/// Certificates in use. A copy sees what another has reloaded.
#[derive(Clone)]
pub struct Tls {
    shared: Arc<Shared>,
}

struct Shared {
    files: TlsFiles,
    reload: Duration,
    /// What the files said when they were last in order. Held by whoever reloads, so that nobody stores what
    /// was read before over what was read after.
    parts: Mutex<Parts>,
    config: ArcSwap<ServerConfig>,
}

#[derive(Clone, PartialEq)]
struct Parts {
    certificate: Certificate,
    client_roots: Option<ClientRoots>,
}

/// What came of reading the files again.
#[derive(Debug)]
#[must_use]
pub struct Reloaded {
    /// Whether there is something new.
    pub changed: bool,
    /// What is not in order; what there was in its place serves on.
    pub errors: Vec<TlsError>,
}

impl Tls {
    /// Reads the files, now and again each `reload` while a server has them.
    ///
    /// # Errors
    /// Every fault of theirs.
    pub fn load(files: TlsFiles, reload: Duration) -> Result<Self, Vec<TlsError>> {
        let certificate = files.server.read();
        let client_roots = files.client_ca.as_ref().map(ClientCa::read).transpose();
        let parts = match (certificate, client_roots) {
            (Ok(certificate), Ok(client_roots)) => Parts { certificate, client_roots },
            (certificate, client_roots) => {
                let errors = certificate.err().unwrap_or_default();
                return Err(errors.into_iter().chain(client_roots.err()).collect());
            }
        };
        let config = ArcSwap::from_pointee(parts.config());
        let shared = Shared { files, reload: reload.max(LEAST_RELOAD), parts: Mutex::new(parts), config };
        Ok(Self { shared: Arc::new(shared) })
    }

    /// Reads the files again. Certificate and key are taken together, the roots of clients for themselves: a
    /// root that is taken away does not stay for a key that does not fit. Connections that are open stay.
    pub fn reload(&self) -> Reloaded {
        let Shared { files, parts, config, .. } = &*self.shared;
        let mut current = parts.lock().unwrap_or_else(PoisonError::into_inner);
        let mut next = current.clone();
        let mut errors = Vec::new();
        match files.server.read() {
            Ok(certificate) => next.certificate = certificate,
            Err(faults) => errors.extend(faults),
        }
        match files.client_ca.as_ref().map(ClientCa::read).transpose() {
            Ok(client_roots) => next.client_roots = client_roots,
            Err(fault) => errors.push(fault),
        }
        let changed = next != *current;
        if changed {
            // Sessions that could be resumed go with the configuration, so that nobody comes in by a root
            // that is not there any more.
            config.store(Arc::new(next.config()));
            *current = next;
        }
        Reloaded { changed, errors }
    }

    /// The files that are read.
    pub fn files(&self) -> &TlsFiles {
        &self.shared.files
    }

    /// How often they are read again.
    pub fn reload_interval(&self) -> Duration {
        self.shared.reload
    }

    /// What a connection is accepted by.
    pub(super) fn acceptor(&self) -> TlsAcceptor {
        TlsAcceptor::from(self.shared.config.load_full())
    }

    /// Reloads, again and again. A certificate and its key are two files: while one of them is new and the
    /// other is not, they do not fit, and are looked at the next time.
    pub(super) async fn follow(self) {
        loop {
            tokio::time::sleep(self.shared.reload).await;
            self.reload_and_tell().await;
        }
    }

    /// Reads the files again beside what else there is to do, and logs what came of it.
    async fn reload_and_tell(&self) {
        let tls = self.clone();
        if let Ok(reloaded) = tokio::task::spawn_blocking(move || tls.reload()).await {
            reloaded.tell();
        }
    }
}

impl Reloaded {
    /// Logs it.
    pub fn tell(&self) {
        for error in &self.errors {
            tracing::warn!(error = error.to_string(), "what there was before serves on");
        }
        if self.changed {
            tracing::info!("new certificates");
        }
    }
}

/// By the files and how often they are read. What stands in them is read again in any case.
impl PartialEq for Tls {
    fn eq(&self, other: &Self) -> bool {
        self.files() == other.files() && self.reload_interval() == other.reload_interval()
    }
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tls").field("files", &self.shared.files).finish_non_exhaustive()
    }
}

impl Parts {
    #[expect(clippy::expect_used, reason = "the provider is the one of the line before")]
    fn config(&self) -> ServerConfig {
        // Handed in, for a process may have other ideas of which one is the usual.
        let provider = Arc::new(aws_lc_rs::default_provider());
        let verifier = match &self.client_roots {
            Some(roots) => roots.verifier(),
            None => WebPkiClientVerifier::no_client_auth(),
        };
        let certificate = SingleCertAndKey::from(self.certificate.certified_key());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("aws-lc-rs has ciphers for TLS 1.2 and 1.3")
            .with_client_cert_verifier(verifier)
            .with_cert_resolver(Arc::new(certificate));
        if self.client_roots.is_some() {
            // A session that is resumed shows no certificate, and the dates of the one before are not looked at
            // again. So there is none: neither by number (TLS 1.2) nor by ticket; a ticketer is not set.
            config.session_storage = Arc::new(NoServerSessionStorage {});
            config.send_tls13_tickets = 0;
        }
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        config
    }
}
