//! How long a chain of imports may be. protox 0.10 goes one call deeper for each file of it, until the stack is full, which
//! ends the process.

use std::cell::RefCell;
use std::collections::HashMap;
use std::path::Path;

use protox::Error;
use protox::file::{File, FileResolver};

/// Files that are written by people have some tens.
const LONGEST: usize = 100;

/// Files as they are, until one is imported over too many others.
pub(super) struct ShortChains<R> {
    inner: R,
    /// How many files a file was imported over, at most, by its name.
    lengths: RefCell<HashMap<String, usize>>,
}

impl<R> ShortChains<R> {
    pub(super) fn new(inner: R) -> Self {
        Self { inner, lengths: RefCell::default() }
    }
}

impl<R: FileResolver> FileResolver for ShortChains<R> {
    fn resolve_path(&self, path: &Path) -> Option<String> {
        self.inner.resolve_path(path)
    }

    fn open_file(&self, name: &str) -> Result<File, Error> {
        let mut lengths = self.lengths.borrow_mut();
        let length = lengths.get(name).copied().unwrap_or_default();
        if length > LONGEST {
            let what = format!(
                "{name}: more than {LONGEST} files import one another, one after the other, up to this one"
            );
            return Err(Error::new(what));
        }
        let file = self.inner.open_file(name)?;
        for import in &file.file_descriptor_proto().dependency {
            let known = lengths.entry(import.clone()).or_default();
            *known = (*known).max(length + 1);
        }
        Ok(file)
    }
}
