//! Whether a file that is named is the one that its name finds. protox looks at that where it has read the file as it
//! stands; one that was put in other words has lost its path.

use std::fs;
use std::path::{Component, Path, PathBuf};

use protox::file::FileResolver as _;

use super::error::{ProtoError, ProtoFault};
use super::resolver;

/// Every file that another one stands before.
pub(super) fn check(protos: &[impl AsRef<Path>], includes: &[PathBuf]) -> Result<(), ProtoError> {
    let names = resolver::of_includes(includes);
    let of_proto = |proto: &Path| {
        let below = names.resolve_path(proto);
        // What is not below an include is looked up by its path, whether or not there is a file.
        let is_meant = below.is_some() || proto.is_file();
        let name = below.or_else(|| name_of(proto))?;
        let shadow = shadow(&name, proto, includes)?;
        is_meant.then(|| fault(proto, &name, &shadow))
    };
    let faults: Vec<ProtoFault> = protos.iter().filter_map(|proto| of_proto(proto.as_ref())).collect();
    if faults.is_empty() { Ok(()) } else { Err(ProtoError { faults }) }
}

/// The first file of this name below an include.
pub(super) fn find(name: &str, includes: &[PathBuf]) -> Option<PathBuf> {
    let found = includes.iter().map(|include| include.join(name)).find(|path| path.is_file())?;
    // As somebody would write it.
    Some(found.strip_prefix(".").map(Path::to_owned).unwrap_or(found))
}

/// What the name finds, where that is another file.
fn shadow(name: &str, proto: &Path, includes: &[PathBuf]) -> Option<String> {
    match find(name, includes) {
        Some(found) => (!is_same(&found, proto)).then(|| found.display().to_string()),
        None => resolver::is_at_hand(name).then(|| format!("the copy of {name} that comes with sekisho")),
    }
}

fn is_same(one: &Path, other: &Path) -> bool {
    fs::canonicalize(one).is_ok_and(|one| fs::canonicalize(other).is_ok_and(|other| one == other))
}

/// As protox makes a name of a path that is below no include.
fn name_of(path: &Path) -> Option<String> {
    let part = |part| if let Component::Normal(part) = part { part.to_str() } else { None };
    let parts: Option<Vec<&str>> = path.components().map(part).collect();
    parts.map(|parts| parts.join("/"))
}

fn fault(proto: &Path, name: &str, shadow: &str) -> ProtoFault {
    ProtoFault::of_path(
        proto,
        format_args!(
            "it is shadowed by {shadow}, which is what `{name}` finds; put the folder first that imports of this file begin at"
        ),
    )
}
