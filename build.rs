//! Compiles the program's protos as any server's are, and takes the page in.

fn main() -> Result<(), sekisho_build::Error> {
    let apis = ["proto/api1/v1/api1.proto", "proto/api2/v1/api2.proto", "proto/api3/v1/api3.proto"];
    sekisho_build::configure()
        .tonic(|builder| builder.codec_path("crate::services::SmallMessages"))
        .compile(&apis, &["proto"])?;
    page::embed("web/dist");
    // For the tests alone, which have no build script of their own.
    for name in ["streaming", "endless", "kinds"] {
        sekisho_build::configure()
            .descriptor_set_name(format!("{name}_descriptor_set"))
            .compile(&[format!("tests/proto/{name}/v1/{name}.proto")], &["tests/proto"])?;
    }
    // What the interoperability tests' server has besides, which is both.
    let streams = ["tests/proto/events/v1/events.proto", "tests/proto/streaming/v1/streaming.proto"];
    sekisho_build::configure()
        .descriptor_set_name("streams_descriptor_set")
        .compile(&streams, &["tests/proto"])
}

/// The built page becomes a part of the program, so that there is nothing to install beside it. It is compressed
/// here: what a request asks for is then only looked up.
#[expect(clippy::expect_used, reason = "cargo shows what a build script has panicked with")]
mod page {
    use std::hash::{DefaultHasher, Hasher as _};
    use std::io::Write as _;
    use std::path::{Path, PathBuf};
    use std::{env, fs};

    use flate2::{Compression, write::GzEncoder};

    /// Writes a table of all files below a directory: names, and the representations of each.
    pub(crate) fn embed(directory: &str) {
        println!("cargo:rerun-if-changed={directory}");
        let root = Path::new(&env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it")).join(directory);
        let target = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
        let mut files = Vec::new();
        collect(&root, &mut files);
        files.sort();
        let rows = files.iter().enumerate().map(|(index, file)| {
            let name = file.strip_prefix(&root).expect("it is below").to_string_lossy().replace('\\', "/");
            let representations = representations(file, &target.join(format!("web_file_{index}")));
            format!("    File {{ name: {name:?}, representations: &[\n{representations}    ] }},\n")
        });
        let table = format!("static FILES: &[File] = &[\n{}];\n", rows.collect::<String>());
        fs::write(target.join("web_files.rs"), table).expect("the output directory can be written to");
    }

    fn collect(directory: &Path, files: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(directory).expect("the page is built: see web/README.md") {
            let path = entry.expect("an entry").path();
            if path.is_dir() { collect(&path, files) } else { files.push(path) }
        }
    }

    /// The file as it is, and compressed where that makes it smaller.
    fn representations(file: &Path, compressed_to: &Path) -> String {
        let contents = fs::read(file).expect("a file of the page");
        let compressed = [
            ("Gzip", "gz", gzip(&contents).expect("memory can be written to")),
            ("Brotli", "br", brotli(&contents).expect("memory can be written to")),
        ];
        let mut rows = row("Identity", file, &contents);
        for (coding, extension, bytes) in compressed {
            if bytes.len() < contents.len() {
                let path = compressed_to.with_extension(extension);
                fs::write(&path, &bytes).expect("the output directory can be written to");
                rows += &row(coding, &path, &bytes);
            }
        }
        rows
    }

    /// Each has an entity tag of its own (RFC 9110 §8.8.3), which tells versions of one file from each other.
    fn row(coding: &str, file: &Path, bytes: &[u8]) -> String {
        let mut hasher = DefaultHasher::new();
        hasher.write(bytes);
        let etag = format!("\"{:016x}\"", hasher.finish());
        format!(
            "        Representation {{ coding: Coding::{coding}, etag: {etag:?}, contents: include_bytes!({:?}) }},\n",
            file.display()
        )
    }

    fn gzip(contents: &[u8]) -> std::io::Result<Vec<u8>> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(contents)?;
        encoder.finish()
    }

    fn brotli(contents: &[u8]) -> std::io::Result<Vec<u8>> {
        const QUALITY: u32 = 11;
        const WINDOW_BITS: u32 = 22;
        let mut bytes = Vec::new();
        brotli::CompressorWriter::new(&mut bytes, 4096, QUALITY, WINDOW_BITS).write_all(contents)?;
        Ok(bytes)
    }
}
