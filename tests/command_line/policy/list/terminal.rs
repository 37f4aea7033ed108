//! On a terminal: a table that fits it, in colour where nobody objects.
#![cfg(unix)]

use std::fs::File;
use std::io::Read as _;
use std::os::fd::OwnedFd;
use std::process::Stdio;

use rustix::fs::{Mode, OFlags};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};

use crate::policy::support::Folder;

const LIST: &str = "policy list --proto shop.proto --include .";

/// What the binary shows on a terminal that is so many columns wide.
fn shown(columns: u16, arguments: &str, variables: &[(&str, &str)]) -> String {
    let (near, far) = terminal(columns);
    let folder = Folder::shop();
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_sekisho"));
    command.args(arguments.split_whitespace()).env_clear().envs(variables.iter().copied());
    command.current_dir(folder.path()).stdin(Stdio::null()).stdout(far);
    let mut child = command.spawn().unwrap();
    // With its end of the terminal.
    drop(command);
    let mut text = Vec::new();
    // Linux tells the end of a terminal by an error.
    let _ = File::from(near).read_to_end(&mut text);
    assert_eq!(child.wait().unwrap().code(), Some(0));
    String::from_utf8(text).unwrap().replace("\r\n", "\n")
}

fn terminal(columns: u16) -> (OwnedFd, OwnedFd) {
    let near = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&near).unwrap();
    unlockpt(&near).unwrap();
    let name = ptsname(&near, Vec::new()).unwrap();
    let far = rustix::fs::open(name, OFlags::RDWR | OFlags::NOCTTY, Mode::empty()).unwrap();
    tcsetwinsize(&far, Winsize { ws_row: 24, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 }).unwrap();
    (near, far)
}

#[test]
fn a_table_fits_the_terminal_and_loses_nothing() {
    for columns in [40, 80, 120] {
        for arguments in [LIST.to_owned(), format!("{LIST} --by scope"), format!("{LIST} --scopes admin")] {
            let text = shown(columns, &arguments, &[("NO_COLOR", "1")]);
            // A sentence is left to the terminal.
            let is_of_table = |line: &&str| !line.contains(" may call ");
            let widest = text.lines().filter(is_of_table).map(|line| line.chars().count()).max();
            assert!(widest.is_some_and(|widest| widest <= usize::from(columns)), "{columns}:\n{text}");
            let letters = text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
            assert!(letters.contains("Items/Put") || columns == 40, "{columns}:\n{text}");
        }
    }
    let text = shown(80, LIST, &[("NO_COLOR", "1")]);
    let put: Vec<&str> =
        text.lines().skip_while(|line| !line.starts_with("shop.v1.Items/Put")).take(3).collect();
    assert!(
        put[1].starts_with(&" ".repeat("shop.v1.Items/Watch  ".len())),
        "what is wrapped goes on below its column:\n{text}"
    );
}

#[test]
fn a_terminal_that_tells_no_width_has_the_usual_one() {
    let text = shown(0, LIST, &[("NO_COLOR", "1")]);
    assert_eq!(text, shown(80, LIST, &[("NO_COLOR", "1")]));
}

#[test]
fn colours_are_for_terminals_and_for_those_who_want_them() {
    const ESCAPE: char = '\u{1b}';
    assert!(shown(200, LIST, &[("TERM", "xterm")]).contains(ESCAPE));
    assert!(shown(200, LIST, &[("NO_COLOR", "")]).contains(ESCAPE));
    assert!(!shown(200, LIST, &[("NO_COLOR", "1"), ("TERM", "xterm")]).contains(ESCAPE));
    for format in ["json", "markdown"] {
        assert!(!shown(200, &format!("{LIST} --format {format}"), &[]).contains(ESCAPE), "{format}");
    }
}
