//! What each file sees by way of public imports of others.

use std::collections::{HashMap, HashSet};

use prost_reflect::{DynamicMessage, Value};

use super::Unreadable;
use super::adapted::{files, list, text};

/// How many imports may be added in all. Files that are written by people need some tens.
const ADDED: usize = 100_000;

/// The files that each file imports publicly.
pub(super) struct PublicImports {
    by_file: HashMap<String, Vec<String>>,
    added: usize,
}

impl PublicImports {
    pub(super) fn of(set: &DynamicMessage) -> Self {
        let with_name = |file: &DynamicMessage| (text(file, "name"), public_imports(file));
        let by_file = files(set).map(with_name).filter(|(_, imports)| !imports.is_empty()).collect();
        Self { by_file, added: 0 }
    }

    /// Makes all that a file sees its own imports, none of them public; tells whether that has changed anything.
    pub(super) fn make_own(&mut self, file: &mut DynamicMessage) -> Result<bool, Unreadable> {
        if self.by_file.is_empty() {
            return Ok(false);
        }
        let imports = list(file, "dependency");
        check_indices(file, imports.len())?;
        let further = self.further(&text(file, "name"), &imports);
        self.added += further.len();
        if self.added > ADDED {
            return Err(Unreadable(format!("more than {ADDED} imports are public ones of other files")));
        }
        let is_changed = !further.is_empty() || !list(file, "public_dependency").is_empty();
        if is_changed {
            let imports = imports.into_iter().chain(further.into_iter().map(Value::String));
            file.set_field_by_name("dependency", Value::List(imports.collect()));
            file.clear_field_by_name("public_dependency");
        }
        Ok(is_changed)
    }

    /// What a file sees beside what it imports.
    fn further(&self, file: &str, imports: &[Value]) -> Vec<String> {
        let mut next: Vec<&str> = imports.iter().filter_map(Value::as_str).collect();
        let mut seen: HashSet<&str> = next.iter().copied().chain([file]).collect();
        let mut further = Vec::new();
        while let Some(name) = next.pop() {
            // Enough to be refused.
            if self.added + further.len() > ADDED {
                break;
            }
            for import in self.by_file.get(name).into_iter().flatten() {
                if seen.insert(import) {
                    further.push(import.clone());
                    next.push(import);
                }
            }
        }
        further
    }
}

/// As prost-reflect would refuse them, which sees none of them any more.
fn check_indices(file: &DynamicMessage, imports: usize) -> Result<(), Unreadable> {
    let is_import = |index: &Value| {
        index.as_i32().is_some_and(|index| usize::try_from(index).is_ok_and(|index| index < imports))
    };
    if list(file, "public_dependency").iter().all(is_import) {
        return Ok(());
    }
    Err(Unreadable(format!("{}: invalid import index", text(file, "name"))))
}

fn public_imports(file: &DynamicMessage) -> Vec<String> {
    let imports = list(file, "dependency");
    let public = list(file, "public_dependency");
    let indices = public.iter().filter_map(|index| usize::try_from(index.as_i32()?).ok());
    indices.filter_map(|index| Some(imports.get(index)?.as_str()?.to_owned())).collect()
}
