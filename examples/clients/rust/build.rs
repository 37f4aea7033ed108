//! Generates clients from the repository's protos. protox reads them, so that no protoc is needed.

/// The APIs, the option that they import, and the events of the interoperability tests' server.
const PROTOS: [&str; 3] = ["../../../proto", "../../../crates/sekisho-policy/proto", "../../../tests/proto"];

const FILES: [&str; 4] =
    ["api1/v1/api1.proto", "api2/v1/api2.proto", "api3/v1/api3.proto", "events/v1/events.proto"];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    for folder in PROTOS {
        println!("cargo:rerun-if-changed={folder}");
    }
    let files = protox::compile(FILES, PROTOS)?;
    tonic_prost_build::configure().build_server(false).compile_fds(files)?;
    Ok(())
}
