//! What was logged, by all tests of the process.

use std::io::Write;
use std::sync::{Mutex, OnceLock, PoisonError};

static LOGGED: Mutex<Vec<u8>> = Mutex::new(Vec::new());

struct Capture;

impl Write for Capture {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        LOGGED.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Logs everything of ours, down to the finest.
pub fn capture() {
    static ONCE: OnceLock<()> = OnceLock::new();
    ONCE.get_or_init(|| {
        tracing_subscriber::fmt()
            .with_env_filter("sekisho=trace")
            .with_ansi(false)
            .with_writer(|| Capture)
            .init();
    });
}

/// All lines with a text in them.
pub fn lines_with(text: &str) -> Vec<String> {
    let logged = LOGGED.lock().unwrap_or_else(PoisonError::into_inner);
    String::from_utf8_lossy(&logged)
        .lines()
        .filter(|line| line.contains(text))
        .map(ToOwned::to_owned)
        .collect()
}

/// A token stands in no line, nor does its signature or its payload.
pub fn assert_not_logged(token: &str) {
    for part in token.split('.').filter(|part| part.len() > 16) {
        assert_eq!(lines_with(part), Vec::<String>::new(), "a part of the token was logged");
    }
}
