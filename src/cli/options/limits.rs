//! What a peer may take. Names and defaults are those of `server::Limits`.

use super::{Opt, value};

const LIMITS: &str = "Limits of what a peer may take";

const fn limit(name: &'static str, variable: &'static str, default: &'static str) -> Opt {
    Opt { default: Some(default), ..value(name, variable, LIMITS) }
}

const fn time(name: &'static str, variable: &'static str, default: &'static str) -> Opt {
    Opt { value_name: "DURATION", ..limit(name, variable, default) }
}

const fn size(name: &'static str, variable: &'static str, default: &'static str) -> Opt {
    Opt { value_name: "BYTES", ..limit(name, variable, default) }
}

pub(in crate::cli) static MAX_CONNECTIONS: Opt = Opt {
    value_name: "NUMBER",
    help: "Connections at a time, to gRPC and page together; further ones wait to be served",
    ..limit("max-connections", "SEKISHO_MAX_CONNECTIONS", "10000")
};
pub(in crate::cli) static MAX_CONCURRENT_STREAMS: Opt = Opt {
    value_name: "NUMBER",
    help: "Calls at a time on one connection",
    ..limit("max-concurrent-streams", "SEKISHO_MAX_CONCURRENT_STREAMS", "100")
};
pub(in crate::cli) static MAX_HEADER_LIST_SIZE: Opt = Opt {
    help: "Names and values of a request's head",
    ..size("max-header-list-size", "SEKISHO_MAX_HEADER_LIST_SIZE", "65536")
};
pub(in crate::cli) static MAX_FRAME_SIZE: Opt = Opt {
    help: "Payload of an HTTP/2 frame, from 16384 to 16777215",
    ..size("max-frame-size", "SEKISHO_MAX_FRAME_SIZE", "16384")
};
pub(in crate::cli) static MAX_MESSAGE_SIZE: Opt = Opt {
    help: "A message that is received",
    ..size("max-message-size", "SEKISHO_MAX_MESSAGE_SIZE", "4194304")
};
pub(in crate::cli) static FIRST_HEAD_TIMEOUT: Opt = Opt {
    help: "From a connection to the end of its first request's head, TLS included",
    ..time("first-head-timeout", "SEKISHO_FIRST_HEAD_TIMEOUT", "10s")
};
pub(in crate::cli) static HEAD_TIMEOUT: Opt = Opt {
    help: "For each head over HTTP/1.1, the first one too; over HTTP/2 the keep-alive bounds it",
    ..time("head-timeout", "SEKISHO_HEAD_TIMEOUT", "10s")
};
pub(in crate::cli) static IDLE_TIMEOUT: Opt = Opt {
    help: "Idle time-out while a request body is incomplete (HTTP/1.1), or while the peer's system takes nothing of its response",
    ..time("idle-timeout", "SEKISHO_IDLE_TIMEOUT", "20s")
};
pub(in crate::cli) static KEEP_ALIVE_INTERVAL: Opt = Opt {
    help: "How long a peer may be silent before it is sent a ping (over HTTP/1.1, the system's probe)",
    ..time("keep-alive-interval", "SEKISHO_KEEP_ALIVE_INTERVAL", "15s")
};
pub(in crate::cli) static KEEP_ALIVE_TIMEOUT: Opt = Opt {
    help: "How long it may take to answer one",
    ..time("keep-alive-timeout", "SEKISHO_KEEP_ALIVE_TIMEOUT", "10s")
};
pub(in crate::cli) static MAX_CONNECTION_AGE: Opt = Opt {
    help: "How old a connection may get, a tenth more or less, before it takes no more calls",
    ..time("max-connection-age", "SEKISHO_MAX_CONNECTION_AGE", "1h")
};
pub(in crate::cli) static MAX_CONNECTION_AGE_GRACE: Opt = Opt {
    help: "How long the calls on it may then go on",
    ..time("max-connection-age-grace", "SEKISHO_MAX_CONNECTION_AGE_GRACE", "5m")
};

pub(super) static ALL: [&Opt; 12] = [
    &MAX_CONNECTIONS,
    &MAX_CONCURRENT_STREAMS,
    &MAX_HEADER_LIST_SIZE,
    &MAX_FRAME_SIZE,
    &MAX_MESSAGE_SIZE,
    &FIRST_HEAD_TIMEOUT,
    &HEAD_TIMEOUT,
    &IDLE_TIMEOUT,
    &KEEP_ALIVE_INTERVAL,
    &KEEP_ALIVE_TIMEOUT,
    &MAX_CONNECTION_AGE,
    &MAX_CONNECTION_AGE_GRACE,
];
