//! What every command reads: descriptor sets, protos, a server's reflection, and rules for methods whose `.proto` has
//! none; the program's own set where nothing is named.

mod faults;
mod flags;
mod protos;
mod rules;
mod server;
mod set;

use std::collections::BTreeSet;
use std::path::Path;

use super::Asked;
use crate::cli::bounded_file::{self, Reading};
use crate::cli::settings::certificates;
use crate::config::Secret;
use crate::services::DESCRIPTOR_SET;
use sekisho::policy::{Fault, Policy, PolicyBuilder, Survey};

pub(super) use faults::Subjects;
use flags::{Named, Server};
pub(super) use flags::{
    arguments, arguments_beside_an_issuer, given, rules_argument, service_argument, with_values,
};
pub(super) use rules::Rules;
use set::{Origin, Set};

/// The largest descriptor set that is read, in bytes.
pub(super) const LARGEST: u64 = 256 * 1024 * 1024;

/// What was read.
#[derive(Debug, Default)]
pub(super) struct Source {
    sets: Vec<Set>,
    rules: Rules,
    /// Those that are asked for; all, where none is.
    services: BTreeSet<String>,
}

impl Source {
    /// Reads all that the flags name.
    ///
    /// # Errors
    /// Every fault: a file that cannot be read, is too large, or does not compile; a server that does not answer.
    pub(super) async fn read(asked: &Asked<'_>) -> Result<Self, Vec<String>> {
        Self::read_with(asked, None).await
    }

    /// The same, for a command that asks for a method of this service: a server that has it is asked for it, be it one of gRPC
    /// itself.
    ///
    /// # Errors
    /// As of [`Source::read`].
    pub(super) async fn read_with(asked: &Asked<'_>, service: Option<&str>) -> Result<Self, Vec<String>> {
        let named = Named::by(asked.flags);
        let mut faults = Vec::new();
        let mut source = Self { services: named.services.iter().cloned().collect(), ..Self::default() };
        source.rules = Rules::read(&named.rules, &mut faults);
        source.read_files(&named, &mut faults);
        if let Some(server) = &named.server {
            let wanted: Vec<_> =
                source.rules.services().into_iter().chain(service.map(ToOwned::to_owned)).collect();
            match reflected(asked, server, &named, &wanted).await {
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
        match protos::compiled(named) {
            Ok(sets) => self.sets.extend(sets),
            Err(found) => faults.extend(found),
        }
    }

    /// All that was read, for whoever makes a policy of it.
    pub(super) fn builder(&self) -> PolicyBuilder {
        let all = self.all();
        if self.services.is_empty() { all } else { all.only_services(self.services.iter().cloned()) }
    }

    fn all(&self) -> PolicyBuilder {
        let sets = self.sets.iter().fold(Policy::builder(), |builder, set| set.add_to(builder));
        self.rules.add_to(sets, |_| true)
    }

    /// Whether nothing was named, and this program's own set is read.
    pub(super) fn is_own(&self) -> bool {
        self.sets.iter().all(|set| matches!(set.origin, Origin::Own))
    }

    /// Whether only some services are asked for.
    pub(super) fn is_narrowed(&self) -> bool {
        !self.services.is_empty()
    }

    /// All that there is, where only some services are asked for. A server was asked for these alone, so that it is not known.
    pub(super) fn whole(&self) -> Option<Survey> {
        let is_partial = |set: &Set| matches!(set.origin, Origin::Server(_));
        (!self.sets.iter().any(is_partial)).then(|| self.all().survey())
    }

    /// What can be told of it, in order or not; [`Source::told`] says what is wrong with it.
    pub(super) fn survey(&self) -> Survey {
        self.builder().survey()
    }

    /// Faults of it, a text each, with the file that one is of.
    pub(super) fn told(&self, faults: &[Fault]) -> Vec<String> {
        set::told(&self.sets, faults)
    }

    /// The same, with those of these services besides that are in a file which is only imported. A service that has moved to
    /// such a file is served as before, so that whoever compares policies goes on looking at it.
    ///
    /// # Errors
    /// Every fault of it, a method without a rule among them.
    pub(super) fn policy_with<'a>(
        &self,
        services: impl IntoIterator<Item = &'a str>,
    ) -> Result<Policy, Vec<String>> {
        let policy = self.policy()?;
        if !self.services.is_empty() {
            return Ok(policy);
        }
        let known: BTreeSet<&str> = policy.services().collect();
        let others: BTreeSet<&str> =
            services.into_iter().filter(|service| !known.contains(service)).collect();
        if others.is_empty() {
            return Ok(policy);
        }
        let imported = |set: &Set| Set { services: Some(set.services_among(&others)), ..set.clone() };
        let imported: Vec<Set> = self.sets.iter().map(imported).filter(Set::has_services).collect();
        if imported.is_empty() {
            return Ok(policy);
        }
        let all = imported.iter().fold(self.builder(), |builder, set| set.add_to(builder));
        all.build().map_err(|error| set::told(&imported, error.faults()))
    }

    /// The policy, where all is in order.
    ///
    /// # Errors
    /// Every fault of it, a method without a rule among them.
    pub(super) fn policy(&self) -> Result<Policy, Vec<String>> {
        self.builder().build().map_err(|error| self.told(error.faults()))
    }
}

/// What a server says it serves.
async fn reflected(
    asked: &Asked<'_>,
    server: &Server,
    named: &Named,
    wanted: &[String],
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
        wanted,
    };
    let found = server::fetch(asked).await.map_err(|error| format!("--server {error}"))?;
    let origin = Origin::Server(target.to_string());
    Ok(Set { origin, encoded: found.descriptor_set, services: Some(found.services) })
}

fn roots(origin: &str, path: &str) -> Result<Vec<u8>, String> {
    certificates(path, Reading::First).map_err(|error| format!("{origin}: {error}"))
}

/// Whether bytes are a text. That is no descriptor set, and what its decoder would say of it helps nobody.
pub(super) fn is_text(bytes: &[u8]) -> bool {
    !bytes.is_empty()
        && bytes.iter().take(64).all(|byte| byte.is_ascii_graphic() || byte.is_ascii_whitespace())
}

/// A file that may be a descriptor set.
///
/// # Errors
/// It cannot be read, or is larger than [`LARGEST`].
pub(super) fn read_set(path: &Path) -> std::io::Result<Vec<u8>> {
    bounded_file::read_up_to(path, LARGEST)
}
