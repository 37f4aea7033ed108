//! A faulty configuration changes nothing at all, and says why.

use super::*;

const LIMIT: &str = "max-token-size = 10\n";

/// What is wrong, and how each line begins that says so.
fn faulty() -> [(String, &'static [&'static str]); 6] {
    let a = table("a", "");
    let with_limit = |rest: &str| format!("{LIMIT}{rest}");
    [
        (with_limit(&format!("{a}\n[[")), &["--config: sekisho.toml: line "]),
        (
            with_limit(&format!("max-tokens = 1\n{a}")),
            &[r#"\"max-tokens\" in sekisho.toml: there is no option "#],
        ),
        (
            with_limit(&(table("a", "") + &table("gone", ""))),
            &[r#"issuers[2] \"gone\": jwks in sekisho.toml: gone: No such file"#],
        ),
        (
            with_limit(&(table("a", "") + &a.replace("name = 'a'", "name = 'b'"))),
            &[r#"issuers[2] \"b\": issuer in sekisho.toml: it is the issuer of issuers[1] \"a\" too"#],
        ),
        (with_limit(""), &["--issuer (or OIDC_ISSUER): it is required", "--audience (or "]),
        (
            with_limit(&format!("leeway = 'soon'\nallow-origin = ['nowhere']\nlog-calls = 'some'\n{a}")),
            &["allow-origin in sekisho.toml: ", "log-calls in sekisho.toml: ", "leeway in sekisho.toml: "],
        ),
    ]
}

#[tokio::test]
async fn a_faulty_configuration_changes_nothing_and_says_why() {
    let a = issuer("a");
    let of_a = token(&a).sign();
    let config = table("a", "");
    let mut server = Serving::start(&config, &[&a]).await;
    for (faulty, expected) in faulty() {
        server.configure(&faulty);
        let told = server.refused(expected.len()).await;
        let as_expected = |(told, start): (&String, &&str)| told.starts_with(*start);
        assert!(told.iter().zip(expected).all(as_expected), "{told:#?}");
        // The token is longer than the file would let it be.
        assert_eq!(code(&server, &of_a).await, Code::Ok, "{told:#?}");
        // Had there been another fault, it would be told now.
        assert_eq!(server.reload(&config).await, "nothing changed");
    }
    let with_limit = format!("{LIMIT}{config}");
    assert_eq!(server.reload(&with_limit).await, "changed: max-token-size");
    assert_eq!(code(&server, &of_a).await, Code::Unauthenticated);
}

#[tokio::test]
async fn a_file_that_is_gone_changes_nothing() {
    let a = issuer("a");
    let of_a = token(&a).sign();
    let mut server = Serving::start(&table("a", ""), &[&a]).await;
    server.remove("sekisho.toml");
    let [told] = <[String; 1]>::try_from(server.refused(1).await).unwrap();
    assert!(told.starts_with("--config: sekisho.toml: No such file"), "{told}");
    assert_eq!(code(&server, &of_a).await, Code::Ok);
    assert_eq!(server.reload(&table("a", "")).await, "nothing changed");
}

/// Flags and variables are those of the start; the file of `--env-file` is read again.
#[tokio::test]
async fn a_file_of_variables_is_read_again() {
    let a = issuer("a");
    let of_a = token(&a).sign();
    let arguments = "serve --config sekisho.toml --env-file env --leeway 1s";
    let config = format!("leeway = '2s'\n{}", table("a", ""));
    let mut server = Serving::start_with(arguments, &config, &[&a], &[("env", "")]).await;
    server.write("env", "SEKISHO_MAX_TOKEN_SIZE=10\n");
    server.signal("HUP").await;
    assert_eq!(server.told().await, "changed: max-token-size");
    assert_eq!(code(&server, &of_a).await, Code::Unauthenticated);
    server.write("env", "SEKISHO_MAX_TOKEN_SIZE=ten\n");
    let told = server.refused(1).await;
    assert!(told[0].contains("SEKISHO_MAX_TOKEN_SIZE"), "{told:?}");
    server.write("env", "");
    // The flag overrides what the file says of the leeway.
    assert_eq!(server.reload(&table("a", "")).await, "changed: max-token-size");
    assert_eq!(code(&server, &of_a).await, Code::Ok);
}
