//! Everything that a service has to refuse, in one call.

mod answer;
mod call;
mod expected;
mod listing;
mod outcome;
mod report;
mod rule;
mod scopes;
mod sent;
mod settings;
mod tokens;

use std::error::Error;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::join_all;
use http::{Request, Response};
use tonic::body::Body;
use tower_service::Service;

use super::TestIssuer;
use crate::clock::{Clock, SystemClock};
use crate::policy::Policy;
use crate::scope::ScopePrefix;
use expected::Expectation;
use listing::{Listed, Subject};
use report::Examined;
pub use report::{MatrixFailure, MatrixReport, MatrixRow};
pub use rule::{ExpectedRule, InvalidExpectedRule};
use scopes::Scopes;
use tokens::Tokens;

/// Calls every method of `service` with everything that it has to refuse, and with what it has to let in, by the rules
/// that are expected: pairs of `package.Service/Method` and an [`ExpectedRule`], most often as its text. The service has
/// to trust `issuer`; its tokens have whatever shape it has ([`TestIssuer::shape`]). The [module](super) has an example.
///
/// The service is a [`Protected`](crate::server::Protected), a router that has it, or a channel to a server: any tower
/// service of gRPC requests. Each method of it has to be listed; see [`Matrix::policy`]. In the end there is a
/// [`MatrixReport`], or a [`MatrixFailure`] with the rows that failed; [`Matrix::assert`] prints the one and panics with
/// the other.
///
/// | what is sent to each method | what is expected |
/// |---|---|
/// | no token | `CREDENTIALS_MISSING` |
/// | an entry of another scheme, two entries, an empty one, `Bearer` alone | `CREDENTIALS_MALFORMED` |
/// | a token that is no JWT, or whose claims are no object | `ACCESS_TOKEN_MALFORMED` |
/// | an expired token | `ACCESS_TOKEN_EXPIRED` |
/// | one that is not valid yet, of another issuer, for another audience, with a changed signature, of another key with the same `kid`, unsigned, signed by HMAC with the public key; an ID token | `ACCESS_TOKEN_INVALID` |
/// | valid tokens without a scope; with each alternative without each of its scopes; with longer scopes that begin like those required; with the scopes of other methods | `ACCESS_TOKEN_SCOPE_INSUFFICIENT`, as the rule says |
/// | valid tokens with each alternative, and with all scopes | let in |
/// | a valid token of each subject of [`TestIssuer::scopes_of`]; of one whose name is longer, and of one whose name is shorter | as the rule says of its scopes; of none |
/// | a valid token for a method whose name is longer, and with a query behind the path | `UNIMPLEMENTED` |
///
/// Refusals are compared in all that they say: code, reason, method, required and missing scopes, challenges. By a rule
/// that is public all of it is let in, but for the last row; by one that only reports as well, and `sekisho-would-deny`
/// has to say what the refusal would have said, and nothing where there would have been none.
///
/// # What handlers see
///
/// Each call ends without a message. tonic answers unary methods and those that answer with a stream before their
/// handlers run: `INTERNAL`, `Missing request message`. Handlers of methods that take a stream run, and see one that
/// ends at once. So a matrix is for services whose data may be written to, or that write nothing for an empty stream.
///
/// *Let in* is whatever answer is no refusal of the guard, neither in its head nor in its trailers: each is read to its
/// end. A handler that has not answered in time was let in, and so was one whose response has not ended; the report says
/// how many rows those are ([`Matrix::patience`]). A refusal in the trailers is none that is expected, for a handler may
/// have run before it.
#[must_use = "nothing is called until it is awaited"]
pub fn matrix<S, M, R>(
    service: S,
    issuer: &TestIssuer,
    rules: impl IntoIterator<Item = (M, R)>,
) -> Matrix<'_, S>
where
    S: 'static,
    M: Into<String>,
    R: TryInto<ExpectedRule, Error: fmt::Display>,
{
    let listed = |(method, rule): (M, R)| (method.into(), rule.try_into().map_err(|error| error.to_string()));
    let (policy, clock) = told_by(&service);
    Matrix {
        service,
        issuer,
        listed: rules.into_iter().map(listed).collect(),
        policy,
        clock: clock.unwrap_or_else(|| Arc::new(SystemClock::new())),
        patience: Duration::from_secs(2),
        scope_prefix: issuer.verifier().prefix_of_scopes().clone(),
        scope_prefix_of_first: None,
    }
}

