//! `sekisho check-config`: a configuration that is in order, in a few lines.

use std::fmt::Write as _;
use std::path::Path;

use super::text::one_line;
use crate::config::{KeyLocation, ServeSettings, ServerSettings, TrustedIssuer};
use crate::server::AllowedOrigins;
use sekisho::jwks::{Algorithm, JwksFile, PlainHttp};

/// What `serve` would do with these settings.
pub(super) fn summary(settings: &ServeSettings) -> String {
    let ServeSettings { server, issuers } = settings;
    let mut text = "The configuration is in order.\n".to_owned();
    let mut section = |title: &str, lines: Vec<String>| {
        let _ = writeln!(text, "{title}:");
        for line in lines {
            let _ = writeln!(text, "  {}", one_line(&line));
        }
    };
    section("Issuers", issuers.iter().map(issuer).collect());
    section("Listeners", listeners(server));
    let dangerous = dangerous(settings);
    if !dangerous.is_empty() {
        section("Dangerous", dangerous.into_iter().map(ToOwned::to_owned).collect());
    }
    text
}

fn issuer(trusted: &TrustedIssuer) -> String {
    let TrustedIssuer { name, required, issuer, token } = trusted;
    let mut text = name.as_ref().map(|name| format!("{name}: ")).unwrap_or_default();
    let keys = match &issuer.keys {
        KeyLocation::Discovered(_) => "found by discovery".to_owned(),
        KeyLocation::Url(url) => format!("from {url}"),
        KeyLocation::File(path) => {
            let note =
                if has_usable_key(path, &token.algorithms) { "" } else { " (it has no usable key yet)" };
            format!("from the file {}{note}", path.display())
        }
    };
    let _ = write!(text, "{}, audience {}, keys {keys}", issuer.name, token.audience);
    if !required {
        text.push_str(", not required");
    }
    match token.scopes_of.len() {
        0 => {}
        1 => text.push_str(", scopes of 1 subject"),
        subjects => {
            let _ = write!(text, ", scopes of {subjects} subjects");
        }
    }
    text
}

/// Whether any token can be verified by it. Such a file is no fault: it is read again, and may get a key.
fn has_usable_key(path: &Path, algorithms: &[Algorithm]) -> bool {
    let Ok(fetched) = JwksFile::new("", path).read() else { return false };
    algorithms.iter().any(|algorithm| fetched.set.candidates(None, *algorithm).next().is_some())
}

fn listeners(server: &ServerSettings) -> Vec<String> {
    let over = if server.tls.is_some() { "TLS" } else { "plain text" };
    let mut lines = vec![format!("gRPC: {}, {over}", server.grpc_listen)];
    lines.extend(
        server
            .page
            .as_ref()
            .map(|page| format!("page: {}, {over}, client {}", page.web_listen, page.client_id)),
    );
    lines
}

/// What is dangerous of these settings, by the flags that allow it.
pub(super) fn dangerous(settings: &ServeSettings) -> Vec<&'static str> {
    let ServeSettings { server, issuers } = settings;
    let listens = [Some(server.grpc_listen), server.page.as_ref().map(|page| page.web_listen)];
    let leaves_loopback = listens.into_iter().flatten().any(|address| !address.ip().is_loopback());
    let dangers = [
        (server.report_only, "dangerous-report-only: no call is refused"),
        (
            leaves_loopback && server.tls.is_none(),
            "dangerous-listen-without-tls: whoever is on the way can take the tokens",
        ),
        (
            issuers.iter().any(|trusted| trusted.issuer.plain_http == PlainHttp::DangerousAnywhere),
            "dangerous-allow-plain-http: whoever is on the way to an issuer can forge tokens",
        ),
        (
            issuers.iter().any(|trusted| trusted.token.accept_bound_tokens),
            "dangerous-accept-bound-tokens: whoever steals a bound token can use it",
        ),
        (server.allow_origins == Some(AllowedOrigins::Any), "allow-origin = *: every page may call"),
    ];
    dangers.into_iter().filter_map(|(is_on, text)| is_on.then_some(text)).collect()
}

#[cfg(test)]
mod tests;
