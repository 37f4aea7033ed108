//! Where everything is declared.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::iter;

use super::Error;
use super::file::File;
use super::symbols::{Extension, Kind, within};

/// Files go by their position.
pub(super) struct Index {
    files: Vec<File>,
    imports: Vec<Vec<usize>>,
    by_name: HashMap<String, usize>,
    symbols: HashMap<String, Symbol>,
    /// By the full name of what is extended, then by number.
    extensions: HashMap<String, BTreeMap<i32, usize>>,
    services: BTreeSet<String>,
}

#[derive(Clone, Copy)]
pub(super) struct Symbol {
    pub(super) file: usize,
    pub(super) kind: Kind,
}

impl Index {
    pub(super) fn new(files: Vec<File>) -> Result<Self, Error> {
        let by_name = (0..).zip(&files).map(|(at, file)| (file.name.clone(), at)).collect();
        let imports = files.iter().map(|file| imports(file, &by_name)).collect::<Result<_, _>>()?;
        let mut symbols = HashMap::new();
        for (at, file) in files.iter().enumerate() {
            for (name, kind) in &file.declarations.symbols {
                // Of two files with one symbol the first counts; they cannot both be read by a client.
                symbols.entry(name.clone()).or_insert(Symbol { file: at, kind: *kind });
            }
        }
        let extensions = extensions(&files, &symbols);
        let services = files.iter().flat_map(|file| file.declarations.services.clone()).collect();
        Ok(Self { files, imports, by_name, symbols, extensions, services })
    }

    pub(super) fn file_count(&self) -> usize {
        self.files.len()
    }

    pub(super) fn services(&self) -> &BTreeSet<String> {
        &self.services
    }

    pub(super) fn file(&self, name: &str) -> Option<usize> {
        self.by_name.get(name).copied()
    }

    pub(super) fn symbol(&self, name: &str) -> Option<Symbol> {
        self.symbols.get(name).copied()
    }

    pub(super) fn file_with_extension(&self, extendee: &str, number: i32) -> Option<usize> {
        self.extensions.get(extendee)?.get(&number).copied()
    }

    /// None at all, for a message that nothing extends.
    pub(super) fn extension_numbers(&self, extendee: &str) -> Option<Vec<i32>> {
        self.symbol(extendee).filter(|symbol| symbol.kind == Kind::Message)?;
        Some(self.extensions.get(extendee).into_iter().flat_map(BTreeMap::keys).copied().collect())
    }

    /// The file, and of those that it imports, directly or not, the ones that were not sent; which they then are.
    pub(super) fn with_imports(&self, wanted: usize, sent: &mut [bool]) -> Vec<usize> {
        let mut found = vec![wanted];
        sent[wanted] = true;
        let mut next = 0;
        while let Some(&file) = found.get(next) {
            for &import in &self.imports[file] {
                // With a file that was sent, all that it imports was.
                if !std::mem::replace(&mut sent[import], true) {
                    found.push(import);
                }
            }
            next += 1;
        }
        found
    }

    pub(super) fn encoded(&self, file: usize, is_visible: impl Fn(&str) -> bool) -> Vec<u8> {
        self.files[file].encoded(is_visible)
    }
}

fn imports(file: &File, by_name: &HashMap<String, usize>) -> Result<Vec<usize>, Error> {
    let position = |import: &String| {
        by_name
            .get(import)
            .copied()
            .ok_or_else(|| Error::MissingImport { file: file.name.clone(), import: import.clone() })
    };
    let optional = file.option_imports.iter().filter_map(|import| by_name.get(import)).copied().map(Ok);
    file.imports.iter().map(position).chain(optional).collect()
}

fn extensions(files: &[File], symbols: &HashMap<String, Symbol>) -> HashMap<String, BTreeMap<i32, usize>> {
    let mut extensions: HashMap<String, BTreeMap<i32, usize>> = HashMap::new();
    for (at, file) in files.iter().enumerate() {
        for extension in &file.declarations.extensions {
            let numbers = extensions.entry(extendee(extension, symbols)).or_default();
            numbers.entry(extension.number).or_insert(at);
        }
    }
    extensions
}

/// The full name, which a compiler writes with a dot before it. A set from elsewhere may leave it to be looked for,
/// from the scope of the extension outward (descriptor.proto, `FieldDescriptorProto.type_name`).
fn extendee(extension: &Extension, symbols: &HashMap<String, Symbol>) -> String {
    if let Some(full) = extension.extendee.strip_prefix('.') {
        return full.to_owned();
    }
    let scopes = iter::successors(Some(extension.scope.as_str()), |scope| {
        scope.rsplit_once('.').map(|(outer, _)| outer)
    });
    let mut names = scopes.map(|scope| within(scope, &extension.extendee));
    let is_message = |name: &String| symbols.get(name).is_some_and(|symbol| symbol.kind == Kind::Message);
    names.find(is_message).unwrap_or_else(|| extension.extendee.clone())
}
