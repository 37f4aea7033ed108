//! What can be wrong with a policy. Whoever reads it has a file to edit, so every fault says where, what,
//! and what to write instead; and all are told at once.

use std::fmt;

use super::{InvalidRule, Position};

/// One fault.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Fault {
    /// Where in the source; absent where the descriptor set does not carry positions.
    pub position: Option<Position>,
    /// What it is about: a method (`package.Service.Method`), a service, an option, or the descriptor set;
    /// where an explicit rule is at fault, the name that it was given.
    pub subject: String,
    /// What is wrong.
    pub kind: FaultKind,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(position) = &self.position {
            write!(f, "{position}: ")?;
        }
        write!(f, "{}: {}", self.subject, self.kind)
    }
}

/// What is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum FaultKind {
    /// A method that nobody decided about.
    #[error(
        "no access rule; write `option (sekisho.v1.access) = {{ all_of: \"SCOPE\" }};`, or `{{ public: true }}` if anyone may call it"
    )]
    NoRule,
    /// `{ }`, `false` where only `true` means something, or `mode` or `stream_end` without a kind.
    #[error(
        "the access rule does not say who may call; write one of `public: true`, `authenticated: true`, `optional: true`, `all_of`, `any_of`"
    )]
    NoKind,
    /// More than one kind in one rule.
    #[error("the access rule has {}; write exactly one of them", .kinds.join(" and "))]
    SeveralKinds {
        /// The kinds that are set.
        kinds: Vec<&'static str>,
    },
    /// Scopes that make no rule.
    #[error("{0}")]
    Rule(InvalidRule),
    /// A field that a later version may have given a meaning to; to pass it over could let too much in.
    #[error(
        "the access rule has a field that this version does not know, or knows otherwise ({field}); use a version of sekisho that knows it, and its sekisho/v1/access.proto"
    )]
    UnknownField {
        /// The field's name; its number where the name is not told.
        field: String,
    },
    /// A name that no `.proto` can have. In a path it would mean something else: `A` with `B/C`, and `A/B` with `C`, have
    /// one path.
    #[error(
        "{name:?} is no name of a service, a method or a message; a name has ASCII letters, digits and `_`"
    )]
    Name {
        /// The name.
        name: String,
    },
    /// What is named as one of the options is not what it is here.
    #[error(
        "declared differently from sekisho/v1/access.proto (expected field {number} of {extendee}, of type {expected}); use that file as it is"
    )]
    ForeignOption {
        /// The number that it has here.
        number: u32,
        /// The message that it extends here.
        extendee: &'static str,
        /// The type that it has here.
        expected: &'static str,
    },
    /// Another option under the number of one of ours.
    #[error("it has the number {number}, which is that of {by}; give it another")]
    NumberTaken {
        /// The number.
        number: u32,
        /// The full name of the option that has it here.
        by: &'static str,
    },
    /// An explicit rule over an option.
    #[error("it has an access rule in its .proto and an explicit one; keep one of the two")]
    TwoRules,
    /// Two explicit rules.
    #[error("it has two explicit access rules; keep one of them")]
    Repeated,
    /// An explicit rule for what is no method.
    #[error(
        "it has an explicit access rule, and no service of the policy has such a method; write package.Service/Method, add the file or the descriptor set of its service, or leave the rule out"
    )]
    NoSuchMethod,
    /// A service that is named, and that its descriptor set does not have.
    #[error("the descriptor set has no service of this name; write package.Service")]
    NoSuchService,
    /// A service that is named, and that no descriptor set has.
    #[error("no descriptor set has a service of this name{}", did_you_mean(.nearest))]
    NoServiceInAnySet {
        /// Those that the sets have and that are near to it in their name, the nearest first.
        nearest: Vec<String>,
    },
    /// One service, described twice and differently.
    #[error(
        "it is in two descriptor sets, and its methods or their rules differ between them; keep one of the two"
    )]
    Conflict,
    /// Bytes that are no descriptor set, or one that lacks an import.
    #[error("no complete descriptor set: {reason}{}", include_imports(.reason))]
    Undecodable {
        /// What the decoder says.
        reason: String,
    },
    /// A file of a syntax that is yet to come.
    #[error(
        "its syntax is `{syntax}`, which this version cannot read; write `proto3`, `proto2` or an edition"
    )]
    UnknownSyntax {
        /// The syntax.
        syntax: String,
    },
    /// Two files of one name that are not the same.
    #[error(
        "the descriptor set has two files of this name, and they differ; give each of the sets by itself"
    )]
    FilesDiffer,
    /// A file that imports itself, directly or by way of others.
    #[error("its imports lead back to itself; make the descriptor set with a compiler, which refuses that")]
    ImportCircle,
    /// Nothing was added to the builder.
    #[error("it has no descriptor set; add the one of the services that are to be guarded")]
    NoDescriptorSet,
    /// A set with nothing to guard.
    #[error("there is no method in it; it has to include the files that declare the services")]
    NoMethods,
}

/// What to do where the decoder lacks a file.
fn include_imports(reason: &str) -> &'static str {
    if reason.contains("has not been added") {
        "; it has to include its imports, as `protoc --include_imports` and `buf build` write it"
    } else {
        ""
    }
}

fn did_you_mean(nearest: &[String]) -> String {
    match nearest {
        [] => "; write package.Service".to_owned(),
        names => format!("; did you mean {}?", names.join(" or ")),
    }
}

/// All the faults of a policy, in the order of their positions. A `main` that returns it prints it as it is meant to be
/// read, since its `Debug` is its `Display`.
#[derive(Clone, PartialEq, Eq)]
pub struct PolicyError {
    faults: Vec<Fault>,
}

impl PolicyError {
    pub(super) fn new(faults: Vec<Fault>) -> Self {
        Self { faults: in_order(faults) }
    }

    /// The faults; at least one.
    pub fn faults(&self) -> &[Fault] {
        &self.faults
    }
}

/// By position, then by subject; what is equal in both as it was found.
pub(super) fn in_order(mut faults: Vec<Fault>) -> Vec<Fault> {
    faults.sort_by(|one, other| (&one.position, &one.subject).cmp(&(&other.position, &other.subject)));
    faults
}

impl fmt::Display for PolicyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, fault) in self.faults.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            fmt::Display::fmt(fault, f)?;
        }
        Ok(())
    }
}

impl fmt::Debug for PolicyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for PolicyError {}

/// What is registered is not what is declared. Its `Debug` is its `Display`, as that of [`PolicyError`].
#[derive(Clone, PartialEq, Eq)]
pub struct RegistrationError {
    pub(super) not_declared: Vec<String>,
    pub(super) not_registered: Vec<String>,
}

impl RegistrationError {
    /// Services of the server that the policy does not know.
    pub fn not_declared(&self) -> &[String] {
        &self.not_declared
    }

    /// Services of the policy that the server does not have.
    pub fn not_registered(&self) -> &[String] {
        &self.not_registered
    }
}

impl fmt::Display for RegistrationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let undeclared = self.not_declared.iter().map(|name| {
            format!("{name}: registered with the server, but no descriptor set of the policy has it")
        });
        let unregistered = self
            .not_registered
            .iter()
            .map(|name| format!("{name}: in the policy, but not registered with the server"));
        f.write_str(&undeclared.chain(unregistered).collect::<Vec<_>>().join("\n"))
    }
}

impl fmt::Debug for RegistrationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for RegistrationError {}
