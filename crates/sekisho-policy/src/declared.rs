//! All that an option says of a method: its rule, and what holds beside it.

use super::AccessRule;

/// When a stream ends that was allowed to begin: `stream_end` of a rule in a `.proto`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum StreamEnd {
    /// As soon as its access token has expired, or the key that signed the token is withdrawn.
    #[default]
    AtExpiry,
    /// When the client or the server ends it, even long after its access token has expired: for what may not be cut, such
    /// as an upload.
    Never,
}

/// All that a method's option can say: who may call, and what holds beside that. An [`AccessRule`] is one by itself,
/// with the default of all else.
///
/// ```
/// use sekisho_policy::{AccessRule, DeclaredRule, StreamEnd};
///
/// let rule = AccessRule::all_of(["files:write"])?;
/// assert_eq!(DeclaredRule::from(rule.clone()).stream_end(), StreamEnd::AtExpiry);
///
/// let upload = rule.with_stream_end(StreamEnd::Never);
/// assert_eq!(upload.stream_end(), StreamEnd::Never);
/// assert!(upload.access().evaluate(&"files:read".parse()?).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeclaredRule {
    access: AccessRule,
    stream_end: StreamEnd,
}

impl DeclaredRule {
    /// The same, with another end of its streams.
    #[must_use]
    pub fn with_stream_end(self, stream_end: StreamEnd) -> Self {
        Self { stream_end, ..self }
    }

    /// Who may call.
    pub fn access(&self) -> &AccessRule {
        &self.access
    }

    /// When a stream ends that was allowed to begin.
    pub fn stream_end(&self) -> StreamEnd {
        self.stream_end
    }
}

impl AccessRule {
    /// This rule, and when the streams end that it allows to begin.
    #[must_use]
    pub fn with_stream_end(self, stream_end: StreamEnd) -> DeclaredRule {
        DeclaredRule::from(self).with_stream_end(stream_end)
    }
}

impl From<AccessRule> for DeclaredRule {
    fn from(access: AccessRule) -> Self {
        Self { access, stream_end: StreamEnd::default() }
    }
}
