//! What stands in the files, read and judged one by one.

use std::fmt;
use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::pem::{self, PemObject as _};
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::danger::ClientCertVerifier;
use tokio_rustls::rustls::server::{VerifierBuilderError, WebPkiClientVerifier};
use tokio_rustls::rustls::sign::CertifiedKey;
use tokio_rustls::rustls::{self, RootCertStore};

/// All roots that browsers trust take a quarter of it.
const LARGEST: u64 = 1024 * 1024;

/// What a server shows, and what it asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsFiles {
    /// What it shows.
    pub server: CertificateFiles,
    /// Who vouches for clients, if those have certificates.
    pub client_ca: Option<ClientCa>,
}

/// A certificate and its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateFiles {
    /// The certificate and what vouches for it, as PEM, its own first.
    pub certificate: PathBuf,
    /// The private key, as PEM.
    pub key: PathBuf,
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

/// A certificate with the key that fits it.
#[derive(Clone)]
pub struct Certificate {
    contents: [Vec<u8>; 2],
    certified_key: Arc<CertifiedKey>,
}

/// Roots of clients.
#[derive(Clone)]
pub(super) struct ClientRoots {
    contents: Vec<u8>,
    verifier: Arc<dyn ClientCertVerifier>,
}

impl CertificateFiles {
    /// Reads both.
    ///
    /// # Errors
    /// Every fault of theirs.
    pub fn read(&self) -> Result<Certificate, Vec<TlsError>> {
        let (of_certificate, of_key) = (TlsFile::Certificate, TlsFile::Key);
        let certificate = read(of_certificate, &self.certificate);
        let chain = certificate
            .and_then(|pem| certificates(of_certificate, &self.certificate, &pem).map(|chain| (pem, chain)));
        let key = read(of_key, &self.key).and_then(|pem| key(&self.key, &pem).map(|key| (pem, key)));
        let ((certificate, chain), (key, private_key)) = match (chain, key) {
            (Ok(chain), Ok(key)) => (chain, key),
            (chain, key) => return Err(chain.err().into_iter().chain(key.err()).collect()),
        };
        let certified_key = CertifiedKey::from_der(chain, private_key, &aws_lc_rs::default_provider());
        let certified_key = certified_key
            .map_err(|error| vec![TlsError::new(of_key, &self.key, TlsFault::KeyDoesNotFit(error))])?;
        Ok(Certificate { contents: [certificate, key], certified_key: Arc::new(certified_key) })
    }
}

impl Certificate {
    /// As rustls has it.
    pub fn certified_key(&self) -> Arc<CertifiedKey> {
        Arc::clone(&self.certified_key)
    }
}

impl PartialEq for Certificate {
    fn eq(&self, other: &Self) -> bool {
        self.contents == other.contents
    }
}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Certificate(redacted)")
    }
}

impl ClientCa {
    pub(super) fn read(&self) -> Result<ClientRoots, TlsError> {
        let fault = |fault| TlsError::new(TlsFile::ClientCa, &self.file, fault);
        let pem = read(TlsFile::ClientCa, &self.file)?;
        let mut roots = RootCertStore::empty();
        for certificate in certificates(TlsFile::ClientCa, &self.file, &pem)? {
            roots.add(certificate).map_err(|error| fault(TlsFault::Root(error)))?;
        }
        let provider = Arc::new(aws_lc_rs::default_provider());
        let builder = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
        let builder = match self.client {
            ClientCertificate::Required => builder,
            ClientCertificate::Optional => builder.allow_unauthenticated(),
        };
        let verifier = builder.build().map_err(|error| fault(TlsFault::Roots(error)))?;
        Ok(ClientRoots { contents: pem, verifier })
    }
}

impl ClientRoots {
    pub(super) fn verifier(&self) -> Arc<dyn ClientCertVerifier> {
        Arc::clone(&self.verifier)
    }
}

impl PartialEq for ClientRoots {
    fn eq(&self, other: &Self) -> bool {
        self.contents == other.contents
    }
}

fn read(file: TlsFile, path: &Path) -> Result<Vec<u8>, TlsError> {
    read_small(path).map_err(|fault| TlsError::new(file, path, fault))
}

/// What is no regular file may never end, or never begin.
fn read_small(path: &Path) -> Result<Vec<u8>, TlsFault> {
    if !fs::metadata(path).map_err(TlsFault::Unreadable)?.is_file() {
        return Err(TlsFault::NoFile);
    }
    let mut contents = Vec::new();
    let file = fs::File::open(path).map_err(TlsFault::Unreadable)?;
    file.take(LARGEST + 1).read_to_end(&mut contents).map_err(TlsFault::Unreadable)?;
    if contents.len() as u64 > LARGEST { Err(TlsFault::TooLarge) } else { Ok(contents) }
}

