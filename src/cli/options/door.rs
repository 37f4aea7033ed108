//! Who may come to the listener, and how.

use super::{Kind, Opt, value};

const BROWSERS: &str = "Browsers";
const TLS: &str = "TLS of the listener";

pub(in crate::cli) static ALLOW_ORIGIN: Opt = Opt {
    kind: Kind::List,
    value_name: "ORIGIN",
    help: "An origin whose pages may call over gRPC-Web, like https://app.example; may be repeated; * for any [default: that of the page, http://localhost:PORT]",
    ..value("allow-origin", "SEKISHO_ALLOW_ORIGINS", BROWSERS)
};
pub(in crate::cli) static ALLOW_HEADER: Opt = Opt {
    kind: Kind::List,
    value_name: "NAME",
    help: "A header that pages may send besides authorization and those of gRPC-Web, like traceparent; may be repeated",
    ..value("allow-header", "SEKISHO_ALLOW_HEADERS", BROWSERS)
};
pub(in crate::cli) static TLS_CERTIFICATE: Opt = Opt {
    value_name: "FILE",
    help: "The server's certificate (PEM), and what vouches for it",
    ..value("tls-certificate", "SEKISHO_TLS_CERTIFICATE", TLS)
};
pub(in crate::cli) static TLS_KEY: Opt =
    Opt { value_name: "FILE", help: "Its private key (PEM)", ..value("tls-key", "SEKISHO_TLS_KEY", TLS) };
pub(in crate::cli) static TLS_CLIENT_CA: Opt = Opt {
    value_name: "FILE",
    help: "Roots (PEM) that vouch for clients, which then have to have a certificate",
    ..value("tls-client-ca", "SEKISHO_TLS_CLIENT_CA", TLS)
};
pub(in crate::cli) static TLS_CLIENT_CERTIFICATE: Opt = Opt {
    default: Some("required"),
    value_name: "WHETHER",
    help: "With --tls-client-ca: required, or optional to let clients come without",
    ..value("tls-client-certificate", "SEKISHO_TLS_CLIENT_CERTIFICATE", TLS)
};
pub(in crate::cli) static TLS_RELOAD: Opt = Opt {
    default: Some("1m"),
    value_name: "DURATION",
    help: "How often these files are read again, in case they have changed",
    ..value("tls-reload", "SEKISHO_TLS_RELOAD", TLS)
};
pub(in crate::cli) static DANGEROUS_LISTEN_WITHOUT_TLS: Opt = Opt {
    kind: Kind::Switch,
    help: "Listen in plain text elsewhere than on loopback: whoever is on the way can take the tokens",
    ..value("dangerous-listen-without-tls", "SEKISHO_DANGEROUS_LISTEN_WITHOUT_TLS", TLS)
};
/// Of the health check, which is a client.
pub(in crate::cli) static CLIENT_CERTIFICATE: Opt = Opt {
    value_name: "FILE",
    help: "What is shown to a server that wants certificates of its clients (PEM)",
    in_file: false,
    ..value("client-certificate", "SEKISHO_HEALTHCHECK_CERTIFICATE", TLS)
};
pub(in crate::cli) static CLIENT_KEY: Opt = Opt {
    value_name: "FILE",
    help: "Its private key (PEM)",
    in_file: false,
    ..value("client-key", "SEKISHO_HEALTHCHECK_KEY", TLS)
};

pub(super) static ALL: [&Opt; 8] = [
    &ALLOW_ORIGIN,
    &ALLOW_HEADER,
    &TLS_CERTIFICATE,
    &TLS_KEY,
    &TLS_CLIENT_CA,
    &TLS_CLIENT_CERTIFICATE,
    &TLS_RELOAD,
    &DANGEROUS_LISTEN_WITHOUT_TLS,
];
