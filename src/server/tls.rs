//! TLS of the listener: certificates from files, which are read again while it serves.

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::{CryptoProvider, aws_lc_rs};
use tokio_rustls::rustls::pki_types::pem::{self, PemObject as _};
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::danger::ClientCertVerifier;
use tokio_rustls::rustls::server::{VerifierBuilderError, WebPkiClientVerifier};
use tokio_rustls::rustls::{self, RootCertStore, ServerConfig};

/// What a server shows, and what it asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsFiles {
    /// Its certificate and what vouches for it, as PEM, its own first.
    pub certificate: PathBuf,
    /// Its private key, as PEM.
    pub key: PathBuf,
    /// Who vouches for clients, if those have certificates.
    pub client_ca: Option<ClientCa>,
}

/// Who vouches for clients.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientCa {
    /// Roots, as PEM.
    pub file: PathBuf,
    /// Whether a client may come without a certificate.
    pub client: ClientCertificate,
}

/// Whether a client may come without a certificate. One that it shows has to be in order in any case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClientCertificate {
    /// It may not.
    Required,
    /// It may.
    Optional,
}

/// Certificates in use. A copy sees what another has reloaded.
#[derive(Clone)]
pub struct Tls {
    files: Arc<TlsFiles>,
    reload: Duration,
    current: Arc<ArcSwap<Loaded>>,
}

struct Loaded {
    contents: Contents,
    config: Arc<ServerConfig>,
}

#[derive(PartialEq, Eq)]
struct Contents {
    certificate: Vec<u8>,
    key: Vec<u8>,
    client_ca: Option<Vec<u8>>,
}

impl Tls {
    /// Reads the files, now and again each `reload` while a server has them.
    ///
    /// # Errors
    /// [`TlsError`], where nothing could be served by them.
    pub fn load(files: TlsFiles, reload: Duration) -> Result<Self, TlsError> {
        let current = Arc::new(ArcSwap::from_pointee(Loaded::new(&files, Contents::read(&files)?)?));
        Ok(Self { files: Arc::new(files), reload, current })
    }

    /// Reads the files again, and tells whether they have changed. Connections that are open stay as they are.
    ///
    /// # Errors
    /// [`TlsError`]; those of before serve on.
    pub fn reload(&self) -> Result<bool, TlsError> {
        let contents = Contents::read(&self.files)?;
        if contents == self.current.load().contents {
            return Ok(false);
        }
        // Sessions that could be resumed go with the configuration, so that nobody comes in by a root that
        // is not there any more.
        self.current.store(Arc::new(Loaded::new(&self.files, contents)?));
        Ok(true)
    }

    /// What a connection is accepted by.
    pub(super) fn acceptor(&self) -> TlsAcceptor {
        TlsAcceptor::from(Arc::clone(&self.current.load().config))
    }

    /// Reloads, again and again. A certificate and its key are two files: while one of them is new and the
    /// other is not, they do not fit, and are looked at the next time.
    pub(super) async fn follow(self) {
        loop {
            tokio::time::sleep(self.reload).await;
            let tls = self.clone();
            match tokio::task::spawn_blocking(move || tls.reload()).await {
                Ok(Ok(true)) => tracing::info!("new certificates"),
                Ok(Ok(false)) => {}
                Ok(Err(error)) => tracing::warn!(%error, "the certificates of before serve on"),
                Err(error) => tracing::warn!(%error, "the certificates were not read"),
            }
        }
    }
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tls").field("files", &self.files).finish_non_exhaustive()
    }
}

impl Contents {
    fn read(files: &TlsFiles) -> Result<Self, TlsError> {
        let read = |path: &Path| fs::read(path).map_err(|error| TlsError::read(path, error));
        Ok(Self {
            certificate: read(&files.certificate)?,
            key: read(&files.key)?,
            client_ca: files.client_ca.as_ref().map(|ca| read(&ca.file)).transpose()?,
        })
    }
}

impl Loaded {
    fn new(files: &TlsFiles, contents: Contents) -> Result<Self, TlsError> {
        // Handed in, for a process may have other ideas of which one is the usual.
        let provider = Arc::new(aws_lc_rs::default_provider());
        let chain = certificates(&files.certificate, &contents.certificate)?;
        let key = PrivateKeyDer::from_pem_slice(&contents.key).map_err(|error| match error {
            pem::Error::NoItemsFound => TlsError::NoKey { path: files.key.clone() },
            error => TlsError::Pem { path: files.key.clone(), error },
        })?;
        let verifier = match (&files.client_ca, &contents.client_ca) {
            (Some(ca), Some(pem)) => verifier(ca, pem, &provider)?,
            _ => WebPkiClientVerifier::no_client_auth(),
        };
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(TlsError::Unfit)?
            .with_client_cert_verifier(verifier)
            .with_single_cert(chain, key)
            .map_err(TlsError::Unfit)?;
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(Self { contents, config: Arc::new(config) })
    }
}

fn certificates(path: &Path, pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    let found = found.map_err(|error| TlsError::Pem { path: path.to_owned(), error })?;
    if found.is_empty() { Err(TlsError::NoCertificate { path: path.to_owned() }) } else { Ok(found) }
}

fn verifier(
    ca: &ClientCa,
    pem: &[u8],
    provider: &Arc<CryptoProvider>,
) -> Result<Arc<dyn ClientCertVerifier>, TlsError> {
    let mut roots = RootCertStore::empty();
    for certificate in certificates(&ca.file, pem)? {
        roots.add(certificate).map_err(|error| TlsError::Root { path: ca.file.clone(), error })?;
    }
    let builder = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider));
    let builder = match ca.client {
        ClientCertificate::Required => builder,
        ClientCertificate::Optional => builder.allow_unauthenticated(),
    };
    builder.build().map_err(|error| TlsError::ClientCa { path: ca.file.clone(), error })
}

/// Why files make no TLS. None of it shows what is in a key.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TlsError {
    /// A file cannot be read.
    #[error("{}: {error}", path.display())]
    Read {
        /// Which one.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// A file is no PEM.
    #[error("{}: it is no PEM: {error}", path.display())]
    Pem {
        /// Which one.
        path: PathBuf,
        /// Why.
        error: pem::Error,
    },
    /// There is no certificate where one should be.
    #[error("{}: there is no PEM certificate in it", path.display())]
    NoCertificate {
        /// Where.
        path: PathBuf,
    },
    /// There is no private key where it should be.
    #[error("{}: there is no PEM private key in it", path.display())]
    NoKey {
        /// Where.
        path: PathBuf,
    },
    /// A root cannot vouch for anybody.
    #[error("{}: {error}", path.display())]
    Root {
        /// Where.
        path: PathBuf,
        /// Why.
        error: rustls::Error,
    },
    /// Roots cannot vouch for clients.
    #[error("{}: {error}", path.display())]
    ClientCa {
        /// Where.
        path: PathBuf,
        /// Why.
        error: VerifierBuilderError,
    },
    /// The certificate and the key do not fit, or cannot be used.
    #[error("the certificate and its key: {0}")]
    Unfit(rustls::Error),
}

impl TlsError {
    fn read(path: &Path, error: io::Error) -> Self {
        Self::Read { path: path.to_owned(), error }
    }

    /// The file that is at fault, where it is one alone.
    pub fn path(&self) -> Option<&Path> {
        match self {
            Self::Read { path, .. }
            | Self::Pem { path, .. }
            | Self::NoCertificate { path }
            | Self::NoKey { path }
            | Self::Root { path, .. }
            | Self::ClientCa { path, .. } => Some(path),
            Self::Unfit(_) => None,
        }
    }
}
