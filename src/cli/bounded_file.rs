//! Files that the program is told to read. One without an end, such as a device, is not read until memory is out.
//! A pipe may be named as well, as a shell's `<(…)` does.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

/// The largest file that is read, in bytes: more than anybody's settings or bundle of certificates.
const LARGEST: u64 = 1024 * 1024;

/// Whether a file is read for the first time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reading {
    /// It is.
    First,
    /// It has been read before, and may have changed.
    Again,
}

/// The whole file. One that is read again has to be a regular one: a pipe has been read to its end, and what is empty
/// then would say that nothing is set.
///
/// # Errors
/// It cannot be read, or is larger than [`LARGEST`].
pub(super) fn read(path: &str, reading: Reading) -> io::Result<Vec<u8>> {
    if reading == Reading::Again && !std::fs::metadata(path)?.is_file() {
        return Err(io::Error::other("it is no regular file, and cannot be read again"));
    }
    read_up_to(Path::new(path), LARGEST)
}

/// The whole file, where it is not larger than `largest` bytes.
///
/// # Errors
/// It cannot be read, or is larger.
pub(super) fn read_up_to(path: &Path, largest: u64) -> io::Result<Vec<u8>> {
    let mut contents = Vec::new();
    let length = File::open(path)?.take(largest.saturating_add(1)).read_to_end(&mut contents)?;
    if u64::try_from(length).is_ok_and(|length| length <= largest) {
        Ok(contents)
    } else {
        Err(io::Error::other(format!("it is larger than {largest} bytes")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_has_a_largest_size() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("file");
        let read_of = |contents: &[u8], reading| {
            std::fs::write(&path, contents).unwrap();
            read(path.to_str().unwrap(), reading).map_err(|error| error.to_string())
        };
        let largest = "x".repeat(usize::try_from(LARGEST).unwrap());
        for reading in [Reading::First, Reading::Again] {
            assert_eq!(read_of(b"", reading), Ok(Vec::new()));
            assert!(
                read_of(largest.as_bytes(), reading).is_ok_and(|contents| contents == largest.as_bytes())
            );
            let too_large = read_of(format!("{largest}x").as_bytes(), reading);
            assert_eq!(too_large, Err("it is larger than 1048576 bytes".to_owned()));
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_pipe_is_read_once() {
        use std::io::Write as _;
        use std::os::fd::AsRawFd as _;
        let (reader, mut writer) = io::pipe().unwrap();
        writer.write_all(b"audience = \"api\"").unwrap();
        drop(writer);
        let path = format!("/dev/fd/{}", reader.as_raw_fd());
        let again = read(&path, Reading::Again).unwrap_err();
        assert_eq!(again.to_string(), "it is no regular file, and cannot be read again");
        assert_eq!(read(&path, Reading::First).unwrap(), b"audience = \"api\"");
    }
}
