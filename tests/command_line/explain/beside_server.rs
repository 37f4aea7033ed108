//! Flags that a server has for its issuer, and `explain` for `--server` as well; and the services that are served beside the
//! APIs.

use super::CONFIG;
use super::cases::METHOD;
use super::support::{Explained, call, explain, explain_in_json, reason_of, write_token};
use crate::support::serving::{Serving, issuer, table, token};

const GRANTED: Option<i32> = Some(0);

fn roots() -> String {
    rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap().cert.pem()
}

#[tokio::test]
async fn the_flags_of_a_server_for_its_issuer_are_taken() {
    let one = issuer("one");
    let server = Serving::start(CONFIG, &[&one]).await;
    server.write("roots.pem", &roots());
    write_token(&server, &[format!("Bearer {}", token(&one).claim("iss", "http://one.example/").sign())]);
    let plain = "--token-file token --issuer http://one.example/ --audience api --dangerous-skip-signature";
    let refused = explain(&server, METHOD, plain).await;
    assert!(
        refused.code == Some(2) && refused.stderr.contains("--dangerous-allow-plain-http"),
        "{}",
        refused.stderr
    );
    for more in [
        "--dangerous-allow-plain-http",
        "--dangerous-allow-plain-http --ca-file roots.pem --remember-tokens 0",
    ] {
        let taken = explain(&server, METHOD, &format!("{plain} {more}")).await;
        assert_eq!((taken.code, taken.stderr.as_str()), (GRANTED, ""), "{more}");
    }
    // They are judged as by the server, each.
    let faulty =
        explain(&server, METHOD, &format!("{plain} --dangerous-allow-plain-http --ca-file nowhere")).await;
    assert!(faulty.stderr.starts_with("error: --ca-file: nowhere: "), "{}", faulty.stderr);
    write_token(&server, &[]);
    let tables = table("one", "");
    server.write("tables.toml", &tables);
    let misplaced = explain(&server, METHOD, "--config tables.toml --ca-file roots.pem").await;
    assert!(
        misplaced.stderr.starts_with("error: --ca-file: the issuers are described by"),
        "{}",
        misplaced.stderr
    );
}

#[tokio::test]
async fn with_a_server_that_is_asked_they_are_for_it_alone() {
    let one = issuer("one");
    let config = format!("reflection = 'public'\n{}", table("one", ""));
    let server = Serving::start(&config, &[&one]).await;
    server.write("roots.pem", &roots());
    write_token(&server, &[format!("Bearer {}", token(&one).sign())]);
    let asked = format!("--token-file token --server {}", server.address);
    // The issuers of tables have roots of their own.
    let tables = format!("{asked} --config sekisho.toml --ca-file roots.pem --dangerous-allow-plain-http");
    let explained = explain(&server, METHOD, &tables).await;
    assert_eq!((explained.code, explained.stderr.as_str()), (GRANTED, ""), "{}", explained.out);
    // The server of the issuer would not take it by http.
    write_token(&server, &[format!("Bearer {}", token(&one).claim("iss", "http://one.example/").sign())]);
    let plain =
        "--issuer http://one.example/ --audience api --dangerous-skip-signature --dangerous-allow-plain-http";
    let refused = explain(&server, METHOD, &format!("{asked} {plain}")).await;
    assert!(refused.code == Some(2) && refused.stderr.starts_with("error: --issuer: "), "{}", refused.stderr);
    let mut own = super::support::command(&server, METHOD, &format!("{asked} {plain}"));
    own.env("SEKISHO_DANGEROUS_ALLOW_PLAIN_HTTP", "true");
    let taken = crate::support::end(own).await;
    assert_eq!((taken.code, taken.stderr.as_str()), (GRANTED, ""), "{}", taken.stdout);
}

const HEALTH: &str = "/grpc.health.v1.Health/Check";
const WATCH: &str = "/grpc.health.v1.Health/Watch";
const REFLECTION: [&str; 2] = [
    "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
    "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
];

