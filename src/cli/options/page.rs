//! The page.

use super::{Kind, Opt, value};

const PAGE: &str = "Page";

/// `sekisho token` has another of that name.
pub(in crate::cli) static PAGE_CLIENT_ID: Opt = Opt {
    value_name: "ID",
    help: "The page's client at the issuer; without one, `serve` has no page [default: page in development]",
    ..value("client-id", "OIDC_CLIENT_ID", PAGE)
};
pub(in crate::cli) static WEB_LISTEN: Opt = Opt {
    default: Some("127.0.0.1:8080"),
    value_name: "IP:PORT",
    help: "Where the page is served; in `serve` only with a client id",
    ..value("web-listen", "SEKISHO_WEB_LISTEN", PAGE)
};
pub(in crate::cli) static CONNECT_ORIGIN: Opt = Opt {
    kind: Kind::List,
    value_name: "ORIGIN",
    help: "An origin that endpoints of the issuer have besides its own, for the page to speak to; may be repeated",
    ..value("connect-origin", "SEKISHO_CONNECT_ORIGINS", PAGE)
};

pub(super) static ALL: [&Opt; 3] = [&WEB_LISTEN, &PAGE_CLIENT_ID, &CONNECT_ORIGIN];
