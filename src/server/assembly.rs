//! The services behind the guard, as the program serves them.

use std::sync::Arc;

use sekisho::authorizer::{Authorizer, Issuer, UntrustedIssuers};
use sekisho::clock::Clock;
use sekisho::policy::PolicyBuilder;
use sekisho::reflection::{V1_DESCRIPTOR_SET, V1ALPHA_DESCRIPTOR_SET};
use sekisho::{AccessRule, Protected, Services};

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

impl Reflection {
    fn rule(self) -> Option<AccessRule> {
        match self {
            Self::Public => Some(AccessRule::Public),
            Self::Authenticated => Some(AccessRule::Authenticated),
            Self::Off => None,
        }
    }
}

/// Whoever watches a server has no token; what it is told is no more than whether to send calls.
const HEALTH: AccessRule = AccessRule::Public;

/// The methods that are served beside the APIs.
const HEALTH_METHODS: [&str; 2] = ["grpc.health.v1.Health/Check", "grpc.health.v1.Health/Watch"];
const REFLECTION_METHODS: [&str; 2] = [
    "grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
    "grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
];

/// The policy of the APIs, with the rules that a server has for health and reflection besides: for whoever tells people what
/// the server decides.
pub(crate) fn with_health_and_reflection(apis: PolicyBuilder, reflection: Reflection) -> PolicyBuilder {
    let ruled = |builder: PolicyBuilder, methods: [&str; 2], rule: AccessRule| {
        methods.into_iter().fold(builder, |builder, method| builder.rule(method, rule.clone()))
    };
    let with_health =
        ruled(apis.descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET), HEALTH_METHODS, HEALTH);
    match reflection.rule() {
        Some(rule) => {
            let sets = [V1_DESCRIPTOR_SET, V1ALPHA_DESCRIPTOR_SET];
            let declared = sets.iter().fold(with_health, |builder, set| builder.descriptor_set(set));
            ruled(declared, REFLECTION_METHODS, rule)
        }
        None => with_health,
    }
}

/// What the guard is told besides the services.
pub(super) struct Access {
    pub(super) issuers: Vec<Issuer>,
    pub(super) report_only: bool,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) max_token_size: usize,
    pub(super) remembered_tokens: usize,
    pub(super) reflection: Reflection,
    pub(super) message_size: usize,
}

/// What health and reflection are asked is a name. Whoever has no token may ask, so it may be no longer. A reload does not
/// change it.
const LARGEST_QUESTION: usize = 4096;

impl Access {
    pub(super) fn protect(self, services: Services) -> Result<Protected, sekisho::server::SetupError> {
        let with_health = services.health(HEALTH);
        let all = match self.reflection.rule() {
            Some(rule) => with_health.reflection(rule),
            None => with_health,
        };
        let all = if self.report_only { all.dangerous_report_only() } else { all };
        let mut issuers = self.issuers.into_iter();
        let first = issuers.next().ok_or(UntrustedIssuers::None)?;
        let all = issuers.fold(all, Services::also_trusting);
        all.max_question_size(self.message_size.min(LARGEST_QUESTION))
            .clock(self.clock)
            .max_token_size(self.max_token_size)
            .remember_tokens(self.remembered_tokens)
            .enforce_deadlines()
            // The door has turned away what is no call, gRPC-Web's among it.
            .dangerous_skip_request_check()
            .protect(first)
    }
}

/// Logs readiness, now and whenever it changes.
pub(super) async fn log_readiness(authorizer: Authorizer) {
    loop {
        let ready = authorizer.is_ready();
        tracing::info!(ready, "readiness");
        authorizer.readiness_other_than(ready).await;
    }
}

/// Why nothing is served.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SetupError {
    /// The services cannot be protected: what is registered is not what is declared.
    #[error(transparent)]
    Services(#[from] sekisho::server::SetupError),
    /// HTTP/2 has no such frames.
    #[error("a frame size of {0} bytes is not from 16384 to 16777215")]
    FrameSize(u32),
}
