//! Scopes that `--scopes` names.

use std::collections::BTreeSet;
use std::sync::Arc;

use sekisho::policy::Method;
use sekisho::scope::{ScopePrefix, ScopeSet};

/// What is to be said of scopes that no rule names: one of them may be mistyped. The issuer may write `prefix` before those of
/// the rules.
pub(super) fn warning<'m>(
    scopes: &ScopeSet,
    methods: impl IntoIterator<Item = &'m Arc<Method>>,
    prefix: &ScopePrefix,
) -> Option<String> {
    let mut named = BTreeSet::new();
    for required in methods.into_iter().filter_map(|method| method.rule().required()) {
        named.extend(required.iter().flat_map(ScopeSet::iter));
    }
    // What the issuer writes without the prefix counts as well.
    let is_named = |scope: &str| {
        named.contains(scope)
            || scope.strip_prefix(prefix.as_str()).is_some_and(|scope| named.contains(scope))
    };
    let others: Vec<String> =
        scopes.iter().filter(|scope| !is_named(scope)).map(|scope| format!("`{scope}`")).collect();
    if others.is_empty() {
        return None;
    }
    let has_comma = others.iter().any(|scope| scope.contains(','));
    let hint = if has_comma { "; scopes have a space between them" } else { "" };
    Some(format!("no rule that was read names {}{hint}", others.join(", ")))
}
