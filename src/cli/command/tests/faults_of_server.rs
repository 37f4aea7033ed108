//! What is wrong with where the server listens, who may come, and what they may take.

use super::*;

#[test]
fn plain_text_does_not_leave_loopback_unless_it_is_allowed_to() {
    let way_out = "is not on loopback, and tokens would come in plain text; give --tls-certificate and --tls-key, \
                   or --dangerous-listen-without-tls where something in front of it speaks TLS";
    for address in ["0.0.0.0:1", "[::]:1", "192.0.2.1:1"] {
        let faults = served(&format!("--grpc-listen {address}")).faults();
        assert_eq!(faults, [format!("--grpc-listen: {address} {way_out}")]);
    }
    let faults = served("").env("SEKISHO_GRPC_LISTEN", "0.0.0.0:1").faults();
    assert_eq!(faults, [format!("SEKISHO_GRPC_LISTEN: 0.0.0.0:1 {way_out}")]);
    served("--grpc-listen 127.0.0.1:1").serve();
    served("--grpc-listen 0.0.0.0:1").env("SEKISHO_DANGEROUS_LISTEN_WITHOUT_TLS", "1").serve();
    let faults = served("--grpc-listen 0.0.0.0:1").env("SEKISHO_DANGEROUS_LISTEN_WITHOUT_TLS", "0").faults();
    assert_eq!(faults.len(), 1, "{faults:?}");
}

#[test]
fn a_page_has_a_client_and_does_not_leave_loopback_in_plain_text() {
    let faults = served("--web-listen 127.0.0.1:1").faults();
    assert_eq!(faults, ["--web-listen: it goes with --client-id, which is missing"]);
    assert!(served("--client-id spa").serve().server.page.is_some());
    let faults = served("--client-id spa --web-listen 0.0.0.0:1 --grpc-listen 0.0.0.0:2").faults();
    assert_eq!(faults.len(), 2, "{faults:?}");
    assert!(faults.iter().all(|fault| fault.contains("is not on loopback")), "{faults:?}");
    served("--client-id spa --web-listen 0.0.0.0:1 --dangerous-listen-without-tls").serve();
    let faults = told("--web-listen 0.0.0.0:1").faults();
    assert!(
        faults.len() == 1 && faults[0].contains("in development nothing listens elsewhere"),
        "{faults:?}"
    );
}

#[test]
fn every_limit_is_judged() {
    let numbers = [
        ("max-connections", "0", "is no number from 1 to 4294967295"),
        ("max-concurrent-streams", "-1", "is no number from 1 to 4294967295"),
        ("max-header-list-size", "64k", "is no number of bytes from 4096 to 1048576"),
        ("max-frame-size", "16383", "is no number of bytes from 16384 to 16777215"),
        ("max-message-size", "0", "is no number of bytes from 1 to 4294967295"),
    ];
    for (name, text, reason) in numbers {
        let faults = told("").argument(&format!("--{name}={text}")).faults();
        assert_eq!(faults, [format!("--{name}: {text:?} {reason}")]);
    }
    let times = [
        "first-head-timeout",
        "head-timeout",
        "idle-timeout",
        "keep-alive-interval",
        "keep-alive-timeout",
        "max-connection-age",
        "tls-reload",
    ];
    for name in times {
        let faults = told(&format!("--{name} 5ms")).faults();
        assert_eq!(faults, [format!("--{name}: \"5ms\" is too short; expected at least 100ms")]);
    }
}

#[test]
fn a_token_has_room_in_a_head() {
    let faults = told("--max-header-list-size 4096").faults();
    let reason = "a token of 8192 bytes has no room in a head of 4096 (--max-header-list-size)";
    assert_eq!(faults, [format!("--max-token-size: {reason}")]);
    told("--max-header-list-size 4096 --max-token-size 2048").development();
    told("--max-header-list-size 131072 --max-token-size 100000").development();
}

