//! What a handler learns of a claim that is kept.

use std::fmt;

use super::kept_claims::Span;

/// What a token says in a claim that [`Verifier::keep_claims`](super::Verifier::keep_claims) names.
///
/// A claim that is there is never [`Missing`](Self::Missing), whatever it is. A handler lets in what it knows, and refuses
/// the rest:
///
/// ```
/// use sekisho::token::ClaimValue;
/// use tonic::Status;
///
/// /// The tenant whose orders a caller may see.
/// fn tenant<'g>(grant: &'g sekisho::Grant) -> Result<&'g str, Status> {
///     match grant.claim("tenant") {
///         ClaimValue::Text(tenant) => Ok(tenant),
///         _ => Err(Status::permission_denied("The access token names no tenant")),
///     }
/// }
///
/// /// Everybody may call who is not suspended: a claim that is there and no boolean counts as suspended.
/// fn is_active(grant: &sekisho::Grant) -> bool {
///     matches!(grant.claim("suspended"), ClaimValue::Missing | ClaimValue::Boolean(false))
/// }
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum ClaimValue<'c> {
    /// The token has no such claim, or the call has no token that was verified.
    Missing,
    /// The verifier of the token does not keep a claim of this path: a fault of the configuration, or of the handler.
    NotKept,
    /// A string of at most 1 KiB.
    Text(&'c str),
    /// An array of nothing but strings: at most 64, and 2 KiB in all.
    Texts(ClaimTexts<'c>),
    /// `true` or `false`.
    Boolean(bool),
    /// A number that is written without a fraction and without an exponent. It is exact.
    Integer(i64),
    /// A number that is written in another way, rounded to the nearest that an `f64` can hold.
    Number(f64),
    /// A string or an array of strings that is larger than what is kept, or an integer that an `i64` cannot hold. It is
    /// there, and what it says is not known.
    TooLarge,
    /// Anything else that is there: `null`, an object, an array of other values or of several kinds, a string with half of a
    /// surrogate pair, a number that no `f64` can hold. Or one of the names on the way to the claim is there and is no
    /// object.
    Other,
}

impl<'c> ClaimValue<'c> {
    /// The string, if it is one.
    pub fn as_text(self) -> Option<&'c str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The strings, if it is an array of them.
    pub fn as_texts(self) -> Option<ClaimTexts<'c>> {
        match self {
            Self::Texts(texts) => Some(texts),
            _ => None,
        }
    }
}

/// The strings of an array, in the order of the token.
///
/// ```
/// # use sekisho::token::ClaimValue;
/// fn may_approve(grant: &sekisho::Grant) -> bool {
///     grant.claim("realm_access.roles").as_texts().is_some_and(|roles| roles.contains("approver"))
/// }
/// ```
#[derive(Clone, Copy)]
pub struct ClaimTexts<'c> {
    pub(super) all: &'c str,
    pub(super) spans: &'c [Span],
}

impl<'c> ClaimTexts<'c> {
    /// Each of them.
    pub fn iter(self) -> impl ExactSizeIterator<Item = &'c str> {
        self.spans.iter().map(move |span| span.of(self.all))
    }

    /// Whether this is one of them, byte for byte.
    #[must_use]
    pub fn contains(self, text: &str) -> bool {
        self.iter().any(|own| own == text)
    }

    /// How many there are.
    #[must_use]
    pub fn len(self) -> usize {
        self.spans.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.spans.is_empty()
    }
}

impl PartialEq for ClaimTexts<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for ClaimTexts<'_> {}

impl fmt::Debug for ClaimTexts<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}
