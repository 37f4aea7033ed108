//! The rule that a test expects of a method.

use std::fmt;
use std::str::FromStr;

use super::scopes::{self, Scopes};
use crate::policy::{AccessRule, DeclaredRule, InvalidRule, Mode};

/// The rule that a test expects of a method, read from a text:
///
/// | text | who may call |
/// |---|---|
/// | `public` | anyone; a token is not looked at |
/// | `authenticated` | any valid token |
/// | `optional` | anyone; a token that is sent has to be valid |
/// | `orders:read orders:write` | a token with each of these scopes (the form of RFC 6749 §3.3) |
/// | `orders:write \| admin` | a token with all scopes of one of the alternatives |
/// | `report-only: orders:read` | anyone; what any of the above would refuse is only told |
///
/// Scopes and alternatives stand in the order of the `.proto`, in which refusals tell them. The scopes `public`,
/// `authenticated` and `optional` are written as an [`AccessRule`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpectedRule {
    pub(super) kind: Kind,
    pub(super) report_only: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    Public,
    Authenticated,
    Optional,
    /// Alternatives, at least one, none empty.
    Scopes(Vec<Scopes>),
}

const REPORT_ONLY: &str = "report-only:";

impl ExpectedRule {
    /// The same in report-only mode: calls are let in, and the verdict is told.
    #[must_use]
    pub fn report_only(self) -> Self {
        Self { report_only: true, ..self }
    }

    /// The scopes of each alternative; none where the rule asks for none.
    pub(super) fn alternatives(&self) -> Option<&[Scopes]> {
        match &self.kind {
            Kind::Scopes(alternatives) => Some(alternatives),
            Kind::Public | Kind::Authenticated | Kind::Optional => None,
        }
    }
}

impl FromStr for ExpectedRule {
    type Err = InvalidExpectedRule;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        if let Some(enforced) = text.strip_prefix(REPORT_ONLY) {
            return enforced.parse::<Self>().map(Self::report_only);
        }
        let kind = match text {
            "public" => Kind::Public,
            "authenticated" => Kind::Authenticated,
            "optional" => Kind::Optional,
            _ => {
                let alternatives = || text.split('|').map(str::split_whitespace);
                // For what is wrong with it. What is expected are the texts.
                drop(AccessRule::any_of(alternatives())?);
                Kind::Scopes(alternatives().map(Iterator::collect).collect())
            }
        };
        Ok(Self { kind, report_only: false })
    }
}

impl TryFrom<&str> for ExpectedRule {
    type Error = InvalidExpectedRule;

    fn try_from(text: &str) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl TryFrom<AccessRule> for ExpectedRule {
    type Error = InvalidExpectedRule;

    fn try_from(rule: AccessRule) -> Result<Self, Self::Error> {
        let kind = match rule {
            AccessRule::Public => Kind::Public,
            AccessRule::Authenticated => Kind::Authenticated,
            AccessRule::Optional => Kind::Optional,
            AccessRule::Scopes(alternatives) => {
                Kind::Scopes(alternatives.iter().map(|scopes| scopes.iter().collect()).collect())
            }
            _ => return Err(InvalidExpectedRule::UnknownKind),
        };
        Ok(Self { kind, report_only: false })
    }
}

/// When streams end makes no difference to whether they may begin.
impl TryFrom<DeclaredRule> for ExpectedRule {
    type Error = InvalidExpectedRule;

    fn try_from(rule: DeclaredRule) -> Result<Self, Self::Error> {
        let expected = Self::try_from(rule.access().clone())?;
        match rule.mode() {
            Mode::Enforce => Ok(expected),
            Mode::ReportOnly => Ok(expected.report_only()),
            _ => Err(InvalidExpectedRule::UnknownKind),
        }
    }
}

impl fmt::Display for ExpectedRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.report_only {
            write!(f, "{REPORT_ONLY} ")?;
        }
        match &self.kind {
            Kind::Public => f.write_str("public"),
            Kind::Authenticated => f.write_str("authenticated"),
            Kind::Optional => f.write_str("optional"),
            Kind::Scopes(alternatives) => f.write_str(&scopes::written(alternatives)),
        }
    }
}

/// Why a text is no rule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidExpectedRule {
    /// A text with a scope that is none, or an alternative without a scope.
    #[error("expected public, authenticated, optional, or scopes with ` | ` between alternatives: {0}")]
    Scopes(#[from] InvalidRule),
    /// A kind of rule, or a mode, that the matrix has no rows for.
    #[error("the matrix does not know this kind of rule")]
    UnknownKind,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_is_read_and_written() {
        let same = [
            "public",
            "authenticated",
            "optional",
            "orders:read",
            "orders:read orders:write | admin",
            "report-only: authenticated",
            "report-only: a b | c",
        ];
        for text in same {
            assert_eq!(text.parse::<ExpectedRule>().expect(text).to_string(), text);
        }
        let loose: ExpectedRule = " report-only:a  b|c ".parse().expect("white space is free");
        assert_eq!(loose.to_string(), "report-only: a b | c");
        for text in ["", " ", "a |", "| a", "a || b", "report-only:", "a\"b", "é"] {
            assert!(text.parse::<ExpectedRule>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn scopes_that_are_named_like_a_kind_are_written_as_an_access_rule() {
        let rule = AccessRule::all_of(["public"]).expect("a scope of that name");
        let rule = ExpectedRule::try_from(rule).expect("scopes");
        assert_ne!(rule, "public".parse().expect("a kind"));
    }
}
