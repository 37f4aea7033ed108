//! Generates clients from the repository's protos. protox reads them, so that no protoc is needed.

/// The APIs, and the option that they import.
const PROTOS: [&str; 2] = ["../../../proto", "../../../crates/sekisho-policy/proto"];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    for folder in PROTOS {
        println!("cargo:rerun-if-changed={folder}");
    }
    let files = protox::compile(["api1/v1/api1.proto", "api2/v1/api2.proto", "api3/v1/api3.proto"], PROTOS)?;
    tonic_prost_build::configure().build_server(false).compile_fds(files)?;
    Ok(())
}
