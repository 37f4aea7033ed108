//! What every command reads: descriptor sets, protos, a server's reflection, and rules for methods whose `.proto` has
//! none; the program's own set where nothing is named.

mod flags;
mod server;

use std::collections::BTreeSet;
use std::path::Path;

use super::Asked;
use crate::cli::bounded_file::{self, Reading};
use crate::cli::settings::certificates;
use crate::config::Secret;
use crate::services::DESCRIPTOR_SET;
use sekisho::policy::{Policy, PolicyBuilder, Survey};
use sekisho_policy::protos::Compiled;

use flags::{Named, Server};
pub(super) use flags::{arguments, service_argument};

/// The largest descriptor set that is read, in bytes.
pub(super) const LARGEST: u64 = 64 * 1024 * 1024;

/// What was read.
#[derive(Debug)]
pub(super) struct Source {
    sets: Vec<Set>,
    /// Those that are asked for; all, where none is.
    services: BTreeSet<String>,
}

/// A descriptor set.
#[derive(Debug)]
struct Set {
    encoded: Vec<u8>,
    /// The services that it was read for; all but those of imported files, where that is not told.
    services: Option<Vec<String>>,
}

impl Source {
    /// Reads all that the flags name.
    ///
    /// # Errors
    /// Every fault: a file that cannot be read, is too large, or does not compile; a server that does not answer.
    pub(super) async fn read(asked: &Asked<'_>) -> Result<Self, Vec<String>> {
        let named = Named::by(asked.flags);
        let (mut sets, mut faults) = (Vec::new(), Vec::new());
        for path in &named.descriptors {
            match read_set(path) {
                Ok(encoded) => sets.push(Set { encoded, services: None }),
                Err(error) => faults.push(format!("--descriptors {}: {error}", path.display())),
            }
        }
        if !named.protos.is_empty() {
            match compiled(&named) {
                Ok(set) => sets.push(set),
                Err(found) => faults.extend(found),
            }
        }
        if let Some(server) = &named.server {
            match reflected(asked, server, &named).await {
                Ok(served) => {
                    sets.push(Set { encoded: served.descriptor_set, services: Some(served.services) })
                }
                Err(fault) => faults.push(fault),
            }
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        if sets.is_empty() {
            sets.push(Set { encoded: DESCRIPTOR_SET.to_owned(), services: None });
        }
        Ok(Self { sets, services: named.services })
    }

    /// All that was read, for whoever makes a policy of it.
    pub(super) fn builder(&self) -> PolicyBuilder {
        let sets = self.sets.iter().fold(Policy::builder(), |builder, set| match &set.services {
            Some(services) => builder.descriptor_set_services(&set.encoded, services.iter().cloned()),
            None => builder.descriptor_set(&set.encoded),
        });
        if self.services.is_empty() { sets } else { sets.only_services(self.services.iter().cloned()) }
    }

    /// What can be told of it, in order or not.
    pub(super) fn survey(&self) -> Survey {
        self.builder().survey()
    }

    /// The policy, where all is in order.
    ///
    /// # Errors
    /// Every fault of it, a method without a rule among them.
    #[allow(dead_code, reason = "for `explain` and `lock`")]
    pub(super) fn policy(&self) -> Result<Policy, Vec<String>> {
        self.builder().build().map_err(|error| error.faults().iter().map(ToString::to_string).collect())
    }
}

/// The protos, with what they import; the services of the files that are named.
fn compiled(named: &Named) -> Result<Set, Vec<String>> {
    let compiled = Compiled::from_files(&named.protos, &named.includes_or_usual()).map_err(|error| {
        error.faults().iter().map(|fault| format!("--proto: {fault}")).collect::<Vec<_>>()
    })?;
    Ok(Set { encoded: compiled.descriptor_set().to_owned(), services: Some(compiled.services()) })
}

/// What a server says it serves.
async fn reflected(asked: &Asked<'_>, server: &Server, named: &Named) -> Result<server::Served, String> {
    let token = asked.text(server::TOKEN_VARIABLE)?.map(Secret);
    let roots = match (&server.ca_file, asked.text("SEKISHO_CA_FILE")?) {
        (Some(path), _) => roots("--ca-file", path)?,
        (None, Some(path)) => roots("SEKISHO_CA_FILE", &path)?,
        (None, None) => Vec::new(),
    };
    let target =
        server::target(&server.target, server.plain_http).map_err(|error| format!("--server: {error}"))?;
    let services: Vec<String> = named.services.iter().cloned().collect();
    let server = server::Server {
        target: &target,
        token: token.as_ref(),
        roots: &roots,
        services: &services,
        ruled: &[],
    };
    server::fetch(server).await.map_err(|error| format!("--server {error}"))
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
