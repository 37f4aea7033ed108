//! The log-in form, posted.

use std::sync::Arc;

use aws_lc_rs::error::Unspecified;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};

use super::AuthorizationServer;
use super::account::Account;
use super::authorization_endpoint::{self, refuse};
use super::authorization_request::AuthorizationRequest;
use super::authorization_response::{AuthorizationError, see_other};
use super::browser::{Browser, Submission};
use super::fault::Fault;
use super::pages;
use super::same_origin::Form;

/// Logs in whoever was chosen, and goes on with the request.
pub(super) async fn post(
    State(server): State<Arc<AuthorizationServer>>,
    browser: Browser,
    axum::Form(fields): axum::Form<Vec<(String, String)>>,
) -> Response {
    let submission = match browser.submission(&server, Form::LogIn, fields) {
        Ok(submission) => submission,
        Err(fault) => return pages::fault(fault, browser.language("")),
    };
    match submission.fields.once("account").and_then(|id| server.account(id)) {
        Some(account) => log_in(&server, &browser, &submission, account),
        None => cancel(&server, &browser, &submission),
    }
}

fn log_in(
    server: &AuthorizationServer,
    browser: &Browser,
    submission: &Submission,
    account: &Arc<Account>,
) -> Response {
    let Submission { request, cookie, .. } = submission;
    match server.sessions.begin(cookie, Arc::clone(account), request, server.now()) {
        Ok(id) => {
            let cookie = [(header::SET_COOKIE, server.sessions.set_cookie(&id))];
            (cookie, see_other(&format!("{}?{request}", authorization_endpoint::PATH))).into_response()
        }
        Err(Unspecified) => pages::fault(Fault::Internal, browser.language(request)),
    }
}

fn cancel(server: &AuthorizationServer, browser: &Browser, submission: &Submission) -> Response {
    match AuthorizationRequest::read(server, &submission.request) {
        Ok(request) => request.target.error(AuthorizationError::ACCESS_DENIED),
        Err(refused) => refuse(refused, browser, &submission.request),
    }
}
