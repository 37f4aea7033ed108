//! The gRPC server: where it listens, who may come, what they may take.

use std::net::SocketAddr;

use super::unspecified;
use crate::cli::judge::Judge;
use crate::cli::options as option;
use crate::cli::values;
use crate::config::{HealthcheckSettings, LogCalls, LogFormat, LogSettings, PageSettings, ServerSettings};
use crate::server::{AllowedHeader, AllowedOrigins, Hosts, KeepAlive, Limits, Origin, Reflection};
use crate::web::connect_source;

/// How an address to listen on is judged.
type Listen = fn(&str) -> Result<SocketAddr, String>;

impl Judge<'_> {
    pub(super) fn server(
        &mut self,
        listen: Listen,
        hosts: Hosts,
        reflection: Reflection,
        page_client: Option<&str>,
    ) -> ServerSettings {
        // Of no use on loopback, and judged like any other value.
        self.optional(&option::DANGEROUS_LISTEN_WITHOUT_TLS, values::switch);
        let server = ServerSettings {
            grpc_listen: self.with_default(&option::GRPC_LISTEN, unspecified(), listen),
            allow_origins: self.allow_origins(),
            allow_headers: self.allow_headers(),
            hosts,
            page: self.page(listen, page_client),
            tls: self.tls(),
            limits: self.limits(),
            max_token_size: self.with_default(&option::MAX_TOKEN_SIZE, 0, values::token_size),
            remembered_tokens: self.with_default(&option::REMEMBER_TOKENS, 0, values::remembered_tokens),
            report_only: self.optional(&option::DANGEROUS_REPORT_ONLY, values::switch).unwrap_or_default(),
            reflection: self.with_default(&option::REFLECTION, reflection, values::reflection),
            shutdown_grace: self.duration(&option::SHUTDOWN_GRACE, values::duration),
            log: self.log(),
        };
        self.check_sizes(&server);
        server
    }

    /// A token that is read has to arrive.
    fn check_sizes(&mut self, server: &ServerSettings) {
        let (token, head) = (server.max_token_size, server.limits.header_list_size);
        if token > head as usize {
            self.fault(format!(
                "--{}: a token of {token} bytes has no room in a head of {head} (--{})",
                option::MAX_TOKEN_SIZE.name,
                option::MAX_HEADER_LIST_SIZE.name
            ));
        }
    }

    /// A token that is sent in plain text can be used by whoever sees it, and so can a page that is changed on
    /// its way.
    pub(super) fn check_plain_text(&mut self, server: &ServerSettings) {
        let dangerous = self.optional(&option::DANGEROUS_LISTEN_WITHOUT_TLS, values::switch) == Some(true);
        if dangerous || !self.sources.is_missing(&option::TLS_CERTIFICATE) {
            return;
        }
        let web_listen = server.page.as_ref().map(|page| (&option::WEB_LISTEN, page.web_listen));
        for (option, address) in [(&option::GRPC_LISTEN, server.grpc_listen)].into_iter().chain(web_listen) {
            if let (false, Some(listen)) = (address.ip().is_loopback(), self.sources.get(option)) {
                self.fault(format!(
                    "{}: {address} is not on loopback, and tokens would come in plain text; give \
                     --tls-certificate and --tls-key, or --dangerous-listen-without-tls where something in \
                     front of it speaks TLS",
                    listen.origin
                ));
            }
        }
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
        HealthcheckSettings { address, transport: self.healthcheck_transport() }
    }

    fn log(&mut self) -> LogSettings {
        LogSettings {
            format: self.with_default(&option::LOG_FORMAT, LogFormat::Text, values::log_format),
            calls: self.with_default(&option::LOG_CALLS, LogCalls::Refused, values::log_calls),
            filter: self.with_default(&option::LOG_LEVEL, String::new(), values::log_level),
        }
    }

    fn limits(&mut self) -> Limits {
        Limits {
            connections: self.with_default(&option::MAX_CONNECTIONS, 0, values::count) as usize,
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

    /// In `serve` there is a page only where there is a client for it.
    fn page(&mut self, listen: Listen, default_client: Option<&str>) -> Option<PageSettings> {
        let connect_origins = match self.sources.get(&option::CONNECT_ORIGIN) {
            Some(given) => self.judge(&given, connect_origin).unwrap_or_default(),
            None => Vec::new(),
        };
        let client_id = self.optional(&option::PAGE_CLIENT_ID, values::name);
        if default_client.is_none() {
            self.goes_with(&option::WEB_LISTEN, &option::PAGE_CLIENT_ID);
            self.goes_with(&option::CONNECT_ORIGIN, &option::PAGE_CLIENT_ID);
        }
        let web_listen = self.with_default(&option::WEB_LISTEN, unspecified(), listen);
        let client_id = client_id.or_else(|| default_client.map(ToOwned::to_owned))?;
        Some(PageSettings { web_listen, client_id, connect_origins })
    }

    fn allow_headers(&mut self) -> Vec<AllowedHeader> {
        match self.sources.get(&option::ALLOW_HEADER) {
            Some(given) => self.judge(&given, header).unwrap_or_default(),
            None => Vec::new(),
        }
    }

    fn allow_origins(&mut self) -> Option<AllowedOrigins> {
        let mut given = self.sources.get(&option::ALLOW_ORIGIN)?;
        let all = given.texts.len();
        given.texts.retain(|text| text != "*");
        let has_any = given.texts.len() < all;
        if has_any && (all > 1) {
            self.fault(format!("{}: * stands for every origin, and no other beside it", given.origin));
        }
        let listed = self.judge(&given, origin).unwrap_or_default();
        Some(if has_any { AllowedOrigins::Any } else { AllowedOrigins::Listed(listed) })
    }
}

fn header(text: &str) -> Result<AllowedHeader, String> {
    text.parse::<AllowedHeader>().map_err(|error| values::about(text, error))
}

fn origin(text: &str) -> Result<Origin, String> {
    text.parse::<Origin>().map_err(|error| values::about(text, error))
}

/// What the page's policy names has to be one place that a page can speak to.
fn connect_origin(text: &str) -> Result<Origin, String> {
    let origin = origin(text)?;
    match url::Url::parse(text).ok().and_then(|url| connect_source(&url)) {
        Some(_) => Ok(origin),
        None => {
            Err(values::about(text, "a page speaks to http and https alone, and to one host by its name"))
        }
    }
}
