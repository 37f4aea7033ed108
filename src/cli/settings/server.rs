//! The gRPC server: where it listens, who may come, what they may take.

use std::net::SocketAddr;
use std::path::PathBuf;

use super::unspecified;
use crate::cli::judge::Judge;
use crate::cli::options as option;
use crate::cli::sources::Given;
use crate::cli::values;
use crate::config::{HealthcheckSettings, LogFormat, LogSettings, ServerSettings};
use crate::server::{
    AllowedOrigins, ClientCa, ClientCertificate, KeepAlive, Limits, Origin, Reflection, Tls, TlsError,
    TlsFiles,
};

impl Judge<'_> {
    pub(super) fn server(
        &mut self,
        listen: fn(&str) -> Result<SocketAddr, String>,
        reflection: Reflection,
    ) -> ServerSettings {
        ServerSettings {
            grpc_listen: self.with_default(&option::GRPC_LISTEN, unspecified(), listen),
            allow_origins: self.allow_origins(),
            tls: self.tls(),
            limits: self.limits(),
            max_token_size: self.with_default(&option::MAX_TOKEN_SIZE, 0, values::token_size),
            reflection: self.with_default(&option::REFLECTION, reflection, values::reflection),
            shutdown_grace: self.duration(&option::SHUTDOWN_GRACE, values::duration),
            log: self.log(),
        }
    }

    /// A token that is sent in plain text can be used by whoever sees it.
    pub(super) fn check_plain_text(&mut self, server: &ServerSettings) {
        let dangerous = self.optional(&option::DANGEROUS_LISTEN_WITHOUT_TLS, values::switch) == Some(true);
        let has_tls = self.sources.get(&option::TLS_CERTIFICATE).is_some();
        if has_tls || dangerous || server.grpc_listen.ip().is_loopback() {
            return;
        }
        let Some(listen) = self.sources.get(&option::GRPC_LISTEN) else { return };
        self.fault(format!(
            "{}: {} is not on loopback, and tokens would come in plain text; give --tls-certificate and \
             --tls-key, or --dangerous-listen-without-tls where something in front of it speaks TLS",
            listen.origin, server.grpc_listen
        ));
    }

    pub(in crate::cli) fn healthcheck(&mut self) -> HealthcheckSettings {
        let mut address = self.with_default(&option::GRPC_LISTEN, unspecified(), values::address);
        if address.ip().is_unspecified() {
            address.set_ip(if address.is_ipv4() {
                [127, 0, 0, 1].into()
            } else {
                std::net::Ipv6Addr::LOCALHOST.into()
            });
        }
        HealthcheckSettings { address, tls: self.tls_files(None) }
    }

    fn log(&mut self) -> LogSettings {
        let format = self.with_default(&option::LOG_FORMAT, LogFormat::Text, values::log_format);
        let Some((filter, origin)) = self.sources.variable("RUST_LOG") else {
            return LogSettings { format, filter: "info".to_owned() };
        };
        if let Err(error) = tracing_subscriber::EnvFilter::try_new(&filter) {
            self.fault(format!("{origin}: {filter:?} names no levels: {error}"));
        }
        LogSettings { format, filter }
    }

    fn limits(&mut self) -> Limits {
        Limits {
            connections: self.with_default(&option::MAX_CONNECTIONS, 0, values::count),
            concurrent_streams: self.with_default(&option::MAX_CONCURRENT_STREAMS, 0, values::count),
            header_list_size: self.with_default(&option::MAX_HEADER_LIST_SIZE, 0, values::header_list_size),
            frame_size: self.with_default(&option::MAX_FRAME_SIZE, 0, values::frame_size),
            message_size: self.with_default(&option::MAX_MESSAGE_SIZE, 0, values::message_size),
            first_head: self.duration(&option::FIRST_HEAD_TIMEOUT, values::interval),
            head: self.duration(&option::HEAD_TIMEOUT, values::interval),
            idle: self.duration(&option::IDLE_TIMEOUT, values::interval),
            keep_alive: KeepAlive {
                interval: self.duration(&option::KEEP_ALIVE_INTERVAL, values::interval),
                timeout: self.duration(&option::KEEP_ALIVE_TIMEOUT, values::interval),
            },
            connection_age: self.duration(&option::MAX_CONNECTION_AGE, values::interval),
            connection_age_grace: self.duration(&option::MAX_CONNECTION_AGE_GRACE, values::duration),
        }
    }

    fn allow_origins(&mut self) -> AllowedOrigins {
        let Some(given) = self.sources.get(&option::ALLOW_ORIGIN) else { return AllowedOrigins::default() };
        if given.texts.iter().any(|text| text == "*") {
            if given.texts.len() > 1 {
                self.fault(format!("{}: * stands for every origin, and no other beside it", given.origin));
            }
            return AllowedOrigins::Any;
        }
        let origin = |text: &str| text.parse::<Origin>().map_err(|error| values::about(text, error));
        AllowedOrigins::Listed(self.judge(&given, origin).unwrap_or_default())
    }
}

impl Judge<'_> {
    fn tls(&mut self) -> Option<Tls> {
        let client_ca = self.client_ca();
        let reload = self.duration(&option::TLS_RELOAD, values::interval);
        let files = self.tls_files(client_ca)?;
        match Tls::load(files, reload) {
            Ok(tls) => Some(tls),
            Err(error) => {
                let origin = self.origin_of(&error);
                self.fault(format!("{origin}: {error}"));
                None
            }
        }
    }

    /// Both files, or none; each can be read.
    fn tls_files(&mut self, client_ca: Option<ClientCa>) -> Option<TlsFiles> {
        let pair = [&option::TLS_CERTIFICATE, &option::TLS_KEY];
        let given = pair.map(|option| self.sources.get(option));
        let [certificate, key] = pair.map(|option| self.optional(option, values::file));
        for (one, other) in [(0, 1), (1, 0)] {
            if let (Some(given), None) = (&given[one], &given[other]) {
                self.fault(format!(
                    "{}: it goes with --{}, which is missing",
                    given.origin, pair[other].name
                ));
            }
        }
        Some(TlsFiles { certificate: certificate?, key: key?, client_ca })
    }

    fn client_ca(&mut self) -> Option<ClientCa> {
        let client = self.with_default(
            &option::TLS_CLIENT_CERTIFICATE,
            ClientCertificate::Required,
            values::client_certificate,
        );
        let given = self.sources.get(&option::TLS_CLIENT_CA)?;
        if self.sources.get(&option::TLS_CERTIFICATE).is_none() {
            self.fault(format!("{}: it goes with --tls-certificate, which is missing", given.origin));
        }
        let file = self.optional(&option::TLS_CLIENT_CA, values::file)?;
        Some(ClientCa { file, client })
    }

    /// What named the file that is at fault.
    fn origin_of(&mut self, error: &TlsError) -> String {
        let named = |given: &Given| given.texts.last().map(PathBuf::from);
        [&option::TLS_CERTIFICATE, &option::TLS_KEY, &option::TLS_CLIENT_CA]
            .into_iter()
            .filter_map(|option| self.sources.get(option))
            .find(|given| named(given).as_deref() == error.path())
            .map_or_else(|| "--tls-certificate".to_owned(), |given| given.origin.to_string())
    }
}
