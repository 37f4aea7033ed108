//! Scopes as texts: what is expected is computed of these, and by nothing of the code that is tested.

use std::fmt;

/// Scopes, each once, in the order in which they were named.
#[derive(Debug, Clone, Default)]
pub(super) struct Scopes(Vec<String>);

impl Scopes {
    pub(super) fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Byte for byte.
    pub(super) fn contains(&self, scope: &str) -> bool {
        self.iter().any(|own| own == scope)
    }

    /// Those that are not among `others`.
    pub(super) fn without(&self, others: &Self) -> Self {
        self.iter().filter(|scope| !others.contains(scope)).collect()
    }

    /// These, and then those of `others`.
    pub(super) fn and(&self, others: &Self) -> Self {
        self.iter().chain(others.iter()).collect()
    }

    /// As an issuer writes them: with its prefix before each.
    pub(super) fn prefixed(&self, prefix: &str) -> Self {
        self.iter().map(|scope| format!("{prefix}{scope}")).collect()
    }
}

impl<S: Into<String>> FromIterator<S> for Scopes {
    fn from_iter<I: IntoIterator<Item = S>>(scopes: I) -> Self {
        let mut each = Self::default();
        for scope in scopes.into_iter().map(Into::into) {
            if !each.contains(&scope) {
                each.0.push(scope);
            }
        }
        each
    }
}

/// Whatever their order.
impl PartialEq for Scopes {
    fn eq(&self, other: &Self) -> bool {
        self.without(other).is_empty() && other.without(self).is_empty()
    }
}

impl Eq for Scopes {}

/// In the form of RFC 6749 §3.3.
impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join(" "))
    }
}

/// Each alternative, with ` | ` between them.
pub(super) fn written(alternatives: &[Scopes]) -> String {
    alternatives.iter().map(ToString::to_string).collect::<Vec<_>>().join(" | ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scopes(text: &str) -> Scopes {
        text.split_whitespace().collect()
    }

    #[test]
    fn scopes_are_texts_each_once() {
        let both = scopes("a b a");
        assert_eq!((both.len(), both.to_string().as_str()), (2, "a b"));
        assert_eq!(both, scopes("b a"));
        assert_ne!(both, scopes("a"));
        assert_ne!(scopes("a"), both);
        assert_ne!(scopes("a"), scopes("A"));
        assert!(both.contains("a") && !both.contains("A") && !both.contains("a:more"));
        assert_eq!(both.without(&scopes("a")).to_string(), "b");
        assert!(both.without(&scopes("c b a")).is_empty());
        assert_eq!(both.and(&scopes("c b")).to_string(), "a b c");
        assert_eq!(both.prefixed("p/").to_string(), "p/a p/b");
        assert_eq!(written(&[both, scopes("c")]), "a b | c");
    }
}
