//! One method, with the rule that guards it.

mod signature;

use std::fmt;

use super::known_scopes::KnownRule;
use super::{AccessRule, DeclaredRule, KnownScopes, Mode, StreamEnd};

pub use signature::MethodSignature;

/// A gRPC method and who may call it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Method {
    pub(super) signature: MethodSignature,
    pub(super) rule: DeclaredRule,
    pub(super) known_rule: KnownRule,
    pub(super) origin: RuleOrigin,
}

impl Method {
    /// The HTTP path: `/package.Service/Method`.
    pub fn path(&self) -> &str {
        self.signature.path()
    }

    /// The service's full name: `package.Service`.
    pub fn service(&self) -> &str {
        self.signature.service()
    }

    /// The method's own name.
    pub fn name(&self) -> &str {
        self.signature.name()
    }

    /// The full name of the request's type: `package.Message`.
    pub fn request(&self) -> &str {
        self.signature.request()
    }

    /// The full name of the response's type: `package.Message`.
    pub fn response(&self) -> &str {
        self.signature.response()
    }

    /// The method, without what is said of who may call it.
    pub fn signature(&self) -> &MethodSignature {
        &self.signature
    }

    /// Who may call.
    pub fn rule(&self) -> &AccessRule {
        self.rule.access()
    }

    /// Whether the rule allows a token of which this is known, told without a look at a scope's text: for many calls
    /// with one token. Where it says no, ask [`AccessRule::evaluate`]: a policy may name more scopes than are known, and
    /// what is known by another policy is not known here.
    ///
    /// ```
    /// # use sekisho_policy::Policy;
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let set = sekisho_build::descriptor_set_of(r#"
    /// #     syntax = "proto3";
    /// #     package orders.v1;
    /// #     import "sekisho/v1/access.proto";
    /// #     message Order {}
    /// #     service Orders {
    /// #       rpc Get(Order) returns (Order) { option (sekisho.v1.access) = { all_of: "orders:read" }; }
    /// #     }
    /// # "#)?;
    /// let policy = Policy::from_descriptor_set(&set)?;
    /// let method = policy.method("/orders.v1.Orders/Get").ok_or("no such method")?;
    /// assert!(method.allows(policy.known_scopes(&"openid orders:read".parse()?)));
    /// assert!(!method.allows(policy.known_scopes(&"openid".parse()?)));
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn allows(&self, granted: KnownScopes) -> bool {
        self.known_rule.is_met_by(granted)
    }

    /// Who may call, and what holds beside that.
    pub fn declared_rule(&self) -> &DeclaredRule {
        &self.rule
    }

    /// Where the rule was declared.
    pub fn origin(&self) -> RuleOrigin {
        self.origin
    }

    /// Whether the caller sends a stream.
    pub fn client_streaming(&self) -> bool {
        self.signature.client_streaming()
    }

    /// Whether the answer is a stream.
    pub fn server_streaming(&self) -> bool {
        self.signature.server_streaming()
    }

    /// Whether the caller sends a stream, the answer is one, or both.
    pub fn is_streaming(&self) -> bool {
        self.signature.is_streaming()
    }

    /// What becomes of a call that the rule refuses. It is declared for a public method, too, where it has no effect.
    pub fn mode(&self) -> Mode {
        self.rule.mode()
    }

    /// When a stream of this method ends that was allowed to begin. It is declared for a unary method, too, where it has
    /// no effect: see [`Method::is_streaming`].
    pub fn stream_end(&self) -> StreamEnd {
        self.rule.stream_end()
    }

    /// Where the method stands in its source, if the descriptor set says so.
    pub fn position(&self) -> Option<&Position> {
        self.signature.position()
    }
}

/// `ident` of protobuf's grammar, for each part of a name. A descriptor set may have been written by anything.
pub(super) fn is_name(text: &str) -> bool {
    text.split('.').all(|part| {
        part.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    })
}

/// Where a rule was declared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum RuleOrigin {
    /// `option (sekisho.v1.access)` of the method.
    MethodOption,
    /// `option (sekisho.v1.default_access)` of its service.
    ServiceDefault,
    /// [`PolicyBuilder::rule`](super::PolicyBuilder::rule).
    Explicit,
}

/// A place in a `.proto` file.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Position {
    /// The file, as imports name it.
    pub file: String,
    /// Counted from 1.
    pub line: u32,
    /// In bytes, counted from 1.
    pub column: u32,
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}
