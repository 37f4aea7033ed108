//! `--service`: a lock of some services is not written over one of others, which would lose them.

use crate::cli::policy::review::{Files, Services, Standing};

/// Why not, if it may not be written.
pub(super) fn fault(services: &Services, files: &Files, standing: &Standing) -> Option<String> {
    let found = match standing {
        _ if services.are_all() => return None,
        Standing::None => return None,
        Standing::Lock { lock, .. } => {
            let other = lock.entries().iter().find(|entry| !services.has(entry.service()))?;
            format!("it has other services, such as {}", other.service())
        }
        Standing::Faulty(_) => "it cannot be read, and may have other services".to_owned(),
    };
    let path = files.lock.display();
    Some(format!(
        "{path}: {found}, and with --service it would lose them; leave --service out, or name another file by --lock"
    ))
}
