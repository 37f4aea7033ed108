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

/// What becomes of a call that a rule refuses: `mode` of a rule in a `.proto`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Mode {
    /// It is refused.
    #[default]
    Enforce,
    /// It goes through, and that it would have been refused is reported: for trying a rule out. Until then the method is
    /// open to anyone.
    ReportOnly,
}

/// All that a method's option can say: who may call, and what holds beside that. An [`AccessRule`] is one by itself,
/// with the default of all else.
///
/// ```
/// use sekisho_policy::{AccessRule, DeclaredRule, Mode, StreamEnd};
///
/// let rule = AccessRule::all_of(["files:write"])?;
/// let by_itself = DeclaredRule::from(rule.clone());
/// assert_eq!((by_itself.mode(), by_itself.stream_end()), (Mode::Enforce, StreamEnd::AtExpiry));
///
/// let upload = rule.with_stream_end(StreamEnd::Never).with_mode(Mode::ReportOnly);
/// assert_eq!((upload.mode(), upload.stream_end()), (Mode::ReportOnly, StreamEnd::Never));
/// assert!(upload.access().evaluate(&"files:read".parse()?).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeclaredRule {
    access: AccessRule,
    mode: Mode,
    stream_end: StreamEnd,
}

impl DeclaredRule {
    /// The same, with another mode. With [`Mode::ReportOnly`] the rule refuses nobody.
    #[must_use]
    pub fn with_mode(self, mode: Mode) -> Self {
        Self { mode, ..self }
    }

    /// The same, with another end of its streams.
    #[must_use]
    pub fn with_stream_end(self, stream_end: StreamEnd) -> Self {
        Self { stream_end, ..self }
    }

    /// Who may call.
    pub fn access(&self) -> &AccessRule {
        &self.access
    }

    /// What becomes of a call that the rule refuses.
    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// When a stream ends that was allowed to begin.
    pub fn stream_end(&self) -> StreamEnd {
        self.stream_end
    }
}

impl AccessRule {
    /// This rule, and what becomes of a call that it refuses.
    #[must_use]
    pub fn with_mode(self, mode: Mode) -> DeclaredRule {
        DeclaredRule::from(self).with_mode(mode)
    }

    /// This rule, and when the streams end that it allows to begin.
    #[must_use]
    pub fn with_stream_end(self, stream_end: StreamEnd) -> DeclaredRule {
        DeclaredRule::from(self).with_stream_end(stream_end)
    }
}

impl From<AccessRule> for DeclaredRule {
    fn from(access: AccessRule) -> Self {
        Self { access, mode: Mode::default(), stream_end: StreamEnd::default() }
    }
}
