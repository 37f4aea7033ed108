//! What a person sees: pages without a script, readable without a style, and of no use in a frame.

mod consent;
mod fault;
mod log_in;
mod log_out;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use maud::{DOCTYPE, Markup, html};
use url::Url;

use super::AuthorizationServer;
use super::language::Language;
use super::same_origin::Form;

pub(super) use self::consent::consent;
pub(super) use self::fault::fault;
pub(super) use self::log_in::log_in;
pub(super) use self::log_out::{ask_to_log_out, logged_out};

pub(super) const STYLESHEET_PATH: &str = "/issuer.css";
pub(super) const ICON_PATH: &str = "/issuer.svg";

/// A page, but for what all have in common.
struct Page {
    language: Language,
    status: StatusCode,
    title: &'static str,
    /// Where its form's answer may lead. Some browsers hold redirects to a form's policy too.
    leads_to: Option<Url>,
    body: Markup,
}

impl Page {
    fn new(language: Language, title: &'static str, body: Markup) -> Self {
        Self { language, status: StatusCode::OK, title, leads_to: None, body }
    }

    fn markup(&self) -> Markup {
        let Self { language, title, body, .. } = self;
        html! {
            (DOCTYPE)
            html lang=(language.tag()) {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    title { (title) " · Sekisho" }
                    link rel="icon" href=(ICON_PATH) type="image/svg+xml";
                    link rel="stylesheet" href=(STYLESHEET_PATH);
                }
                body {
                    main {
                        p.issuer {
                            img src=(ICON_PATH) alt="" width="28" height="28";
                            span { "Sekisho" }
                            span.note { (language.say("development issuer", "開発用の認可サーバー")) }
                        }
                        (body)
                    }
                }
            }
        }
    }

    /// Nothing but its own style and icon, and forms to here and to where they lead.
    fn content_security_policy(&self) -> String {
        let leads_to = self.leads_to.as_ref().map(csp_source).unwrap_or_default();
        format!(
            "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'{leads_to}; \
             base-uri 'none'; frame-ancestors 'none'"
        )
    }
}

impl IntoResponse for Page {
    fn into_response(self) -> Response {
        let headers = [
            (header::CONTENT_TYPE, "text/html; charset=utf-8"),
            (header::CACHE_CONTROL, "no-store"),
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
            (header::X_FRAME_OPTIONS, "DENY"),
            // Under no-referrer a form's origin would be "null" even to its own server.
            (header::REFERRER_POLICY, "same-origin"),
        ];
        let policy = [(header::CONTENT_SECURITY_POLICY, self.content_security_policy())];
        (self.status, headers, policy, self.markup().into_string()).into_response()
    }
}

/// A source of CSP Level 3 §2.3.1. An address of IPv6 has none, nor has a scheme of an application's own: there
/// the scheme has to do.
fn csp_source(url: &Url) -> String {
    match url.host() {
        Some(url::Host::Domain(_) | url::Host::Ipv4(_)) => format!(" {}", url.origin().ascii_serialization()),
        Some(url::Host::Ipv6(_)) | None => format!(" {}:", url.scheme()),
    }
}

/// What each form carries.
fn hidden(server: &AuthorizationServer, form: Form, cookie: &str, request: &str) -> Markup {
    html! {
        input type="hidden" name="request" value=(request);
        input type="hidden" name="csrf" value=(server.same_origin.token(form, cookie, request));
    }
}

/// The stylesheet of every page.
pub(super) async fn stylesheet() -> Response {
    asset("text/css; charset=utf-8", include_str!("pages/style.css"))
}

/// A gate across a road.
pub(super) async fn icon() -> Response {
    asset("image/svg+xml", include_str!("pages/icon.svg"))
}

fn asset(content_type: &'static str, text: &'static str) -> Response {
    let headers = [
        (header::CONTENT_TYPE, content_type),
        (header::CACHE_CONTROL, "max-age=60"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
    ];
    (headers.map(|(name, value)| (name, HeaderValue::from_static(value))), text).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_of_a_policy() {
        let table = [
            ("http://localhost:8080/callback?x=1", " http://localhost:8080"),
            ("http://127.0.0.1/", " http://127.0.0.1"),
            ("https://app.example/", " https://app.example"),
            ("http://[::1]:8080/", " http:"),
            ("com.example.app:/callback", " com.example.app:"),
        ];
        for (uri, expected) in table {
            assert_eq!(csp_source(&Url::parse(uri).unwrap()), expected, "{uri}");
        }
    }
}
