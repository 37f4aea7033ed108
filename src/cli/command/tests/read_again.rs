//! The configuration, read again while the server runs.

use std::fs;

use super::changes::changes;
use super::issuers::TWO;
use super::*;

fn start(told: &Told) -> (ServeSettings, Reread) {
    match told.parse() {
        Ok(Command::Serve(settings, reread)) => (settings, reread),
        other => panic!("expected `serve`, found {other:?}"),
    }
}

#[test]
fn what_the_files_say_now_counts_and_flags_and_variables_as_before() {
    let mut told = told("serve --max-frame-size 20000").config(TWO).env("SEKISHO_LEEWAY", "1s");
    let (config, env_file) = (told.path("sekisho.toml"), told.path(".env"));
    told = told.file("--env-file", ".env", "");
    let (settings, reread) = start(&told);
    assert_eq!(reread.serve().as_ref(), Ok(&settings), "nothing has changed");
    fs::write(&config, format!("leeway = '2s'\nmax-frame-size = 30000\nmax-connections = 7\n{TWO}")).unwrap();
    fs::write(&env_file, "RUST_LOG=debug\n").unwrap();
    let again = reread.serve().unwrap();
    assert_eq!(changes(&settings, &again).settings, ["max-connections", "log-level"]);
    assert_eq!((again.server.limits.connections, again.server.limits.frame_size), (7, 20_000));
}

#[test]
fn a_configuration_at_fault_is_refused_whole() {
    let mut told = told("serve").config(TWO);
    let config = told.path("sekisho.toml");
    let (settings, reread) = start(&told);
    fs::write(&config, format!("max-connections = 0\n{}", TWO.replace("'api'", "''"))).unwrap();
    let faults = reread.serve().unwrap_err();
    assert_eq!(faults.len(), 2, "{faults:?}");
    assert!(faults[1].starts_with("issuers[1] \"auth0\": audience in "), "{faults:?}");
    fs::remove_file(&config).unwrap();
    assert!(reread.serve().unwrap_err()[0].contains("No such file or directory"));
    fs::write(&config, TWO).unwrap();
    assert_eq!(reread.serve(), Ok(settings));
}

#[test]
fn roots_of_an_issuer_are_compared_by_what_stands_in_them() {
    let root = || rcgen::generate_simple_self_signed(["issuer.example".to_owned()]).unwrap().cert.pem();
    let mut told = served("").file("--ca-file", "ca.pem", root());
    let roots = told.path("ca.pem");
    let (settings, reread) = start(&told);
    assert_eq!(reread.serve().as_ref(), Ok(&settings));
    fs::write(&roots, root()).unwrap();
    let changes = changes(&settings, &reread.serve().unwrap());
    assert_eq!(changes.issuers.changed, ["https://tenant.example/"]);
}

/// The pipe of a shell's `<(…)` is empty the second time. That would take back all that it said.
#[cfg(unix)]
#[test]
fn what_is_no_regular_file_is_not_read_again() {
    use std::io::Write as _;
    use std::os::fd::AsRawFd as _;
    for (flag, contents) in [("--config", "max-connections = 7"), ("--env-file", "SEKISHO_MAX_CONNECTIONS=7")]
    {
        let (reader, mut writer) = std::io::pipe().unwrap();
        writer.write_all(contents.as_bytes()).unwrap();
        drop(writer);
        let path = format!("/dev/fd/{}", reader.as_raw_fd());
        let (settings, reread) = start(&served("").argument(flag).argument(&path));
        assert_eq!(settings.server.limits.connections, 7);
        let reason = "it is no regular file, and cannot be read again";
        assert_eq!(reread.serve(), Err(vec![format!("{flag}: {path}: {reason}")]));
    }
}

#[test]
fn no_secret_of_another_command_is_kept_and_none_is_shown() {
    let told = served("").env("SEKISHO_TOKEN_CLIENT_SECRET", "s3cret").env("OIDC_CLIENT_ID", "page");
    let (_, reread) = start(&told);
    assert!(reread.holds("OIDC_CLIENT_ID") && !reread.holds("SEKISHO_TOKEN_CLIENT_SECRET"));
    assert_eq!(format!("{reread:?}"), "Reread");
}
