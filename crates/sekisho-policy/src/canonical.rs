//! One form for all rules that mean the same.

use super::scope::ScopeSet;
use super::subsets::Subsets;
use super::{AccessRule, Alternatives, DeclaredRule, StreamEnd};

impl DeclaredRule {
    /// The same meaning in one form. Scopes and alternatives are sorted, and alternatives that another one makes superfluous
    /// are left out. So are `mode` and `stream_end` where they have no effect: both on a public method, and `stream_end` on a
    /// method without a stream. Rules that are enforced have one canonical form exactly where they have one meaning.
    ///
    /// Of a rule that only reports, all is kept, since that is what would hold.
    ///
    /// ```
    /// use sekisho_policy::DeclaredRule;
    ///
    /// let rule: DeclaredRule =
    ///     r#"{ any_of: [{ all_of: ["b", "a", "c"] }, { all_of: ["b", "a"] }] stream_end: NEVER }"#.parse()?;
    /// assert_eq!(rule.canonical(false).to_string(), r#"{ all_of: ["a", "b"] }"#);
    /// assert_eq!(rule.canonical(true).to_string(), r#"{ all_of: ["a", "b"] stream_end: NEVER }"#);
    /// # Ok::<(), sekisho_policy::RuleTextError>(())
    /// ```
    #[must_use]
    pub fn canonical(&self, is_streaming: bool) -> Self {
        let access = match self.access() {
            AccessRule::Public => return Self::from(AccessRule::Public),
            AccessRule::Scopes(alternatives) => AccessRule::Scopes(minimal(alternatives)),
            other => other.clone(),
        };
        let stream_end = if is_streaming { self.stream_end() } else { StreamEnd::default() };
        access.with_mode(self.mode()).with_stream_end(stream_end)
    }
}

/// Those that are not superfluous, sorted.
fn minimal(alternatives: &Alternatives) -> Alternatives {
    let mut sets: Vec<ScopeSet> = Subsets::of(alternatives).minimal().map(ScopeSet::sorted).collect();
    sets.sort_by(|one, other| one.iter().cmp(other.iter()));
    Alternatives::of(sets)
}

#[cfg(test)]
mod tests;
