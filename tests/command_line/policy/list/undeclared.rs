//! Methods without a rule, rules that are at fault, and output that nobody reads.

use std::process::Stdio;

use crate::policy::support::{Folder, as_asked};
use crate::support::end;

/// A rule, none, one at fault.
const MIXED: &str = r#"syntax = "proto3";
package mixed.v1;
import "sekisho/v1/access.proto";
message M {}
service Mixed {
  rpc Ruled(M) returns (M) { option (sekisho.v1.access) = { all_of: "a" }; }
  rpc Zero(M) returns (M);
  rpc Bad(M) returns (M) { option (sekisho.v1.access) = {}; }
}
service Sound {
  rpc Ruled(M) returns (M) { option (sekisho.v1.access) = { all_of: "a" }; }
  rpc Zero(stream M) returns (M);
  rpc Also(M) returns (M);
}
"#;

const LIST: &str = "policy list --proto mixed.proto --include .";

fn mixed() -> Folder {
    Folder::new(&[("mixed.proto", MIXED)])
}

#[tokio::test]
async fn a_method_without_a_rule_is_listed_with_a_warning() {
    let listed = mixed().run(&format!("{LIST} --service mixed.v1.Sound")).await;
    assert_eq!(listed.code, Some(0), "{}", listed.stderr);
    assert_eq!(
        listed.stdout,
        r#"METHOD                RULE               FROM    KIND           PLACE
mixed.v1.Sound/Also   (none)             -       unary          mixed.proto:13
mixed.v1.Sound/Ruled  { all_of: ["a"] }  method  unary          mixed.proto:11
mixed.v1.Sound/Zero   (none)             -       client stream  mixed.proto:12
"#
    );
    assert_eq!(
        listed.stderr,
        "warning: 2 methods have no access rule: `sekisho policy lock` and `check` refuse that, and a server that sekisho guards does not start with it\n"
    );
}

#[tokio::test]
async fn what_has_no_rule_is_told_in_every_format() {
    for (format, shown) in [
        ("--format markdown", "| `Zero` | **(none)** | - | client stream | `mixed.proto:12` |"),
        ("--format json", "\"rule\": null,\n      \"origin\": null"),
        ("--format json", "\"warnings\": [\n    \"2 methods have no access rule"),
        ("--by scope", "(none: nobody decided)  mixed.v1.Sound/Zero"),
        ("--by scope --format markdown", "| (none: nobody decided) | `mixed.v1.Sound/Zero` |"),
        ("--scopes a", "A token with a may call 1 of 3 methods:"),
    ] {
        let listed = mixed().run(&format!("{LIST} --service mixed.v1.Sound {format}")).await;
        assert_eq!(listed.code, Some(0), "{format}: {}", listed.stderr);
        assert!(listed.stdout.contains(shown), "{format}: {}", listed.stdout);
        assert_eq!(listed.stderr.lines().count(), 1, "{format}: {}", listed.stderr);
    }
}

/// What could be read is told, and so is all that could not.
#[tokio::test]
async fn faults_are_told_beside_what_could_be_read() {
    for format in ["table", "markdown", "json"] {
        let listed = mixed().run(&format!("{LIST} --format {format}")).await;
        assert_eq!(listed.code, Some(2), "{}", listed.stderr);
        let lines: Vec<&str> = listed.stderr.lines().collect();
        assert_eq!(lines.len(), 2, "{}", listed.stderr);
        assert!(lines[0].starts_with("warning: 3 methods have no access rule"), "{}", lines[0]);
        assert!(
            lines[1].starts_with("error: mixed.proto:8:28: mixed.v1.Mixed/Bad: the access rule does not say"),
            "{}",
            lines[1]
        );
        assert!(listed.stdout.contains("Ruled") && !listed.stdout.contains("`Bad`"), "{}", listed.stdout);
        assert_eq!(listed.stdout.contains("mixed.v1.Mixed/Bad"), format == "json", "{}", listed.stdout);
    }
}

/// As `| head` does it.
#[tokio::test]
async fn a_reader_that_has_seen_enough_is_no_failure() {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let folder = Folder::shop();
    let mut command = folder.command("policy list --proto shop.proto --include .");
    let child = command.stdout(writer).stderr(Stdio::piped()).spawn().unwrap();
    drop(command);
    let output = child.wait_with_output().await.unwrap();
    assert_eq!((output.status.code(), output.stderr), (Some(0), Vec::new()));
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn an_output_that_is_lost_is_a_failure() {
    let folder = Folder::shop();
    let mut command = folder.command("policy list --proto shop.proto --include .");
    let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    let output =
        command.stdout(full).stderr(Stdio::piped()).spawn().unwrap().wait_with_output().await.unwrap();
    assert_eq!(output.status.code(), Some(2));
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(told.starts_with("error: the output could not be written: "), "{told}");
}

#[tokio::test]
async fn the_own_apis_are_listed_where_nothing_is_named() {
    let own = Folder::new(&[]).run("policy list").await;
    let methods: Vec<&str> = as_asked(&own).lines().filter_map(|line| line.split("  ").next()).collect();
    assert_eq!(
        methods,
        ["METHOD", "api1.v1.Api1/GetStatus", "api2.v1.Api2/GetStatus", "api3.v1.Api3/GetStatus"]
    );
    let bare = end(crate::support::sekisho("policy")).await;
    assert_eq!((bare.code, bare.stdout.as_str()), (Some(2), ""));
    assert!(bare.stderr.contains("Usage: sekisho policy <COMMAND>"), "{}", bare.stderr);
}
