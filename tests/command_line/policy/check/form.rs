//! A lock whose text is not what `lock` writes.

use crate::policy::review::{GET, Repository, ended, has};

const WARNING: &str = "it is not what `sekisho policy lock` writes there, so that the file may look otherwise than it is read; \
                       run `sekisho policy lock` with the same files to write it anew";

/// The lock says that `Orders/Get` is public, and looks as if it said what it said before.
async fn misleading() -> Repository {
    let repository = Repository::locked().await;
    let strict = repository.read("access.lock").lines().nth(1).unwrap().to_owned();
    repository.change(GET, "{ public: true }");
    repository.lock().await;
    let open = repository.read("access.lock").lines().nth(1).unwrap().to_owned();
    let hidden = format!("# {strict}\n{}{open}", " ".repeat(500));
    repository.write("access.lock", repository.read("access.lock").replace(&open, &hidden));
    repository
}

#[tokio::test]
async fn a_lock_that_looks_otherwise_than_it_is_read_is_a_warning() {
    let repository = misleading().await;
    let checked = repository.check("").await;
    assert_eq!(
        ended(&checked, 0, &format!("warning: access.lock line 2: {WARNING}\n")),
        "access.lock says what the protos say: 4 methods\n"
    );
    let json = repository.check("--format json").await;
    let document: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(document["warnings"], serde_json::json!([format!("access.lock line 2: {WARNING}")]));
    let markdown = repository.check("--format markdown").await;
    has(
        &markdown.stdout,
        &["4 methods.\n\nWarning: ``access.lock line 2: it is not what `sekisho policy lock`"],
    );
    assert_eq!((json.code, markdown.code), (Some(0), Some(0)));
    repository.lock().await;
    ended(&repository.check("").await, 0, "");
}

#[tokio::test]
async fn every_other_form_is_one_and_the_answer_is_the_same() {
    let repository = Repository::locked().await;
    let lock = repository.read("access.lock");
    let lines: Vec<&str> = lock.lines().collect();
    for (what, text, line) in [
        ("another order", format!("{}\n", [lines[0], lines[2], lines[1], lines[3], lines[4]].join("\n")), 2),
        ("a comment at the end", format!("{lock}# all of it\n"), 6),
        ("an empty line", format!("{lock}\n"), 6),
        ("no end of the last line", lock.trim_end().to_owned(), 5),
        ("a byte order mark", format!("\u{feff}{lock}"), 1),
        ("a return", lock.replacen('\n', "\r\r\n", 1), 1),
        ("another header", lock.replace(". Written by", ", written by"), 1),
        ("a rule that is written otherwise", lock.replace("[\"orders:list\"]", "\"orders:list\""), 5),
    ] {
        repository.write("access.lock", text);
        for flags in ["", "--service orders.v1.Orders"] {
            let checked = repository.check(flags).await;
            assert_eq!(checked.stderr, format!("warning: access.lock line {line}: {WARNING}\n"), "{what}");
            assert_eq!(checked.code, Some(0), "{what}");
        }
    }
    // As git writes it on Windows.
    repository.write("access.lock", lock.replace('\n', "\r\n"));
    ended(&repository.check("").await, 0, "");
    // It takes nothing from what fails.
    repository.write("access.lock", format!("{lock}\n"));
    repository.change(GET, "{ authenticated: true }");
    let checked = repository.check("").await;
    assert_eq!((checked.code, checked.stderr.lines().count()), (Some(1), 1), "{}", checked.stderr);
}
