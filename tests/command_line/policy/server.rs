//! `--server HOST:PORT`: a server is asked by its reflection.
#![allow(clippy::expect_used, reason = "these are tests")]

use std::net::SocketAddr;

use sekisho::testing::TestIssuer;
use sekisho_server::services::DESCRIPTOR_SET;
use tokio::net::TcpListener;
use tokio_stream::wrappers::TcpListenerStream;
use tonic::service::Routes;
use tonic_reflection::server::Builder;

use super::support::{Folder, SHOP, as_asked, descriptor_set};
use crate::support::serving::{Serving, issuer, table, token};
use crate::support::{Ended, end, run, sekisho};

/// The methods of the program's own APIs, each with its scope.
const OWN: [(&str, &str); 3] = [
    ("api1.v1.Api1/GetStatus", "api1:read:status"),
    ("api2.v1.Api2/GetStatus", "api2:read:status"),
    ("api3.v1.Api3/GetStatus", "api3:read:status"),
];

async fn own_server(reflection: &str) -> (Serving, TestIssuer) {
    let issuer = issuer("a");
    let config = format!("reflection = '{reflection}'\n{}", table("a", ""));
    (Serving::start(&config, &[&issuer]).await, issuer)
}

#[track_caller]
fn assert_lists_own(ended: &Ended) {
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""));
    for (method, scope) in OWN {
        let line = ended.stdout.lines().find(|line| line.contains(method));
        assert!(line.is_some_and(|line| line.contains(scope)), "{method}: {}", ended.stdout);
    }
    assert!(!ended.stdout.contains("grpc."), "health and reflection are left out: {}", ended.stdout);
}

#[tokio::test]
async fn a_server_with_public_reflection_says_all() {
    let (server, _) = own_server("public").await;
    for target in [format!("{}", server.address), format!("http://localhost:{}", server.address.port())] {
        assert_lists_own(&run(&format!("policy list --server {target}")).await);
    }
    let one = run(&format!("policy list --server {} --service api2.v1.Api2", server.address)).await;
    assert_eq!(one.code, Some(0), "{}", one.stderr);
    assert!(one.stdout.contains(OWN[1].0) && !one.stdout.contains(OWN[0].0), "{}", one.stdout);
    let none = run(&format!("policy list --server {} --service api2.v1.Api", server.address)).await;
    let error = none.one_error(2);
    assert!(error.contains("api2.v1.Api2"), "what may have been meant: {error}");
}

#[tokio::test]
async fn a_server_whose_reflection_asks_for_a_token_gets_that_of_the_variable() {
    let (server, issuer) = own_server("authenticated").await;
    let list = format!("policy list --server {}", server.address);
    let without = run(&list).await;
    let error = without.one_error(2);
    let expected = format!("--server http://{}: ", server.address);
    assert!(error.starts_with(&expected) && error.contains("No access token was sent"), "{error}");
    assert!(error.ends_with("set SEKISHO_ACCESS_TOKEN)"), "{error}");

    let good = token(&issuer).sign();
    let mut command = sekisho(&list);
    command.env("SEKISHO_ACCESS_TOKEN", format!("{good}\n"));
    assert_lists_own(&end(command).await);

    let other = self::issuer("a");
    let bad = token(&other).sign();
    let mut command = sekisho(&list);
    command.env("SEKISHO_ACCESS_TOKEN", &bad);
    let refused = end(command).await;
    let error = refused.one_error(2);
    assert!(error.ends_with("(of the token in SEKISHO_ACCESS_TOKEN)"), "{error}");
    assert!(bad.split('.').all(|part| !error.contains(part)), "{error}");
}

#[tokio::test]
async fn a_server_without_reflection_is_told_of() {
    let (server, _) = own_server("off").await;
    let ended = run(&format!("policy list --server {}", server.address)).await;
    let error = ended.one_error(2);
    assert!(error.contains("neither grpc.reflection.v1 nor v1alpha"), "{error}");
    assert!(error.ends_with("name its descriptors by --descriptors or --proto"), "{error}");
}

async fn serve(routes: Routes) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = tonic::transport::Server::builder().add_routes(routes);
    tokio::spawn(server.serve_with_incoming(TcpListenerStream::new(listener)));
    address
}

