//! Who is it?

use aws_lc_rs::error::Unspecified;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};

use super::super::AuthorizationServer;
use super::super::account::Account;
use super::super::authorization_request::AuthorizationRequest;
use super::super::browser::Browser;
use super::super::fault::Fault;
use super::super::language::Language;
use super::super::random::random_id;
use super::super::same_origin::Form;
use super::{Page, fault, hidden};

/// The page, which gives a browser that has no cookie one to know it again by.
pub(in super::super) fn log_in(
    server: &AuthorizationServer,
    browser: &Browser,
    request: &AuthorizationRequest<'_>,
) -> Response {
    let language = browser.language(&request.query);
    let (cookie, set_cookie) = match &browser.cookie {
        Some(cookie) => (cookie.clone(), None),
        None => match random_id() {
            Ok(id) => (id.clone(), Some([(header::SET_COOKIE, server.sessions.set_cookie(&id))])),
            Err(Unspecified) => return fault(Fault::Internal, language),
        },
    };
    let title = language.say("Log in", "ログイン");
    let body = html! {
        h1 { (title) }
        (lede(language, request))
        (unknown_hint(server, language, request.login_hint.as_deref()))
        form method="post" action=(Form::LogIn.path()) {
            (hidden(server, Form::LogIn, &cookie, &request.query))
            div.accounts {
                @for account in &server.accounts { (button(language, account, request.login_hint.as_deref())) }
            }
            div.actions {
                button.quiet name="decision" value="deny" { (language.say("Cancel", "キャンセル")) }
            }
        }
        p.note {
            (language.say(
                "These accounts are made up for development, and have no passwords: this issuer can be reached from this machine alone.",
                "開発用の架空のアカウントなので、パスワードはありません。この認可サーバーには、このマシンからしか接続できません。",
            ))
        }
    };
    let leads_to = Some(request.target.uri.clone());
    (set_cookie, Page { leads_to, ..Page::new(language, title, body) }).into_response()
}

fn lede(language: Language, request: &AuthorizationRequest<'_>) -> Markup {
    let (client, origin) = (&request.client.id, request.target.uri.origin().ascii_serialization());
    match language {
        Language::English => html! {
            p { strong { (client) } " at " code { (origin) } " asks who you are. Choose an account:" }
        },
        Language::Japanese => html! {
            p {
                strong { (client) } "（" code { (origin) } "）にログインします。"
                "アカウントを選んでください。"
            }
        },
    }
}

/// A hint that fits nobody is shown, so that it can be seen what the application sent.
fn unknown_hint(server: &AuthorizationServer, language: Language, login_hint: Option<&str>) -> Markup {
    let unknown = login_hint.filter(|hint| !server.accounts.iter().any(|account| account.is_hinted_at(hint)));
    html! {
        @if let Some(hint) = unknown {
            p.notice {
                @match language {
                    Language::English => { "There is no account “" (hint) "”, which the application suggests." }
                    Language::Japanese => { "アプリケーションが提案した「" (hint) "」というアカウントはありません。" }
                }
            }
        }
    }
}

fn button(language: Language, account: &Account, login_hint: Option<&str>) -> Markup {
    let is_hinted = login_hint.is_some_and(|hint| account.is_hinted_at(hint));
    html! {
        button.account name="account" value=(account.id) autofocus[is_hinted] {
            span.initial aria-hidden="true" { (account.name.chars().take(1).collect::<String>()) }
            span.person {
                strong { (account.name) }
                @if let Some(email) = &account.email { span { (email) } }
            }
            @if is_hinted { span.tag { (language.say("suggested", "候補")) } }
        }
    }
}
