//! A lock is not written over where it would lose services that were not meant: those that `--service` does not name, and
//! all of them where no protos are named.

use crate::cli::policy::review::{Files, Protos, Services, Standing};
use sekisho_policy::lock::Entry;

/// Why not, if the lock may not be written.
pub(super) fn fault(
    services: &Services,
    protos: &Protos,
    files: &Files,
    standing: &Standing,
) -> Option<String> {
    let (found, otherwise) = if !services.are_all() {
        let otherwise =
            "with --service it would lose them; leave --service out, or name another file by --lock";
        (beside_named(services, standing)?, otherwise)
    } else if protos.is_own() {
        let otherwise = "no protos are named, so that this program's own APIs would be written over them; name yours by \
                         --proto, --descriptors or --server, or another file by --lock";
        (beside_own(protos, standing)?, otherwise)
    } else {
        return None;
    };
    Some(format!("{}: {found}, and {otherwise}", files.lock.display()))
}

/// What it has beside the services that `--service` names.
fn beside_named(services: &Services, standing: &Standing) -> Option<String> {
    match standing {
        Standing::None => None,
        Standing::Lock { lock, .. } => {
            let other = lock.entries().iter().find(|entry| !services.has(entry.service()))?;
            Some(such_as(other))
        }
        Standing::Faulty { .. } => Some("it cannot be read, and may have other services".to_owned()),
    }
}

/// What it has, where none of this program's own services is in it: it was forgotten to name the protos.
fn beside_own(protos: &Protos, standing: &Standing) -> Option<String> {
    match standing {
        Standing::None => None,
        Standing::Lock { lock, .. } => {
            lock.entries().first().filter(|_| protos.are_forgotten(lock)).map(such_as)
        }
        Standing::Faulty { text, .. } => {
            let has_own = protos.services().iter().any(|service| text.contains(&format!("{service}/")));
            (!has_own).then(|| "it cannot be read, and has other services".to_owned())
        }
    }
}

fn such_as(entry: &Entry) -> String {
    format!("it has other services, such as {}", entry.service())
}
