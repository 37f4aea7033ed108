//! gRPC server reflection, v1 and v1alpha: what is served, its options and its extensions, told to `grpcurl`,
//! `buf curl` and descriptor databases such as Python's.
//!
//! A client that meets `option (sekisho.v1.access) = {…}` knows a number and bytes. It reads them by asking for the
//! symbol `sekisho.v1.access`, or for extension 57205 of `google.protobuf.MethodOptions`; both are answered.
//!
//! ```
//! use sekisho::policy::{AccessRule, Policy};
//! use sekisho::reflection::{Reflection, V1_DESCRIPTOR_SET, V1ALPHA_DESCRIPTOR_SET};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let orders = sekisho_build::descriptor_set_of(r#"
//! #     syntax = "proto3";
//! #     import "sekisho/v1/access.proto";
//! #     message M {}
//! #     service Orders { rpc Get(M) returns (M) { option (sekisho.v1.access) = { public: true }; } }
//! # "#)?;
//! let sets = [&orders, V1_DESCRIPTOR_SET, V1ALPHA_DESCRIPTOR_SET];
//! let reflection = Reflection::new(sets)?;
//! // For `add_service`. A question is a name, so 4 KiB are enough for it.
//! let current = reflection.v1().max_decoding_message_size(4096);
//! let before = reflection.v1alpha().max_decoding_message_size(4096);
//!
//! // Reflection is a service like others: without a rule it is refused.
//! let policy = sets.into_iter().fold(Policy::builder(), |policy, set| policy.descriptor_set(set));
//! let method = "ServerReflection/ServerReflectionInfo";
//! let policy = policy
//!     .rule(&format!("grpc.reflection.v1.{method}"), AccessRule::Authenticated)
//!     .rule(&format!("grpc.reflection.v1alpha.{method}"), AccessRule::Authenticated)
//!     .build()?;
//! # Ok(())
//! # }
//! ```
//!
//! # What is answered
//!
//! - A file comes with all that it imports, the one that was asked for first. What was sent before on the same stream
//!   is left out, except for the file that was asked for.
//! - A file's bytes are those of the descriptor set, so options that nobody here knows are in them.
//! - A question without an answer is an `error_response` (`NOT_FOUND` or `INVALID_ARGUMENT`), and the stream goes on.
//! - Each question is answered when the answer before it was taken, so a stream holds one answer.
//!
//! The protocol: [reflection.proto](https://github.com/grpc/grpc-proto/blob/master/grpc/reflection/v1/reflection.proto).

mod answer;
mod dialog;
mod file;
mod files;
mod index;
mod protocol;
mod symbols;

use std::fmt;
use std::future::pending;
use std::pin::Pin;
use std::sync::Arc;

use http::Extensions;
use tonic_reflection::pb::{v1, v1alpha};

/// Declares `grpc.reflection.v1.ServerReflection`, for the policy and for reflection itself.
pub use tonic_reflection::pb::v1::FILE_DESCRIPTOR_SET as V1_DESCRIPTOR_SET;
/// Declares `grpc.reflection.v1alpha.ServerReflection`, for the policy and for reflection itself.
pub use tonic_reflection::pb::v1alpha::FILE_DESCRIPTOR_SET as V1ALPHA_DESCRIPTOR_SET;

use index::Index;

/// Answers what is asked about descriptor sets.
#[derive(Clone)]
pub struct Reflection {
    index: Arc<Index>,
    is_visible: Arc<IsVisible>,
    ends: Arc<Ends>,
}

type IsVisible = dyn Fn(&Extensions, &str) -> bool + Send + Sync;
type Ends = dyn Fn() -> End + Send + Sync;
type End = Pin<Box<dyn Future<Output = ()> + Send>>;

impl Reflection {
    /// Describes what encoded descriptor sets (`google.protobuf.FileDescriptorSet`) have. Their services are listed.
    /// The messages in the details of a refusal (`google/rpc/error_details.proto`, `google/rpc/status.proto`) are described
    /// too; a set's own file of that name counts.
    ///
    /// The same file may be in several sets. Options of the file and comments may differ; the first one is sent. A set may
    /// be without some of its services (`sekisho-build` leaves out those that need no rule); the services of all are sent.
    /// Of protobuf's own files (`google/protobuf/`), which differ from release to release, the longest one is.
    ///
    /// # Errors
    /// [`Error`]: a set cannot be decoded, two sets contradict each other, or an imported file is in none.
    pub fn new<'a>(descriptor_sets: impl IntoIterator<Item = &'a [u8]>) -> Result<Self, Error> {
        let index = Index::new(files::gather(descriptor_sets)?)?;
        Ok(Self {
            index: Arc::new(index),
            is_visible: Arc::new(|_, _| true),
            ends: Arc::new(|| Box::pin(pending())),
        })
    }

    /// Shows a service only where this returns true; it is told the extensions of the caller's request (with the
    /// [`Grant`](crate::authorizer::Grant)) and the full name of the service, and asked anew for each question.
    ///
    /// A service that is not visible is not listed, its name and its methods' names are `NOT_FOUND`, and files are sent
    /// without it, and then without their comments. Messages, enums and extensions are described to everyone.
    ///
    /// ```
    /// # use sekisho::authorizer::Grant;
    /// # use sekisho::reflection::Reflection;
    /// # fn with(reflection: Reflection) -> Reflection {
    /// reflection.visible_to(|caller, service| {
    ///     let is_known = caller.get::<Grant>().is_some_and(|grant| !grant.is_anonymous());
    ///     is_known || service.starts_with("grpc.")
    /// })
    /// # }
    /// ```
    #[must_use]
    pub fn visible_to(
        mut self,
        is_visible: impl Fn(&Extensions, &str) -> bool + Send + Sync + 'static,
    ) -> Self {
        self.is_visible = Arc::new(is_visible);
        self
    }

    /// Ends every stream once the future is ready that `end` makes for it. A client may keep its stream open and ask
    /// nothing, which would keep a server from its end.
    #[must_use]
    pub fn until<F>(mut self, end: impl Fn() -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        self.ends = Arc::new(move || Box::pin(end()));
        self
    }

    /// The service `grpc.reflection.v1.ServerReflection`.
    pub fn v1(&self) -> v1::server_reflection_server::ServerReflectionServer<Self> {
        v1::server_reflection_server::ServerReflectionServer::new(self.clone())
    }

    /// The service `grpc.reflection.v1alpha.ServerReflection`, with the same answers: grpcurl before 1.9 and Python's
    /// client know no other.
    pub fn v1alpha(&self) -> v1alpha::server_reflection_server::ServerReflectionServer<Self> {
        v1alpha::server_reflection_server::ServerReflectionServer::new(self.clone())
    }
}

impl fmt::Debug for Reflection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reflection").field("services", self.index.services()).finish_non_exhaustive()
    }
}

/// Why descriptor sets cannot be described.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// It is no `google.protobuf.FileDescriptorSet`.
    #[error("a descriptor set cannot be decoded: {reason}")]
    Undecodable {
        /// What the decoder says.
        reason: String,
    },
    /// It could not be asked for.
    #[error("a file of a descriptor set has no name")]
    Unnamed,
    /// Clients would be told one thing or the other.
    #[error("{file} is in two descriptor sets and differs between them; make both from the same source")]
    Contradiction {
        /// The name of the file.
        file: String,
    },
    /// No client could read the file.
    #[error("{file} imports {import}, which no descriptor set has; make the set with all imports")]
    MissingImport {
        /// The name of the file.
        file: String,
        /// The name of the file that it imports.
        import: String,
    },
}

/// As it is meant to be read: for a `main` that returns it.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests;
