//! The consent form, posted.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;

use super::AuthorizationServer;
use super::authorization_endpoint::{self, issue, refuse};
use super::authorization_request::AuthorizationRequest;
use super::authorization_response::{AuthorizationError, see_other};
use super::browser::{Browser, Submission};
use super::pages;
use super::parameters::Parameters;
use super::same_origin::Form;
use super::scope::Scope;

/// Grants what was ticked.
pub(super) async fn post(
    State(server): State<Arc<AuthorizationServer>>,
    browser: Browser,
    axum::Form(fields): axum::Form<Vec<(String, String)>>,
) -> Response {
    match browser.submission(&server, Form::Consent, fields) {
        Ok(submission) => decide(&server, &browser, &submission),
        Err(fault) => pages::fault(fault, browser.language("")),
    }
}

fn decide(server: &AuthorizationServer, browser: &Browser, submission: &Submission) -> Response {
    let Submission { request: query, cookie, fields } = submission;
    let request = match AuthorizationRequest::read(server, query) {
        Ok(request) => request,
        Err(refused) => return refuse(refused, browser, query),
    };
    let decision = fields.once("decision");
    let again = || see_other(&format!("{}?{query}", authorization_endpoint::PATH));
    if decision == Some("switch") {
        server.sessions.end(cookie);
        return again();
    }
    // Whose session has ended meanwhile logs in anew.
    let Some(session) = browser.session(server) else { return again() };
    let request = request.to(&session.account);
    match granted(&request.scope, fields).filter(|_| decision == Some("allow")) {
        Some(scope) => {
            server.sessions.grant(cookie, &request.client.id, &request.scope, &scope, server.now());
            issue(server, &session, request, scope)
        }
        None => request.target.error(AuthorizationError::ACCESS_DENIED),
    }
}

/// What was ticked of what was asked for: `None` where nothing was.
fn granted(asked: &Scope, fields: &Parameters) -> Option<Scope> {
    if asked.is_empty() {
        return None;
    }
    let is_ticked = |token: &str| fields.all("scope").any(|ticked| ticked == token);
    let has_choice = asked.tokens().any(is_optional);
    let has_chosen = asked.tokens().any(|token| is_optional(token) && is_ticked(token));
    (has_chosen || !has_choice).then(|| asked.filter(|token| !is_optional(token) || is_ticked(token)))
}

/// Who logs in is told to whoever asks for that: without it there is no log-in.
pub(super) fn is_optional(token: &str) -> bool {
    token != "openid"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_ticked_is_granted_of_what_was_asked_for() {
        let table = [
            ("openid a b", "scope=a&scope=b", Some("openid a b")),
            ("openid a b", "scope=b", Some("openid b")),
            ("openid a b", "scope=b&scope=admin", Some("openid b")),
            ("openid a b", "scope=openid", None),
            ("openid a b", "scope=admin", None),
            ("openid a b", "", None),
            ("openid", "", Some("openid")),
            ("a", "scope=a", Some("a")),
            ("a", "", None),
            ("", "", None),
            ("", "scope=a", None),
        ];
        for (asked, form, expected) in table {
            let found = granted(&Scope::of(asked), &Parameters::parse(form));
            assert_eq!(found.map(|scope| scope.to_string()).as_deref(), expected, "{asked}, {form}");
        }
    }
}
