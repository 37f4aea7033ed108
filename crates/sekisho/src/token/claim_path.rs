//! Where in a token a claim stands.

use std::fmt;
use std::str::FromStr;

use crate::json;

/// The way to a claim: its name, or names parted by dots where it is within others, like `realm_access.roles`.
///
/// A dot that belongs to a name is written `\.`, and a backslash `\\`. A text with `://` in it is one name and
/// taken as it is, since namespaced claims are URLs (`https://tenant.example/roles`).
///
/// ```
/// use sekisho::token::{InvalidClaimPath, Verifier};
///
/// let verifier = Verifier::new("orders").scope_claims(["scope".parse()?, "realm_access.roles".parse()?]);
///
/// let wrong: Result<sekisho::token::ClaimPath, _> = "realm_access..roles".parse();
/// assert_eq!(wrong, Err(InvalidClaimPath::EmptyName));
/// # Ok::<(), InvalidClaimPath>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ClaimPath(Vec<String>);

impl ClaimPath {
    /// The path, if `text` is one.
    ///
    /// # Errors
    /// [`InvalidClaimPath`] for a name that is empty, or a backslash that stands before anything else than a dot
    /// or a backslash.
    pub fn parse(text: &str) -> Result<Self, InvalidClaimPath> {
        let names = if text.contains("://") { vec![text.to_owned()] } else { names_in(text)? };
        let has_empty = names.iter().any(|name| name.trim().is_empty());
        if has_empty { Err(InvalidClaimPath::EmptyName) } else { Ok(Self(names)) }
    }

    /// A claim of this name at the top of the payload. For names that are known to be some.
    pub(super) fn top(name: &'static str) -> Self {
        Self(vec![name.to_owned()])
    }

    /// From outside in; at least one.
    pub(super) fn names(&self) -> &[String] {
        &self.0
    }
}

/// As it was parsed, to the last byte: there is one way to write a path.
impl fmt::Display for ClaimPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        json::write_path(f, self.0.iter())
    }
}

impl FromStr for ClaimPath {
    type Err = InvalidClaimPath;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

fn names_in(text: &str) -> Result<Vec<String>, InvalidClaimPath> {
    let (mut names, mut name) = (Vec::new(), String::new());
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match character {
            '.' => names.push(std::mem::take(&mut name)),
            '\\' => match characters.next() {
                Some(escaped @ ('.' | '\\')) => name.push(escaped),
                _ => return Err(InvalidClaimPath::Backslash),
            },
            other => name.push(other),
        }
    }
    names.push(name);
    Ok(names)
}

/// Why a text is no way to a claim.
#[derive(Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidClaimPath {
    /// A name has at least one character that can be seen.
    #[error("a claim's name is empty; dots part names, and one that belongs to a name is written \\.")]
    EmptyName,
    /// A backslash says that what follows it belongs to a name.
    #[error("a backslash stands only before a dot that belongs to a claim's name, or before a backslash")]
    Backslash,
}

/// As it is meant to be read: for a `main` that returns it.
impl fmt::Debug for InvalidClaimPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn dots_part_names() {
        use InvalidClaimPath::{Backslash, EmptyName};
        let cases: [(&str, Result<&[&str], _>); 18] = [
            ("scope", Ok(&["scope"])),
            ("realm_access.roles", Ok(&["realm_access", "roles"])),
            ("resource_access.api.roles", Ok(&["resource_access", "api", "roles"])),
            (r"resource_access.my\.api.roles", Ok(&["resource_access", "my.api", "roles"])),
            (r"a\\.b", Ok(&[r"a\", "b"])),
            (r"a\\\.b", Ok(&[r"a\.b"])),
            ("https://tenant.example/roles", Ok(&["https://tenant.example/roles"])),
            (r"https://tenant.example/a\b..c", Ok(&[r"https://tenant.example/a\b..c"])),
            ("urn:zitadel:iam", Ok(&["urn:zitadel:iam"])),
            ("a b.役割", Ok(&["a b", "役割"])),
            ("", Err(EmptyName)),
            (".", Err(EmptyName)),
            ("a..b", Err(EmptyName)),
            (".a", Err(EmptyName)),
            ("a.", Err(EmptyName)),
            ("a. ", Err(EmptyName)),
            (r"a\b", Err(Backslash)),
            (r"a\", Err(Backslash)),
        ];
        for (text, expected) in cases {
            let parsed = text.parse::<ClaimPath>();
            let names = parsed.as_ref().map(|path| path.0.iter().map(String::as_str).collect::<Vec<_>>());
            assert_eq!(names, expected.map(<[_]>::to_vec).as_ref().cloned(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_a_panic(text in r"[a.\\:/ ]{0,12}|.{0,12}") {
            if let Ok(path) = text.parse::<ClaimPath>() {
                prop_assert_eq!(path.to_string(), text.as_str());
                prop_assert!(!path.0.is_empty());
                prop_assert!(path.0.iter().all(|name| !name.trim().is_empty()));
            }
        }

        #[test]
        fn names_come_back_as_they_were_written(names in proptest::collection::vec(r"[a.\\:]{1,5}", 1..4)) {
            let escaped = names.iter().map(|name| name.replace('\\', r"\\").replace('.', r"\."));
            let path = escaped.collect::<Vec<_>>().join(".").parse();
            prop_assert_eq!(path, Ok(ClaimPath(names)));
        }
    }
}
