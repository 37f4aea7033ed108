//! Generates clients from the repository's protos. protox reads them, so that no protoc is needed.

const PROTO: &str = "../../../proto";

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo:rerun-if-changed={PROTO}");
    let files = protox::compile(["api1/v1/api1.proto", "api2/v1/api2.proto", "api3/v1/api3.proto"], [PROTO])?;
    tonic_prost_build::configure().build_server(false).compile_fds(files)?;
    Ok(())
}
