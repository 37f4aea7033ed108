//! Every method, a line each.

use std::fmt::Write as _;

use crate::cli::policy::json::{Access, Method, Position, RuleMode};
use crate::cli::policy::markdown;
use crate::cli::policy::table::{self, Field, Tone};
use crate::cli::policy::terminal::Terminal;

/// What stands for a rule that there is not.
const NONE: &str = "(none)";

/// What stands for a place that is not told.
const NOWHERE: &str = "-";

/// For people.
pub(super) fn table(terminal: Terminal, methods: &[Method]) -> String {
    let rows: Vec<_> = methods.iter().map(row).collect();
    table::table(terminal, &["METHOD", "RULE", "FROM", "KIND", "PLACE"], &rows)
}

fn row(method: &Method) -> Vec<Field> {
    vec![
        method.method.as_str().into(),
        Field::new(rule(method), tone(method)),
        origin(method).into(),
        method.kind.as_str().into(),
        place(method).into(),
    ]
}

fn rule(method: &Method) -> &str {
    method.rule.as_ref().map_or(NONE, |rule| &rule.text)
}

fn origin(method: &Method) -> &'static str {
    method.origin.map_or(NOWHERE, |origin| origin.as_str())
}

fn place(method: &Method) -> String {
    method.position.as_ref().map_or_else(|| NOWHERE.to_owned(), Position::file_and_line)
}

/// Where anyone may call, it is to be seen.
fn tone(method: &Method) -> Tone {
    match &method.rule {
        None => Tone::Bad,
        Some(rule) if rule.mode == RuleMode::ReportOnly => Tone::Notable,
        Some(rule) if matches!(rule.access, Access::Public | Access::Optional) => Tone::Notable,
        Some(_) => Tone::Plain,
    }
}

/// A table per service.
pub(super) fn markdown(methods: &[Method]) -> String {
    let mut text = String::new();
    for of_service in methods.chunk_by(|one, other| service(one) == service(other)) {
        let heading = of_service.first().map_or("", |method| service(method));
        let separator = if text.is_empty() { "" } else { "\n" };
        let _ = write!(text, "{separator}## {}\n\n", markdown::plain(heading));
        text += &markdown_of(of_service, name);
    }
    text
}

/// One table, whose methods are named as `name` says.
pub(super) fn markdown_of<'a>(
    methods: impl IntoIterator<Item = &'a Method>,
    name: fn(&Method) -> &str,
) -> String {
    let rows = methods.into_iter().map(|method| {
        let rule =
            method.rule.as_ref().map_or_else(|| format!("**{NONE}**"), |rule| markdown::code(&rule.text));
        let position = method.position.as_ref();
        let place =
            position.map_or_else(|| NOWHERE.to_owned(), |position| markdown::code(&position.file_and_line()));
        let kind = method.kind.as_str().to_owned();
        vec![markdown::code(name(method)), rule, origin(method).to_owned(), kind, place]
    });
    markdown::table(&["Method", "Who may call", "Declared by", "Kind", "Place"], rows)
}

/// `package.Service`
fn service(method: &Method) -> &str {
    method.method.rsplit_once('/').map_or("", |(service, _)| service)
}

/// The method's own name.
fn name(method: &Method) -> &str {
    method.method.rsplit_once('/').map_or(&method.method, |(_, name)| name)
}
