//! What an issuer writes before the names of scopes.

use std::str::FromStr;
use std::sync::Arc;

use super::{InvalidScope, ScopeToken};

/// What an issuer writes before the names of an API's scopes: `RESOURCE/` at Amazon Cognito, `api://API/` at
/// Microsoft Entra ID. By default there is none.
///
/// ```
/// use sekisho_policy::scope::{ScopePrefix, ScopeToken};
///
/// let prefix: ScopePrefix = "api://orders/".parse()?;
/// let read: ScopeToken = "orders:read".parse()?;
/// let written = prefix.put_on(&read);
/// assert_eq!(written.as_str(), "api://orders/orders:read");
/// assert_eq!(prefix.take_off(&written), read);
/// // What is written without it is the same scope.
/// assert_eq!(prefix.take_off(&read), read);
/// # Ok::<(), sekisho_policy::scope::InvalidScope>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ScopePrefix(Arc<str>);

impl ScopePrefix {
    /// The prefix, if `text` can stand in a scope (RFC 6749 §3.3).
    ///
    /// # Errors
    /// [`InvalidScope`] when `text` is empty or has a character outside the grammar.
    pub fn parse(text: &str) -> Result<Self, InvalidScope> {
        ScopeToken::parse(text).map(|token| Self(token.0.into()))
    }

    /// The prefix as text; empty where there is none.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The scope without the prefix, which is taken off once. A scope that does not begin with it, or is nothing
    /// else, stays as it is.
    #[must_use]
    pub fn take_off(&self, scope: &ScopeToken) -> ScopeToken {
        ScopeToken(self.after(scope.as_str()).into())
    }

    /// The scope as the issuer writes it.
    #[must_use]
    pub fn put_on(&self, scope: &ScopeToken) -> ScopeToken {
        ScopeToken(self.before(scope.as_str()).into())
    }

    /// [`Self::take_off`] of a scope's text. What is left is a scope: characters of one, and at least one.
    pub(super) fn after<'a>(&self, scope: &'a str) -> &'a str {
        scope.strip_prefix(self.as_str()).filter(|name| !name.is_empty()).unwrap_or(scope)
    }

    /// [`Self::put_on`] of a scope's text.
    pub(super) fn before(&self, scope: &str) -> String {
        [self.as_str(), scope].concat()
    }
}

impl FromStr for ScopePrefix {
    type Err = InvalidScope;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_prefix_is_taken_off_once() {
        let cases = [
            ("with it", "orders/", "orders/read", "read"),
            ("without it", "orders/", "read", "read"),
            ("of another", "orders/", "invoices/read", "invoices/read"),
            ("of another that is longer", "orders/", "orders-eu/read", "orders-eu/read"),
            ("twice", "orders/", "orders/orders/read", "orders/read"),
            ("not in front", "orders/", "my-orders/read", "my-orders/read"),
            ("in another case", "orders/", "Orders/read", "Orders/read"),
            ("and nothing else", "orders/", "orders/", "orders/"),
            ("a part of it", "orders/", "orders", "orders"),
        ];
        for (name, prefix, scope, expected) in cases {
            let prefix: ScopePrefix = prefix.parse().expect("a prefix");
            let taken = prefix.take_off(&scope.parse().expect("a scope"));
            assert_eq!(taken.as_str(), expected, "{name}");
        }
        let read: ScopeToken = "read".parse().expect("a scope");
        let none = ScopePrefix::default();
        assert_eq!((none.take_off(&read), none.put_on(&read)), (read.clone(), read));
    }

    #[test]
    fn a_prefix_has_the_characters_of_a_scope() {
        assert_eq!(ScopePrefix::parse(""), Err(InvalidScope::Empty));
        for character in [' ', '"', '\\', 'é', '\n'] {
            let text = format!("orders{character}");
            assert_eq!(ScopePrefix::parse(&text), Err(InvalidScope::Character { character }));
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_a_panic(text in ".{0,12}", scope in "[!#-\\[\\]-~]{1,12}") {
            let scope: ScopeToken = scope.parse().expect("a scope");
            if let Ok(prefix) = text.parse::<ScopePrefix>() {
                prop_assert_eq!(prefix.take_off(&prefix.put_on(&scope)), scope);
            }
        }

        /// Whatever is put on comes off again, and is a scope in both forms.
        #[test]
        fn putting_on_and_taking_off_agree(prefix in "[a/]{1,4}|[!#-\\[\\]-~]{1,12}", scope in "[a/]{1,8}|[!#-\\[\\]-~]{1,12}") {
            let (prefix, scope) = (ScopePrefix::parse(&prefix)?, ScopeToken::parse(&scope)?);
            let written = prefix.put_on(&scope);
            prop_assert_eq!(ScopeToken::parse(written.as_str()), Ok(written.clone()));
            prop_assert_eq!(&prefix.take_off(&written), &scope);
            let taken = prefix.take_off(&scope);
            prop_assert_eq!(ScopeToken::parse(taken.as_str()), Ok(taken.clone()));
            prop_assert!(taken == scope || prefix.put_on(&taken) == scope);
        }
    }
}
