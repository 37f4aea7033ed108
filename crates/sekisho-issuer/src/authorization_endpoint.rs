//! The authorization endpoint (RFC 6749 §3.1): who is it, and does she agree?

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use aws_lc_rs::error::Unspecified;
use axum::extract::{RawForm, State};
use axum::http::Uri;
use axum::response::Response;

use super::AuthorizationServer;
use super::authorization_code::Authorization;
use super::authorization_request::{AuthorizationRequest, Refused};
use super::authorization_response::{AuthorizationError, see_other};
use super::browser::Browser;
use super::grant::Grant;
use super::pages;
use super::prompt::Prompt;
use super::random::random_id;
use super::scope::Scope;
use super::session::Session;

/// Auth0's path.
pub(super) const PATH: &str = "/authorize";

/// Answers an authorization request, with a page or to the client. It may be sent again, and each page leads
/// back here: nothing of its course is remembered but who is logged in.
pub(super) async fn get(
    State(server): State<Arc<AuthorizationServer>>,
    browser: Browser,
    uri: Uri,
) -> Response {
    match AuthorizationRequest::read(&server, uri.query().unwrap_or_default()) {
        Ok(request) => answer(&server, &browser, request),
        Err(refused) => refuse(refused, &browser, uri.query().unwrap_or_default()),
    }
}

/// A request may be posted too (OpenID Connect Core §3.1.2.1). From elsewhere it comes without the cookie,
/// which the browser has along once it is sent on.
pub(super) async fn post(RawForm(request): RawForm) -> Response {
    see_other(&format!("{PATH}?{}", String::from_utf8_lossy(&request)))
}

/// Tells whoever is to know why there is no code.
pub(super) fn refuse(refused: Refused, browser: &Browser, request: &str) -> Response {
    match refused {
        Refused::ToPerson(fault) => pages::fault(fault, browser.language(request)),
        Refused::ToClient(target, error) => target.error(error),
    }
}

fn answer(server: &AuthorizationServer, browser: &Browser, request: AuthorizationRequest<'_>) -> Response {
    let session = browser.session(server);
    let request = match &session {
        Some(session) => request.to(&session.account),
        None => request,
    };
    match next(&request, session.as_ref(), server.now()) {
        Next::LogIn => pages::log_in(server, browser, &request),
        Next::Consent(session) => pages::consent(server, browser, &request, session),
        Next::Code(session) => {
            let scope = request.scope.clone();
            issue(server, session, request, scope)
        }
        Next::Refuse(error) => request.target.error(error),
    }
}

/// Tells the client what was granted.
pub(super) fn issue(
    server: &AuthorizationServer,
    session: &Session,
    request: AuthorizationRequest<'_>,
    scope: Scope,
) -> Response {
    let AuthorizationRequest { client, target, challenge, nonce, .. } = request;
    let redirect_uri = target.registered.clone();
    let now = server.now();
    server.sessions.answered(&session.id, now);
    let code = random_id().and_then(|id| {
        let grant = Grant {
            id,
            client_id: client.id.clone(),
            account: Arc::clone(&session.account),
            scope,
            auth_time: session.auth_time,
            sid: session.sid.clone(),
        };
        server.grants.issue(Authorization { grant, redirect_uri, challenge, nonce }, now)
    });
    match code {
        Ok(code) => target.code(&code),
        Err(Unspecified) => target.error(AuthorizationError::SERVER_ERROR),
    }
}

/// What comes next for a request.
enum Next<'a> {
    LogIn,
    Consent(&'a Session),
    Code(&'a Session),
    Refuse(AuthorizationError),
}

fn next<'a>(request: &AuthorizationRequest<'_>, session: Option<&'a Session>, now: SystemTime) -> Next<'a> {
    let may_ask = request.prompt != Prompt::Nothing;
    let Some(session) = session.filter(|session| suffices(request, session, now)) else {
        return if may_ask { Next::LogIn } else { Next::Refuse(AuthorizationError::LOGIN_REQUIRED) };
    };
    if request.expected_subject.as_ref().is_some_and(|expected| *expected != session.account.subject) {
        // Whoever just logged in as somebody else is not asked again and again.
        let may_ask = may_ask && !is_logged_in_for(request, session);
        return if may_ask { Next::LogIn } else { Next::Refuse(AuthorizationError::LOGIN_REQUIRED) };
    }
    // Whoever can grant none of it is told so by the page, which offers to use another account.
    let is_impossible = request.scope.is_empty();
    let is_granted = !is_impossible && session.has_granted(&request.client.id, &request.scope);
    match request.prompt {
        Prompt::Nothing if is_impossible => Next::Refuse(AuthorizationError::ACCESS_DENIED),
        Prompt::Nothing if !is_granted => Next::Refuse(AuthorizationError::CONSENT_REQUIRED),
        Prompt::Page { consent, .. } if consent || !is_granted => Next::Consent(session),
        Prompt::Nothing | Prompt::Page { .. } => Next::Code(session),
    }
}

/// Whether the person need not log in anew.
fn suffices(request: &AuthorizationRequest<'_>, session: &Session, now: SystemTime) -> bool {
    let is_recent = request.max_age.is_none_or(|max_age| {
        now.duration_since(session.auth_time).unwrap_or_default() <= Duration::from_secs(max_age)
    });
    let is_asked_for = matches!(request.prompt, Prompt::Page { log_in: true, .. });
    is_logged_in_for(request, session) || (is_recent && !is_asked_for)
}

fn is_logged_in_for(request: &AuthorizationRequest<'_>, session: &Session) -> bool {
    session.logged_in_for.as_ref() == Some(&request.query)
}
