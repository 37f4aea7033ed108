//! What the compiler does not keep: modules of a package import upward alone, no stranger's text stands bare in a log
//! line, and every attack that is listed is tried. Between packages the compiler keeps the floors.
#![allow(clippy::expect_used, reason = "these are tests")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// The floors within a package, from the ground up. Parts of one floor do not know each other.
struct Floors {
    sources: &'static str,
    floors: &'static [&'static [&'static str]],
}

const LIBRARY: Floors = Floors {
    sources: "crates/sekisho/src",
    floors: &[
        &["check", "clock", "excerpt", "json", "base64url", "policy", "scope"],
        &["jwks"],
        &["token"],
        &["authorizer"],
        &["observe"],
        &["grpc", "reflection"],
        &["server"],
        &["testing"],
        &["lib"],
    ],
};

const PROGRAM: Floors = Floors {
    sources: "src",
    floors: &[&["authority"], &["services", "web"], &["server"], &["config"], &["cli"], &["lib", "main"]],
};

impl Floors {
    fn floor(&self, part: &str) -> usize {
        let floor = self.floors.iter().position(|floor| floor.contains(&part));
        floor.unwrap_or_else(|| panic!("{}/{part} has no floor", self.sources))
    }

    /// Nothing, in a package that somebody else unpacked: it has no other package beside it.
    fn files(&self) -> Option<(PathBuf, Vec<PathBuf>)> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(self.sources);
        let mut files = Vec::new();
        root.is_dir().then(|| sources(&root, &mut files));
        (!files.is_empty()).then_some((root, files))
    }
}

fn sources(directory: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).expect("a directory") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// The part that a file belongs to: the first component of its path, without `.rs`.
fn part_of(path: &Path, root: &Path) -> String {
    let first = path.strip_prefix(root).expect("below it").components().next().expect("a component");
    first.as_os_str().to_str().expect("text").trim_end_matches(".rs").to_owned()
}

/// The parts that a source names by `crate::`, in its code and not in its tests or its comments.
fn parts_named(source: &str) -> Vec<String> {
    let code = source
        .lines()
        .take_while(|line| *line != "#[cfg(test)]")
        .filter(|line| !line.trim_start().starts_with("//"));
    code.flat_map(|line| line.split("crate::").skip(1).map(leading_name).collect::<Vec<_>>()).collect()
}

fn leading_name(text: &str) -> String {
    text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

#[test]
fn imports_point_upward() {
    for package in [LIBRARY, PROGRAM] {
        let Some((root, files)) = package.files() else { continue };
        let mut edges: BTreeMap<(String, String), PathBuf> = BTreeMap::new();
        for file in files.iter().filter(|file| !file.to_string_lossy().contains("tests")) {
            let part = part_of(file, &root);
            for named in parts_named(&fs::read_to_string(file).expect("a source")) {
                if named != part && part != "lib" {
                    edges.insert((part.clone(), named), file.clone());
                }
            }
        }
        assert!(edges.len() > 5, "the imports are not found: {edges:?}");
        for ((part, named), file) in &edges {
            let is_upward = package.floor(named) < package.floor(part);
            assert!(is_upward, "{}: {part} must not know {named}", file.display());
        }
    }
}

/// What stands between the parentheses of each event that a source logs.
fn events(source: &str) -> impl Iterator<Item = &str> {
    let macros = ["error!(", "warn!(", "info!(", "debug!(", "trace!("];
    source.split("tracing::").skip(1).filter_map(move |rest| {
        let rest = macros.iter().find_map(|name| rest.strip_prefix(name))?;
        Some(&rest[..end_of_arguments(rest)])
    })
}

/// Whether it is what logs an event, under its own name or another one.
fn is_a_macro(name: &str) -> bool {
    let name = name.split(' ').next().unwrap_or_default();
    matches!(name, "error" | "warn" | "info" | "debug" | "trace" | "event")
}

fn end_of_arguments(text: &str) -> usize {
    let (mut depth, mut quoted, mut escaped) = (1, false, false);
    for (index, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return index;
        }
    }
    panic!("no end: {text}")
}

