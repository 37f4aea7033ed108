//! How a text becomes a value, and what is said where it does not. No text is more than one line.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use crate::config::{KeyLocation, LogCalls, LogFormat};
use crate::server::{ClientCertificate, Reflection};
use sekisho::jwks::{HttpUrl, InvalidHttpUrl, PlainHttp};
use sekisho::scope::{ScopePrefix, ScopeToken};
use sekisho::token::ClaimPath;

const YEAR: Duration = Duration::from_secs(365 * 24 * 60 * 60);

pub(super) fn address(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| format!("{text:?} is no address; expected IP:PORT, like 127.0.0.1:50051"))
}

pub(super) fn loopback(text: &str) -> Result<SocketAddr, String> {
    let address = address(text)?;
    if address.ip().is_loopback() {
        return Ok(address);
    }
    Err(format!(
        "{text:?} is not on loopback; in development nothing listens elsewhere (see `sekisho serve`)"
    ))
}

pub(super) fn duration(text: &str) -> Result<Duration, String> {
    let parsed = humantime::parse_duration(text);
    let duration =
        parsed.map_err(|_| format!("{text:?} is no duration; expected one like 30s, 5m or 24h"))?;
    if duration > YEAR { Err(format!("{text:?} is longer than a year")) } else { Ok(duration) }
}

/// For intervals, which a loop would spin in if they were nothing. `5ms` is `5m`, mistyped.
pub(super) fn interval(text: &str) -> Result<Duration, String> {
    const LEAST: Duration = Duration::from_millis(100);
    let interval = duration(text)?;
    if interval < LEAST {
        Err(format!("{text:?} is too short; expected at least 100ms"))
    } else {
        Ok(interval)
    }
}

pub(super) fn leeway(text: &str) -> Result<Duration, String> {
    const MOST: Duration = Duration::from_secs(5 * 60);
    let leeway = duration(text)?;
    if leeway > MOST { Err(format!("{text:?} is too long; expected at most 5m")) } else { Ok(leeway) }
}

pub(super) fn whole_seconds(text: &str) -> Result<Duration, String> {
    let duration = duration(text)?;
    if duration.subsec_nanos() == 0 && !duration.is_zero() {
        Ok(duration)
    } else {
        Err(format!("{text:?} is no whole number of seconds, of at least one"))
    }
}

/// More than the largest head holds is never sent.
pub(super) fn token_size(text: &str) -> Result<usize, String> {
    bytes(text, 1, 1024 * 1024).and_then(|size| usize::try_from(size).map_err(|error| error.to_string()))
}

/// Each takes some 1.2 KiB.
pub(super) fn remembered_tokens(text: &str) -> Result<usize, String> {
    const MOST: usize = 1_000_000;
    let count = text.parse().ok().filter(|count| *count <= MOST);
    count.ok_or_else(|| format!("{text:?} is no number from 0 to {MOST}"))
}

/// A number of things, of which there has to be one.
pub(super) fn count(text: &str) -> Result<u32, String> {
    let count = text.parse().ok().filter(|count| *count >= 1);
    count.ok_or_else(|| format!("{text:?} is no number from 1 to {}", u32::MAX))
}

pub(super) fn header_list_size(text: &str) -> Result<u32, String> {
    bytes(text, 4096, 1024 * 1024)
}

/// RFC 9113 §4.2
pub(super) fn frame_size(text: &str) -> Result<u32, String> {
    bytes(text, 16_384, 16_777_215)
}

/// The length of a message has 32 bits.
pub(super) fn message_size(text: &str) -> Result<usize, String> {
    bytes(text, 1, u32::MAX).and_then(|size| usize::try_from(size).map_err(|error| error.to_string()))
}

fn bytes(text: &str, least: u32, most: u32) -> Result<u32, String> {
    let size = text.parse().ok().filter(|size| (least..=most).contains(size));
    size.ok_or_else(|| format!("{text:?} is no number of bytes from {least} to {most}"))
}

/// Whoever reads the file says what is wrong with it.
#[expect(clippy::unnecessary_wraps, reason = "as every value is judged")]
pub(super) fn path(text: &str) -> Result<PathBuf, String> {
    Ok(PathBuf::from(text))
}

pub(super) fn client_certificate(text: &str) -> Result<ClientCertificate, String> {
    match text {
        "required" => Ok(ClientCertificate::Required),
        "optional" => Ok(ClientCertificate::Optional),
        _ => Err(format!("{text:?} is neither required nor optional")),
    }
}

/// What is wrong with a text, and the text; not if it may have a password in it.
pub(super) fn about(text: &str, error: impl fmt::Display) -> String {
    if text.contains('@') { error.to_string() } else { format!("{text:?}: {error}") }
}

