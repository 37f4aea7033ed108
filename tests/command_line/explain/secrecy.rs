//! Nothing of a token is shown, whatever becomes of it.

use super::CONFIG;
use super::cases::{METHOD, refusals};
use super::support::{command, explain, explain_stdin, write_token};
use crate::support::serving::{Serving, issuer, token};
use crate::support::{Ended, end};

/// Longer than a word, and what no output has by chance.
const PART: usize = 20;

/// No part of any, and none as a whole that is shorter.
#[track_caller]
fn has_nothing_of(output: &str, secrets: &[String], name: &str) {
    for secret in secrets {
        let secret = secret.as_bytes();
        assert!(!secret.is_empty(), "{name}: nothing would be looked for");
        for part in secret.windows(PART.min(secret.len())) {
            let part = String::from_utf8_lossy(part);
            assert!(!output.contains(&*part), "{name}: {part} is in {output}");
        }
    }
}

/// What is secret of an entry: what stands behind its scheme, where there is something.
fn secret_of(entry: &str) -> Option<String> {
    let (_, secret) = entry.split_once(' ')?;
    Some(secret.trim().to_owned())
}

#[tokio::test]
async fn no_part_of_a_token_is_in_any_output() {
    let one = issuer("one");
    let server = Serving::start(CONFIG, &[&one]).await;
    let subject = "a-subject-that-is-nobody-elses-business";
    let granted = ["Bearer ".to_owned() + &token(&one).claim("sub", subject).claim("azp", subject).sign()];
    let all = refusals(&one).into_iter().map(|case| (case.name, case.wrong));
    for (name, entries) in all.chain([("granted", granted.to_vec())]) {
        write_token(&server, &entries);
        let secrets: Vec<_> =
            entries.iter().filter_map(|entry| secret_of(entry)).chain([subject.to_owned()]).collect();
        for more in arguments(name) {
            let arguments = format!("--token-file token --config sekisho.toml{more}");
            let explained = explain(&server, METHOD, &arguments).await;
            for output in [&explained.out, &explained.markdown, &explained.json_text, &explained.stderr] {
                has_nothing_of(output, &secrets, name);
            }
        }
    }
}

/// Of some cases, what is told without their signature or of faults.
fn arguments(name: &str) -> &'static [&'static str] {
    match name {
        "granted" | "another scope" | "an array for a payload" | "an opaque token" | "no algorithm" => {
            &["", " --dangerous-skip-signature", " --jwks https://one.example/keys", " --at never"]
        }
        _ => &[""],
    }
}

#[tokio::test]
async fn a_token_in_the_wrong_place_is_not_shown_either() {
    let one = issuer("one");
    let server = Serving::start(CONFIG, &[&one]).await;
    let secret = token(&one).sign();
    write_token(&server, &[]);
    let as_a_file =
        end(command(&server, METHOD, &format!("--config sekisho.toml --token-file {secret}"))).await;
    assert_eq!(as_a_file.code, Some(2));
    assert!(as_a_file.stderr.starts_with("error: --token-file: "), "{}", as_a_file.stderr);
    let as_a_method = end(command(&server, &secret, "")).await;
    let in_a_query = end(command(&server, &format!("{METHOD}?access_token={secret}"), "")).await;
    assert_eq!([as_a_method.code, in_a_query.code], [Some(1); 2], "{}", as_a_method.stderr);
    let lines = format!("{secret}\n{secret}");
    let several = explain_stdin(&server, METHOD, "--config sekisho.toml --token-file -", &lines).await;
    assert_eq!(several.code, Some(2), "{}", several.stdout);
    let bell =
        explain_stdin(&server, METHOD, "--config sekisho.toml --token-file -", &format!("{secret}\u{7}"))
            .await;
    assert_eq!(bell.code, Some(2), "{}", bell.stdout);
    for arguments in [
        " ",
        " --at ",
        " --format ",
        " --config sekisho.toml --jwks ",
        " --config ",
        " --issuer ",
        " --audience ",
        " --scopes=",
    ] {
        let misplaced = end(command(&server, METHOD, &format!("{arguments}{secret}"))).await;
        has_nothing_of(
            &format!("{}{}", misplaced.stdout, misplaced.stderr),
            std::slice::from_ref(&secret),
            arguments,
        );
        assert_ne!(misplaced.code, Some(0), "{arguments}");
    }
    for format in ["table", "markdown", "json"] {
        let listed =
            end(crate::support::sekisho(&format!("policy list --scopes {secret} --format {format}"))).await;
        has_nothing_of(&format!("{}{}", listed.stdout, listed.stderr), std::slice::from_ref(&secret), format);
        assert_eq!(listed.code, Some(2), "{format}");
    }
    for Ended { stdout, stderr, .. } in [as_a_file, as_a_method, in_a_query, several, bell] {
        has_nothing_of(&format!("{stdout}{stderr}"), std::slice::from_ref(&secret), "misplaced");
    }
}

#[tokio::test]
async fn a_file_that_is_too_large_is_not_read_to_its_end() {
    let one = issuer("one");
    let server = Serving::start(CONFIG, &[&one]).await;
    write_token(&server, &[]);
    let endless = end(command(&server, METHOD, "--config sekisho.toml --token-file /dev/zero")).await;
    assert_eq!(endless.one_error(2), "--token-file: it is larger than 1048576 bytes");
    let token = token(&one).sign();
    let read =
        explain_stdin(&server, METHOD, "--config sekisho.toml --token-file -", &format!("\n {token} \r\n"))
            .await;
    assert_eq!((read.code, read.stderr.as_str()), (Some(0), ""), "{}", read.stdout);
}