#[test]
fn values_in_log_lines_are_texts_which_are_quoted() {
    // What no stranger writes: an address, and a time.
    let bare = ["%addr", "?grant.expires_at()"];
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    for folder in ["src", "crates", "examples/orders/src"].map(|folder| root.join(folder)) {
        folder.is_dir().then(|| sources(&folder, &mut files));
    }
    files.retain(|file| !file.to_string_lossy().contains("/tests/"));
    let mut found = 0;
    for file in files {
        let source = fs::read_to_string(&file).expect("a source");
        for event in events(&source) {
            found += 1;
            let event = bare.iter().fold(event.to_owned(), |event, bare| event.replace(bare, ""));
            // In the message, or recorded by Display or Debug, it would stand there as it came.
            let is_bare = event.contains(['%', '?', '{']);
            assert!(
                !is_bare,
                "{}: {event}; record it as a text, see the excerpt module of the library",
                file.display()
            );
        }
        let imported = source.split("use tracing::{").skip(1).filter_map(|rest| rest.split_once('}'));
        let is_imported =
            imported.flat_map(|(names, _)| names.split(',')).any(|name| is_a_macro(name.trim()));
        assert!(!is_imported, "{}: call tracing's macros by their path", file.display());
    }
    assert!(found > 10, "the events are not found");
}

/// What stands between back quotes and names a test: `FILE::FUNCTION`, or a suite of `interop`.
fn tests_named(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let quoted = text.split('`').skip(1).step_by(2);
    quoted.filter_map(|name| match name.split_once("::") {
        Some((file, function)) if file.contains(".rs") => Some((file, function)),
        _ => name.starts_with("interop/").then_some((name, "")),
    })
}

/// A package that somebody else unpacked is without the suites of `interop`, and without the other packages.
fn is_there(tests: &Path, file: &str, function: &str) -> bool {
    if file.starts_with("crates/") {
        let crates = tests.join("../crates");
        return !crates.exists() || has(&tests.join("..").join(file), function);
    }
    let path = tests.join(file);
    if function.is_empty() {
        return path.exists() || !tests.join("interop").exists();
    }
    has(&path, function)
}

fn has(file: &Path, function: &str) -> bool {
    fs::read_to_string(file).is_ok_and(|source| source.contains(&format!("fn {function}(")))
}

#[test]
fn every_attack_that_is_listed_is_tried() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let table = fs::read_to_string(root.join("attacks.md")).expect("the table");
    // The first column has numbers; what follows the head of a table does.
    let rows: Vec<_> = table
        .lines()
        .filter(|line| line.starts_with("| ") && line.as_bytes().get(2).is_some_and(u8::is_ascii_digit))
        .collect();
    assert!(rows.len() > 50, "the rows are not found");
    for row in rows {
        let tests: Vec<_> = tests_named(row).collect();
        assert!(!tests.is_empty() || row.contains("| none: "), "{row}");
        for (file, function) in tests {
            assert!(is_there(&root, file, function), "{file}::{function}");
        }
    }
}

#[test]
fn every_test_of_a_row_is_listed() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let table = fs::read_to_string(root.join("attacks.md")).expect("the table");
    let mut files = Vec::new();
    sources(&root, &mut files);
    let crates = root.join("../crates");
    crates.is_dir().then(|| sources(&crates, &mut files));
    for file in files {
        let source = fs::read_to_string(&file).expect("a source");
        for function in source.split("fn row").skip(1).filter_map(|text| text.split_once("()")) {
            let name = format!("row{}", function.0);
            let is_name = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
            assert!(!is_name || table.contains(&format!("::{name}`")), "{}: {name}", file.display());
        }
    }
}
