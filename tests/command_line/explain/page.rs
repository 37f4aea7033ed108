//! `docs/refused.md` shows what the commands print.

use std::path::Path;

use sekisho::testing::{ManualClock, TestIssuer};

use crate::support::{end, sekisho};

/// A command of the page, and what stands below it.
struct Shown {
    command: String,
    output: String,
}

fn shown(page: &str) -> Vec<Shown> {
    let blocks = page.split("```console\n").skip(1).filter_map(|rest| rest.split_once("```"));
    let commands = blocks.filter_map(|(block, _)| block.strip_prefix("$ ")?.split_once('\n'));
    commands
        .map(|(command, output)| Shown { command: command.to_owned(), output: output.to_owned() })
        .collect()
}

/// To write it anew: `SEKISHO_WRITE_REFUSED=1 cargo test --test command_line page`.
#[tokio::test]
async fn the_page_shows_what_the_commands_print() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/refused.md");
    let mut page = std::fs::read_to_string(&path).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let issuer = TestIssuer::new("https://tenant.example/", "auth0-multiple-api");
    let token =
        issuer.token().scope("api1:read:status api2:read:status").issued_at(ManualClock::new().time());
    std::fs::write(folder.path().join("token.txt"), token.sign()).unwrap();
    std::fs::write(folder.path().join("keys.json"), issuer.jwks()).unwrap();
    let all = shown(&page);
    assert_eq!(all.len(), 3);
    for Shown { command, output } in all {
        let arguments = shlex::split(&command).unwrap();
        let mut program = sekisho("");
        program.args(&arguments[1..]).current_dir(folder.path());
        let ended = end(program).await;
        assert_eq!(ended.stderr, "", "{command}");
        if std::env::var_os("SEKISHO_WRITE_REFUSED").is_some() {
            let block = format!("$ {command}\n{}```", ended.stdout);
            page = page.replacen(&format!("$ {command}\n{output}```"), &block, 1);
            std::fs::write(&path, &page).unwrap();
        } else {
            assert_eq!(ended.stdout, output, "{command}");
        }
    }
}