#[test]
fn a_switch_is_judged_where_it_is_of_no_use() {
    let faults = told("").env("SEKISHO_DANGEROUS_LISTEN_WITHOUT_TLS", "maybe").faults();
    assert_eq!(faults, [r#"SEKISHO_DANGEROUS_LISTEN_WITHOUT_TLS: "maybe" is neither true nor false"#]);
}

#[test]
fn an_origin_that_no_browser_sends_is_told() {
    let cases = [
        ("https://app.example/", "a browser writes it as https://app.example"),
        ("app.example", "it is no origin; expected SCHEME://HOST[:PORT], like https://app.example"),
        ("https://*.example", "origins are compared whole; name each of them, without *"),
        ("null", "every sandboxed page and every file has this origin, whoever wrote it"),
    ];
    for (text, reason) in cases {
        let faults = told(&format!("--allow-origin {text}")).faults();
        assert_eq!(faults, [format!("--allow-origin: {text:?}: {reason}")]);
    }
    let faults = told("--allow-origin https://me:secret@app.example").faults();
    assert_eq!(faults, ["--allow-origin: a browser writes it as https://app.example"]);
    let faults = told("").env("SEKISHO_ALLOW_ORIGINS", "https://a.example,*").faults();
    assert_eq!(faults, ["SEKISHO_ALLOW_ORIGINS: * stands for every origin, and no other beside it"]);
    assert_eq!(told("--allow-origin * --allow-origin app.example").faults().len(), 2);
    assert_eq!(
        told("--allow-origin *").development().server.allow_origins,
        Some(crate::server::AllowedOrigins::Any)
    );
}

#[test]
fn tls_files_are_looked_at_before_anything_is_served() {
    let pem = tls_files();
    let with = |certificate: &str, key: &str| {
        told("").file("--tls-certificate", "certificate.pem", certificate).file("--tls-key", "key.pem", key)
    };
    assert!(with(&pem.certificate, &pem.key).development().server.tls.is_some());
    let cases = [
        (with("", &pem.key), "--tls-certificate: DIR/certificate.pem: there is no PEM certificate in it"),
        (with(&pem.certificate, ""), "--tls-key: DIR/key.pem: there is no PEM private key in it"),
        (
            with(&pem.certificate, &tls_files().key),
            "--tls-key: DIR/key.pem: the key and the certificate do not fit: keys may not be consistent: KeyMismatch",
        ),
        (
            with(&pem.certificate, &pem.key.replace('\n', " ")),
            "--tls-key: DIR/key.pem: it is no PEM: a line -----END …----- is missing",
        ),
        (
            with(&pem.certificate, &pem.key).argument("--tls-client-certificate=required"),
            "--tls-client-certificate: it goes with --tls-client-ca, which is missing",
        ),
        (
            told("").file("--tls-certificate", "certificate.pem", &pem.certificate),
            "--tls-certificate: it goes with --tls-key, which is missing",
        ),
        (
            told("").file("--tls-key", "key.pem", &pem.key),
            "--tls-key: it goes with --tls-certificate, which is missing",
        ),
        (
            told("").file("--tls-client-ca", "ca.pem", &pem.certificate),
            "--tls-client-ca: it goes with --tls-certificate, which is missing",
        ),
        (
            with(&pem.certificate, &pem.key).file("--tls-client-ca", "ca.pem", "nonsense"),
            "--tls-client-ca: DIR/ca.pem: there is no PEM certificate in it",
        ),
        (
            with(&pem.certificate, &pem.key)
                .file("--tls-client-ca", "ca.pem", &pem.certificate)
                .argument("--tls-client-certificate=maybe"),
            "--tls-client-certificate: \"maybe\" is neither required nor optional",
        ),
    ];
    for (told, expected) in cases {
        assert_eq!(told.faults(), [expected]);
    }
    // All that are wrong, at once.
    let faults = with("", "").file("--tls-client-ca", "ca.pem", "").faults();
    let origins: Vec<_> = faults.iter().filter_map(|fault| fault.split(':').next()).collect();
    assert_eq!(origins, ["--tls-certificate", "--tls-key", "--tls-client-ca"], "{faults:?}");
    let faults = told("--tls-certificate /no/certificate --tls-key /no/key").faults();
    assert_eq!(
        faults,
        [
            "--tls-certificate: /no/certificate: No such file or directory (os error 2)",
            "--tls-key: /no/key: No such file or directory (os error 2)",
        ]
    );
}

#[test]
fn a_header_that_no_page_can_send_is_a_fault() {
    let forbidden = "browsers let no page send it";
    let cases = [
        ("*", "headers are allowed one by one; name each of them, without *"),
        ("x-*", "headers are allowed one by one; name each of them, without *"),
        ("a/b", "it is no header's name; expected one like traceparent"),
        (":path", "it is no header's name; expected one like traceparent"),
        ("Host", forbidden),
        ("cookie", forbidden),
        ("TE", forbidden),
        ("sec-fetch-site", forbidden),
    ];
    for (text, reason) in cases {
        assert_eq!(
            told(&format!("--allow-header {text}")).faults(),
            [format!("--allow-header: {text:?}: {reason}")]
        );
    }
    let faults = told("").env("SEKISHO_ALLOW_HEADERS", "traceparent,origin,x y").faults();
    assert_eq!(faults.len(), 2, "{faults:?}");
}

#[test]
fn an_origin_that_is_not_one_place_is_no_endpoint_of_an_issuer() {
    let reason = "a page speaks to http and https alone, and to one host by its name";
    for text in ["https://0.0.0.0", "http://[::]:9000", "capacitor://localhost", "https://a;script-src"] {
        let faults = told(&format!("--connect-origin {text}")).faults();
        assert_eq!(faults, [format!("--connect-origin: {text:?}: {reason}")]);
    }
    let faults = told("--connect-origin https://*.example").faults();
    assert!(faults.len() == 1 && faults[0].contains("without *"), "{faults:?}");
    told("--connect-origin https://login.example --connect-origin http://127.0.0.1:9000").development();
}
