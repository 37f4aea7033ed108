fn main() -> Result<(), sekisho_build::Error> {
    let root = "../../../..";
    let [apis, streams] = ["proto", "tests/proto"].map(|folder| format!("{root}/{folder}"));
    let protos = [
        format!("{apis}/api1/v1/api1.proto"),
        format!("{streams}/streaming/v1/streaming.proto"),
        "proto/held/v1/held.proto".to_owned(),
    ];
    sekisho_build::configure().compile(&protos, &[apis, streams, "proto".to_owned()])
}
