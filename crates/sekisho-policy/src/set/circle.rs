//! Imports that lead back to the file that has them. No compiler writes such a set, and prost-reflect 0.16 would look
//! for names in it until the stack is full, which ends the process.

use std::collections::{BTreeMap, BTreeSet};

use prost_reflect::prost_types::FileDescriptorProto;

/// A file that imports itself, directly or by way of others, if there is one.
pub(super) fn circle(files: &[FileDescriptorProto]) -> Option<&FileDescriptorProto> {
    let mut open: BTreeMap<&str, &FileDescriptorProto> =
        files.iter().map(|file| (file.name(), file)).collect();
    // Without the files that lead nowhere, again and again, nothing is left but circles and what leads to them.
    loop {
        let ends: Vec<&str> = open.keys().copied().filter(|name| next(&open, name).is_none()).collect();
        if ends.is_empty() {
            break;
        }
        for name in ends {
            open.remove(name);
        }
    }
    let mut seen = BTreeSet::new();
    let mut file = open.keys().next().copied();
    while let Some(name) = file.filter(|name| seen.insert(*name)) {
        file = next(&open, name);
    }
    file.and_then(|name| open.get(name).copied())
}

/// The first file of `open` that this one imports.
fn next<'a>(open: &BTreeMap<&'a str, &'a FileDescriptorProto>, name: &str) -> Option<&'a str> {
    let imports = open.get(name)?.dependency.iter();
    imports.map(String::as_str).find(|import| open.contains_key(import))
}
