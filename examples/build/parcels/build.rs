use std::error::Error;
use std::path::Path;

fn main() -> Result<(), Box<dyn Error>> {
    let includes = ["proto", "../protos/proto"];
    sekisho_build::configure()
        .tonic(|builder| {
            builder
                // What another package has generated is used from there.
                .extern_path(".shop", "::shop_protos::shop")
                .bytes(".parcels.v1")
                .type_attribute(".parcels.v1", "#[derive(serde::Serialize)]")
                // Neither prost-types nor the other package derives it, nor does `bytes` as it is built here.
                .field_attribute(".parcels.v1.Parcel.label", "#[serde(skip)]")
                .field_attribute(".parcels.v1.Parcel.item", "#[serde(skip)]")
                .field_attribute(".parcels.v1.Parcel.postage", "#[serde(skip)]")
                .field_attribute(".parcels.v1.Parcel.sent_at", "#[serde(skip)]")
        })
        .compile(&["proto/parcels/v1/parcels.proto"], &includes)?;

    // Another call has another name for its set, and may have a folder of its own.
    let admin = Path::new(&std::env::var("OUT_DIR")?).join("admin");
    std::fs::create_dir_all(&admin)?;
    sekisho_build::configure()
        .out_dir(admin)
        .descriptor_set_name("admin")
        .compile(&["proto/parcels/admin/v1/admin.proto"], &includes)?;
    Ok(())
}
