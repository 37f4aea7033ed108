//! Why nothing is served.

use crate::policy::{PolicyError, RegistrationError};

/// Why services cannot be protected. Nothing is served then.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SetupError {
    /// The policy has faults; all of them are told.
    #[error("the access policy has faults:\n{0}")]
    Policy(#[from] PolicyError),
    /// What is registered is not what is declared; all differences are told.
    #[error("what is registered is not what is declared:\n{0}")]
    Registration(#[from] RegistrationError),
    /// Two services of one name: only one of them would be called.
    #[error("{0}: registered twice; keep one of the two")]
    RegisteredTwice(String),
    /// The descriptors cannot be served.
    #[error("reflection: {0}")]
    Reflection(#[from] crate::reflection::Error),
}