pub(super) fn name(text: &str) -> Result<String, String> {
    let is_blank = text.trim().is_empty();
    if is_blank { Err("it is empty".to_owned()) } else { Ok(text.to_owned()) }
}

/// What goes into answers, and so into heads.
pub(super) fn short_name(text: &str) -> Result<String, String> {
    plain_name(text, 256)
}

/// An issuer that nothing is fetched from: a URN, a bare name, or whatever else its tokens carry (RFC 7519 §2,
/// `StringOrURI`).
pub(super) fn issuer_name(text: &str) -> Result<String, String> {
    if text.trim() != text {
        return Err("it begins or ends with white space, which no token has there".to_owned());
    }
    plain_name(text, 2048)
}

/// What a table calls an issuer. It stands in log lines, in faults, and behind `--issuer-name`.
pub(super) fn issuer_label(text: &str) -> Result<String, String> {
    const MOST: usize = 64;
    let is_plain = text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'));
    if is_plain && (1..=MOST).contains(&text.len()) {
        return Ok(text.to_owned());
    }
    Err(format!("expected 1 to {MOST} letters, digits, hyphens, underscores and dots, like keycloak"))
}

/// A `sub`, just as the issuer writes it.
pub(super) fn subject(text: &str) -> Result<String, String> {
    plain_name(text, 2048)
}

pub(super) fn scope(text: &str) -> Result<ScopeToken, String> {
    text.parse().map_err(|error| format!("{text:?}: {error}"))
}

pub(super) fn log_level(text: &str) -> Result<String, String> {
    name(text)?;
    match tracing_subscriber::EnvFilter::try_new(text) {
        Ok(_) => Ok(text.to_owned()),
        Err(error) => Err(format!("{text:?} names no levels: {error}")),
    }
}

/// It is not shown where it is at fault: it may be as long as it likes.
fn plain_name(text: &str, most: usize) -> Result<String, String> {
    if text.len() > most {
        return Err(format!("it is longer than {most} bytes"));
    }
    if text.contains(char::is_control) {
        return Err("it has a control character".to_owned());
    }
    name(text)
}

/// Told as it was written: where each backslash counts, none may be added.
pub(super) fn claim_path(text: &str) -> Result<ClaimPath, String> {
    short_name(text)?.parse().map_err(|error| format!("\"{text}\": {error}"))
}

pub(super) fn scope_prefix(text: &str) -> Result<ScopePrefix, String> {
    short_name(text)?.parse().map_err(|error| format!("{text:?}: {error}"))
}

pub(super) fn switch(text: &str) -> Result<bool, String> {
    match text {
        "true" | "1" => Ok(true),
        "false" | "0" => Ok(false),
        _ => Err(format!("{text:?} is neither true nor false")),
    }
}

pub(super) fn reflection(text: &str) -> Result<Reflection, String> {
    match text {
        "public" => Ok(Reflection::Public),
        "authenticated" => Ok(Reflection::Authenticated),
        "off" => Ok(Reflection::Off),
        _ => Err(format!("{text:?} is none of public, authenticated, off")),
    }
}

pub(super) fn log_format(text: &str) -> Result<LogFormat, String> {
    match text {
        "text" => Ok(LogFormat::Text),
        "json" => Ok(LogFormat::Json),
        _ => Err(format!("{text:?} is neither text nor json")),
    }
}

pub(super) fn log_calls(text: &str) -> Result<LogCalls, String> {
    match text {
        "all" => Ok(LogCalls::All),
        "refused" => Ok(LogCalls::Refused),
        "none" => Ok(LogCalls::None),
        _ => Err(format!("{text:?} is none of all, refused, none")),
    }
}

pub(super) fn url(text: &str, plain_http: PlainHttp) -> Result<HttpUrl, String> {
    HttpUrl::parse(text, plain_http).map_err(|error| {
        let way_out = match error {
            InvalidHttpUrl::PlainHttp => ", or allow it by --dangerous-allow-plain-http",
            _ => "",
        };
        about(text, format_args!("{error}{way_out}"))
    })
}

pub(super) fn issuer(text: &str, plain_http: PlainHttp) -> Result<HttpUrl, String> {
    let url = url(text, plain_http)?;
    if url.url().query().is_some() {
        return Err(format!("{text:?}: an issuer has no query (RFC 8414 §2)"));
    }
    Ok(url)
}

/// A URL, if it is written as one; else a file.
pub(super) fn key_location(text: &str, plain_http: PlainHttp) -> Result<KeyLocation, String> {
    let lower = text.to_ascii_lowercase();
    if lower.starts_with("http:") || lower.starts_with("https:") || text.contains("://") {
        return url(text, plain_http).map(KeyLocation::Url);
    }
    Ok(KeyLocation::File(PathBuf::from(text)))
}
