//! The end session endpoint (OpenID Connect RP-Initiated Logout 1.0).

use std::sync::Arc;

use axum::extract::{RawForm, State};
use axum::http::{Uri, header};
use axum::response::{IntoResponse, Response};
use url::Url;

use super::AuthorizationServer;
use super::authorization_response::see_other;
use super::browser::Browser;
use super::client::Client;
use super::fault::Fault;
use super::id_token::Hint;
use super::pages;
use super::parameters::Parameters;
use super::same_origin::Form;
use super::session::Session;

/// Auth0's path.
pub(super) const PATH: &str = "/oidc/logout";

/// Logs out whom the application proves to know, and asks everybody else.
pub(super) async fn get(
    State(server): State<Arc<AuthorizationServer>>,
    browser: Browser,
    uri: Uri,
) -> Response {
    let query = uri.query().unwrap_or_default();
    let request = match Request::read(&server, query) {
        Ok(request) => request,
        Err(fault) => return pages::fault(fault, browser.language(query)),
    };
    match browser.session(&server) {
        Some(session) if !request.is_about(&session) => {
            pages::ask_to_log_out(&server, &browser, query, &session, request.leads_to)
        }
        session => log_out(&server, &browser, query, request, session),
    }
}

/// A request may be posted too (§2), and is sent on as one to the authorization endpoint is.
pub(super) async fn post(RawForm(request): RawForm) -> Response {
    see_other(&format!("{PATH}?{}", String::from_utf8_lossy(&request)))
}

/// The answer of the person who was asked.
pub(super) async fn confirm(
    State(server): State<Arc<AuthorizationServer>>,
    browser: Browser,
    axum::Form(fields): axum::Form<Vec<(String, String)>>,
) -> Response {
    let submission = match browser.submission(&server, Form::LogOut, fields) {
        Ok(submission) => submission,
        Err(fault) => return pages::fault(fault, browser.language("")),
    };
    let query = &submission.request;
    match Request::read(&server, query) {
        Err(fault) => pages::fault(fault, browser.language(query)),
        Ok(_) if submission.fields.once("decision") != Some("log-out") => {
            pages::logged_out(browser.language(query), false)
        }
        Ok(request) => log_out(&server, &browser, query, request, browser.session(&server)),
    }
}

/// Refresh tokens stay: `offline_access` is for when nobody is there (OpenID Connect Core §11). A client gives
/// its own back at the revocation endpoint.
fn log_out(
    server: &AuthorizationServer,
    browser: &Browser,
    query: &str,
    request: Request,
    session: Option<Session>,
) -> Response {
    if let Some(session) = session {
        server.sessions.end(&session.id);
    }
    let answer = match request.leads_to {
        Some(uri) => see_other(uri.as_str()),
        None => pages::logged_out(browser.language(query), true),
    };
    ([(header::SET_COOKIE, server.sessions.clear_cookie())], answer).into_response()
}

/// A request that may be answered.
struct Request {
    hint: Option<Hint>,
    /// Where to go then, with the state of whoever asks.
    leads_to: Option<Url>,
}

impl Request {
    fn read(server: &AuthorizationServer, query: &str) -> Result<Self, Fault> {
        let parameters = Parameters::parse(query);
        let hint =
            parameters.once("id_token_hint").map(|token| Hint::read(server, token).ok_or(Fault::IdTokenHint));
        let hint = hint.transpose()?;
        let client = client(server, &parameters, hint.as_ref())?;
        let uri = parameters.once("post_logout_redirect_uri");
        let leads_to = uri.map(|uri| leads_to(client, uri, parameters.once("state"))).transpose()?;
        Ok(Self { hint, leads_to })
    }

    /// Whether the application got its ID token in this very session.
    fn is_about(&self, session: &Session) -> bool {
        self.hint.as_ref().is_some_and(|hint| hint.sid == session.sid)
    }
}

/// The client that asks, by its ID token or its name; by both only if they agree (§2).
fn client<'a>(
    server: &'a AuthorizationServer,
    parameters: &Parameters,
    hint: Option<&Hint>,
) -> Result<Option<&'a Client>, Fault> {
    let named = parameters.once("client_id");
    match hint {
        Some(hint) if named.is_some_and(|named| named != hint.client_id) => Err(Fault::IdTokenHint),
        Some(hint) => Ok(server.client(&hint.client_id)),
        None => named.map(|named| server.client(named).ok_or(Fault::UnknownClient)).transpose(),
    }
}

/// One of those that are registered, character by character (§3).
fn leads_to(client: Option<&Client>, given: &str, state: Option<&str>) -> Result<Url, Fault> {
    let registered = client.into_iter().flat_map(Client::post_logout_redirect_uris).find(|uri| *uri == given);
    let mut uri = Url::parse(registered.ok_or(Fault::PostLogoutRedirectUri)?)
        .map_err(|_no_url| Fault::PostLogoutRedirectUri)?;
    if let Some(state) = state {
        uri.query_pairs_mut().append_pair("state", state);
    }
    Ok(uri)
}