/// What services of this crate tell of themselves.
#[cfg(feature = "server")]
fn told_by<S: 'static>(service: &S) -> (Option<Arc<Policy>>, Option<Arc<dyn Clock>>) {
    let service: &dyn std::any::Any = service;
    let protected = service.downcast_ref::<crate::server::Protected>();
    protected
        .map(|it| (Arc::new(it.authorizer().policy().clone()), Arc::clone(it.authorizer().clock_in_use())))
        .unzip()
}

#[cfg(not(feature = "server"))]
fn told_by<S>(_: &S) -> (Option<Arc<Policy>>, Option<Arc<dyn Clock>>) {
    (None, None)
}

/// What is called and by which rules, until it is awaited. See [`matrix`].
pub struct Matrix<'a, S> {
    service: S,
    issuer: &'a TestIssuer,
    listed: Vec<Listed>,
    policy: Option<Arc<Policy>>,
    clock: Arc<dyn Clock>,
    patience: Duration,
    scope_prefix: ScopePrefix,
    scope_prefix_of_first: Option<ScopePrefix>,
}

impl<S, B> Matrix<'_, S>
where
    S: Service<
            Request<Body>,
            Response = Response<B>,
            Error: Into<Box<dyn Error + Send + Sync>> + 'static,
            Future: 'static,
        >,
    B: http_body::Body<Data = Bytes, Error: Into<Box<dyn Error + Send + Sync>>> + 'static,
{
    /// Prints the report.
    ///
    /// # Panics
    /// With the rows that failed, where any did.
    #[expect(clippy::print_stdout, clippy::panic, reason = "it is for tests, which show it where they fail")]
    pub async fn assert(self) {
        match self.run().await {
            Ok(report) => println!("{report}"),
            Err(failure) => panic!("{failure}"),
        }
    }

    async fn run(mut self) -> Result<MatrixReport, MatrixFailure> {
        let (subjects, mut methods) =
            listing::compare(std::mem::take(&mut self.listed), self.policy.as_ref());
        for subject in &subjects {
            methods.push(self.examine(subject, &subjects).await);
        }
        methods.sort_by(|a, b| a.method.cmp(&b.method));
        let report = MatrixReport { methods, compared: self.policy.is_some(), patience: self.patience };
        let failed = report.failed().next().is_some();
        if failed { Err(MatrixFailure(report)) } else { Ok(report) }
    }

    /// All calls of a method at once: those that are not answered are waited for together.
    async fn examine(&mut self, subject: &Subject, all: &[Subject]) -> Examined {
        let tokens = Tokens { issuer: self.issuer, now: self.clock.now() };
        let calls = sent::calls(&subject.rule, &tokens, &of_all(all));
        let path = format!("/{}", subject.name());
        let mut answers = Vec::new();
        for sent in &calls {
            answers.push(call::begin(&mut self.service, (&path, sent), self.patience).await);
        }
        let expectation = Expectation {
            service: &subject.service,
            method: &subject.method,
            rule: &subject.rule,
            prefix: self.scope_prefix.as_str(),
            prefix_of_first: self.scope_prefix_of_first.as_ref().unwrap_or(&self.scope_prefix).as_str(),
        };
        let rows = calls.into_iter().zip(join_all(answers).await).map(|(sent, seen)| MatrixRow {
            expected: expectation.of(&sent),
            sent: sent.what,
            seen,
        });
        Examined {
            method: subject.name(),
            call: subject.call,
            rule: subject.rule.to_string(),
            rows: rows.collect(),
        }
    }
}

/// Every scope that is named.
fn of_all(subjects: &[Subject]) -> Scopes {
    subjects.iter().fold(Scopes::default(), |scopes, subject| scopes.and(&sent::union(&subject.rule)))
}

impl<'a, S, B> IntoFuture for Matrix<'a, S>
where
    S: Service<
            Request<Body>,
            Response = Response<B>,
            Error: Into<Box<dyn Error + Send + Sync>> + 'static,
            Future: 'static,
        > + 'a,
    B: http_body::Body<Data = Bytes, Error: Into<Box<dyn Error + Send + Sync>>> + 'static,
{
    type Output = Result<MatrixReport, MatrixFailure>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + 'a>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}

impl<S> fmt::Debug for Matrix<'_, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Matrix").field("listed", &self.listed).finish_non_exhaustive()
    }
}
