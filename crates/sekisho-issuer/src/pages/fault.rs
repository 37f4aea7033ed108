//! That a request cannot be answered, and why.

use axum::response::{IntoResponse, Response};
use maud::html;

use super::super::fault::Fault;
use super::super::language::Language;
use super::Page;

pub(in super::super) fn fault(fault: Fault, language: Language) -> Response {
    let title = language.say("This cannot go on", "続けられません");
    let body = html! {
        h1 { (title) }
        p role="alert" { (fault.words(language)) }
    };
    Page { status: fault.status(), ..Page::new(language, title, body) }.into_response()
}
