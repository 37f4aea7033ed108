//! `--dangerous-skip-signature`: every other check sees what was sent.

use super::CONFIG;
use super::cases::{METHOD, refusals};
use super::support::{Explained, explain, explain_in_json, write_token};
use crate::support::serving::{Serving, issuer, token};

const SKIP: &str = "--token-file token --config sekisho.toml --dangerous-skip-signature";
const CHECK: &str = "--token-file token --config sekisho.toml";
const MARK: &str = "signature not checked:";

#[tokio::test]
async fn a_token_is_refused_for_all_but_its_signature() {
    let one = issuer("one");
    let server = Serving::start(CONFIG, &[&one]).await;
    for case in refusals(&one).into_iter().filter(|case| !case.wrong.is_empty()) {
        write_token(&server, &case.wrong);
        let skipped = explain_in_json(&server, case.path, SKIP).await;
        let is_of_signature = ["a bad signature", "a key of nobody", "no base64url"].contains(&case.name);
        if is_of_signature {
            assert_eq!(
                (skipped.code, skipped.refused_by()),
                (Some(0), None),
                "{}: {}",
                case.name,
                skipped.out
            );
            assert_eq!([skipped.result_of("key"), skipped.result_of("signature")], ["not_checked"; 2]);
        } else {
            assert_eq!((skipped.code, skipped.refused_by()), (Some(1), Some(case.check)), "{}", case.name);
            let checked = explain_in_json(&server, case.path, CHECK).await;
            assert_eq!(skipped.json["refusal"], checked.json["refusal"], "{}", case.name);
        }
        says_so_on_its_line(&skipped);
    }
}

