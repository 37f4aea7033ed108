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
    // For the tests alone, which have no build script of their own.
    build::configure()
        .descriptor_set_name("streaming_descriptor_set")
        .compile(&["tests/proto/streaming/v1/streaming.proto"], &["tests/proto"])
}

#[cfg(not(feature = "program"))]
fn main() {
    println!("cargo:rerun-if-changed=build.rs");
}
