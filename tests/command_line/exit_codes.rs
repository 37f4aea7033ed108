//! 0 where all went well, 2 for a bad configuration, 1 for what failed later; and what goes to which stream.

use tokio::net::TcpListener;

use crate::support::{end, run, sekisho};

#[tokio::test]
async fn help_and_version_go_to_stdout() {
    for (arguments, text) in [
        ("--help", "OIDC_ISSUER"),
        ("serve --help", "--audience"),
        ("check-config --help", "0 where it is in order"),
        ("token --help", "--expires-in"),
        ("healthcheck --help", "--grpc-listen"),
        ("--version", concat!("sekisho ", env!("CARGO_PKG_VERSION"), "\n")),
    ] {
        let ended = run(arguments).await;
        assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""), "{arguments}");
        assert!(ended.stdout.contains(text), "{arguments}: {}", ended.stdout);
    }
}

#[tokio::test]
async fn an_unknown_flag_ends_with_2() {
    let ended = run("serve --no-such-flag").await;
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(2), ""));
    assert!(
        ended.stderr.starts_with("error: unexpected argument '--no-such-flag' found"),
        "{}",
        ended.stderr
    );
}

#[tokio::test]
async fn every_fault_is_a_line_on_stderr() {
    let mut command = sekisho("serve --leeway soon");
    command.env("OIDC_AUDIENCE", "").env("SEKISHO_REFLECTION", "sometimes");
    let ended = end(command).await;
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(2), ""));
    assert_eq!(
        ended.stderr,
        "error: SEKISHO_REFLECTION: \"sometimes\" is none of public, authenticated, off\n\
         error: --issuer (or OIDC_ISSUER): it is required\n\
         error: --audience (or OIDC_AUDIENCE): it is required\n\
         error: --leeway: \"soon\" is no duration; expected one like 30s, 5m or 24h\n"
    );
}

#[tokio::test]
async fn a_fault_of_a_table_is_a_line_on_stderr() {
    let folder = tempfile::tempdir().unwrap();
    let tables =
        "[[issuers]]\nname = 'a'\nissuer = 'https://a.example/'\n[[issuers]]\nname = 'a'\naudience = 'api'\n";
    std::fs::write(folder.path().join("sekisho.toml"), tables).unwrap();
    let mut command = sekisho("serve --config sekisho.toml");
    command.current_dir(folder.path()).env("OIDC_AUDIENCE", "api");
    let ended = end(command).await;
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(2), ""));
    assert_eq!(
        ended.stderr,
        "error: OIDC_AUDIENCE: the issuers are described by [[issuers]] in sekisho.toml; this belongs into the table \
         of one of them\n\
         error: issuers[2] \"a\": name in sekisho.toml: issuers[1] \"a\" has the same\n\
         error: issuers[1] \"a\": audience in sekisho.toml: it is required\n\
         error: issuers[2] \"a\": issuer in sekisho.toml: it is required\n"
    );
}

#[tokio::test]
async fn development_refuses_a_configured_issuer() {
    let mut command = sekisho("");
    command.env("OIDC_ISSUER", "https://tenant.example/");
    let ended = end(command).await;
    let error = ended.one_error(2);
    assert!(error.starts_with("OIDC_ISSUER: ") && error.contains("`sekisho serve`"), "{error}");
}

#[tokio::test]
async fn a_listener_that_cannot_be_bound_ends_with_1() {
    let taken = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = taken.local_addr().unwrap();
    let arguments = format!("serve --issuer https://127.0.0.1:1/ --audience api --grpc-listen {address}");
    let ended = run(&arguments).await;
    let error = ended.one_error(1);
    assert!(error.starts_with(&format!("--grpc-listen: cannot listen on {address}: ")), "{error}");
}
