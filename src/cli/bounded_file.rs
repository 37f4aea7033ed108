//! Files that the program is told to read. One without an end, such as a device, is not read until memory is out.
//! A pipe may be named as well, as a shell's `<(…)` does.

use std::fs::File;
use std::io::{self, Read as _};

/// The largest file that is read, in bytes: more than anybody's settings or bundle of certificates.
const LARGEST: u64 = 1024 * 1024;

/// The whole file.
///
/// # Errors
/// It cannot be read, or is larger than [`LARGEST`].
pub(super) fn read(path: &str) -> io::Result<Vec<u8>> {
    let mut contents = Vec::new();
    let length = File::open(path)?.take(LARGEST + 1).read_to_end(&mut contents)?;
    if u64::try_from(length).is_ok_and(|length| length <= LARGEST) {
        Ok(contents)
    } else {
        Err(io::Error::other(format!("it is larger than {LARGEST} bytes")))
    }
}

/// The whole file, as a text.
///
/// # Errors
/// Those of [`read`], or it is no text.
pub(super) fn read_text(path: &str) -> io::Result<String> {
    String::from_utf8(read(path)?).map_err(|_| io::Error::other("it is not valid UTF-8"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_has_a_largest_size() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("file");
        let read_of = |contents: &[u8]| {
            std::fs::write(&path, contents).unwrap();
            read_text(path.to_str().unwrap()).map_err(|error| error.to_string())
        };
        let largest = "x".repeat(usize::try_from(LARGEST).unwrap());
        assert_eq!(read_of(b""), Ok(String::new()));
        assert!(read_of(largest.as_bytes()).is_ok_and(|text| text == largest));
        let too_large = read_of(format!("{largest}x").as_bytes());
        assert_eq!(too_large, Err("it is larger than 1048576 bytes".to_owned()));
        assert_eq!(read_of(b"\xff"), Err("it is not valid UTF-8".to_owned()));
    }

    #[cfg(unix)]
    #[test]
    fn a_pipe_is_read() {
        use std::io::Write as _;
        use std::os::fd::AsRawFd as _;
        let (reader, mut writer) = io::pipe().unwrap();
        writer.write_all(b"audience = \"api\"").unwrap();
        drop(writer);
        let path = format!("/dev/fd/{}", reader.as_raw_fd());
        assert_eq!(read_text(&path).unwrap(), "audience = \"api\"");
    }
}
