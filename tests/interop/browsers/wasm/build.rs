//! Clients of the three APIs and of the tests' streams, as tonic generates them.

use std::error::Error;

/// The APIs, the option that they import, and the tests' own protos.
const PROTOS: [&str; 3] = ["../../../../proto", "../../../../crates/sekisho-policy/proto", "../../../proto"];

fn main() -> Result<(), Box<dyn Error>> {
    for folder in PROTOS {
        println!("cargo:rerun-if-changed={folder}");
    }
    let files =
        ["api1/v1/api1.proto", "api2/v1/api2.proto", "api3/v1/api3.proto", "streaming/v1/streaming.proto"];
    let descriptors = protox::compile(files, PROTOS)?;
    // A browser has no sockets for tonic's transport.
    tonic_prost_build::configure().build_server(false).build_transport(false).compile_fds(descriptors)?;
    Ok(())
}
