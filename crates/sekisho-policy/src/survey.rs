//! What can be told of descriptor sets that need not be in order.

use std::sync::Arc;

use super::{Fault, Method, MethodSignature};

/// All that descriptor sets say of who may call what, whether or not a server could be guarded by it: for what lists a
/// policy or compares it. Made by [`PolicyBuilder::survey`](super::PolicyBuilder::survey).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Survey {
    pub(super) methods: Vec<Arc<Method>>,
    pub(super) undeclared: Vec<MethodSignature>,
    pub(super) faults: Vec<Fault>,
}

impl Survey {
    /// The methods that have a rule, by path.
    pub fn methods(&self) -> &[Arc<Method>] {
        &self.methods
    }

    /// The methods that nobody decided about, by path: neither an option of their own, nor their service's default, nor
    /// an explicit rule.
    pub fn undeclared(&self) -> &[MethodSignature] {
        &self.undeclared
    }

    /// What is wrong besides, in the order of the positions. A method whose rule is at fault is in neither of the lists
    /// above; nor is one of a set that could not be read.
    pub fn faults(&self) -> &[Fault] {
        &self.faults
    }
}
