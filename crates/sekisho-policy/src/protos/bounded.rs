//! How much is compiled, and how long a chain of imports may be. protox 0.10 goes one call deeper for each file of a chain,
//! until the stack is full, which ends the process.

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, HashSet};
use std::path::Path;

use protox::Error;
use protox::file::{File, FileResolver};

/// Files that are written by people have some tens.
const LONGEST_CHAIN: usize = 100;

/// As of a folder.
const MOST_BYTES: usize = 64 << 20;

/// Files as they are, until one is imported over too many others, or all of them are too large.
pub(super) struct Bounded<R> {
    inner: R,
    /// How many files a file was imported over, at most, by its name.
    lengths: RefCell<HashMap<String, usize>>,
    opened: RefCell<HashSet<String>>,
    bytes: Cell<usize>,
}

impl<R> Bounded<R> {
    pub(super) fn new(inner: R) -> Self {
        Self { inner, lengths: RefCell::default(), opened: RefCell::default(), bytes: Cell::default() }
    }

    /// # Errors
    /// The file is at the end of too long a chain.
    fn imports_of(&self, file: &File) -> Result<(), Error> {
        let mut lengths = self.lengths.borrow_mut();
        let length = lengths.get(file.name()).copied().unwrap_or_default();
        if length > LONGEST_CHAIN {
            return Err(Error::new(format!(
                "{}: more than {LONGEST_CHAIN} files import one another, one after the other, up to this one",
                file.name()
            )));
        }
        for import in &file.file_descriptor_proto().dependency {
            let known = lengths.entry(import.clone()).or_default();
            *known = (*known).max(length + 1);
        }
        Ok(())
    }

    /// # Errors
    /// With this file, all are too large. A file may be opened several times, and counts once.
    fn size_of(&self, file: &File) -> Result<(), Error> {
        if self.opened.borrow_mut().insert(file.name().to_owned()) {
            self.bytes.set(self.bytes.get() + file.source().map_or(0, str::len));
        }
        if self.bytes.get() > MOST_BYTES {
            let most = MOST_BYTES >> 20;
            return Err(Error::new(format!(
                "{}: with it, the protos have more than {most} MiB",
                file.name()
            )));
        }
        Ok(())
    }
}

impl<R: FileResolver> FileResolver for Bounded<R> {
    fn resolve_path(&self, path: &Path) -> Option<String> {
        self.inner.resolve_path(path)
    }

    fn open_file(&self, name: &str) -> Result<File, Error> {
        let file = self.inner.open_file(name)?;
        self.imports_of(&file)?;
        self.size_of(&file)?;
        Ok(file)
    }
}
