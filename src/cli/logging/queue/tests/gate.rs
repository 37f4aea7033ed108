//! What a test lets through, write by write.

use std::io::{self, Write};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};

/// Writes into memory what it is let, an answer a write.
pub(super) struct Gate {
    answers: Receiver<io::Result<usize>>,
    asked: Sender<()>,
    written: Arc<Mutex<Vec<u8>>>,
}

/// Whoever decides about it.
pub(super) struct Reader {
    pub(super) answers: Sender<io::Result<usize>>,
    pub(super) asked: Receiver<()>,
    pub(super) written: Arc<Mutex<Vec<u8>>>,
}

pub(super) fn gate() -> (Gate, Reader) {
    let (answer, answers) = channel();
    let (ask, asked) = channel();
    let written = Arc::new(Mutex::new(Vec::new()));
    let gate = Gate { answers, asked: ask, written: Arc::clone(&written) };
    (gate, Reader { answers: answer, asked, written })
}

impl Write for Gate {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let _ = self.asked.send(());
        // Whoever went away lets all pass.
        let taken = self.answers.recv().unwrap_or(Ok(usize::MAX))?.min(bytes.len());
        self.written.lock().unwrap().extend_from_slice(&bytes[..taken]);
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
