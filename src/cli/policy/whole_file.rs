//! Files that are written as a whole: whoever reads one sees it as it was before or as it is after.

use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

use tempfile::Builder;

/// Writes the file, in place of the one that is there, if any, whose permissions it keeps. A link stays one.
///
/// # Errors
/// Its folder is not there or cannot be written to; then nothing has changed.
pub(super) fn write(path: &Path, contents: &[u8]) -> io::Result<()> {
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = Builder::new();
    builder.prefix(".sekisho-");
    #[cfg(unix)]
    builder.permissions(permissions(&path));
    let mut file = builder.tempfile_in(folder).map_err(|error| bare(&error))?;
    file.write_all(contents).and_then(|()| file.as_file().sync_all())?;
    file.persist(&path).map_err(|error| bare(&error.error))?;
    Ok(())
}

/// Those of the file that is there; else the usual ones, from which the process's mask is taken.
#[cfg(unix)]
fn permissions(path: &Path) -> fs::Permissions {
    use std::os::unix::fs::PermissionsExt as _;
    const USUAL: u32 = 0o666;
    fs::metadata(path).map_or_else(|_| fs::Permissions::from_mode(USUAL), |metadata| metadata.permissions())
}

/// Without the name of a file that nobody asked for.
fn bare(error: &io::Error) -> io::Error {
    io::Error::from(error.kind())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_and_no_other_is_left() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("access.lock");
        for contents in ["first", "second"] {
            write(&path, contents.as_bytes()).unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), contents);
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        let error = write(&folder.path().join("nowhere/access.lock"), b"").unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::NotFound);
        assert!(!error.to_string().contains(".sekisho-"), "{error}");
    }

    #[cfg(unix)]
    #[test]
    fn a_file_can_be_read_by_those_who_could_read_it_before() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let (path, other, link) = (folder.path().join("a"), folder.path().join("b"), folder.path().join("l"));
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        write(&path, b"a").unwrap();
        fs::write(&other, b"b").unwrap();
        assert_eq!(mode(&path), mode(&other), "a new file is as any other");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        std::os::unix::fs::symlink(&path, &link).unwrap();
        write(&link, b"c").unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!((mode(&path), fs::read(&path).unwrap()), (0o640, b"c".to_vec()));
    }
}
