//! Compiles the program's protos, by the same code that the library offers to others.
//!
//! The library alone has nothing to compile, and needs no build-dependency for it.

#[cfg(feature = "program")]
#[path = "src"]
#[allow(
    missing_docs,
    unreachable_pub,
    dead_code,
    unused_imports,
    reason = "these are the library's modules; it uses all of them"
)]
mod shared {
    pub mod build;
    pub mod policy;
    pub mod scope;
}
#[cfg(feature = "program")]
use shared::{build, policy, scope};

#[cfg(feature = "program")]
fn main() -> Result<(), build::Error> {
    let apis = ["proto/api1/v1/api1.proto", "proto/api2/v1/api2.proto", "proto/api3/v1/api3.proto"];
    build::configure().compile(&apis, &["proto"])?;
    page::embed("web/dist");
    // For the tests alone, which have no build script of their own.
    build::configure()
        .descriptor_set_name("streaming_descriptor_set")
        .compile(&["tests/proto/streaming/v1/streaming.proto"], &["tests/proto"])
}

/// The built page becomes a part of the program, so that there is nothing to install beside it.
#[cfg(feature = "program")]
#[expect(clippy::expect_used, reason = "cargo shows what a build script has panicked with")]
mod page {
    use std::path::{Path, PathBuf};
    use std::{env, fs};

    /// Writes a table of all files below a directory: names, and contents.
    pub(crate) fn embed(directory: &str) {
        println!("cargo:rerun-if-changed={directory}");
        let root = Path::new(&env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it")).join(directory);
        let mut files = Vec::new();
        collect(&root, &mut files);
        files.sort();
        let rows = files.iter().map(|file| {
            let name = file.strip_prefix(&root).expect("it is below").to_string_lossy().replace('\\', "/");
            format!("    ({name:?}, include_bytes!({:?})),\n", file.display())
        });
        let table = format!("static FILES: &[(&str, &[u8])] = &[\n{}];\n", rows.collect::<String>());
        let target = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it")).join("web_files.rs");
        fs::write(target, table).expect("the output directory can be written to");
    }

    fn collect(directory: &Path, files: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(directory).expect("the page is built: see web/README.md") {
            let path = entry.expect("an entry").path();
            if path.is_dir() { collect(&path, files) } else { files.push(path) }
        }
    }
}

#[cfg(not(feature = "program"))]
fn main() {
    println!("cargo:rerun-if-changed=build.rs");
}
