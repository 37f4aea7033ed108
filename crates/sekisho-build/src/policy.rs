//! The policy of a descriptor set, read just as the server will, and the set that the server embeds.

use std::collections::BTreeSet;
use std::path::PathBuf;

use prost_reflect::prost::DecodeError;
use sekisho_policy::{Fault, FaultKind, PolicyBuilder};

use super::Error;
use super::set::DescriptorSet;

/// A complete descriptor set, and which of its services are guarded.
pub(super) struct Source<'a> {
    pub(super) encoded: &'a [u8],
    /// By their full names; if none are named, all but those that buf marks as imported.
    pub(super) services: Option<Vec<String>>,
}

impl Source<'_> {
    /// The set without the services that the policy does not know.
    pub(super) fn judge(
        self,
        policy: PolicyBuilder,
        path_of: impl Fn(&str) -> Option<PathBuf>,
    ) -> Result<Vec<u8>, Error> {
        let policy = match self.services {
            Some(names) => policy.descriptor_set_services(self.encoded, names),
            None => policy.descriptor_set(self.encoded),
        };
        let known = services(policy, path_of)?;
        let undecodable = |error: DecodeError| Error::Policy(vec![error.to_string()]);
        let mut embedded = DescriptorSet::decode(self.encoded).map_err(undecodable)?;
        let editions = embedded.editions();
        if !editions.is_empty() {
            return Err(Error::Edition(editions));
        }
        embedded.retain_services(&known);
        embedded.forget_imported().map_err(undecodable)?;
        Ok(embedded.encode())
    }
}

/// The services that the policy knows.
fn services(
    policy: PolicyBuilder,
    path_of: impl Fn(&str) -> Option<PathBuf>,
) -> Result<BTreeSet<String>, Error> {
    let error = match policy.build() {
        Ok(policy) => return Ok(policy.services().map(str::to_owned).collect()),
        Err(error) => error,
    };
    // Messages alone are as good.
    let faults = error.faults().iter().filter(|fault| fault.kind != FaultKind::NoMethods);
    let faults: Vec<String> = faults.map(|fault| in_file(fault, &path_of)).collect();
    if faults.is_empty() { Ok(BTreeSet::new()) } else { Err(Error::Policy(faults)) }
}

/// A fault with the file as it was opened.
fn in_file(fault: &Fault, path_of: impl Fn(&str) -> Option<PathBuf>) -> String {
    let mut fault = fault.clone();
    if let Some(position) = &mut fault.position
        && let Some(path) = path_of(&position.file)
    {
        position.file = path.display().to_string();
    }
    fault.to_string()
}
