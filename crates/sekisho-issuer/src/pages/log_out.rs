//! Leaving.

use axum::response::{IntoResponse, Response};
use maud::html;
use url::Url;

use super::super::AuthorizationServer;
use super::super::browser::Browser;
use super::super::language::Language;
use super::super::same_origin::Form;
use super::super::session::Session;
use super::{Page, hidden};

/// Asks, where no application has shown that it may decide.
pub(in super::super) fn ask_to_log_out(
    server: &AuthorizationServer,
    browser: &Browser,
    request: &str,
    session: &Session,
    leads_to: Option<Url>,
) -> Response {
    let language = browser.language(request);
    let title = language.say("Log out?", "ログアウトしますか？");
    let name = &session.account.name;
    let body = html! {
        h1 { (title) }
        p {
            @match language {
                Language::English => { "You are logged in as " strong { (name) } "." }
                Language::Japanese => { strong { (name) } " としてログインしています。" }
            }
        }
        form method="post" action=(Form::LogOut.path()) {
            (hidden(server, Form::LogOut, &session.id, request))
            div.actions {
                button.primary name="decision" value="log-out" { (language.say("Log out", "ログアウト")) }
                button name="decision" value="stay" { (language.say("Stay logged in", "ログインしたままにする")) }
            }
        }
    };
    Page { leads_to, ..Page::new(language, title, body) }.into_response()
}

/// Where nobody wants to be told.
pub(in super::super) fn logged_out(language: Language, is_logged_out: bool) -> Response {
    let title = if is_logged_out {
        language.say("You are logged out", "ログアウトしました")
    } else {
        language.say("You are still logged in", "ログインしたままです")
    };
    let body = html! {
        h1 { (title) }
        p { (language.say("You can close this page.", "このページは閉じてかまいません。")) }
    };
    Page::new(language, title, body).into_response()
}
