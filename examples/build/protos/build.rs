fn main() -> Result<(), sekisho_build::Error> {
    let protos = ["proto/shop/accounts/v1/accounts.proto", "proto/shop/catalog/v1/catalog.proto"];
    // One module tree for all packages, as tonic's `include_file` writes it.
    sekisho_build::configure().tonic(|builder| builder.include_file("protos.rs")).compile(&protos, &["proto"])
}
