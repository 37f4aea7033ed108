//! What protox 0.10 reads in another way than protoc, or reads at all: what would be judged is not what a server runs with.
//!
//! protoc puts the value of an option on one line before it reads it, so that a `#` makes a comment of all the rest.

mod repeated;
mod text;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::Path;
use std::rc::Rc;

use protox::Error;
use protox::file::{File, FileResolver};

use super::error::ProtoFault;
use crate::Position;

/// How many are kept of a file.
const MOST: usize = 100;

/// What is wrong at a place: line and column, counted from 1, the column in bytes as protox counts it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Misreading {
    line: u32,
    column: u32,
    what: &'static str,
}

/// What was found, by the names of the files.
#[derive(Debug, Clone, Default)]
pub(super) struct Misreadings(Rc<RefCell<BTreeMap<String, Vec<Misreading>>>>);

impl Misreadings {
    fn look_at(&self, file: &File) {
        let in_text = file.source().into_iter().flat_map(text::misreadings);
        let repeated = repeated::misreadings(file.file_descriptor_proto());
        let found: Vec<Misreading> = in_text.chain(repeated).take(MOST).collect();
        if !found.is_empty() {
            self.0.borrow_mut().insert(file.name().to_owned(), found);
        }
    }

    /// With the files as they were opened.
    pub(super) fn faults(&self, opened: impl Fn(&str) -> Option<String>) -> Vec<ProtoFault> {
        let mut faults = Vec::new();
        for (name, found) in &*self.0.borrow() {
            let file = opened(name).unwrap_or_else(|| name.clone());
            faults.extend(found.iter().map(|Misreading { line, column, what }| {
                ProtoFault::at(Position { file: file.clone(), line: *line, column: *column }, what)
            }));
        }
        faults
    }
}

/// Looks at every file that is opened.
pub(super) struct LookedAt<R> {
    inner: R,
    found: Misreadings,
}

impl<R> LookedAt<R> {
    pub(super) fn new(inner: R, found: &Misreadings) -> Self {
        Self { inner, found: found.clone() }
    }
}

impl<R: FileResolver> FileResolver for LookedAt<R> {
    fn resolve_path(&self, path: &Path) -> Option<String> {
        self.inner.resolve_path(path)
    }

    fn open_file(&self, name: &str) -> Result<File, Error> {
        let file = self.inner.open_file(name)?;
        self.found.look_at(&file);
        Ok(file)
    }
}
