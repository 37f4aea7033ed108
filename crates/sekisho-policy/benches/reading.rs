//! How long it takes to read descriptor sets, by the number of their methods: `cargo bench -p sekisho-policy --bench
//! reading`. Twice as many should take twice as long.

#![allow(clippy::expect_used, unreachable_pub, reason = "these are benches")]

use std::collections::HashMap;
use std::fmt::Write as _;

use divan::{Bencher, black_box};
use protox::Compiler;
use protox::file::{ChainFileResolver, File, FileResolver, GoogleFileResolver};
use sekisho_policy::{ACCESS_PROTO, ACCESS_PROTO_NAME, Policy};

const METHODS: [usize; 3] = [4_000, 8_000, 16_000];

fn main() {
    // `cargo test --benches` runs it as well, and wants no figures.
    if std::env::args().any(|argument| argument == "--bench") {
        divan::main();
    }
}

#[divan::bench(args = METHODS, sample_count = 5)]
fn one_service(bencher: Bencher<'_, '_>, methods: usize) {
    build(bencher, &Protos { methods, ..Protos::default() });
}

#[divan::bench(args = METHODS, sample_count = 5)]
fn one_service_without_positions(bencher: Bencher<'_, '_>, methods: usize) {
    build(bencher, &Protos { methods, has_positions: false, ..Protos::default() });
}

#[divan::bench(args = METHODS, sample_count = 5)]
fn all_at_fault(bencher: Bencher<'_, '_>, methods: usize) {
    let rule = "{ option (sekisho.v1.access) = { public: true authenticated: true }; }";
    survey(bencher, &Protos { methods, rule, ..Protos::default() });
}

#[divan::bench(args = METHODS, sample_count = 5)]
fn all_undeclared(bencher: Bencher<'_, '_>, methods: usize) {
    survey(bencher, &Protos { methods, rule: ";", ..Protos::default() });
}

#[divan::bench(args = METHODS, sample_count = 5)]
fn a_service_each(bencher: Bencher<'_, '_>, methods: usize) {
    build(bencher, &Protos { methods, of_a_service: 1, ..Protos::default() });
}

#[divan::bench(args = METHODS, sample_count = 5)]
fn a_file_for_every_40(bencher: Bencher<'_, '_>, methods: usize) {
    build(bencher, &Protos { methods, of_a_service: 10, of_a_file: 40, ..Protos::default() });
}

#[divan::bench(args = METHODS, sample_count = 5)]
fn with_an_explicit_rule_each(bencher: Bencher<'_, '_>, methods: usize) {
    let set = Protos { methods, rule: ";", ..Protos::default() }.descriptor_set();
    let rule = sekisho_policy::AccessRule::Authenticated;
    bencher.bench(|| {
        let builder = Policy::builder().descriptor_set(black_box(&set));
        let with_rule = |builder: sekisho_policy::PolicyBuilder, at| {
            builder.rule(format!("large.v1.S0/Method{at}"), rule.clone())
        };
        (0..methods).fold(builder, with_rule).build().expect("a policy")
    });
}

#[divan::bench(args = METHODS, sample_count = 5)]
fn twice_the_same_set(bencher: Bencher<'_, '_>, methods: usize) {
    let set = Protos { methods, ..Protos::default() }.descriptor_set();
    bencher.bench(|| {
        Policy::builder().descriptor_set(black_box(&set)).descriptor_set(&set).build().expect("a policy")
    });
}

fn build(bencher: Bencher<'_, '_>, protos: &Protos) {
    let set = protos.descriptor_set();
    bencher.bench(|| Policy::from_descriptor_set(black_box(&set)).expect("a policy"));
}

fn survey(bencher: Bencher<'_, '_>, protos: &Protos) {
    let set = protos.descriptor_set();
    bencher.bench(|| {
        let survey = Policy::builder().descriptor_set(black_box(&set)).survey();
        assert!(survey.methods().is_empty());
        survey
    });
}

/// Protos of some methods.
struct Protos {
    methods: usize,
    of_a_service: usize,
    of_a_file: usize,
    rule: &'static str,
    has_positions: bool,
}

impl Default for Protos {
    fn default() -> Self {
        let rule = "{ option (sekisho.v1.access) = { any_of: [{ all_of: \"admin\" }, { all_of: [\"a:read\", \"b:read\"] }] }; }";
        Self { methods: 0, of_a_service: usize::MAX, of_a_file: usize::MAX, rule, has_positions: true }
    }
}

impl Protos {
    /// As protoc and buf write it: with the places of every name, type and option.
    fn descriptor_set(&self) -> Vec<u8> {
        let sources: Vec<(String, String)> =
            (0..self.methods.div_ceil(self.of_a_file)).map(|file| self.source(file)).collect();
        let names: Vec<String> = sources.iter().map(|(name, _)| name.clone()).collect();
        let access = (ACCESS_PROTO_NAME.to_owned(), ACCESS_PROTO.to_owned());
        let mut resolver = ChainFileResolver::new();
        resolver.add(Sources(sources.into_iter().chain([access]).collect()));
        resolver.add(GoogleFileResolver::new());
        let mut compiler = Compiler::with_file_resolver(resolver);
        compiler.include_imports(true).include_source_info(self.has_positions);
        compiler.open_files(names).expect("protos");
        compiler.encode_file_descriptor_set()
    }

    fn source(&self, file: usize) -> (String, String) {
        let package = if file == 0 { "large.v1".to_owned() } else { format!("large{file}.v1") };
        let mut source = format!(
            "syntax = \"proto3\";\npackage {package};\nimport \"{ACCESS_PROTO_NAME}\";\nmessage M {{ string name = 1; }}\n"
        );
        let first = file * self.of_a_file.min(self.methods);
        for at in first..self.methods.min(first + self.of_a_file.min(self.methods)) {
            if at % self.of_a_service == 0 {
                let end = if at == first { "" } else { "}\n" };
                writeln!(source, "{end}service S{at} {{").expect("room");
            }
            writeln!(source, "  // What it does.\n  rpc Method{at}(M) returns (M) {}", self.rule)
                .expect("room");
        }
        (format!("large{file}.proto"), source + "}\n")
    }
}

/// Files in memory.
struct Sources(HashMap<String, String>);

impl FileResolver for Sources {
    fn open_file(&self, name: &str) -> Result<File, protox::Error> {
        File::from_source(name, self.0.get(name).ok_or_else(|| protox::Error::file_not_found(name))?)
    }
}
