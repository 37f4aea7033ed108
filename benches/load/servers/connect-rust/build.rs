//! connectrpc's generator asks for protoc, or takes a descriptor set; protox makes one without protoc.

use std::error::Error;
use std::path::Path;
use std::{env, fs};

use prost::Message as _;

const API: &str = "../../../../proto";
const OPTION: &str = "../../../../crates/sekisho-policy/proto";
const PROTO: &str = "api1/v1/api1.proto";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed={API}/{PROTO}");
    let set = Path::new(&env::var_os("OUT_DIR").ok_or("cargo sets it")?).join("set.binpb");
    fs::write(&set, protox::compile([PROTO], [API, OPTION])?.encode_to_vec())?;
    connectrpc_build::Config::new()
        // Neither side speaks JSON here.
        .generate_json(false)
        .descriptor_set(set)
        .files(&[PROTO])
        .emit_rerun_directives(false)
        .include_file("_connectrpc.rs")
        .compile()?;
    Ok(())
}
