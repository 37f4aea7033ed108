//! Writing to where nobody may read. It is done on a thread of its own, which may wait there for ever, and to a
//! descriptor of its own: a thread that is stuck in a write to [`io::stderr`] holds its lock, for which all others wait.

use std::io::{self, Write};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

/// How long the end of the program waits for its last words to be taken.
pub(super) const LAST_WORDS: Duration = Duration::from_secs(1);

/// How long to wait where a descriptor that does not block has no room. Another program that has it open may
/// have made it so.
const FULL: Duration = Duration::from_millis(20);

/// The standard error stream.
pub(super) fn stderr() -> Box<dyn Write + Send> {
    own(io::stderr())
}

/// The standard output.
#[cfg(feature = "development")]
pub(super) fn stdout() -> Box<dyn Write + Send> {
    own(io::stdout())
}

#[cfg(unix)]
fn own(stream: impl Write + std::os::fd::AsFd + Send + 'static) -> Box<dyn Write + Send> {
    match stream.as_fd().try_clone_to_owned() {
        Ok(descriptor) => Box::new(std::fs::File::from(descriptor)),
        Err(_) => Box::new(stream),
    }
}

#[cfg(not(unix))]
fn own(stream: impl Write + Send + 'static) -> Box<dyn Write + Send> {
    Box::new(stream)
}

/// Writes all of it, for as long as it takes. An error tells with it how much was written.
pub(super) fn write_all(out: &mut impl Write, bytes: &[u8]) -> Result<(), (io::Error, usize)> {
    let mut written = 0;
    while written < bytes.len() {
        match out.write(&bytes[written..]) {
            Ok(0) => return Err((io::ErrorKind::WriteZero.into(), written)),
            Ok(more) => written += more,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => thread::park_timeout(FULL),
            Err(error) => return Err((error, written)),
        }
    }
    out.flush().map_err(|error| (error, written))
}

/// Does it beside all else, and waits for it for no longer than `limit`.
pub(super) fn within<T: Send + 'static>(
    limit: Duration,
    work: impl FnOnce() -> T + Send + 'static,
) -> Option<T> {
    let (done, result) = mpsc::sync_channel(1);
    let work = move || {
        let _ = done.send(work());
    };
    // Without another thread there is none that may wait.
    thread::Builder::new().spawn(work).ok()?;
    result.recv_timeout(limit).ok()
}

/// Writes a text to stdout, beside all else: nobody waits until it is read.
#[cfg(feature = "development")]
pub(super) fn print_beside(text: String) {
    let print = move || write_all(&mut stdout(), text.as_bytes());
    let _ = thread::Builder::new().spawn(print);
}

/// Writes a text to stderr before the program ends, if it is taken in time.
pub(super) fn last_words(text: String) {
    let _ = within(LAST_WORDS, move || write_all(&mut stderr(), text.as_bytes()));
}