/// As many servers of today speak, and grpcurl before 1.9. tonic's own answers with one file at a time.
#[tokio::test]
async fn a_server_that_speaks_v1alpha_alone_is_understood() {
    let builder = || Builder::configure().register_encoded_file_descriptor_set(DESCRIPTOR_SET);
    let older = serve(Routes::new(builder().build_v1alpha().expect("a service"))).await;
    assert_lists_own(&run(&format!("policy list --server {older}")).await);
    let newer = serve(Routes::new(builder().build_v1().expect("a service"))).await;
    assert_lists_own(&run(&format!("policy list --server {newer}")).await);
}

#[tokio::test]
async fn what_a_file_declares_and_the_server_does_not_list_is_not_served() {
    let set = descriptor_set(SHOP);
    let builder = Builder::configure().register_encoded_file_descriptor_set(&set);
    let service = builder.with_service_name("shop.v1.Front").build_v1().expect("a service");
    let address = serve(Routes::new(service)).await;
    let ended = run(&format!("policy list --server {address}")).await;
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""));
    assert!(ended.stdout.contains("shop.v1.Front/Ping"), "{}", ended.stdout);
    assert!(!ended.stdout.contains("shop.v1.Items"), "{}", ended.stdout);
}

#[tokio::test]
async fn health_is_listed_where_it_has_rules_or_is_named() {
    let builder = Builder::configure()
        .register_encoded_file_descriptor_set(DESCRIPTOR_SET)
        .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET);
    let address = serve(Routes::new(builder.build_v1().expect("a service"))).await;
    let list = format!("policy list --server {address}");
    assert_lists_own(&run(&list).await);
    let methods = ["Check", "Watch"];
    let rules = methods.map(|method| format!("grpc.health.v1.Health/{method} {{ public: true }}\n"));
    let folder = Folder::new(&[("rules", &rules.concat())]);
    let by_file = folder.run(&format!("{list} --rules rules")).await;
    assert_eq!((by_file.code, by_file.stderr.as_str()), (Some(0), ""));
    let named = folder.run(&format!("{list} --service grpc.health.v1.Health")).await;
    assert_eq!(named.code, Some(0), "{}", named.stderr);
    for (ended, has_others) in [(by_file, true), (named, false)] {
        assert!(
            methods.iter().all(|method| ended.stdout.contains(&format!("grpc.health.v1.Health/{method}")))
        );
        assert_eq!(ended.stdout.contains(OWN[0].0), has_others, "{}", ended.stdout);
    }
}

#[tokio::test]
async fn a_server_that_cannot_be_believed_is_not_judged() {
    for (listed, told) in [
        ("api1.v1.Api1\x1b[2J\nerror: all is well", "it lists a service whose name is none: "),
        ("orders.v1.Orders", "asked for the file of orders.v1.Orders, it answered NotFound: "),
    ] {
        let builder = Builder::configure().register_encoded_file_descriptor_set(DESCRIPTOR_SET);
        let builder = builder.with_service_name("api1.v1.Api1").with_service_name(listed);
        let address = serve(Routes::new(builder.build_v1().expect("a service"))).await;
        let list = format!("policy list --server {address}");
        let ended = run(&list).await;
        let error = ended.one_error(2);
        assert!(error.starts_with(&format!("--server http://{address}: {told}")), "{error}");
        assert!(!error.contains(char::is_control), "{error:?}");
    }
    let builder = Builder::configure().register_encoded_file_descriptor_set(DESCRIPTOR_SET);
    let builder = builder.with_service_name("api1.v1.Api1").with_service_name("orders.v1.Orders");
    let address = serve(Routes::new(builder.build_v1().expect("a service"))).await;
    let one = run(&format!("policy list --service api1.v1.Api1 --server {address}")).await;
    assert_eq!((one.code, one.stderr.as_str()), (Some(0), ""), "what is not asked for may be missing");
}

