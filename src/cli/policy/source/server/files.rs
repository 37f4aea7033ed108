//! The files that a server sent, judged.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use prost::Message as _;

use super::Served;
use super::counts::Counts;
use super::head::{FileHead, Set};
use super::question::{excerpt, is_file_name};

/// The most files that are read.
pub(super) const MAX_FILES: usize = 20_000;

struct File {
    encoded: Vec<u8>,
    head: FileHead,
}

#[derive(Default)]
pub(super) struct Files {
    by_name: BTreeMap<String, File>,
    counts: Counts,
    /// Imports of files that came since these were taken last.
    wanted: Vec<Import>,
    /// Imports that were looked for.
    asked: BTreeSet<String>,
}

impl Files {
    /// Takes an encoded file. The same file may come more than once.
    pub(super) fn add(&mut self, encoded: Vec<u8>) -> Result<(), String> {
        let counts = self.counts.with(&encoded)?;
        let head = FileHead::decode(encoded.as_slice())
            .map_err(|error| format!("it sent a file that is no FileDescriptorProto ({error})"))?;
        let shown = excerpt(&head.name);
        if !is_file_name(&head.name) {
            return Err(format!("it sent a file whose name is no path: {shown:?}"));
        }
        match self.by_name.get(&head.name) {
            Some(file) if file.encoded == encoded => return Ok(()),
            Some(_) => return Err(format!("it sent two different files with the name {shown}")),
            None => {}
        }
        if self.by_name.len() == MAX_FILES {
            return Err(format!("it sent more than {MAX_FILES} files"));
        }
        self.counts = counts;
        self.wanted.extend(imports(&head));
        self.by_name.insert(head.name.clone(), File { encoded, head });
        Ok(())
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.by_name.contains_key(name)
    }

    /// The imports that did not come along, each once.
    pub(super) fn take_missing(&mut self) -> Vec<Import> {
        let mut wanted = std::mem::take(&mut self.wanted);
        wanted.retain(|import| {
            !self.by_name.contains_key(&import.name) && self.asked.insert(import.name.clone())
        });
        wanted
    }

    /// The set of these services, and of what their files import.
    pub(super) fn served(
        mut self,
        asked: Vec<String>,
        is_dispensable: impl Fn(&str) -> bool,
    ) -> Result<Served, String> {
        let declared = self.declared();
        let mut all = BTreeSet::new();
        let mut kept = BTreeSet::new();
        let mut services = BTreeSet::new();
        for service in asked {
            let is_dispensable = is_dispensable(&service);
            let Some((file, has_a_rule)) = declared.get(&service) else {
                if is_dispensable {
                    continue;
                }
                return Err(format!("it sent no file that declares {}", excerpt(&service)));
            };
            all.insert(file.clone());
            if *has_a_rule || !is_dispensable {
                kept.insert(file.clone());
                services.insert(service);
            }
        }
        let asked_for: BTreeSet<String> = self.imports_first(&all)?.into_iter().collect();
        if let Some(other) = self.by_name.keys().find(|name| !asked_for.contains(*name)) {
            return Err(format!("it sent a file that was not asked for: {}", excerpt(other)));
        }
        let order = self.imports_first(&kept)?;
        let files = order.iter().filter_map(|name| Some(self.by_name.remove(name)?.encoded)).collect();
        let descriptor_set = Set { files }.encode_to_vec();
        Ok(Served { descriptor_set, services: services.into_iter().collect() })
    }

    /// Each service with its file, and whether anything there says who may call it.
    fn declared(&self) -> BTreeMap<String, (String, bool)> {
        let of_file = |file: &File| -> Vec<_> {
            let head = &file.head;
            let services = head.services.iter();
            services
                .map(|service| (head.full_name(service), (head.name.clone(), service.has_a_rule())))
                .collect()
        };
        self.by_name.values().flat_map(of_file).collect()
    }

    /// These files and all that they import, each behind its imports.
    fn imports_first(&self, roots: &BTreeSet<String>) -> Result<Vec<String>, String> {
        let mut order = Vec::new();
        let mut state: BTreeMap<&str, State> = BTreeMap::new();
        let mut stack: Vec<(&str, bool)> = roots.iter().rev().map(|name| (name.as_str(), false)).collect();
        while let Some((name, is_done)) = stack.pop() {
            match (state.get(name), is_done) {
                (_, true) => {
                    state.insert(name, State::Done);
                    order.push(name.to_owned());
                }
                (Some(State::Done), false) => {}
                (Some(State::Open), false) => {
                    return Err(format!("the imports of {} lead back to it", excerpt(name)));
                }
                (None, false) => {
                    let Some(file) = self.by_name.get(name) else { continue };
                    state.insert(name, State::Open);
                    stack.push((name, true));
                    let imports = file.head.imports.iter().chain(&file.head.option_imports);
                    stack.extend(imports.rev().map(|import| (import.as_str(), false)));
                }
            }
        }
        Ok(order)
    }
}

#[derive(Clone, Copy)]
enum State {
    /// Its imports are being looked at.
    Open,
    Done,
}

/// A file that another one imports.
pub(super) struct Import {
    pub(super) name: String,
    /// A file that has it.
    pub(super) importer: Arc<str>,
    /// Whether nothing but options needs it.
    pub(super) is_optional: bool,
}

fn imports(head: &FileHead) -> impl Iterator<Item = Import> {
    let importer: Arc<str> = head.name.as_str().into();
    let required = head.imports.iter().map(|name| (name, false));
    let optional = head.option_imports.iter().map(|name| (name, true));
    required.chain(optional).map(move |(name, is_optional)| Import {
        name: name.clone(),
        importer: Arc::clone(&importer),
        is_optional,
    })
}
