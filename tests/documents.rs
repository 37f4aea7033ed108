//! What the documents say of the repository: links lead somewhere, the flags are the program's, and one version of Rust
//! is told everywhere.
#![allow(clippy::expect_used, reason = "these are tests")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Folders whose documents are read, below the repository's; `*` stands for each folder there.
const FOLDERS: &[&str] = &[
    "",
    "docs",
    "web",
    "benches",
    "benches/load",
    "crates/*",
    "examples/*",
    "examples/clients/*",
    "tests",
    "tests/interop",
];

/// The repository; nothing in a package that somebody else unpacked, which has no examples beside it.
fn repository() -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).to_owned();
    root.join("examples").is_dir().then_some(root)
}

fn entries(folder: &Path) -> impl Iterator<Item = PathBuf> {
    fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path())
}

fn documents(root: &Path) -> Vec<PathBuf> {
    let folders = FOLDERS.iter().flat_map(|folder| match folder.strip_suffix('*') {
        Some(parent) => entries(&root.join(parent)).filter(|path| path.is_dir()).collect(),
        None => vec![root.join(folder)],
    });
    let files = folders.flat_map(|folder| entries(&folder).collect::<Vec<_>>());
    files.filter(|file| file.extension().is_some_and(|extension| extension == "md")).collect()
}

/// The lines of a document outside its fenced blocks.
fn prose(text: &str) -> impl Iterator<Item = &str> {
    let mut fenced = false;
    text.lines().filter(move |line| {
        let fence = line.trim_start().starts_with("```");
        fenced ^= fence;
        !fenced && !fence
    })
}

/// The targets of `[text](target)` that are not on the web.
fn local_links(text: &str) -> Vec<&str> {
    let targets = prose(text).flat_map(|line| line.split("](").skip(1));
    let targets = targets.filter_map(|rest| rest.split_once(')').map(|(target, _)| target));
    targets.filter(|target| !target.contains("://")).collect()
}

/// The anchors of a document's headings, as the usual hosts make them.
fn anchors(text: &str) -> BTreeSet<String> {
    let headings = prose(text).filter(|line| line.starts_with('#'));
    headings.map(|heading| anchor(heading.trim_start_matches('#').trim())).collect()
}

fn anchor(heading: &str) -> String {
    let kept = heading.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.map(|c| if c == ' ' { '-' } else { c.to_ascii_lowercase() }).collect()
}

/// What is wrong with a link of `document`, if anything.
fn broken(document: &Path, link: &str) -> Option<String> {
    let (file, wanted) = link.split_once('#').map_or((link, None), |(file, anchor)| (file, Some(anchor)));
    let target = match file {
        "" => document.to_owned(),
        _ => document.parent().expect("a folder").join(file),
    };
    let there = target.exists()
        && wanted
            .is_none_or(|anchor| anchors(&fs::read_to_string(&target).expect("a text")).contains(anchor));
    (!there).then(|| format!("{}: {link}", document.display()))
}