fn certificates(file: TlsFile, path: &Path, pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    let found = found.map_err(|error| TlsError::new(file, path, TlsFault::of_pem(&error)))?;
    if found.is_empty() { Err(TlsError::new(file, path, TlsFault::NoCertificate)) } else { Ok(found) }
}

fn key(path: &Path, pem: &[u8]) -> Result<PrivateKeyDer<'static>, TlsError> {
    PrivateKeyDer::from_pem_slice(pem).map_err(|error| {
        let fault = match error {
            pem::Error::NoItemsFound => TlsFault::NoKey,
            error => TlsFault::of_pem(&error),
        };
        TlsError::new(TlsFile::Key, path, fault)
    })
}

/// A file that makes no TLS, and why.
#[derive(Debug, thiserror::Error)]
#[error("{}: {fault}", path.display())]
pub struct TlsError {
    /// Which of the files.
    pub file: TlsFile,
    /// Where it is.
    pub path: PathBuf,
    /// What is wrong with it.
    pub fault: TlsFault,
}

impl TlsError {
    fn new(file: TlsFile, path: &Path, fault: TlsFault) -> Self {
        Self { file, path: path.to_owned(), fault }
    }
}

/// One of the files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TlsFile {
    /// The server's certificate.
    Certificate,
    /// Its key.
    Key,
    /// The roots of clients.
    ClientCa,
}

/// What is wrong with a file. None of it has anything of the file in it, for that may be a key.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TlsFault {
    /// It cannot be read.
    #[error("{0}")]
    Unreadable(io::Error),
    /// It is a directory, a pipe or a device.
    #[error("it is no regular file")]
    NoFile,
    /// It is larger than any bundle of roots.
    #[error("it is larger than {LARGEST} bytes")]
    TooLarge,
    /// It has no PEM in order.
    #[error("it is no PEM: {0}")]
    Pem(&'static str),
    /// There is no certificate in it.
    #[error("there is no PEM certificate in it")]
    NoCertificate,
    /// There is no private key in it.
    #[error("there is no PEM private key in it")]
    NoKey,
    /// The key cannot be used, or is another certificate's.
    #[error("the key and the certificate do not fit: {0}")]
    KeyDoesNotFit(rustls::Error),
    /// A root cannot vouch for anybody.
    #[error("a root cannot be used: {0}")]
    Root(rustls::Error),
    /// The roots cannot vouch for clients.
    #[error("the roots cannot be used: {0}")]
    Roots(VerifierBuilderError),
}

impl TlsFault {
    /// The parser's own words show the line, which is the whole key where the file has but one.
    fn of_pem(error: &pem::Error) -> Self {
        Self::Pem(match error {
            pem::Error::MissingSectionEnd { .. } => "a line -----END …----- is missing",
            pem::Error::IllegalSectionStart { .. } => "a line -----BEGIN …----- is not in order",
            pem::Error::Base64Decode(_) => "it is no base64",
            pem::Error::NoItemsFound => "there is nothing in it",
            _ => "it cannot be read",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_small_file_is_not_read() {
        let directory = tempfile::tempdir().unwrap();
        let large = directory.path().join("large");
        std::fs::write(&large, vec![b'x'; 1024 * 1024 + 1]).unwrap();
        for (path, expected) in [
            (directory.path(), "it is no regular file"),
            (Path::new("/dev/zero"), "it is no regular file"),
            (&large, "it is larger than 1048576 bytes"),
        ] {
            let error = ClientCa { file: path.to_owned(), client: ClientCertificate::Required }.read().err();
            assert_eq!(error.unwrap().fault.to_string(), expected, "{}", path.display());
        }
    }

    /// A key as it comes out of a variable without quotes.
    #[test]
    fn a_key_on_one_line_is_not_shown() {
        let key = rcgen::KeyPair::generate().unwrap().serialize_pem();
        let secret = key.lines().nth(1).unwrap();
        let decimal = |text: &str| format!("{:?}", text.as_bytes()).trim_matches(['[', ']']).to_owned();
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("key");
        for text in
            [key.replace('\n', " "), key.replace('\n', "\\n"), key.replace('\n', "") + "x", format!("{key}x")]
        {
            std::fs::write(&path, &text).unwrap();
            let files = CertificateFiles { certificate: path.clone(), key: path.clone() };
            let errors = files.read().expect_err("no key, and no certificate");
            let shown: Vec<_> = errors.iter().map(|error| format!("{error} {error:?}")).collect();
            let shown = shown.concat();
            assert!(!shown.contains(secret) && !shown.contains(&decimal(&secret[..10])), "{shown}");
        }
    }
}
