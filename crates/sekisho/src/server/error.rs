//! Why nothing is served.

use std::fmt;

use crate::authorizer::UntrustedIssuers;
use crate::policy::{PolicyError, RegistrationError};

/// Why services cannot be protected. Nothing is served then. A `main` that returns it prints it as it is meant to be
/// read, since its `Debug` is its `Display`.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum SetupError {
    /// The policy has faults; all of them are told.
    #[error("the access policy has faults:\n{0}")]
    Policy(#[from] PolicyError),
    /// What is registered is not what is declared; all differences are told.
    #[error("what is registered is not what is declared:\n{0}{remedies}", remedies = remedies(.0))]
    Registration(#[from] RegistrationError),
    /// Two services of one name: only one of them would be called.
    #[error("{0}: registered twice; keep one of the two")]
    RegisteredTwice(String),
    /// A token could be of two issuers.
    #[error(transparent)]
    Issuers(#[from] UntrustedIssuers),
    /// The descriptors cannot be served.
    #[error("reflection: {0}")]
    Reflection(#[from] crate::reflection::Error),
}

impl fmt::Debug for SetupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// What to do, in the words of [`Services`](super::Services).
fn remedies(error: &RegistrationError) -> String {
    let remedy = |names: &[String], text: &'static str| if names.is_empty() { "" } else { text };
    let declare = "\nDeclare it: compile its .proto with sekisho-build, or add its descriptor set by `descriptor_set`; \
                   health and reflection come by `health` and `reflection`.";
    let register =
        "\nAdd it by `add_service`; where another server has it, name those of this one by `selected`.";
    [remedy(error.not_declared(), declare), remedy(error.not_registered(), register)].concat()
}
