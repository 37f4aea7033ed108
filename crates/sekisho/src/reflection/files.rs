//! The files of several descriptor sets, each once.

use indexmap::IndexMap;
use indexmap::map::Entry;

use super::Error;
use super::file::File;

/// `google.rpc`, whose messages refusals carry.
const DETAILS: &[u8] = tonic_types::pb::FILE_DESCRIPTOR_SET;

/// In the order of the sets, so that which one counts does not change from start to start.
pub(super) fn gather<'a>(sets: impl IntoIterator<Item = &'a [u8]>) -> Result<Vec<File>, Error> {
    let mut files = IndexMap::new();
    for set in sets.into_iter().filter(|set| *set != DETAILS) {
        for file in File::all_of(set)? {
            add(&mut files, file)?;
        }
    }
    for file in File::all_of(DETAILS)? {
        let file = with_usual_name(file);
        // Somebody's own copy may be older or shorter, and that is no contradiction: it counts.
        files.entry(file.name.clone()).or_insert(file);
    }
    Ok(files.into_values().collect())
}

/// tonic-types calls its files `status.proto` and `error_details.proto`. Others may have files of those names, and
/// clients know these by the names that imports give them.
fn with_usual_name(file: File) -> File {
    if file.name.contains('/') { file } else { file.renamed(|name| format!("google/rpc/{name}")) }
}

fn add(files: &mut IndexMap<String, File>, file: File) -> Result<(), Error> {
    match files.entry(file.name.clone()) {
        Entry::Vacant(vacant) => {
            vacant.insert(file);
        }
        Entry::Occupied(held) if held.get().agrees_with(&file) => {}
        // Each compiler brings those of its release, and a later release only adds to them.
        Entry::Occupied(mut held) if held.key().starts_with("google/protobuf/") => {
            if file.is_longer_than(held.get()) {
                held.insert(file);
            }
        }
        Entry::Occupied(mut held) => {
            let both = held.get().with_services_of(file)?;
            held.insert(both.ok_or_else(|| Error::Contradiction { file: held.key().clone() })?);
        }
    }
    Ok(())
}
