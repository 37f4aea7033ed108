//! Does she agree?

use axum::response::{IntoResponse, Response};
use maud::{Markup, html};

use super::super::AuthorizationServer;
use super::super::authorization_request::AuthorizationRequest;
use super::super::browser::Browser;
use super::super::consent::is_optional;
use super::super::language::Language;
use super::super::same_origin::Form;
use super::super::session::Session;
use super::{Page, hidden};

/// The page, with a box for each scope that can be left out.
pub(in super::super) fn consent(
    server: &AuthorizationServer,
    browser: &Browser,
    request: &AuthorizationRequest<'_>,
    session: &Session,
) -> Response {
    let language = browser.language(&request.query);
    let title = language.say("Allow access", "アクセスの許可");
    let body = html! {
        h1 { (title) }
        (lede(language, request, session))
        form method="post" action=(Form::Consent.path()) {
            (hidden(server, Form::Consent, &session.id, &request.query))
            @if !request.scope.is_empty() {
                fieldset {
                    legend { (language.say("It asks to", "求められている権限")) }
                    @for token in request.scope.tokens() { (tick_box(server, language, token)) }
                }
            }
            (withheld(language, request))
            div.actions {
                @if !request.scope.is_empty() {
                    button.primary name="decision" value="allow" { (language.say("Allow what is ticked", "選んだものを許可する")) }
                }
                button name="decision" value="deny" { (language.say("Deny", "拒否する")) }
            }
            div.actions {
                button.quiet name="decision" value="switch" {
                    (language.say("Use another account", "別のアカウントを使う"))
                }
            }
        }
    };
    let leads_to = Some(request.target.uri.clone());
    Page { leads_to, ..Page::new(language, title, body) }.into_response()
}

fn lede(language: Language, request: &AuthorizationRequest<'_>, session: &Session) -> Markup {
    let (client, origin) = (&request.client.id, request.target.uri.origin().ascii_serialization());
    let name = &session.account.name;
    match language {
        Language::English => html! {
            p {
                "You are " strong { (name) } ". " strong { (client) } " at " code { (origin) }
                " wants to act for you. Untick what it should not do."
            }
        },
        Language::Japanese => html! {
            p {
                strong { (name) } " としてログインしています。" strong { (client) } "（" code { (origin) }
                "）があなたの代わりに行うことを選んでください。許可しないものはチェックを外してください。"
            }
        },
    }
}

/// What this account cannot grant, so that it is seen why it is missing.
fn withheld(language: Language, request: &AuthorizationRequest<'_>) -> Markup {
    html! {
        @if !request.withheld.is_empty() {
            p.notice {
                (language.say("This account cannot grant: ", "このアカウントでは許可できない権限："))
                code { (request.withheld) }
            }
        }
    }
}

fn tick_box(server: &AuthorizationServer, language: Language, token: &str) -> Markup {
    let words = server.scopes.words(language, token);
    html! {
        label.scope {
            @if is_optional(token) {
                input type="checkbox" name="scope" value=(token) checked;
            } @else {
                input type="checkbox" checked disabled;
            }
            span.person {
                @if let Some(words) = words { span { (words) } }
                code { (token) }
            }
        }
    }
}
