//! Makes Rust of the `.proto` files, without an installed protoc.

use std::path::PathBuf;
use std::{env, error, fs};

use protox::prost::Message as _;

const FOLDER: &str = "../proto";
const FILES: [&str; 2] = ["codesaga/v1/codesaga.proto", "codesaga/v1/models.proto"];

fn main() -> Result<(), Box<dyn error::Error>> {
    for file in FILES {
        println!("cargo::rerun-if-changed={FOLDER}/{file}");
    }
    let files = protox::compile(FILES, [FOLDER])?;
    // What reflection tells its callers.
    let described = PathBuf::from(env::var("OUT_DIR")?).join("codesaga.bin");
    fs::write(described, files.encode_to_vec())?;
    tonic_prost_build::configure().emit_rerun_if_changed(false).compile_fds(files)?;
    Ok(())
}
