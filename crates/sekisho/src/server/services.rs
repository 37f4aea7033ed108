//! What is served, with the descriptors that say who may call it.

use std::convert::Infallible;
use std::fmt;
use std::sync::Arc;

use axum::Router;
use axum::response::IntoResponse;
use axum::routing::Route;
use http::Request;
use tonic::body::Body;
use tonic::server::NamedService;
use tower_layer::Layer;
use tower_service::Service;

use super::registered::Registered;
use super::{Protected, SetupError};
use crate::authorizer::Issuer;
use crate::clock::Clock;
use crate::observe::Observer;
use crate::policy::{DeclaredRule, Policy, PolicyBuilder};

/// Wraps a layer around all routes.
pub(super) type AddLayer = Box<dyn FnOnce(Router) -> Router + Send>;

/// Gathers services and who may call them. [`Services::protect`] makes a server's routes of them.
///
/// See the [module](super) for how it is used.
#[must_use = "nothing is served until `protect` is called and a server has the result"]
pub struct Services {
    pub(super) policy: PolicyBuilder,
    pub(super) descriptor_sets: Vec<Vec<u8>>,
    pub(super) registered: Vec<Registered>,
    pub(super) layers: Vec<AddLayer>,
    pub(super) health: Option<DeclaredRule>,
    pub(super) reflection: Option<DeclaredRule>,
    pub(super) max_question_size: usize,
    pub(super) guard: GuardOptions,
}

/// How the guard is set up.
pub(super) struct GuardOptions {
    pub(super) clock: Option<Arc<dyn Clock>>,
    pub(super) max_token_size: Option<usize>,
    pub(super) remembered_tokens: Option<usize>,
    pub(super) other_issuers: Vec<Issuer>,
    pub(super) observers: Vec<Box<dyn Observer>>,
    pub(super) forwards_token: bool,
    pub(super) checks_requests: bool,
    pub(super) enforces_deadlines: bool,
}

/// What health and reflection are asked is a name. Whoever has no token may ask, so it may be no longer.
const MAX_QUESTION_SIZE: usize = 4096;

impl Services {
    /// Every service that this encoded descriptor set declares: the one that `sekisho-build` embeds.
    pub fn new(descriptor_set: &[u8]) -> Self {
        Self::empty().descriptor_set(descriptor_set)
    }

    /// Those of a descriptor set's services that are named here (`package.Service`), where other servers have the
    /// rest. What is not named is unknown to this server, and refused.
    ///
    /// ```
    /// # use sekisho::Services;
    /// # fn accounts(shop: &[u8]) -> Services {
    /// // A constant beside each server that tonic generates: `accounts_server::SERVICE_NAME`
    /// Services::selected(shop, ["shop.accounts.v1.Accounts"])
    /// # }
    /// ```
    pub fn selected(descriptor_set: &[u8], services: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self::empty().descriptor_set_services(descriptor_set, services)
    }

    fn empty() -> Self {
        let guard = GuardOptions {
            clock: None,
            max_token_size: None,
            remembered_tokens: None,
            other_issuers: Vec::new(),
            observers: Vec::new(),
            forwards_token: false,
            checks_requests: true,
            enforces_deadlines: false,
        };
        Self {
            policy: Policy::builder(),
            descriptor_sets: Vec::new(),
            registered: Vec::new(),
            layers: Vec::new(),
            health: None,
            reflection: None,
            max_question_size: MAX_QUESTION_SIZE,
            guard,
        }
    }

    /// Adds the declaration of more services.
    pub fn descriptor_set(mut self, encoded: &[u8]) -> Self {
        self.policy = self.policy.descriptor_set(encoded);
        self.descriptor_sets.push(encoded.to_owned());
        self
    }

    /// Adds the declaration of some services of a set, see [`PolicyBuilder::descriptor_set_services`].
    pub fn descriptor_set_services(
        mut self,
        encoded: &[u8],
        services: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        self.policy = self.policy.descriptor_set_services(encoded, services);
        self.descriptor_sets.push(encoded.to_owned());
        self
    }

    /// Decides about a method (`package.Service/Method`) whose `.proto` has no option for it, see
    /// [`PolicyBuilder::rule`].
    pub fn rule(mut self, method: impl Into<String>, rule: impl Into<DeclaredRule>) -> Self {
        self.policy = self.policy.rule(method, rule);
        self
    }

    /// Adds a service of tonic's. One of the descriptor sets has to declare it.
    pub fn add_service<S>(mut self, service: S) -> Self
    where
        S: Service<Request<Body>, Response: IntoResponse, Error = Infallible, Future: Send>
            + NamedService
            + Clone
            + Send
            + Sync
            + 'static,
    {
        self.registered.push(Registered::new(service));
        self
    }

    /// Adds a service whose full name (`package.Service`) is not a constant of its type. It gets every call of a method
    /// that is declared for that name.
    pub fn add_named<S>(mut self, name: impl Into<String>, service: S) -> Self
    where
        S: Service<Request<Body>, Response: IntoResponse, Error = Infallible, Future: Send>
            + Clone
            + Send
            + Sync
            + 'static,
    {
        self.registered.push(Registered::named(name.into(), service));
        self
    }

