//! `import public` counts through any number of files. prost-reflect 0.16, which protox 0.10 compiles with, follows the
//! first alone, and takes time by the power of two where many files import each other publicly.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;
use std::rc::Rc;

use prost_reflect::prost::{DecodeError, Message as _};
use prost_reflect::prost_types::FileDescriptorSet;
use prost_reflect::{DynamicMessage, ReflectMessage as _, Value};
use protox::Error;
use protox::file::{File, FileResolver};

/// How many files may have public imports where prost-reflect is left to follow them.
const FEW: usize = 8;

/// How many imports may be added in all. Files that are written by people need some tens.
const ADDED: usize = 100_000;

const TOO_MANY: &str = "too many of the files have public imports";

/// Files as they are, while few of them import others publicly.
pub(super) struct FewPublicImports<R> {
    inner: R,
    found: Cell<usize>,
}

impl<R> FewPublicImports<R> {
    pub(super) fn new(inner: R) -> Self {
        Self { inner, found: Cell::new(0) }
    }
}

impl<R: FileResolver> FileResolver for FewPublicImports<R> {
    fn resolve_path(&self, path: &Path) -> Option<String> {
        self.inner.resolve_path(path)
    }

    fn open_file(&self, name: &str) -> Result<File, Error> {
        let file = self.inner.open_file(name)?;
        if !file.file_descriptor_proto().public_dependency.is_empty() {
            self.found.set(self.found.get() + 1);
        }
        if self.found.get() > FEW {
            return Err(Error::new(TOO_MANY));
        }
        Ok(file)
    }
}

/// Whether this is why [`FewPublicImports`] opened no more files.
pub(super) fn are_too_many(error: &Error) -> bool {
    error.to_string() == TOO_MANY
}

/// What a file imports by its own source.
#[derive(Debug, Clone)]
pub(super) struct OwnImports {
    all: usize,
    public: Vec<i32>,
}

/// The files that were given further imports, by name.
pub(super) type Extended = Rc<RefCell<BTreeMap<String, OwnImports>>>;

/// A file is given as its own imports all that it sees by way of public ones, and no import is public any more. It loses
/// its text, and with it the place of an import that is not found.
pub(super) struct Flattened<R> {
    inner: R,
    extended: Extended,
    public: RefCell<HashMap<String, Vec<String>>>,
    added: Cell<usize>,
}

impl<R: FileResolver> Flattened<R> {
    pub(super) fn new(inner: R, extended: Extended) -> Self {
        Self { inner, extended, public: RefCell::default(), added: Cell::new(0) }
    }

    /// What the file sees beside what it imports.
    fn further(&self, file: &File) -> Result<Vec<String>, Error> {
        let own = &file.file_descriptor_proto().dependency;
        let mut seen: HashSet<String> = own.iter().cloned().chain([file.name().to_owned()]).collect();
        let mut next = own.clone();
        let mut further = Vec::new();
        while let Some(name) = next.pop() {
            for import in self.public_imports(&name) {
                if seen.insert(import.clone()) {
                    further.push(import.clone());
                    next.push(import);
                }
            }
            if self.added.get() + further.len() > ADDED {
                return Err(Error::new(format!("more than {ADDED} imports are public ones of other files")));
            }
        }
        self.added.set(self.added.get() + further.len());
        Ok(further)
    }

    /// What cannot be opened is told when it is imported.
    fn public_imports(&self, name: &str) -> Vec<String> {
        if let Some(known) = self.public.borrow().get(name) {
            return known.clone();
        }
        let public = self.inner.open_file(name).map(|file| public_imports(&file)).unwrap_or_default();
        self.public.borrow_mut().insert(name.to_owned(), public.clone());
        public
    }
}

impl<R: FileResolver> FileResolver for Flattened<R> {
    fn resolve_path(&self, path: &Path) -> Option<String> {
        self.inner.resolve_path(path)
    }

    fn open_file(&self, name: &str) -> Result<File, Error> {
        let file = self.inner.open_file(name)?;
        let further = self.further(&file)?;
        let own = file.file_descriptor_proto();
        if further.is_empty() && own.public_dependency.is_empty() {
            return Ok(file);
        }
        let mut descriptor = own.clone();
        let all = descriptor.dependency.len();
        let public = std::mem::take(&mut descriptor.public_dependency);
        self.extended.borrow_mut().insert(name.to_owned(), OwnImports { all, public });
        descriptor.dependency.extend(further);
        Ok(File::from_file_descriptor_proto(descriptor))
    }
}

fn public_imports(file: &File) -> Vec<String> {
    let descriptor = file.file_descriptor_proto();
    let indices = descriptor.public_dependency.iter().filter_map(|index| usize::try_from(*index).ok());
    indices.filter_map(|index| descriptor.dependency.get(index).cloned()).collect()
}

/// An encoded set with the imports that [`Flattened`] has found in the sources. Of all messages prost-reflect's alone
/// keeps what it has no field for, and the options are among that.
pub(super) fn restore_imports(
    encoded: &[u8],
    extended: &BTreeMap<String, OwnImports>,
) -> Result<Vec<u8>, DecodeError> {
    let mut set = DynamicMessage::decode(FileDescriptorSet::default().descriptor(), encoded)?;
    let files = set.get_field_by_name_mut("file").and_then(Value::as_list_mut);
    for file in files.into_iter().flatten().filter_map(Value::as_message_mut) {
        let name = file.get_field_by_name("name").and_then(|name| Some(name.as_str()?.to_owned()));
        let Some(own) = name.and_then(|name| extended.get(&name)) else { continue };
        if let Some(imports) = file.get_field_by_name_mut("dependency").and_then(Value::as_list_mut) {
            imports.truncate(own.all);
        }
        let public = own.public.iter().copied().map(Value::I32).collect();
        file.set_field_by_name("public_dependency", Value::List(public));
    }
    Ok(set.encode_to_vec())
}
