//! From services and rules to what stands behind the guard.

use std::collections::HashSet;
use std::sync::Arc;

use axum::Router;
use tonic::service::Routes;

use super::behind::Behind;
use super::direct::Handlers;
use super::health::{self, HealthHandle, Readiness};
use super::registered::{Registered, path_of};
use super::services::{GuardOptions, Services};
use super::{Protected, SetupError, reflected, reporting};
use crate::authorizer::{Authorizer, Issuer};
use crate::grpc::Guard;
use crate::observe::Observers;
use crate::policy::{DeclaredRule, Policy};

impl Services {
    /// The policy first: its faults say most of what is wrong.
    pub(super) fn assemble(self, issuer: Issuer) -> Result<Protected, SetupError> {
        let mut this = self.with_own_declarations();
        let policy = std::mem::take(&mut this.policy).build()?;
        let names = this.names();
        policy.check_registered(names.iter().map(String::as_str))?;
        check_distinct(&names)?;
        let paths = paths(&policy);
        let authorizer = Arc::new(this.guard.authorizer(policy, issuer));
        authorizer.check_issuers()?;
        reporting::warn_of_methods(authorizer.policy());
        let observers = Observers::new(std::mem::take(&mut this.guard.observers));
        let handle = HealthHandle::new();
        let readiness = Readiness { authorizer: Arc::clone(&authorizer), handle: handle.clone() };
        let GuardOptions { forwards_token, checks_requests, enforces_deadlines, .. } = this.guard;
        let behind = this.with_own_services(&names, readiness)?.behind_the_guard(authorizer.policy());
        let guard = Guard::new(behind, authorizer, observers)
            .forwarding_token(forwards_token)
            .enforcing_deadlines(enforces_deadlines);
        Ok(Protected::new(guard, checks_requests, paths, handle))
    }

    /// Health and reflection, each with its rule.
    fn with_own_declarations(self) -> Self {
        let (health, reflection) = (self.health.clone(), self.reflection.clone());
        self.declare(health.as_ref(), &[health::DESCRIPTOR_SET], &health::METHODS).declare(
            reflection.as_ref(),
            &reflected::DESCRIPTOR_SETS,
            &reflected::METHODS,
        )
    }

    fn declare(self, rule: Option<&DeclaredRule>, sets: &[&[u8]], methods: &[&str]) -> Self {
        let Some(rule) = rule else { return self };
        let declared = sets.iter().fold(self, |services, set| services.descriptor_set(set));
        methods.iter().fold(declared, |services, method| services.rule(*method, rule.clone()))
    }

    /// Of all services, those of its own among them.
    fn names(&self) -> Vec<String> {
        let own = self.health.iter().flat_map(|_| health::METHODS);
        let own = own.chain(self.reflection.iter().flat_map(|_| reflected::METHODS));
        // Health has two methods.
        let own: HashSet<&str> = own.filter_map(|method| Some(method.split_once('/')?.0)).collect();
        self.registered.iter().map(Registered::name).chain(own).map(ToOwned::to_owned).collect()
    }

    fn with_own_services(mut self, names: &[String], readiness: Readiness) -> Result<Self, SetupError> {
        let handle = readiness.handle.clone();
        if self.health.is_some() {
            let names = names.iter().map(String::as_str);
            self.registered.push(health::service(names, readiness, self.max_question_size));
        }
        if self.reflection.is_some() {
            self.registered.extend(reflected::services(
                &self.descriptor_sets,
                names,
                handle,
                self.max_question_size,
            )?);
        }
        Ok(self)
    }

    /// A router only where there are layers to be put around it.
    fn behind_the_guard(self, policy: &Policy) -> Behind {
        if self.layers.is_empty() {
            let methods = self.registered.iter().flat_map(|service| service.methods(policy));
            return Behind::Direct(Arc::new(Handlers::new(methods)));
        }
        let routes =
            self.registered.iter().fold(Router::new(), |router, service| service.add_to(router, policy));
        // The last one of axum's is the outermost, and the first one of ours.
        let layered = self.layers.into_iter().rev().fold(routes, |router, add_layer| add_layer(router));
        Behind::Layered(Routes::from(layered).prepare())
    }
}

impl GuardOptions {
    fn authorizer(&mut self, policy: Policy, issuer: Issuer) -> Authorizer {
        let other_issuers = std::mem::take(&mut self.other_issuers);
        let trusting = Authorizer::new(policy, issuer);
        let trusting = other_issuers.into_iter().fold(trusting, Authorizer::also_trusting);
        let timed = match self.clock.take() {
            Some(clock) => trusting.clock(clock),
            None => trusting,
        };
        let limited = match self.max_token_size {
            Some(bytes) => timed.max_token_size(bytes),
            None => timed,
        };
        match self.remembered_tokens {
            Some(entries) => limited.remember_tokens(entries),
            None => limited,
        }
    }
}

/// Each method besides its whole service: an exact path would win over the pattern of the service.
fn paths(policy: &Policy) -> Vec<String> {
    let services = policy.services().map(path_of);
    services.chain(policy.methods().map(|method| method.path().to_owned())).collect()
}

fn check_distinct(names: &[String]) -> Result<(), SetupError> {
    let mut seen = HashSet::new();
    match names.iter().find(|name| !seen.insert(name.as_str())) {
        Some(name) => Err(SetupError::RegisteredTwice(name.clone())),
        None => Ok(()),
    }
}
