//! The browser that a request for a page comes from.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use axum::response::Response;

use super::AuthorizationServer;
use super::fault::Fault;
use super::language::Language;
use super::pages;
use super::parameters::Parameters;
use super::same_origin::Form;
use super::session::Session;

/// What a request's head says of the browser, once it is known to have meant this server.
pub(super) struct Browser {
    headers: HeaderMap,
    /// What its cookie says, which need not be a session's name.
    pub(super) cookie: Option<String>,
}

/// A form that this browser was sent, and sends back.
pub(super) struct Submission {
    /// The request in whose course the form was shown.
    pub(super) request: String,
    pub(super) cookie: String,
    pub(super) fields: Parameters,
}

impl Browser {
    /// Who is logged in, if anybody is.
    pub(super) fn session(&self, server: &AuthorizationServer) -> Option<Session> {
        server.sessions.get(self.cookie.as_deref()?, server.now())
    }

    /// The language for whoever is asked in the course of `request`.
    pub(super) fn language(&self, request: &str) -> Language {
        language(&self.headers, request)
    }

    /// What a form says, if it is one of ours. Three things are asked, any of which would do: where the browser
    /// says that it comes from, the cookie that no request from elsewhere brings along, and the token.
    pub(super) fn submission(
        &self,
        server: &AuthorizationServer,
        form: Form,
        fields: Vec<(String, String)>,
    ) -> Result<Submission, Fault> {
        let fields = Parameters::from(fields);
        let field = |name| fields.once(name).unwrap_or_default();
        let (token, request) = (field("csrf"), field("request").to_owned());
        let cookie = self.cookie.clone().ok_or(Fault::Form)?;
        let is_ours = server.same_origin.is_origin(&self.headers)
            && server.same_origin.is_token(token, form, &cookie, &request);
        if is_ours { Ok(Submission { request, cookie, fields }) } else { Err(Fault::Form) }
    }
}

/// The language for whoever sent these headers, in the course of `request`.
pub(super) fn language(headers: &HeaderMap, request: &str) -> Language {
    let accept_language = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    Language::choose(Parameters::parse(request).once("ui_locales"), accept_language)
}

impl FromRequestParts<Arc<AuthorizationServer>> for Browser {
    type Rejection = Response;

    async fn from_request_parts(
        parts: &mut Parts,
        server: &Arc<AuthorizationServer>,
    ) -> Result<Self, Self::Rejection> {
        let headers = parts.headers.clone();
        let browser = Self { cookie: server.sessions.cookie(&headers), headers };
        if server.same_origin.is_host(&browser.headers) {
            Ok(browser)
        } else {
            Err(pages::fault(Fault::Host, browser.language(parts.uri.query().unwrap_or_default())))
        }
    }
}
