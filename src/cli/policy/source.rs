//! What every command reads: descriptor sets, protos, a server's reflection, and rules for methods whose `.proto` has
//! none; the program's own set where nothing is named.

mod flags;
mod server;
mod set;

use std::collections::BTreeSet;
use std::fmt;
use std::path::Path;

use super::Asked;
use crate::cli::bounded_file::{self, Reading};
use crate::cli::settings::certificates;
use crate::config::Secret;
use crate::services::DESCRIPTOR_SET;
use sekisho::policy::{DeclaredRule, Fault, Policy, PolicyBuilder, Survey, rules};
use sekisho_policy::protos::Compiled;

use flags::{Named, Server};
pub(super) use flags::{arguments, service_argument};
use set::{Origin, Set};

/// The largest descriptor set that is read, in bytes.
pub(super) const LARGEST: u64 = 256 * 1024 * 1024;

/// What was read.
#[derive(Debug, Default)]
pub(super) struct Source {
    sets: Vec<Set>,
    rules: Vec<(String, DeclaredRule)>,
    /// Those that are asked for; all, where none is.
    services: BTreeSet<String>,
}

impl Source {
    /// Reads all that the flags name.
    ///
    /// # Errors
    /// Every fault: a file that cannot be read, is too large, or does not compile; a server that does not answer.
    pub(super) async fn read(asked: &Asked<'_>) -> Result<Self, Vec<String>> {
        let named = Named::by(asked.flags);
        let mut faults = Vec::new();
        let mut source = Self { services: named.services.iter().cloned().collect(), ..Self::default() };
        source.read_rules(&named, &mut faults);
        source.read_files(&named, &mut faults);
        if let Some(server) = &named.server {
            match reflected(asked, server, &named, &source.ruled()).await {
                Ok(set) => source.sets.push(set),
                Err(fault) => faults.push(fault),
            }
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        if source.sets.is_empty() {
            source.sets.push(Set { origin: Origin::Own, encoded: DESCRIPTOR_SET.to_owned(), services: None });
        }
        Ok(source)
    }

    fn read_rules(&mut self, named: &Named, faults: &mut Vec<String>) {
        for path in &named.rules {
            match rules_of(path) {
                Ok(rules) => self.rules.extend(rules),
                Err(found) => {
                    faults.extend(found.iter().map(|fault| format!("--rules {}: {fault}", path.display())));
                }
            }
        }
    }

    fn read_files(&mut self, named: &Named, faults: &mut Vec<String>) {
        for path in &named.descriptors {
            match read_set(path) {
                Ok(encoded) => {
                    let origin = Origin::Descriptors(path.clone());
                    self.sets.push(Set { origin, encoded, services: None });
                }
                Err(error) => faults.push(format!("--descriptors {}: {error}", path.display())),
            }
        }
        if !named.protos.is_empty() {
            match compiled(named) {
                Ok(set) => self.sets.push(set),
                Err(found) => faults.extend(found),
            }
        }
    }

    /// The services that a rule is given for.
    fn ruled(&self) -> Vec<String> {
        let services: BTreeSet<&str> = self
            .rules
            .iter()
            .filter_map(|(method, _)| method.rsplit_once('/'))
            .map(|(name, _)| name)
            .collect();
        services.into_iter().map(ToOwned::to_owned).collect()
    }

    /// All that was read, for whoever makes a policy of it.
    pub(super) fn builder(&self) -> PolicyBuilder {
        let sets = self.sets.iter().fold(Policy::builder(), |builder, set| set.add_to(builder));
        let all = self.rules.iter().cloned().fold(sets, |builder, (method, rule)| builder.rule(method, rule));
        if self.services.is_empty() { all } else { all.only_services(self.services.iter().cloned()) }
    }

    /// What can be told of it, in order or not; [`Source::told`] says what is wrong with it.
    pub(super) fn survey(&self) -> Survey {
        self.builder().survey()
    }

    /// Faults of it, a text each, with the file that one is of.
    pub(super) fn told(&self, faults: &[Fault]) -> Vec<String> {
        set::told(&self.sets, faults)
    }

    /// The policy, where all is in order.
    ///
    /// # Errors
    /// Every fault of it, a method without a rule among them.
    pub(super) fn policy(&self) -> Result<Policy, Vec<String>> {
        self.builder().build().map_err(|error| self.told(error.faults()))
    }
}

/// The rules of a file.
fn rules_of(path: &Path) -> Result<Vec<(String, DeclaredRule)>, Vec<String>> {
    let told = |fault: &dyn fmt::Display| vec![fault.to_string()];
    let text = bounded_file::read_up_to(path, LARGEST).map_err(|error| told(&error))?;
    let text = String::from_utf8(text).map_err(|_| told(&"it is not valid UTF-8"))?;
    rules::parse(&text).map_err(|error| error.to_string().lines().map(ToOwned::to_owned).collect())
}

/// The protos, with what they import; the services of the files that are named.
fn compiled(named: &Named) -> Result<Set, Vec<String>> {
    let compiled = Compiled::from_files(&named.protos, &named.includes_or_usual()).map_err(|error| {
        error.faults().iter().map(|fault| format!("--proto: {fault}")).collect::<Vec<_>>()
    })?;
    let encoded = compiled.descriptor_set().to_owned();
    Ok(Set { origin: Origin::Protos, encoded, services: Some(compiled.services()) })
}

/// What a server says it serves.
async fn reflected(
    asked: &Asked<'_>,
    server: &Server,
    named: &Named,
    ruled: &[String],
) -> Result<Set, String> {
    let token = asked.text(server::TOKEN_VARIABLE)?.map(Secret);
    let roots = match (&server.ca_file, asked.text("SEKISHO_CA_FILE")?) {
        (Some(path), _) => roots("--ca-file", path)?,
        (None, Some(path)) => roots("SEKISHO_CA_FILE", &path)?,
        (None, None) => Vec::new(),
    };
    let target =
        server::target(&server.target, server.plain_http).map_err(|error| format!("--server: {error}"))?;
    let asked = server::Server {
        target: &target,
        token: token.as_ref(),
        roots: &roots,
        services: &named.services,
        ruled,
    };
    let found = server::fetch(asked).await.map_err(|error| format!("--server {error}"))?;
    let origin = Origin::Server(target.to_string());
    Ok(Set { origin, encoded: found.descriptor_set, services: Some(found.services) })
}

fn roots(origin: &str, path: &str) -> Result<Vec<u8>, String> {
    certificates(path, Reading::First).map_err(|error| format!("{origin}: {error}"))
}

/// A file that may be a descriptor set.
///
/// # Errors
/// It cannot be read, or is larger than [`LARGEST`].
pub(super) fn read_set(path: &Path) -> std::io::Result<Vec<u8>> {
    bounded_file::read_up_to(path, LARGEST)
}
