//! What the listener shows, and the health check.

use crate::cli::judge::Judge;
use crate::cli::options::{self as option, Opt};
use crate::cli::values;
use crate::config::HealthcheckTransport;
use crate::server::{CertificateFiles, ClientCa, ClientCertificate, Tls, TlsError, TlsFile, TlsFiles};

impl Judge<'_> {
    pub(super) fn tls(&mut self) -> Option<Tls> {
        let reload = self.duration(&option::TLS_RELOAD, values::interval);
        let client = self.client_certificate();
        let server = self.pair([&option::TLS_CERTIFICATE, &option::TLS_KEY]);
        let client_ca = self.optional(&option::TLS_CLIENT_CA, values::path);
        self.goes_with(&option::TLS_CLIENT_CA, &option::TLS_CERTIFICATE);
        let client_ca = client_ca.map(|file| ClientCa { file, client });
        Tls::load(TlsFiles { server: server?, client_ca }, reload)
            .map_err(|errors| errors.into_iter().for_each(|error| self.tls_fault(&error)))
            .ok()
    }

    /// Whoever asks for certificates of clients, and names nobody who vouches for them, would get none.
    fn client_certificate(&mut self) -> ClientCertificate {
        self.goes_with(&option::TLS_CLIENT_CERTIFICATE, &option::TLS_CLIENT_CA);
        let required = ClientCertificate::Required;
        self.with_default(&option::TLS_CLIENT_CERTIFICATE, required, values::client_certificate)
    }

    pub(super) fn healthcheck_transport(&mut self) -> HealthcheckTransport {
        let identity = self.pair([&option::CLIENT_CERTIFICATE, &option::CLIENT_KEY]);
        let identity = identity.and_then(|files| {
            let name =
                |file| if file == TlsFile::Key { &option::CLIENT_KEY } else { &option::CLIENT_CERTIFICATE };
            files
                .read()
                .map_err(|errors| errors.into_iter().for_each(|e| self.file_fault(name(e.file), &e)))
                .ok()
        });
        // The server's own is not read: it is enough that it has one.
        if identity.is_none() && self.sources.get(&option::TLS_CERTIFICATE).is_none() {
            return HealthcheckTransport::PlainText;
        }
        HealthcheckTransport::Tls { identity }
    }

    /// Both files, or none.
    fn pair(&mut self, [certificate, key]: [&'static Opt; 2]) -> Option<CertificateFiles> {
        self.goes_with(certificate, key);
        self.goes_with(key, certificate);
        let files = [certificate, key].map(|option| self.optional(option, values::path));
        let [Some(certificate), Some(key)] = files else { return None };
        Some(CertificateFiles { certificate, key })
    }

    pub(super) fn goes_with(&mut self, option: &'static Opt, other: &'static Opt) {
        if let Some(given) = self.sources.get(option)
            && self.sources.is_missing(other)
        {
            self.fault(format!("{}: it goes with --{}, which is missing", given.origin, other.name));
        }
    }

    fn tls_fault(&mut self, error: &TlsError) {
        let option = match error.file {
            TlsFile::Certificate => &option::TLS_CERTIFICATE,
            TlsFile::Key => &option::TLS_KEY,
            TlsFile::ClientCa => &option::TLS_CLIENT_CA,
        };
        self.file_fault(option, error);
    }

    fn file_fault(&mut self, option: &'static Opt, error: &TlsError) {
        if let Some(given) = self.sources.get(option) {
            self.fault(format!("{}: {error}", given.origin));
        }
    }
}
