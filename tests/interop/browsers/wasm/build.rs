//! Clients of the three APIs and of the tests' streams, as tonic generates them.

use std::error::Error;

const PROTO: &str = "../../../../proto";
const TESTS_PROTO: &str = "../../../proto";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed={PROTO}");
    println!("cargo:rerun-if-changed={TESTS_PROTO}");
    let files =
        ["api1/v1/api1.proto", "api2/v1/api2.proto", "api3/v1/api3.proto", "streaming/v1/streaming.proto"];
    let descriptors = protox::compile(files, [PROTO, TESTS_PROTO])?;
    // A browser has no sockets for tonic's transport.
    tonic_prost_build::configure().build_server(false).build_transport(false).compile_fds(descriptors)?;
    Ok(())
}