    /// Puts a layer between the guard and the services: it finds the [`Grant`](crate::authorizer::Grant) in the
    /// extensions of each request. The first one that is added is the outermost, as in tonic's `Server`, and it is
    /// around every service, whenever that was added.
    ///
    /// Behind the last of them each request is compared with its grant. Where a layer has changed the path, has taken
    /// the grant away or put another call's in its place, or has sent the request to another service, the handler does
    /// not run: the call ends with `INTERNAL`, and an error is logged. A layer that builds a request anew has to carry
    /// all extensions over, not the grant alone.
    pub fn layer<L>(mut self, layer: L) -> Self
    where
        L: Layer<Route> + Clone + Send + Sync + 'static,
        L::Service: Service<axum::extract::Request, Response: IntoResponse, Error: Into<Infallible>, Future: Send>
            + Clone
            + Send
            + Sync
            + 'static,
    {
        self.layers.push(Box::new(|router| router.layer(layer)));
        self
    }

    /// Serves `grpc.health.v1` with this rule for both of its methods. A service serves once each
    /// [required](Issuer::required) issuer had keys, as long as tokens of any issuer can be verified, and until [`HealthHandle::shutdown`](super::HealthHandle::shutdown).
    ///
    /// Whoever watches a server seldom has a token, and learns no more than whether to send calls:
    /// [`AccessRule::Public`](crate::policy::AccessRule::Public) is the usual rule.
    pub fn health(mut self, rule: impl Into<DeclaredRule>) -> Self {
        self.health = Some(rule.into());
        self
    }

    /// Serves gRPC server reflection, v1 and v1alpha, with this rule for both.
    pub fn reflection(mut self, rule: impl Into<DeclaredRule>) -> Self {
        self.reflection = Some(rule.into());
        self
    }

    /// How long a message to health and reflection may be, in bytes; 4096 unless set.
    pub fn max_question_size(mut self, bytes: usize) -> Self {
        self.max_question_size = bytes;
        self
    }

    /// Takes the time from `clock`, which tests move.
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.guard.clock = Some(clock);
        self
    }

    /// How long the `authorization` entry may be, in bytes; 8192 unless set.
    pub fn max_token_size(mut self, bytes: usize) -> Self {
        self.guard.max_token_size = Some(bytes);
        self
    }

    /// How many verified tokens of each issuer are remembered; 10,000 unless set. See
    /// [`Authorizer::remember_tokens`](crate::authorizer::Authorizer::remember_tokens).
    ///
    /// Tokens that are not remembered, and come so fast that they would take more than a tenth of the time of whoever serves
    /// the calls, are verified by threads that are started for it, one for each processor. With 0 there are none.
    pub fn remember_tokens(mut self, entries: usize) -> Self {
        self.guard.remembered_tokens = Some(entries);
        self
    }

    /// Trusts one more issuer, see [`Authorizer::also_trusting`](crate::authorizer::Authorizer::also_trusting).
    pub fn also_trusting(mut self, issuer: Issuer) -> Self {
        self.guard.other_issuers.push(issuer);
        self
    }

    /// Tells this one of each decision too, besides the log and those that were named before.
    pub fn observed_by(mut self, observer: impl Observer) -> Self {
        self.guard.observers.push(Box::new(observer));
        self
    }

    /// Enforces no rule: every method only reports, whatever its rule says, as with `mode: REPORT_ONLY`. For finding out who
    /// would be refused, before rules are enforced in front of callers that there are already. Whoever can reach the server
    /// can call every method meanwhile.
    pub fn dangerous_report_only(mut self) -> Self {
        self.policy = self.policy.dangerous_report_only();
        self
    }

    /// Hands the verified token on to the handler, which finds it by
    /// [`RequestExt::dangerous_forwarded_token`](crate::grpc::RequestExt::dangerous_forwarded_token); the metadata are
    /// without it all the same. Whatever the handler calls or logs can then act as the caller, at every API of
    /// the audience. It is better to get another token for calls to other servers.
    pub fn dangerous_forward_token(mut self) -> Self {
        self.guard.forwards_token = true;
        self
    }

    /// Ends a call with `DEADLINE_EXCEEDED` once the time of its `grpc-timeout` has passed, be it a stream that has begun:
    /// its handler is dropped. For a server that does not see to deadlines itself, as hyper's does not.
    ///
    /// Not with tonic's `Server`, which does so in a way of its own: it drops the handler until that has answered with the
    /// head of a response, and not afterwards; and the status is `CANCELLED`. Whichever of the two came first would be told.
    pub fn enforce_deadlines(mut self) -> Self {
        self.guard.enforces_deadlines = true;
        self
    }

    /// Leaves out the answers 405 and 415: for a server that has already turned away what is no `POST` of a gRPC
    /// content type. Without either, a page of any origin can call by a request that a browser sends without asking first:
    /// public methods, optional ones, and all that only report. Such a request has no token. It
    /// also reaches a server that is closed to strangers, if the person's browser can reach that server.
    pub fn dangerous_skip_request_check(mut self) -> Self {
        self.guard.checks_requests = false;
        self
    }

    /// Puts the guard around all that was added, for tokens of `issuer`.
    ///
    /// # Errors
    /// [`SetupError`]: the policy has faults; the services that were added are not those that are declared, or one of
    /// them was added twice.
    pub fn protect(self, issuer: Issuer) -> Result<Protected, SetupError> {
        self.assemble(issuer)
    }
}

impl fmt::Debug for Services {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.registered.iter().map(Registered::name).collect();
        f.debug_struct("Services").field("names", &names).finish_non_exhaustive()
    }
}
