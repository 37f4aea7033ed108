//! The rules that a test lists, compared with the methods that there are.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::outcome::Outcome;
use super::report::{Examined, MatrixRow};
use super::rule::ExpectedRule;
use crate::policy::{Method, Policy};

/// A method and its rule, as a test lists them; or what is wrong with the rule.
pub(super) type Listed = (String, Result<ExpectedRule, String>);

/// A method that is called.
pub(super) struct Subject {
    /// `package.Service`.
    pub(super) service: String,
    pub(super) method: String,
    pub(super) call: &'static str,
    pub(super) rule: ExpectedRule,
}

impl Subject {
    pub(super) fn name(&self) -> String {
        format!("{}/{}", self.service, self.method)
    }
}

/// What is to be called, and what is wrong with the list.
pub(super) fn compare(listed: Vec<Listed>, policy: Option<&Arc<Policy>>) -> (Vec<Subject>, Vec<Examined>) {
    let (mut subjects, mut faults) = (BTreeMap::<String, Subject>::new(), Vec::new());
    if listed.is_empty() {
        faults.push(fault("the list of rules", "", ("at least one method", "none")));
    }
    for (name, rule) in listed {
        let name = name.trim_start_matches('/').to_owned();
        let shown = rule.as_ref().map(ToString::to_string).unwrap_or_default();
        match subject(&name, rule, policy) {
            Ok(_) if subjects.contains_key(&name) => {
                faults.push(fault(&name, &shown, ("one rule for a method", "the method is listed twice")));
            }
            Ok(subject) => drop(subjects.insert(name, subject)),
            Err((expected, seen)) => faults.push(fault(&name, &shown, (&expected, &seen))),
        }
    }
    faults.extend(
        policy.into_iter().flat_map(|policy| left_out(policy, &subjects, &faults)).collect::<Vec<_>>(),
    );
    (subjects.into_values().collect(), faults)
}

fn subject(
    name: &str,
    rule: Result<ExpectedRule, String>,
    policy: Option<&Arc<Policy>>,
) -> Result<Subject, (String, String)> {
    let rule = rule.map_err(|error| ("a rule".to_owned(), error))?;
    let no_method = |seen: &str| ("a method of the service".to_owned(), seen.to_owned());
    let (service, method) =
        name.split_once('/').ok_or_else(|| no_method("no name of the form package.Service/Method"))?;
    let call = match policy.map(|policy| policy.method(&format!("/{name}"))) {
        None => "",
        Some(None) => return Err(no_method("the service has no method of this name")),
        Some(Some(method)) => kind_of_call(method),
    };
    Ok(Subject { service: service.to_owned(), method: method.to_owned(), call, rule })
}

fn left_out<'a>(
    policy: &'a Policy,
    subjects: &'a BTreeMap<String, Subject>,
    faults: &'a [Examined],
) -> impl Iterator<Item = Examined> + 'a {
    let name = |method: &Method| format!("{}/{}", method.service(), method.name());
    let is_listed =
        move |name: &String| subjects.contains_key(name) || faults.iter().any(|fault| fault.method == *name);
    let missing = policy.methods().map(move |method| name(method)).filter(move |name| !is_listed(name));
    missing.map(|name| {
        fault(&name, "", ("a rule in the list", "the service has this method, and the list has not"))
    })
}

fn kind_of_call(method: &Method) -> &'static str {
    match (method.client_streaming(), method.server_streaming()) {
        (false, false) => "unary",
        (true, false) => "client",
        (false, true) => "server",
        (true, true) => "bidi",
    }
}

fn fault(method: &str, rule: &str, (expected, seen): (&str, &str)) -> Examined {
    let row = MatrixRow {
        sent: "the list of rules".to_owned(),
        expected: Outcome::Listing(expected.to_owned()),
        seen: Outcome::Listing(seen.to_owned()),
    };
    Examined { method: method.to_owned(), call: "", rule: rule.to_owned(), rows: vec![row] }
}
