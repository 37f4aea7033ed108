//! A method and its rule.

use serde::Serialize;

use sekisho::policy::{self, AccessRule, DeclaredRule, MethodSignature, Mode, RuleOrigin, StreamEnd};

/// A method, and who may call it.
#[derive(Debug, Clone, Serialize)]
#[expect(clippy::struct_field_names, reason = "in a document it is what a line of a table begins with")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(in crate::cli::policy) struct Method {
    /// `package.Service/Method`
    pub(in crate::cli::policy) method: String,
    /// The full name of the request's message.
    pub(in crate::cli::policy) request: String,
    /// The full name of the response's message.
    pub(in crate::cli::policy) response: String,
    /// Which of the two are streams.
    pub(in crate::cli::policy) kind: CallKind,
    /// Who may call; null where nobody decided about it.
    pub(in crate::cli::policy) rule: Option<Rule>,
    /// Where the rule was declared; null where there is none.
    pub(in crate::cli::policy) origin: Option<Origin>,
    /// Where the method stands; null where the descriptor set was stripped of positions.
    pub(in crate::cli::policy) position: Option<Position>,
}

impl Method {
    /// One with a rule.
    pub(in crate::cli::policy) fn declared(method: &policy::Method) -> Self {
        Self {
            rule: Some(Rule::of(method.declared_rule())),
            origin: Some(Origin::of(method.origin())),
            ..Self::undeclared(method.signature())
        }
    }

    /// One without.
    pub(in crate::cli::policy) fn undeclared(signature: &MethodSignature) -> Self {
        Self {
            method: name(signature.path()).to_owned(),
            request: signature.request().to_owned(),
            response: signature.response().to_owned(),
            kind: CallKind::of(signature),
            rule: None,
            origin: None,
            position: signature.position().map(Position::of),
        }
    }
}

/// `package.Service/Method`, of the path.
pub(in crate::cli::policy) fn name(path: &str) -> &str {
    path.strip_prefix('/').unwrap_or(path)
}

/// Which of a method's messages are streams.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub(in crate::cli::policy) enum CallKind {
    /// Neither.
    Unary,
    /// The request.
    ClientStream,
    /// The response.
    ServerStream,
    /// Both.
    Bidi,
}

impl CallKind {
    pub(in crate::cli::policy) fn of(signature: &MethodSignature) -> Self {
        Self::of_streams(signature.client_streaming(), signature.server_streaming())
    }

    /// Of whether request and response are streams.
    pub(in crate::cli::policy) fn of_streams(client_streaming: bool, server_streaming: bool) -> Self {
        match (client_streaming, server_streaming) {
            (false, false) => Self::Unary,
            (true, false) => Self::ClientStream,
            (false, true) => Self::ServerStream,
            (true, true) => Self::Bidi,
        }
    }

    /// For people.
    pub(in crate::cli::policy) fn as_str(self) -> &'static str {
        match self {
            Self::Unary => "unary",
            Self::ClientStream => "client stream",
            Self::ServerStream => "server stream",
            Self::Bidi => "bidi",
        }
    }
}

/// Where a rule was declared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub(in crate::cli::policy) enum Origin {
    /// `option (sekisho.v1.access)` of the method.
    Method,
    /// `option (sekisho.v1.default_access)` of its service.
    ServiceDefault,
    /// A file of `--rules`.
    Explicit,
}

impl Origin {
    pub(in crate::cli::policy) fn of(origin: RuleOrigin) -> Self {
        match origin {
            RuleOrigin::MethodOption => Self::Method,
            RuleOrigin::ServiceDefault => Self::ServiceDefault,
            // What is neither stands in no `.proto`.
            _ => Self::Explicit,
        }
    }

    /// For people.
    pub(in crate::cli::policy) fn as_str(self) -> &'static str {
        match self {
            Self::Method => "method",
            Self::ServiceDefault => "service default",
            Self::Explicit => "explicit",
        }
    }
}

/// A place in a `.proto` file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(in crate::cli::policy) struct Position {
    /// The file, as imports name it.
    pub(in crate::cli::policy) file: String,
    /// Counted from 1.
    pub(in crate::cli::policy) line: u32,
    /// In bytes, counted from 1.
    pub(in crate::cli::policy) column: u32,
}

impl Position {
    pub(in crate::cli::policy) fn of(position: &policy::Position) -> Self {
        let policy::Position { file, line, column } = position;
        Self { file: file.clone(), line: *line, column: *column }
    }

    /// For people.
    pub(in crate::cli::policy) fn file_and_line(&self) -> String {
        format!("{}:{}", self.file, self.line)
    }
}

/// A rule: who may call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(in crate::cli::policy) struct Rule {
    /// As it would stand in a `.proto`.
    pub(in crate::cli::policy) text: String,
    /// Who is admitted.
    pub(in crate::cli::policy) access: Access,
    /// What becomes of a call that the rule refuses.
    pub(in crate::cli::policy) mode: RuleMode,
    /// When a stream ends that was allowed to begin.
    pub(in crate::cli::policy) stream_end: RuleStreamEnd,
    /// The sets of scopes of which each is enough by itself; absent where `access` is not `scopes`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::cli::policy) any_of: Option<Vec<Vec<String>>>,
}

impl Rule {
    pub(in crate::cli::policy) fn of(rule: &DeclaredRule) -> Self {
        let sets = rule.access().required();
        Self {
            text: rule.to_string(),
            access: Access::of(rule.access()),
            mode: if rule.mode() == Mode::ReportOnly { RuleMode::ReportOnly } else { RuleMode::Enforce },
            stream_end: if rule.stream_end() == StreamEnd::Never {
                RuleStreamEnd::Never
            } else {
                RuleStreamEnd::AtExpiry
            },
            any_of: sets
                .map(|sets| sets.iter().map(|set| set.iter().map(ToOwned::to_owned).collect()).collect()),
        }
    }
}

/// Who is admitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub(in crate::cli::policy) enum Access {
    /// Anyone.
    Public,
    /// Any valid access token.
    Authenticated,
    /// Anyone; a token that is sent has to be valid.
    Optional,
    /// A valid access token with the scopes of one of the sets.
    Scopes,
}

impl Access {
    fn of(rule: &AccessRule) -> Self {
        match rule {
            AccessRule::Public => Self::Public,
            AccessRule::Authenticated => Self::Authenticated,
            AccessRule::Optional => Self::Optional,
            // Of the kinds that may come, none admits without being asked.
            _ => Self::Scopes,
        }
    }
}

/// What becomes of a call that the rule refuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub(in crate::cli::policy) enum RuleMode {
    /// It is refused.
    Enforce,
    /// It goes through, and that it would have been refused is reported.
    ReportOnly,
}

/// When a stream ends that was allowed to begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub(in crate::cli::policy) enum RuleStreamEnd {
    /// As soon as its token has expired.
    AtExpiry,
    /// When the client or the server ends it.
    Never,
}