/// The guard refuses by a reason, or since there is no such method; all else is a handler's answer.
#[track_caller]
fn is_as_served(explained: &Explained, told: Result<(), tonic::Status>, name: &str) {
    let is_of_guard =
        |status: &tonic::Status| reason_of(status).is_some() || status.code() == tonic::Code::Unimplemented;
    let refused = told.err().filter(is_of_guard);
    let code = Some(i32::from(refused.is_some()));
    assert_eq!(explained.code, code, "{name}: {} {}", explained.out, explained.stderr);
    if let Some(refused) = refused {
        explained.says_the_words_of(&refused, name);
    }
}

#[tokio::test]
async fn health_and_reflection_are_explained_as_this_server_serves_them() {
    let one = issuer("one");
    for reflection in ["off", "public", "authenticated"] {
        let config = format!("{CONFIG}reflection = '{reflection}'\n");
        let server = Serving::start(&config, &[&one]).await;
        for entries in [vec![], vec![format!("Bearer {}", token(&one).sign())], vec!["Bearer x".to_owned()]] {
            write_token(&server, &entries);
            for method in [HEALTH, REFLECTION[0], REFLECTION[1]] {
                let name = format!("{method} of {reflection} with {}", entries.len());
                let explained = explain(&server, method, "--token-file token --config sekisho.toml").await;
                is_as_served(&explained, call(&server, method, &entries).await, &name);
            }
        }
        write_token(&server, &[]);
        let watch = explain_in_json(&server, WATCH, "--config sekisho.toml").await;
        assert_eq!((watch.code, watch.json["method"]["origin"].as_str()), (GRANTED, Some("explicit")));
        let health = explain(&server, HEALTH, "--config sekisho.toml").await;
        assert!(health.out.contains("Declared   by a rule that stands in no .proto\n"), "{}", health.out);
        let unknown = explain(&server, "/grpc.health.v1.Health/Chek", "--config sekisho.toml").await;
        assert!(
            unknown.code == Some(1) && unknown.out.contains("grpc.health.v1.Health/Check"),
            "{}",
            unknown.out
        );
        let narrowed = "--config sekisho.toml --service api1.v1.Api1";
        let narrowed = explain_in_json(&server, METHOD, narrowed).await;
        assert_eq!(
            (narrowed.code, narrowed.result_of("method").as_str()),
            (Some(1), "passed"),
            "{}",
            narrowed.stderr
        );
    }
    let server = Serving::start(CONFIG, &[&one]).await;
    write_token(&server, &[]);
    let off = explain(&server, REFLECTION[0], "").await;
    assert!(off.out.contains("it is off unless --reflection says who may ask"), "{}", off.out);
    let on = explain(&server, REFLECTION[0], "--reflection public").await;
    assert_eq!(on.code, GRANTED, "{}", on.out);
}

/// Who may call it there, its reflection does not say.
#[tokio::test]
async fn of_another_server_health_is_not_unknown() {
    let one = issuer("one");
    let server = Serving::start(&format!("{CONFIG}reflection = 'public'\n"), &[&one]).await;
    write_token(&server, &[]);
    let asked = format!("--server {}", server.address);
    for method in [HEALTH, REFLECTION[1]] {
        let explained = explain(&server, method, &asked).await;
        let reason = format!(
            "error: {}: it has no access rule, so that it cannot be said who may call it",
            &method[1..]
        );
        assert!(explained.code == Some(2) && explained.stderr.starts_with(&reason), "{}", explained.stderr);
    }
    server.write("rules", "grpc.health.v1.Health/Check { public: true }\n");
    let ruled = explain(&server, HEALTH, &format!("{asked} --rules rules")).await;
    assert_eq!((ruled.code, ruled.stderr.as_str()), (GRANTED, ""), "{}", ruled.out);
    // What it does not have is unknown, and what it has is explained as before.
    let unknown = explain_in_json(&server, "/grpc.health.v2.Health/Check", &asked).await;
    assert_eq!((unknown.code, unknown.refused_by()), (Some(1), Some("method")), "{}", unknown.stderr);
    let known = explain_in_json(&server, METHOD, &format!("{asked} --scopes api1:read:status")).await;
    assert_eq!((known.code, known.stderr.as_str()), (GRANTED, ""));
}
