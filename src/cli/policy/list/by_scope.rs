//! `--by scope`: for each scope that makes a difference, what it lets a token call, alone or together with which others; and what
//! needs no scope.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Serialize;

use super::methods_of;
use crate::cli::policy::json::{Access, Method, RuleMode};
use crate::cli::policy::markdown;
use crate::cli::policy::table::{self, Field};
use crate::cli::policy::terminal::Terminal;
use sekisho::policy::{Alternatives, DeclaredRule, Mode, Survey};

/// Who may call what.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(in crate::cli::policy) struct ByScope {
    /// Each scope that makes a difference to a rule, sorted.
    scopes: Vec<OneScope>,
    /// What needs no scope, and what nobody may call.
    without_scope: WithoutScope,
}

/// A scope, and what it lets a token call.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct OneScope {
    scope: String,
    methods: Vec<OfScope>,
}

/// A method that a scope lets a token call.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct OfScope {
    /// `package.Service/Method`
    method: String,
    /// The sets of scopes of which one has to be there, too; an empty set says that the scope is enough alone.
    together_with: Vec<Vec<String>>,
    /// Whether the rule is report-only: until it is enforced, anyone may call.
    report_only: bool,
}

/// Methods by name.
#[derive(Debug, Default, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct WithoutScope {
    /// Anyone may call; a token is not looked at.
    public: Vec<String>,
    /// Anyone may call; a token that is sent has to be valid.
    optional: Vec<String>,
    /// Any valid access token.
    any_token: Vec<String>,
    /// Anyone may call, until the rule is enforced, whatever it is.
    report_only: Vec<String>,
    /// Nobody decided about them.
    undeclared: Vec<String>,
}

/// How many scopes may stand beside others in all. Each scope of a set is told with all others of it, so that a rule of
/// thousands would make a list of millions.
const MOST: usize = 1_000_000;

impl ByScope {
    /// # Errors
    /// The rules name more scopes together than can be told: [`MOST`].
    pub(super) fn of(survey: &Survey) -> Result<Self, String> {
        let sets = survey.methods().iter().filter_map(|method| method.rule().required());
        let beside: usize = sets.flat_map(|sets| sets.iter().map(|set| set.len().saturating_pow(2))).sum();
        if beside > MOST {
            return Err("--by scope: the rules name too many scopes together; narrow the list by --service"
                .to_owned());
        }
        let mut scopes = BTreeMap::<String, Vec<OfScope>>::new();
        let mut without_scope = WithoutScope::default();
        for method in survey.methods() {
            let (name, report_only) =
                (method.path().trim_start_matches('/'), method.mode() == Mode::ReportOnly);
            for (scope, together_with) in needed(method.declared_rule()) {
                let method = name.to_owned();
                scopes.entry(scope).or_default().push(OfScope { method, together_with, report_only });
            }
        }
        for method in methods_of(survey) {
            without_scope.add(&method);
        }
        let scopes = scopes.into_iter().map(|(scope, methods)| OneScope { scope, methods });
        Ok(Self { scopes: scopes.collect(), without_scope })
    }

    pub(super) fn table(&self, terminal: Terminal) -> String {
        let rows: Vec<Vec<Field>> = self
            .rows(str::to_owned)
            .into_iter()
            .map(|row| row.into_iter().map(Field::from).collect())
            .collect();
        table::table(terminal, &["WHO", "METHOD", "TOGETHER WITH"], &rows)
    }

    pub(super) fn markdown(&self) -> String {
        markdown::table(&["Who", "May call", "Together with"], self.rows(markdown::code))
    }

    /// A row per scope and method, then one per method that needs none.
    fn rows(&self, code: fn(&str) -> String) -> Vec<Vec<String>> {
        let scopes = self.scopes.iter().flat_map(|OneScope { scope, methods }| {
            methods.iter().map(move |method| vec![code(scope), code(&method.method), method.conditions(code)])
        });
        let others = self.without_scope.groups().into_iter().flat_map(|(who, methods)| {
            methods.iter().map(move |method| vec![who.to_owned(), code(method), String::new()])
        });
        scopes.chain(others).collect()
    }
}

impl OfScope {
    /// Nothing, where the scope is enough alone.
    fn conditions(&self, code: fn(&str) -> String) -> String {
        let sets = self.together_with.iter().filter(|set| !set.is_empty());
        let mut text = sets.map(|set| code(&set.join(" "))).collect::<Vec<_>>().join(" or ");
        if self.report_only {
            let separator = if text.is_empty() { "" } else { " " };
            let _ = write!(text, "{separator}(report-only: until then, anyone)");
        }
        text
    }
}

impl WithoutScope {
    fn add(&mut self, method: &Method) {
        let name = || method.method.clone();
        let Some(rule) = &method.rule else { return self.undeclared.push(name()) };
        match rule.access {
            Access::Public => self.public.push(name()),
            _ if rule.mode == RuleMode::ReportOnly => self.report_only.push(name()),
            Access::Optional => self.optional.push(name()),
            Access::Authenticated => self.any_token.push(name()),
            Access::Scopes => {}
        }
    }

    fn groups(&self) -> [(&'static str, &[String]); 5] {
        [
            ("(public: anyone)", &self.public),
            ("(optional: anyone, with a valid token or none)", &self.optional),
            ("(any token)", &self.any_token),
            ("(report-only: anyone)", &self.report_only),
            ("(none: nobody decided)", &self.undeclared),
        ]
    }
}

/// Each scope that makes a difference, with the sets that it needs besides; where it needs none, that alone.
fn needed(rule: &DeclaredRule) -> BTreeMap<String, Vec<Vec<String>>> {
    let mut needed = BTreeMap::<String, Vec<Vec<String>>>::new();
    // Without alternatives that another one makes superfluous.
    let canonical = rule.canonical(false);
    let sets = canonical.access().required().into_iter().flat_map(Alternatives::iter);
    for set in sets {
        for scope in set.iter() {
            let others = set.iter().filter(|other| *other != scope).map(ToOwned::to_owned).collect();
            needed.entry(scope.to_owned()).or_default().push(others);
        }
    }
    needed
}
