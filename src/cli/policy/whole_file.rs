//! Files that are written as a whole: whoever reads one sees it as it was before or as it is after.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use tempfile::{Builder, NamedTempFile};

/// Writes the file, in place of the one that is there, if any, whose permissions it keeps. A link stays one.
///
/// # Errors
/// Its folder is not there or cannot be written to, or it is a link to a file that is not there; then nothing has changed.
pub(super) fn write(path: &Path, contents: &[u8]) -> io::Result<()> {
    let path = behind_links(path)?;
    let standing = fs::metadata(&path).ok().map(|metadata| metadata.permissions());
    let file = temporary(&path, standing.clone(), contents)?;
    if let Some(permissions) = standing {
        // It was made without those that the process's mask takes away.
        file.as_file().set_permissions(permissions)?;
    }
    file.persist(&path).map_err(|error| bare(&error.error))?;
    Ok(())
}

/// Writes a file where there is none.
///
/// # Errors
/// As of [`write`]; or there is something already, be it a link to nowhere.
pub(super) fn write_new(path: &Path, contents: &[u8]) -> io::Result<()> {
    let file = temporary(path, None, contents)?;
    file.persist_noclobber(path).map_err(|error| bare(&error.error))?;
    Ok(())
}

/// Where a file is that may be named by a link.
fn behind_links(path: &Path) -> io::Result<PathBuf> {
    match fs::symlink_metadata(path) {
        Ok(metadata) if metadata.is_symlink() => fs::canonicalize(path).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => io::Error::other("it is a link to a file that is not there"),
            _ => error,
        }),
        _ => Ok(path.to_owned()),
    }
}

/// The whole contents, beside the place where they are to stand.
fn temporary(
    path: &Path,
    permissions: Option<fs::Permissions>,
    contents: &[u8],
) -> io::Result<NamedTempFile> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = Builder::new();
    builder.prefix(".sekisho-");
    #[cfg(unix)]
    builder.permissions(permissions.unwrap_or_else(usual));
    let mut file = builder.tempfile_in(folder).map_err(|error| bare(&error))?;
    file.write_all(contents).and_then(|()| file.as_file().sync_all())?;
    Ok(file)
}

/// Those of any new file, from which the process's mask is taken.
#[cfg(unix)]
fn usual() -> fs::Permissions {
    use std::os::unix::fs::PermissionsExt as _;
    fs::Permissions::from_mode(0o666)
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

    #[cfg(unix)]
    #[test]
    fn what_is_no_file_is_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let [link, round, there] = ["link", "round", "there"].map(|name| folder.path().join(name));
        std::os::unix::fs::symlink("nowhere", &link).unwrap();
        std::os::unix::fs::symlink("round", &round).unwrap();
        fs::write(&there, b"there").unwrap();
        assert_eq!(write(&link, b"").unwrap_err().to_string(), "it is a link to a file that is not there");
        write(&round, b"").unwrap_err();
        for path in [&link, &round, &there] {
            assert_eq!(write_new(path, b"").unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        }
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert!(fs::symlink_metadata(&round).unwrap().is_symlink());
        assert_eq!(fs::read(&there).unwrap(), b"there");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 3, "and no other is left");
        write_new(&folder.path().join("new"), b"new").unwrap();
    }
}
