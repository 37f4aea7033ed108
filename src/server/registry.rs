//! What is served, and that it is what is declared.

use std::convert::Infallible;
use std::fmt;

use http::{Request, Response};
use tonic::body::Body;
use tonic::server::NamedService;
use tonic::service::{Routes, RoutesBuilder};
use tower_service::Service;

use crate::services::{self, Api1, Api2, Api3, proto};
use sekisho::policy::{AccessRule, Policy, PolicyBuilder, PolicyError, RegistrationError};

/// Who may ask the server what it serves (gRPC server reflection).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reflection {
    /// Anyone.
    Public,
    /// Whoever has a valid access token.
    Authenticated,
    /// Nobody; it is not there.
    Off,
}

/// Services, with the descriptors that say who may call them.
pub struct Services {
    routes: RoutesBuilder,
    names: Vec<&'static str>,
    policy: PolicyBuilder,
    descriptor_sets: Vec<&'static [u8]>,
}

impl Services {
    /// The three APIs, which take messages of at most so many bytes.
    pub fn three_apis(message_size: usize) -> Self {
        use proto::api1::api1_server::Api1Server;
        use proto::api2::api2_server::Api2Server;
        use proto::api3::api3_server::Api3Server;
        Self::default()
            .descriptor_set(services::DESCRIPTOR_SET)
            .service(Api1Server::new(Api1).max_decoding_message_size(message_size))
            .service(Api2Server::new(Api2).max_decoding_message_size(message_size))
            .service(Api3Server::new(Api3).max_decoding_message_size(message_size))
    }

    /// Adds a service, which one of the descriptor sets has to declare.
    #[must_use]
    pub fn service<S>(mut self, service: S) -> Self
    where
        S: Service<Request<Body>, Response = Response<Body>, Error = Infallible>
            + NamedService
            + Clone
            + Send
            + Sync
            + 'static,
        S::Future: Send + 'static,
    {
        self.routes.add_service(service);
        self.names.push(S::NAME);
        self
    }

    /// Adds the declaration of services.
    #[must_use]
    pub fn descriptor_set(mut self, encoded: &'static [u8]) -> Self {
        self.policy = self.policy.descriptor_set(encoded);
        self.descriptor_sets.push(encoded);
        self
    }

    /// Decides about a method whose `.proto` has no option.
    #[must_use]
    pub fn rule(mut self, method: &str, rule: AccessRule) -> Self {
        self.policy = self.policy.rule(method, rule);
        self
    }

    pub(super) fn assemble<H>(
        self,
        health: H,
        reflection: Reflection,
        message_size: usize,
    ) -> Result<Registry, SetupError>
    where
        H: Service<Request<Body>, Response = Response<Body>, Error = Infallible>
            + NamedService
            + Clone
            + Send
            + Sync
            + 'static,
        H::Future: Send + 'static,
    {
        // Whoever watches a server has no token; what it is told is no more than whether to send calls.
        let with_health = self
            .service(health)
            .descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
            .rule("grpc.health.v1.Health/Check", AccessRule::Public)
            .rule("grpc.health.v1.Health/Watch", AccessRule::Public);
        let services = match reflection {
            Reflection::Off => with_health,
            Reflection::Authenticated => {
                with_health.with_reflection(&AccessRule::Authenticated, message_size)?
            }
            Reflection::Public => with_health.with_reflection(&AccessRule::Public, message_size)?,
        };
        let policy = services.policy.build()?;
        policy.check_registered(services.names.iter().copied())?;
        Ok(Registry { policy, routes: services.routes.routes().prepare(), names: services.names })
    }

    /// Both versions: grpcurl before 1.9 speaks only v1alpha.
    fn with_reflection(self, rule: &AccessRule, message_size: usize) -> Result<Self, SetupError> {
        use sekisho::reflection::{Reflection, V1_DESCRIPTOR_SET, V1ALPHA_DESCRIPTOR_SET};
        let services = self.descriptor_set(V1_DESCRIPTOR_SET).descriptor_set(V1ALPHA_DESCRIPTOR_SET);
        let reflection = Reflection::new(services.descriptor_sets.iter().copied())?;
        Ok(services
            .service(reflection.v1().max_decoding_message_size(message_size))
            .service(reflection.v1alpha().max_decoding_message_size(message_size))
            .rule("grpc.reflection.v1.ServerReflection/ServerReflectionInfo", rule.clone())
            .rule("grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", rule.clone()))
    }
}

impl Default for Services {
    fn default() -> Self {
        Self {
            routes: Routes::builder(),
            names: Vec::new(),
            policy: Policy::builder(),
            descriptor_sets: Vec::new(),
        }
    }
}

impl fmt::Debug for Services {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Services").field("names", &self.names).finish_non_exhaustive()
    }
}

/// Services that are what is declared.
pub(super) struct Registry {
    pub(super) policy: Policy,
    pub(super) routes: Routes,
    pub(super) names: Vec<&'static str>,
}

/// Why nothing is served.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SetupError {
    /// The policy has faults.
    #[error("the access policy has faults:\n{0}")]
    Policy(#[from] PolicyError),
    /// What is registered is not what is declared.
    #[error("what is registered is not what is declared:\n{0}")]
    Registration(#[from] RegistrationError),
    /// HTTP/2 has no such frames.
    #[error("a frame size of {0} bytes is not from 16384 to 16777215")]
    FrameSize(u32),
    /// The descriptors cannot be served.
    #[error("reflection: {0}")]
    Reflection(#[from] sekisho::reflection::Error),
}
