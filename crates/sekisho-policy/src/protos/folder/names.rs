//! By which names files import each other. Imports begin at the folder; or, as in a repository whose protos stand in
//! `proto/`, at a folder below it, which the compiler has to be told.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

use super::files::{Import, MOST_FAULTS, Sources};
use crate::protos::error::{ProtoError, ProtoFault};
use crate::protos::resolver::is_at_hand;

/// The files of a folder, to find what an import means.
pub(super) struct Names<'a> {
    sources: &'a Sources,
    /// Files by every end of their paths that an import can be; none where there are several.
    by_end: HashMap<&'a str, Option<&'a str>>,
}

/// Files that have names.
pub(super) struct Named<'a> {
    /// The names that imports have, by the files that they are of.
    pub(super) names: BTreeMap<&'a str, String>,
    /// The files of the folder that a file imports.
    pub(super) imports: HashMap<&'a str, Vec<&'a str>>,
}

/// What an import means.
enum Target<'a> {
    File(&'a str),
    /// A file that need not be in the folder.
    AtHand,
    Nothing,
}

impl<'a> Names<'a> {
    pub(super) fn of(sources: &'a Sources) -> Self {
        let mut by_end: HashMap<&str, Option<&str>> = HashMap::new();
        for file in sources.keys() {
            for end in ends(file) {
                by_end.entry(end).and_modify(|file| *file = None).or_insert(Some(file));
            }
        }
        Self { sources, by_end }
    }

    pub(super) fn name_all(&self, folder: &Path) -> Result<Named<'a>, ProtoError> {
        let mut names: BTreeMap<&str, String> = BTreeMap::new();
        let mut imports: HashMap<&str, Vec<&str>> = HashMap::new();
        let mut faults = Vec::new();
        for (file, import) in self.imports() {
            let path = folder.join(file);
            match self.target(file, &import.name) {
                Target::File(target) => {
                    imports.entry(file).or_default().push(target);
                    let name = names.entry(target).or_insert_with(|| import.name.clone());
                    if *name != import.name {
                        let what = format!(
                            "`{target}` is imported as `{}`, and elsewhere as `{name}`; name the folder that imports begin at",
                            import.name
                        );
                        faults.push(fault(import, &path, what));
                    }
                }
                Target::Nothing => {
                    faults.push(fault(import, &path, format!("import '{}' not found", import.name)));
                }
                Target::AtHand => {}
            }
            if faults.len() >= MOST_FAULTS {
                break;
            }
        }
        if faults.is_empty() {
            faults = self.name_others(&mut names, folder);
            faults.extend(same_names(&names, folder));
        }
        if faults.is_empty() { Ok(Named { names, imports }) } else { Err(ProtoError { faults }) }
    }

    /// All imports, each with the file that it is in.
    fn imports(&self) -> impl Iterator<Item = (&'a String, &'a Import)> {
        self.sources.iter().flat_map(|(file, source)| source.imports.iter().map(move |import| (file, import)))
    }

    /// The nearest of what it can be: at the folder itself, at a folder above the file that imports, or anywhere, if it is
    /// there once.
    fn target(&self, file: &str, import: &str) -> Target<'a> {
        if is_at_hand(import) {
            return self.copy_of(import).map_or(Target::AtHand, Target::File);
        }
        let above = file.rmatch_indices('/').map(|(end, _)| format!("{}/{import}", &file[..end]));
        let mut candidates = std::iter::once(import.to_owned()).chain(above);
        let nearest = candidates.find_map(|path| self.sources.get_key_value(&path));
        let found = nearest.map(|(file, _)| file.as_str()).or_else(|| self.by_end.get(import).copied()?);
        found.map_or(Target::Nothing, Target::File)
    }

    /// The folder's copy of a file that need not be in it. Of several, one cannot be told from the other.
    fn copy_of(&self, name: &str) -> Option<&'a str> {
        let at_folder = self.sources.get_key_value(name).map(|(file, _)| file.as_str());
        at_folder.or_else(|| self.by_end.get(name).copied()?)
    }

    /// Names what nobody imports, but for copies that are not used. One of those that declares a service is a fault.
    fn name_others(&self, names: &mut BTreeMap<&'a str, String>, folder: &Path) -> Vec<ProtoFault> {
        let roots: BTreeSet<String> = names
            .iter()
            .map(|(file, name)| file[..file.len() - name.len()].trim_end_matches('/').to_owned())
            .collect();
        let mut taken: BTreeSet<String> = names.values().cloned().collect();
        let mut faults = Vec::new();
        for (file, source) in self.sources {
            if names.contains_key(file.as_str()) {
                continue;
            }
            if let Some(copied) = self.copied_in_vain(file) {
                if source.has_services {
                    let what = format!(
                        "it declares a service, and is one of several files named `{copied}`; keep one of them"
                    );
                    faults.push(ProtoFault::of_path(&folder.join(file), what));
                }
                continue;
            }
            let below = |end: usize| roots.contains(&file[..end]).then(|| file[end + 1..].to_owned());
            let name = file.rmatch_indices('/').find_map(|(end, _)| below(end));
            // The path of a file of the folder is that file's name.
            let is_free = |name: &String| !taken.contains(name) && !self.sources.contains_key(name);
            let name = name.filter(is_free).unwrap_or_else(|| file.clone());
            taken.insert(name.clone());
            names.insert(file, name);
        }
        faults
    }

    /// The name of the file that this one is a copy of, where another copy is used.
    fn copied_in_vain<'f>(&self, file: &'f str) -> Option<&'f str> {
        let copied = ends(file).find(|end| is_at_hand(end))?;
        (self.sources.len() > 1 && self.copy_of(copied) != Some(file)).then_some(copied)
    }
}

/// `a/b/c.proto`, `b/c.proto`, `c.proto`.
fn ends(file: &str) -> impl Iterator<Item = &str> {
    std::iter::once(file).chain(file.match_indices('/').map(|(at, _)| &file[at + 1..]))
}

fn fault(import: &Import, path: &Path, what: String) -> ProtoFault {
    match import.position(path) {
        Some(position) => ProtoFault::at(position, what),
        None => ProtoFault::of_path(path, what),
    }
}

fn same_names(names: &BTreeMap<&str, String>, folder: &Path) -> Vec<ProtoFault> {
    let mut first: HashMap<&str, &str> = HashMap::new();
    let mut faults = Vec::new();
    for (file, name) in names {
        if let Some(other) = first.insert(name, file) {
            let what = format!("it is imported as `{name}`, as `{other}` is; name the folder of one of them");
            faults.push(ProtoFault::of_path(&folder.join(file), what));
        }
    }
    faults
}
