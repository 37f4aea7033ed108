//! `--scopes`: what a token with these scopes may call and, apart from that, what anyone may call.

use std::fmt::Write as _;

use serde::Serialize;

use super::methods;
use crate::cli::policy::json::Method;
use crate::cli::policy::markdown;
use crate::cli::policy::terminal::Terminal;
use sekisho::policy::{AccessRule, DeclaredRule, Mode, Survey};
use sekisho::scope::ScopeSet;

/// What a valid token may call.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(in crate::cli::policy) struct MayCall {
    /// The scopes that the token has.
    scopes: Vec<String>,
    /// What such a token may call, and a caller without a token may not.
    token: Vec<Method>,
    /// What anyone may call: public, optional, and report-only methods.
    anyone: Vec<Method>,
    /// How many methods it may not call, those without a rule among them.
    refused: usize,
}

impl MayCall {
    pub(super) fn of(survey: &Survey, scopes: &ScopeSet) -> Self {
        let (anyone, others): (Vec<_>, Vec<_>) =
            survey.methods().iter().partition(|method| is_open_to_anyone(method.declared_rule()));
        let (token, refused): (Vec<_>, Vec<_>) =
            others.into_iter().partition(|method| method.rule().evaluate(scopes).is_ok());
        Self {
            scopes: scopes.iter().map(ToOwned::to_owned).collect(),
            token: token.into_iter().map(|method| Method::declared(method)).collect(),
            anyone: anyone.into_iter().map(|method| Method::declared(method)).collect(),
            refused: refused.len() + survey.undeclared().len(),
        }
    }

    pub(super) fn table(&self, terminal: Terminal) -> String {
        let mut text = String::new();
        for (title, methods) in self.parts() {
            let separator = if text.is_empty() { "" } else { "\n" };
            let _ = writeln!(text, "{separator}{title}");
            if !methods.is_empty() {
                text += &methods::table(terminal, methods);
            }
        }
        text
    }

    pub(super) fn markdown(&self) -> String {
        let mut text = String::new();
        for (title, methods) in self.parts() {
            let separator = if text.is_empty() { "" } else { "\n" };
            let _ = writeln!(text, "{separator}## {}", markdown::plain(&title));
            if !methods.is_empty() {
                let _ = write!(text, "\n{}", methods::markdown_of(methods, |method| &method.method));
            }
        }
        text
    }

    /// Each with its title.
    fn parts(&self) -> [(String, &[Method]); 2] {
        let token = match self.scopes.as_slice() {
            [] => "A token without scopes".to_owned(),
            scopes => format!("A token with {}", scopes.join(" ")),
        };
        let all = self.token.len() + self.anyone.len() + self.refused;
        [
            (
                format!("{token} may call {} of {all} methods{}", self.token.len(), end(&self.token)),
                &self.token,
            ),
            (
                format!("Anyone may call {} of {all} methods{}", self.anyone.len(), end(&self.anyone)),
                &self.anyone,
            ),
        ]
    }
}

fn end(methods: &[Method]) -> &'static str {
    if methods.is_empty() { "." } else { ":" }
}

/// Whether a caller without a token is admitted.
pub(super) fn is_open_to_anyone(rule: &DeclaredRule) -> bool {
    rule.mode() == Mode::ReportOnly || matches!(rule.access(), AccessRule::Public | AccessRule::Optional)
}