/// It was asked for one service, so that others may have the messages of the method.
#[tokio::test]
async fn an_open_method_of_a_server_passes_as_renamed_only_where_all_was_asked_for() {
    let proto = |name: &str| {
        format!(
            r#"syntax = "proto3"; package t; import "sekisho/v1/access.proto"; message Q {{}} message R {{}}
            service S {{ rpc {name}(Q) returns (R) {{ option (sekisho.v1.access) = {{ public: true }}; }} }}"#
        )
    };
    let folder = Folder::new(&[]);
    folder.write("before.binpb", descriptor_set(&proto("Ping")));
    let set = descriptor_set(&proto("Pong"));
    let builder = Builder::configure().register_encoded_file_descriptor_set(&set).with_service_name("t.S");
    let address = serve(Routes::new(builder.build_v1().expect("a service"))).await;
    for (service, code, told) in [("", 0, "equivalent t.S/Pong"), ("--service t.S", 1, "added t.S/Pong")] {
        let source = format!("--server {address} {service}");
        as_asked(&folder.run(&format!("policy lock {source}")).await);
        let checked = folder.run(&format!("policy check {source} --base before.binpb")).await;
        assert_eq!((checked.code, checked.stderr.as_str()), (Some(code), ""), "{}", checked.stdout);
        assert!(checked.stdout.contains(told), "{}", checked.stdout);
    }
}

#[tokio::test]
async fn tls_is_spoken_with_own_roots() {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned(), "127.0.0.1".to_owned()]).unwrap();
    let (certificate, key) = (made.cert.pem(), made.signing_key.serialize_pem());
    let config = format!(
        "reflection = 'public'\ntls-certificate = 'cert.pem'\ntls-key = 'key.pem'\n{}",
        table("a", "")
    );
    let files = [("cert.pem", certificate.as_str()), ("key.pem", key.as_str())];
    let server = Serving::start_with("serve --config sekisho.toml", &config, &[&issuer("a")], &files).await;
    let folder = tempfile::tempdir().unwrap();
    let roots = folder.path().join("roots.pem");
    std::fs::write(&roots, &certificate).unwrap();

    for host in ["localhost", "127.0.0.1"] {
        let list = format!("policy list --server https://{host}:{}", server.address.port());
        assert_lists_own(&run(&format!("{list} --ca-file {}", roots.display())).await);
        let mut command = sekisho(&list);
        command.env("SEKISHO_CA_FILE", &roots);
        assert_lists_own(&end(command).await);
        let unknown = run(&list).await;
        let error = unknown.one_error(2);
        assert!(error.contains("certificate"), "{error}");
    }
    let plain = run(&format!("policy list --server {}", server.address)).await;
    let error = plain.one_error(2);
    let hint = format!("(does it speak TLS? then https://{})", server.address);
    assert!(error.ends_with(&hint), "{error}");
}

#[tokio::test]
async fn a_server_without_tls_is_not_asked_by_it() {
    let (server, _) = own_server("public").await;
    let ended = run(&format!("policy list --server https://{}", server.address)).await;
    let error = ended.one_error(2);
    let hint = format!("(does it speak plain text? then http://{})", server.address);
    assert!(error.ends_with(&hint), "{error}");
}

#[tokio::test]
async fn a_target_that_is_none_is_told_of() {
    let elsewhere = "http without TLS is for loopback alone (localhost, 127.0.0.0/8, [::1]); use https, or allow it by \
                     --dangerous-allow-plain-http";
    for (target, told) in [
        ("http://orders.example:50051", elsewhere),
        ("localhost:1/x", "neither a path nor a query belongs here"),
        ("orders.example:port", "expected HOST:PORT"),
    ] {
        let ended = run(&format!("policy list --server {target}")).await;
        let error = ended.one_error(2);
        assert!(error.starts_with("--server: ") && error.contains(told), "{error}");
    }
    for target in [
        "https://me:secret@orders.example",
        "http://me:secret@orders.example:1",
        "me:secret@orders.example:443",
        "https://me:secret@orders.example/path",
    ] {
        let ended = run(&format!("policy list --server {target}")).await;
        let error = ended.one_error(2);
        assert!(error.starts_with("--server: ") && !error.contains("secret"), "{error}");
        // Where a file belongs.
        for command in
            ["list --descriptors", "list --rules", "list --proto", "diff access.lock", "check --base"]
        {
            let ended = run(&format!("policy {command} https://me:secret@orders.example/x")).await;
            assert_eq!(ended.code, Some(2), "{command}");
            let Ended { stdout, stderr, .. } = ended;
            assert!(
                stderr.starts_with("error: ") && !format!("{stdout}{stderr}").contains("secret"),
                "{stderr}"
            );
        }
    }
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = free.local_addr().unwrap();
    drop(free);
    let ended = run(&format!("policy list --server {address}")).await;
    let error = ended.one_error(2);
    assert!(
        error.starts_with(&format!("--server http://{address}: ")) && error.contains("refused"),
        "{error}"
    );
}
