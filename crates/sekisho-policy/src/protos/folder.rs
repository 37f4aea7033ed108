//! A folder of protos: which files are in it, in which order they compile, and by which names they import each other.

mod files;
mod names;
mod order;

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::error::ProtoError;
use names::{Named, Names};

/// Every file below a folder whose name ends in `.proto`, sorted, for [`Compiled::from_files`](super::Compiled::from_files).
///
/// # Errors
/// [`ProtoError`]: as of [`Compiled::from_folder`](super::Compiled::from_folder) of what is in the folder, but not of what
/// is in the files.
pub fn files_below(folder: impl AsRef<Path>) -> Result<Vec<PathBuf>, ProtoError> {
    let folder = folder.as_ref();
    Ok(files::below(folder)?.into_iter().map(|file| folder.join(file)).collect())
}

/// The files of a folder.
#[derive(Debug, Clone)]
pub(super) struct Folder {
    /// In an order in which none imports a later one, so that the compiler need not go from one into the next.
    paths: Vec<PathBuf>,
    by_name: HashMap<String, PathBuf>,
    by_path: HashMap<PathBuf, String>,
}

impl Folder {
    pub(super) fn read(folder: &Path) -> Result<Self, ProtoError> {
        let sources = files::read(folder)?;
        let Named { names, imports } = Names::of(&sources).name_all(folder)?;
        let order = order::imports_first(&names, &imports)?;
        let path = |file: &str| folder.join(file);
        let by_path = names.iter().map(|(file, name)| (path(file), name.clone())).collect();
        let by_name = names.iter().map(|(file, name)| (name.clone(), path(file))).collect();
        Ok(Self { paths: order.into_iter().map(path).collect(), by_name, by_path })
    }

    /// The files that are to be compiled.
    pub(super) fn paths(&self) -> &[PathBuf] {
        &self.paths
    }

    pub(super) fn path_of(&self, name: &str) -> Option<&Path> {
        self.by_name.get(name).map(PathBuf::as_path)
    }

    pub(super) fn name_of(&self, path: &Path) -> Option<&str> {
        self.by_path.get(path).map(String::as_str)
    }
}
