//! Imports point one way: a part knows nothing of what stands below it in this list.
#![allow(clippy::expect_used, reason = "these are tests")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// The floors, from the ground up. Parts of one floor do not know each other, unless it says so below.
const FLOORS: [&[&str]; 10] = [
    &["scope", "clock", "excerpt", "json", "base64url", "authority"],
    &["jwks", "policy"],
    &["token", "build"],
    &["authorizer"],
    &["grpc", "testing"],
    &["services", "web"],
    &["server"],
    &["config", "development"],
    &["cli"],
    &["lib", "main"],
];

fn floor(part: &str) -> usize {
    FLOORS.iter().position(|floor| floor.contains(&part)).unwrap_or_else(|| panic!("{part} has no floor"))
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
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    let mut edges: BTreeMap<(String, String), PathBuf> = BTreeMap::new();
    for file in files.iter().filter(|file| !file.to_string_lossy().contains("tests")) {
        let part = part_of(file, &root);
        for named in parts_named(&fs::read_to_string(file).expect("a source")) {
            if named != part && part != "lib" {
                edges.insert((part.clone(), named), file.clone());
            }
        }
    }
    assert!(edges.len() > 15, "the imports are not found: {edges:?}");
    // The test kit describes a source by way of the build helper.
    let by_intent = [("testing", "build")];
    for ((part, named), file) in &edges {
        if by_intent.contains(&(part, named)) {
            continue;
        }
        assert!(floor(named) < floor(part), "{}: {part} must not know {named}", file.display());
    }
    let of_development: Vec<_> = edges.keys().filter(|(part, _)| part == "development").collect();
    assert!(
        of_development.is_empty(),
        "the development issuer stands on nothing of ours: {of_development:?}"
    );
}

#[test]
fn the_program_has_nothing_that_a_stranger_has_not() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    // What is shared within the crate but hidden from others would be a door for the program alone.
    let hidden = ["excerpt", "base64url"];
    for file in files {
        let (part, source) = (part_of(&file, &root), fs::read_to_string(&file).expect("a source"));
        let program = ["authority", "services", "web", "server", "config", "development", "cli"];
        let is_program = program.contains(&part.as_str());
        if is_program {
            let named = parts_named(&source);
            let uses_hidden = hidden.iter().any(|hidden| named.iter().any(|name| name == hidden));
            assert!(!uses_hidden, "{} uses what is hidden", file.display());
        } else if !hidden.contains(&part.as_str()) {
            let is_exception = source.contains("pub(crate) fn descriptor_set_of");
            assert!(is_exception || !source.contains("pub(crate)"), "{}: pub(crate)", file.display());
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
    sources(&root.join("src"), &mut files);
    sources(&root.join("examples/orders/src"), &mut files);
    let mut found = 0;
    for file in files {
        let source = fs::read_to_string(&file).expect("a source");
        for event in events(&source) {
            found += 1;
            let event = bare.iter().fold(event.to_owned(), |event, bare| event.replace(bare, ""));
            // In the message, or recorded by Display or Debug, it would stand there as it came.
            let is_bare = event.contains(['%', '?', '{']);
            assert!(!is_bare, "{}: {event}; record it as a text, see src/excerpt.rs", file.display());
        }
        let is_imported = source.contains("use tracing::{") && !source.contains("use tracing::{Dispatch, ");
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

/// A package that somebody else unpacked is without the suites of `interop`.
fn is_there(tests: &Path, file: &str, function: &str) -> bool {
    let path = tests.join(file);
    if function.is_empty() {
        return path.exists() || !tests.join("interop").exists();
    }
    fs::read_to_string(path).is_ok_and(|source| source.contains(&format!("fn {function}(")))
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
    for file in files {
        let source = fs::read_to_string(&file).expect("a source");
        for function in source.split("fn row").skip(1).filter_map(|text| text.split_once("()")) {
            let name = format!("row{}", function.0);
            let is_name = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
            assert!(!is_name || table.contains(&format!("::{name}`")), "{}: {name}", file.display());
        }
    }
}