#[track_caller]
fn says_so_on_its_line(skipped: &Explained) {
    let (json, lines) = (&skipped.json_text, skipped.json_text.matches('\n').count());
    assert!(lines == 1 && json.contains(r#""signature_not_checked":true"#), "{json}");
}

#[tokio::test]
async fn every_line_says_that_the_signature_was_not_checked() {
    let one = issuer("one");
    let server = Serving::start(CONFIG, &[&one]).await;
    for (token, code) in
        [(token(&one), 0), (token(&one).scope("other"), 1), (token(&one).header("alg", "none"), 1)]
    {
        write_token(&server, &[format!("Bearer {}", token.sign())]);
        let skipped = explain(&server, METHOD, SKIP).await;
        assert_eq!((skipped.code, skipped.stderr.as_str()), (Some(code), ""), "{}", skipped.out);
        assert!(skipped.out.lines().all(|line| line.starts_with(MARK)), "{}", skipped.out);
        let is_marked = |line: &str| line.starts_with("- **signature not checked:**");
        assert!(skipped.markdown.lines().all(is_marked), "{}", skipped.markdown);
        says_so_on_its_line(&skipped);
        let checked = explain(&server, METHOD, CHECK).await;
        assert!(!checked.out.contains(MARK) && !checked.markdown.contains(MARK), "{}", checked.out);
        assert!(checked.json_text.contains(r#""signature_not_checked": false"#), "{}", checked.json_text);
    }
}

#[tokio::test]
async fn a_signature_that_was_cut_off_is_none_to_be_checked() {
    let one = issuer("one");
    let server = Serving::start(CONFIG, &[&one]).await;
    let token = token(&one).sign();
    let (input, signature) = token.rsplit_once('.').expect("three parts");
    for cut in [input.to_owned(), format!("{input}."), format!("{input}.{}", &signature[..10])] {
        write_token(&server, &[format!("Bearer {cut}")]);
        let skipped = explain_in_json(&server, METHOD, SKIP).await;
        assert_eq!(
            (skipped.code, &skipped.json["outcome"]),
            (Some(0), &"granted".into()),
            "{}",
            skipped.json_text
        );
        let checked = explain_in_json(&server, METHOD, CHECK).await;
        assert_eq!(checked.code, Some(1), "{}", checked.json_text);
    }
}

/// Nothing is fetched: keys by URL or discovery are refused, unless the signature is skipped.
#[tokio::test]
async fn keys_that_would_have_to_be_fetched_are_a_fault() {
    let one = issuer("one");
    let server = Serving::start(CONFIG, &[&one]).await;
    write_token(&server, &[format!("Bearer {}", token(&one).sign())]);
    let issuer = "--token-file token --audience api --issuer https://one.example";
    for (keys, way) in [
        (" --jwks https://one.example/keys", "curl -o keys.json https://one.example/keys"),
        ("", "https://one.example/.well-known/openid-configuration"),
    ] {
        let fetched = explain_in_json(&server, METHOD, &format!("{issuer}/{keys}")).await;
        assert_eq!((fetched.code, fetched.json_text.as_str()), (Some(2), ""));
        assert!(
            fetched.stderr.contains(way) && fetched.stderr.contains("--dangerous-skip-signature"),
            "{}",
            fetched.stderr
        );
        let skipped =
            explain_in_json(&server, METHOD, &format!("{issuer}/{keys} --dangerous-skip-signature")).await;
        assert_eq!(skipped.code, Some(0), "{}", skipped.json_text);
    }
    // Discovery settles whether the name has a slash at its end; a fixed place of keys does not.
    let skipped = explain_in_json(&server, METHOD, &format!("{issuer} --dangerous-skip-signature")).await;
    assert_eq!(skipped.code, Some(0), "{}", skipped.json_text);
    let fixed = format!("{issuer} --jwks https://one.example/keys --dangerous-skip-signature");
    let skipped = explain_in_json(&server, METHOD, &fixed).await;
    assert_eq!((skipped.code, skipped.refused_by()), (Some(1), Some("issuer")), "{}", skipped.json_text);
}

/// Who is told to save the keys is told as well how the issuer is written then; whoever follows is answered as by the server.
#[tokio::test]
async fn whoever_saves_the_keys_of_a_discovered_issuer_writes_its_name_as_its_tokens_do() {
    let one = issuer("one");
    let server = Serving::start(CONFIG, &[&one]).await;
    write_token(&server, &[format!("Bearer {}", token(&one).sign())]);
    let without_slash = "--token-file token --audience api --issuer https://one.example";
    let told = explain_in_json(&server, METHOD, without_slash).await;
    let rule = "name it by --jwks, and write --issuer just as `issuer` stands in that document, with its last slash or without;";
    assert!(told.code == Some(2) && told.stderr.contains(rule), "{}", told.stderr);
    let followed = explain_in_json(&server, METHOD, &format!("{without_slash}/ --jwks one")).await;
    assert_eq!(followed.code, Some(0), "{}", followed.json_text);
    // Whoever forgets the slash is told what it is about, as in the log.
    let forgotten = explain(&server, METHOD, &format!("{without_slash} --jwks one")).await;
    assert_eq!((forgotten.code, forgotten.refused_by()), (Some(1), Some("issuer")));
    let hint = forgotten.json["refusal"]["hint"].as_str().expect("a hint");
    assert!(hint.contains("slash") && forgotten.log_line.contains(hint), "{}", forgotten.out);
    assert!(
        forgotten.out.contains(r#"a token whose iss is just "https://one.example""#),
        "{}",
        forgotten.out
    );

    let table = "[[issuers]]\nname = 'one'\nissuer = 'https://one.example'\naudience = 'api'\n";
    server.write("tables.toml", table);
    let arguments = "--token-file token --config tables.toml";
    let told = explain_in_json(&server, METHOD, arguments).await;
    let rule = "name it by `jwks` in its table, and write `issuer` there just as `issuer` stands in that document, with its last \
                slash or without;";
    assert!(told.code == Some(2) && told.stderr.contains(rule), "{}", told.stderr);
    assert!(!told.stderr.contains("--jwks") && !told.stderr.contains("--issuer"), "{}", told.stderr);
    server.write("tables.toml", &table.replace(".example'", ".example/'\njwks = 'one'"));
    let followed = explain_in_json(&server, METHOD, arguments).await;
    assert_eq!(followed.code, Some(0), "{}", followed.json_text);
}

/// A pipe can be read once, and a server reads its keys again and again.
#[tokio::test]
async fn keys_of_a_pipe_are_a_clear_fault() {
    let one = issuer("one");
    let server = Serving::start(CONFIG, &[&one]).await;
    write_token(&server, &[format!("Bearer {}", token(&one).sign())]);
    let program = env!("CARGO_BIN_EXE_sekisho");
    for arguments in [format!("policy explain {METHOD} --token-file token"), "check-config".to_owned()] {
        let mut command = tokio::process::Command::new("sh");
        let script = format!("cat one | '{program}' {arguments} --config sekisho.toml --jwks /dev/stdin");
        command.args(["-c", &script]).current_dir(server.folder()).env_clear();
        let ended = crate::support::end(command).await;
        let error = ended.one_error(2);
        assert!(error.contains("/dev/stdin: it is no regular file"), "{arguments}: {error}");
    }
}

/// A signature that nobody checked makes no token valid.
#[tokio::test]
async fn a_token_whose_signature_is_skipped_is_not_called_valid() {
    let one = issuer("one");
    let server = Serving::start(CONFIG, &[&one]).await;
    write_token(&server, &[format!("Bearer {}", token(&one).sign())]);
    let skipped = explain(&server, METHOD, SKIP).await;
    for output in [&skipped.out, &skipped.markdown] {
        assert!(output.contains("GRANTED") && !output.contains("the token is valid"), "{output}");
        assert!(
            output.contains("GRANTED if the signature is its issuer's, which was not checked"),
            "{output}"
        );
    }
    let checked = explain(&server, METHOD, CHECK).await;
    assert!(checked.out.contains("GRANTED: the token is valid"), "{}", checked.out);
}
