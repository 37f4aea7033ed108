//! The `sekisho` program.

use std::process::ExitCode;

use mimalloc::MiMalloc;
use tokio::runtime::Runtime;

/// A call makes many small allocations and frees them again. `DESIGN.md` has what this allocator was measured to save.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    let runtime = match Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => return sekisho_server::cli::fail(&error),
    };
    let code = runtime.block_on(sekisho_server::cli::main(std::env::args_os(), std::env::vars_os()));
    // A file on a disk that does not answer is not waited for: the end comes in bounded time.
    runtime.shutdown_background();
    code
}
