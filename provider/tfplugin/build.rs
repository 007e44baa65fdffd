//! Compiles `proto/` with protox, so that no `protoc` has to be installed.

use std::path::PathBuf;

use protox::prost::Message as _;

const FILES: [&str; 4] = [
    "tfplugin6.proto",
    "grpc_stdio.proto",
    "grpc_broker.proto",
    "grpc_controller.proto",
];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo::rerun-if-changed=proto");
    let descriptors = protox::compile(FILES, ["proto"])?;
    let out = PathBuf::from(std::env::var("OUT_DIR")?);
    // For tests/contract.rs, which holds it against the published contract.
    std::fs::write(out.join("descriptors.bin"), descriptors.encode_to_vec())?;
    tonic_prost_build::configure()
        // Rpcs nobody serves answer UNIMPLEMENTED, which core reads as "not supported".
        .generate_default_stubs(true)
        // Map order reaches users through schemas and diagnostics.
        .btree_map(".")
        .compile_fds(descriptors)?;
    Ok(())
}
