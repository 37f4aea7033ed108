//! A file of rules, for methods whose `.proto` cannot be given the option: a line each, the method's name and its rule as
//! the option would say it. Lines that begin with `#` are comments, and so is what follows a `#` after the rule.
//!
//! ```
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let health = sekisho_build::descriptor_set_of(r#"
//! #     syntax = "proto3";
//! #     package grpc.health.v1;
//! #     message Request {}
//! #     service Health { rpc Check(Request) returns (Request); rpc Watch(Request) returns (stream Request); }
//! # "#)?;
//! use sekisho_policy::{Policy, rules};
//!
//! let text = r#"
//!     ## A third party's service.
//!     grpc.health.v1.Health/Check { public: true }
//!     grpc.health.v1.Health/Watch { all_of: ["health:watch"] stream_end: NEVER } # for the dashboard
//! "#;
//! let policy = rules::parse(text)?
//!     .into_iter()
//!     .fold(Policy::builder().descriptor_set(&health), |policy, (method, rule)| policy.rule(method, rule))
//!     .build()?;
//! let watch = policy.method("/grpc.health.v1.Health/Watch").ok_or("no such method")?;
//! assert!(watch.rule().evaluate(&"health".parse()?).is_err());
//!
//! let error = rules::parse("grpc.health.v1.Health/Check { everyone: true }").expect_err("no rule");
//! assert!(error.to_string().starts_with("line 1: character 3 of the rule: "), "{error}");
//! # Ok(())
//! # }
//! ```

use std::collections::HashMap;
use std::fmt;

use super::line_faults::{LineFault, LineFaults};
use super::method::is_name;
use super::{DeclaredRule, RuleTextError};

/// How long the text may be, in bytes.
const LONGEST: usize = 16 << 20;

/// Reads a file of rules: what [`PolicyBuilder::rule`](super::PolicyBuilder::rule) takes, in the order of the lines. A
/// method may be written as `package.Service/Method`, `/package.Service/Method` or `package.Service.Method`.
///
/// # Errors
/// [`RulesError`]: every line that is none, and every method that has a rule already; of many the first hundred. Whether there is such a method is
/// for the policy to say.
pub fn parse(text: &str) -> Result<Vec<(String, DeclaredRule)>, RulesError> {
    let mut faults = LineFaults::default();
    let mut rules = Vec::new();
    let mut lines: HashMap<String, usize> = HashMap::new();
    if text.len() > LONGEST {
        return Err(RulesError { faults: LineFaults::one(1, RulesFaultKind::TooLong) });
    }
    // An editor may have left a byte order mark.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    for (line, text) in (1..).zip(text.lines().map(str::trim)) {
        if text.is_empty() || text.starts_with('#') {
            continue;
        }
        let rule = rule_of_line(text).and_then(|(method, rule)| match lines.insert(method.clone(), line) {
            Some(first) => Err(RulesFaultKind::Repeated { method, first }),
            None => Ok((method, rule)),
        });
        match rule {
            Ok(rule) => rules.push(rule),
            Err(kind) => faults.push(line, kind),
        }
    }
    if faults.is_empty() { Ok(rules) } else { Err(RulesError { faults }) }
}

fn rule_of_line(line: &str) -> Result<(String, DeclaredRule), RulesFaultKind> {
    let end = line.find(|c: char| c.is_whitespace() || c == '{').unwrap_or(line.len());
    let (name, rule) = line.split_at(end);
    let method = method_name(name).ok_or_else(|| RulesFaultKind::Name { name: excerpt(name) })?;
    let rule = without_comment(rule).trim();
    if rule.is_empty() {
        return Err(RulesFaultKind::NoRule { method });
    }
    Ok((method, rule.parse().map_err(RulesFaultKind::Rule)?))
}

/// `package.Service/Method`, of any of the ways to write it.
fn method_name(name: &str) -> Option<String> {
    let name = name.strip_prefix('/').unwrap_or(name);
    let (service, method) = name.split_once('/').or_else(|| name.rsplit_once('.'))?;
    let is_one = is_name(service) && is_name(method) && !method.contains('.');
    is_one.then(|| format!("{service}/{method}"))
}

/// A `#` within quotes is part of a scope.
fn without_comment(rule: &str) -> &str {
    let mut quote = None;
    let comment = rule.find(|c| {
        match (quote, c) {
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), _) if open == c => quote = None,
            _ => {}
        }
        quote.is_none() && c == '#'
    });
    &rule[..comment.unwrap_or(rule.len())]
}

/// For an error: not all of what is long.
fn excerpt(text: &str) -> String {
    const SHOWN: usize = 100;
    let shown: String = text.chars().take(SHOWN).collect();
    if shown.len() < text.len() { shown + "…" } else { shown }
}

/// All that is wrong with a file of rules, in the order of the lines. Its `Debug` is its `Display`.
#[derive(Clone, PartialEq, Eq)]
pub struct RulesError {
    faults: LineFaults<RulesFaultKind>,
}

/// What is wrong with a line.
pub type RulesFault = LineFault<RulesFaultKind>;

/// What is wrong. What it quotes is escaped, and cut where it is long.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RulesFaultKind {
    /// The line does not begin with the name of a method.
    #[error(
        "{name:?} is no name of a method; write a line as `package.Service/Method {{ all_of: \"SCOPE\" }}`"
    )]
    Name {
        /// What it begins with.
        name: String,
    },
    /// There is a name alone.
    #[error("{method} has no rule; write it behind the name: `{{ all_of: \"SCOPE\" }}`")]
    NoRule {
        /// The method.
        method: String,
    },
    /// What follows the name is no rule.
    #[error("{0}")]
    Rule(RuleTextError),
    /// A line before it has a rule for the method.
    #[error("{method} has a rule on line {first} already; keep one of them")]
    Repeated {
        /// The method.
        method: String,
        /// The line of the last rule before it.
        first: usize,
    },
    /// More than is read.
    #[error("the file is too long; at most {} MiB are read", LONGEST >> 20)]
    TooLong,
}

impl RulesError {
    /// The faults; at least one.
    pub fn faults(&self) -> &[RulesFault] {
        self.faults.kept()
    }

    /// How many faults there are besides: of many, the first hundred that are found are kept.
    pub fn more_faults(&self) -> usize {
        self.faults.more()
    }
}

impl fmt::Display for RulesError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.faults, f)
    }
}

impl fmt::Debug for RulesError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for RulesError {}

#[cfg(test)]
mod tests;
