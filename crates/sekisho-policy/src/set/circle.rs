//! Imports that lead back to the file that has them. No compiler writes such a set, and prost-reflect 0.16 would look
//! for names in it until the stack is full, which ends the process.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use prost_reflect::prost_types::FileDescriptorProto;

/// A file that imports itself, directly or by way of others, if there is one.
pub(super) fn circle(files: &[FileDescriptorProto]) -> Option<&FileDescriptorProto> {
    let open = without_ends(files);
    let mut seen = BTreeSet::new();
    let mut file = open.keys().next().copied();
    while let Some(name) = file.filter(|name| seen.insert(*name)) {
        file = open[name].dependency.iter().map(String::as_str).find(|import| open.contains_key(import));
    }
    file.and_then(|name| open.get(name).copied())
}

/// Without the files that lead nowhere, and those that then lead nowhere, and so on: nothing is left but circles and what
/// leads to them. A file is looked at once for each import of it.
fn without_ends(files: &[FileDescriptorProto]) -> BTreeMap<&str, &FileDescriptorProto> {
    let mut open: BTreeMap<&str, &FileDescriptorProto> =
        files.iter().map(|file| (file.name(), file)).collect();
    let mut importers: HashMap<&str, Vec<&str>> = HashMap::new();
    let mut ways: HashMap<&str, usize> = HashMap::new();
    for (name, file) in &open {
        for import in file.dependency.iter().filter(|import| open.contains_key(import.as_str())) {
            importers.entry(import).or_default().push(name);
            *ways.entry(name).or_default() += 1;
        }
    }
    let mut ends: Vec<&str> = open.keys().copied().filter(|name| !ways.contains_key(name)).collect();
    while let Some(end) = ends.pop() {
        open.remove(end);
        for importer in importers.get(end).into_iter().flatten() {
            let left = ways.entry(importer).and_modify(|ways| *ways -= 1).or_default();
            if *left == 0 {
                ends.push(importer);
            }
        }
    }
    open
}
