//! The calls whose instructions are counted: through the authorizer, and through the whole of `Protected`.
//!
//! `.ci/instructions` runs it: `instructions prepare FOLDER` once, which makes a key and tokens, and then
//! `instructions call FOLDER` under callgrind, which collects within [`counted`] alone and closes a dump at each of its
//! ends. For each of those a line on stdout names the path and says how many calls there were.
//!
//! Whatever differs from run to run is made in the first step: keys and tokens are the same for both trees that are
//! compared. The clock stands still. There is no socket and no
//! runtime, and of threads only the one that watches over streams, which has nothing to do.

mod calls;
mod fixture;

use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["prepare", folder] => fixture::prepare(folder.as_ref()),
        ["call", folder] => calls::all(&fixture::Fixture::read(folder.as_ref())?),
        _ => Err("usage: instructions prepare|call FOLDER".into()),
    }
}

/// Where callgrind collects: `--toggle-collect` and `--dump-after` name this function.
#[inline(never)]
fn counted(work: &mut dyn FnMut()) {
    work();
    // Else the compiler jumps into `work` and never comes back here, where callgrind waits for it.
    std::hint::black_box(());
}