#[test]
fn links_lead_somewhere() {
    let Some(root) = repository() else { return };
    let mut links = 0;
    let mut faults = Vec::new();
    for document in documents(&root) {
        let text = fs::read_to_string(&document).expect("a document");
        for link in local_links(&text) {
            links += 1;
            faults.extend(broken(&document, link));
        }
    }
    assert!(links > 50, "{links} links");
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn anchors_are_made_as_the_usual_hosts_do() {
    let cases = [
        ("TypeScript, grpc-js", "typescript-grpc-js"),
        ("C++", "c"),
        ("The file of `--env-file`", "the-file-of---env-file"),
        ("試す", "試す"),
    ];
    for (heading, expected) in cases {
        assert_eq!(anchor(heading), expected);
    }
    assert_eq!(local_links("[a](b.md#c), [web](https://d.example)\n```\n[e](f)\n```"), ["b.md#c"]);
}

/// The names within `text` that begin with `--`, as a command line has them.
fn flags(text: &str) -> impl Iterator<Item = &str> {
    let starts = text.match_indices("--").map(|(at, _)| &text[at..]);
    starts.filter_map(|rest| {
        let end = rest.find(|c: char| !c.is_ascii_lowercase() && c != '-').unwrap_or(rest.len());
        (end > 2 && rest[2..].starts_with(|c: char| c.is_ascii_lowercase())).then_some(&rest[..end])
    })
}

/// The rows of a document's tables of settings: flags, and the rest of the row.
fn documented(text: &str) -> BTreeMap<&str, &str> {
    let rows = prose(text).filter_map(|line| line.strip_prefix("| `--").map(|_| &line[2..]));
    let rows = rows.filter_map(|row| row.split_once(" | "));
    rows.flat_map(|(names, rest)| flags(names).map(move |flag| (flag, rest))).collect()
}

/// The options that the program prints, each with its environment variable.
fn printed(command: &[&str]) -> BTreeMap<String, Option<String>> {
    let output = Command::new(env!("CARGO_BIN_EXE_sekisho")).args(command).arg("--help").output();
    let help = String::from_utf8(output.expect("the program runs").stdout).expect("UTF-8");
    let mut options = BTreeMap::new();
    let mut last = None;
    for line in help.lines().map(str::trim) {
        if line.starts_with("--") || line.starts_with("-h") || line.starts_with("-V") {
            last = flags(line).next().map(ToOwned::to_owned);
            options.extend(last.clone().map(|flag| (flag, None)));
        }
        let variable = line.split_once("[env: ").and_then(|(_, rest)| rest.split_once(']'));
        if let (Some(flag), Some((variable, _))) = (&last, variable) {
            options.insert(flag.clone(), Some(variable.to_owned()));
        }
    }
    options.remove("--help");
    options.remove("--version");
    options
}

#[test]
fn the_documented_flags_are_those_of_the_program() {
    let Some(root) = repository() else { return };
    let text = fs::read_to_string(root.join("docs/configuration.md")).expect("docs/configuration.md");
    let documented = documented(&text);
    let mut printed = printed(&[]);
    printed.extend(self::printed(&["serve"]));
    assert!(printed.len() > 40, "{printed:?}");
    for (flag, variable) in &printed {
        let row = documented.get(flag.as_str()).unwrap_or_else(|| panic!("{flag} is not documented"));
        let variable = variable.as_deref().unwrap_or_default();
        assert!(row.contains(variable), "{flag}: {variable} is not documented");
    }
    for flag in documented.keys() {
        assert!(printed.contains_key(*flag), "{flag} is documented, and the program has no such option");
    }
}

#[test]
fn the_readme_has_no_flag_that_the_whole_table_lacks() {
    let Some(root) = repository() else { return };
    let read = |file: &str| fs::read_to_string(root.join(file)).expect("a document");
    let (readme, all) = (read("README.md"), read("docs/configuration.md"));
    let all = documented(&all);
    assert!(!documented(&readme).is_empty());
    for flag in documented(&readme).keys() {
        assert!(all.contains_key(flag), "{flag}");
    }
}

/// The commands of the program that a document shows in blocks of a console, each with the lines that it is said to print.
fn sessions(text: &str) -> Vec<(Vec<String>, String)> {
    let blocks =
        text.split("```console\n").skip(1).filter_map(|rest| rest.split_once("```")).map(|(block, _)| block);
    let commands = blocks.flat_map(|block| block.split("$ sekisho ").skip(1));
    commands
        .filter_map(|shown| shown.split_once('\n'))
        .map(|(command, output)| {
            // A scope is in double quotes, and nothing else is.
            let words = command.split('"').enumerate().flat_map(|(index, part)| match index % 2 {
                0 => part.split_whitespace().map(ToOwned::to_owned).collect(),
                _ => vec![part.to_owned()],
            });
            (words.collect(), output.to_owned())
        })
        .collect()
}

/// What the program prints, run at the top of the repository.
fn printed_by(root: &Path, arguments: &[String]) -> String {
    let mut program = Command::new(env!("CARGO_BIN_EXE_sekisho"));
    let output = program.args(arguments).current_dir(root).env_clear().output().expect("the program runs");
    String::from_utf8(output.stdout).expect("UTF-8")
}

#[test]
fn the_documented_policies_are_those_that_are_printed() {
    let Some(root) = repository() else { return };
    let text = fs::read_to_string(root.join("docs/policy.md")).expect("docs/policy.md");
    let sessions = sessions(&text);
    assert!(sessions.len() > 2, "{sessions:?}");
    for (arguments, output) in sessions {
        assert_eq!(printed_by(&root, &arguments), output, "{arguments:?}");
    }
}

/// The gate writes them anew; here it is seen sooner.
#[test]
fn the_documents_of_who_may_call_what_are_current() {
    let Some(root) = repository() else { return };
    for file in ["docs/access.md", "examples/orders/docs/access.md"] {
        let text = fs::read_to_string(root.join(file)).expect("a document");
        let command = text.split('`').nth(1).and_then(|command| command.strip_prefix("sekisho "));
        let arguments: Vec<String> =
            command.expect("its command").split(' ').map(ToOwned::to_owned).collect();
        assert_eq!(
            printed_by(&root, &arguments),
            text,
            "{file} is not what `sekisho {}` prints",
            arguments.join(" ")
        );
    }
}

#[test]
fn every_source_of_a_policy_is_documented() {
    let Some(root) = repository() else { return };
    let text = fs::read_to_string(root.join("docs/policy.md")).expect("docs/policy.md");
    let documented: BTreeSet<&str> = flags(&text).collect();
    for command in ["list", "proto"] {
        let printed = printed(&["policy", command]);
        assert!(!printed.is_empty(), "{command}");
        for (flag, variable) in &printed {
            assert!(documented.contains(flag.as_str()), "policy {command}: {flag} is not documented");
            assert!(
                variable.as_ref().is_none_or(|name| text.contains(name)),
                "policy {command}: {variable:?}"
            );
        }
    }
}

/// The versions `1.N` that stand after the word `Rust` or its manifest's key.
fn versions_of_rust(text: &str) -> BTreeSet<String> {
    let after = ["Rust ", "rust-version = \""].into_iter().flat_map(|word| text.split(word).skip(1));
    let versions = after.filter(|rest| rest.starts_with("1."));
    versions.map(|rest| rest.chars().take_while(|c| c.is_ascii_digit() || *c == '.').collect()).collect()
}

#[test]
fn one_version_of_rust_is_told_everywhere() {
    let Some(root) = repository() else { return };
    let promised = BTreeSet::from([env!("CARGO_PKG_RUST_VERSION").to_owned()]);
    let files = [
        "Cargo.toml",
        "README.md",
        "README.ja.md",
        "examples/clients/rust/Cargo.toml",
        "examples/clients/rust/README.md",
    ];
    for file in files {
        let text = fs::read_to_string(root.join(file)).expect("a document");
        assert_eq!(versions_of_rust(&text), promised, "{file}");
    }
}

/// Words that stand for something that is still to be written.
fn placeholders(text: &str) -> Vec<&str> {
    let words = text.split(|c: char| !c.is_alphanumeric());
    words.filter(|word| ["TODO", "FIXME", "XXX", "TBD"].contains(word)).collect()
}

#[test]
fn nothing_is_left_to_be_written() {
    let Some(root) = repository() else { return };
    assert_eq!(placeholders("took TBD ns (TODO), not TODOS"), ["TBD", "TODO"]);
    for file in documents(&root) {
        let text = fs::read_to_string(&file).expect("a document");
        assert_eq!(placeholders(&text), [""; 0], "{}", file.display());
    }
}

/// What a server of one's own is assembled by, in `text`, without comments.
fn assembly(text: &str) -> Vec<&str> {
    let lines =
        text.lines().skip_while(|line| !line.starts_with("let issuer = ")).take_while(|line| *line != "```");
    let code = lines.map(|line| line.split_once(" //").map_or(line, |(code, _)| code).trim_end());
    code.filter(|line| !line.is_empty()).collect()
}

#[test]
fn both_languages_show_the_same_assembly() {
    let Some(root) = repository() else { return };
    let [english, japanese] =
        ["README.md", "README.ja.md"].map(|file| fs::read_to_string(root.join(file)).expect("a document"));
    assert!(assembly(&english).len() > 10, "{english}");
    assert_eq!(assembly(&english), assembly(&japanese));
}

/// The rules in the table that says who may call.
fn rules(text: &str) -> Vec<&str> {
    let rows = prose(text).filter_map(|line| line.strip_prefix("| `{ "));
    rows.filter_map(|row| row.split_once(" }` |")).map(|(rule, _)| rule).collect()
}

#[test]
fn every_readme_has_every_kind_of_rule() {
    let Some(root) = repository() else { return };
    let read = |file: &str| fs::read_to_string(root.join(file)).expect("a document");
    let texts = ["README.md", "README.ja.md", "crates/sekisho/README.md"].map(read);
    let [english, japanese, of_crate] = texts.each_ref().map(|text| rules(text));
    assert_eq!(english, japanese);
    assert_eq!(english, of_crate);
    // The fields of the option that say who may call: each is a kind.
    let proto = read("crates/sekisho-policy/proto/sekisho/v1/access.proto");
    let (_, message) = proto.split_once("message AccessRule {").expect("the message");
    let fields = message.lines().take_while(|line| *line != "}").filter_map(|line| line.split_once(" = "));
    let names = fields.filter_map(|(field, _)| field.rsplit_once(' ')).map(|(_, name)| name);
    let kinds: BTreeSet<&str> = names.filter(|name| !["mode", "stream_end"].contains(name)).collect();
    assert_eq!(english.iter().filter_map(|rule| rule.split(':').next()).collect::<BTreeSet<_>>(), kinds);
    for text in &texts {
        assert!(text.contains("`mode: REPORT_ONLY`"));
    }
}
