//! How much a server may answer, and how long it may take.

use prost::bytes::Bytes;
use sekisho::jwks::{HttpUrl, PlainHttp};
use tokio::net::TcpListener;

use super::scripted::{file, files, listed};
use super::{asked, fetch, its_file, one_service, sent, with};
use crate::cli::policy::source::server::Server;

/// Each import leads to another one, and each answer is the answer to what was asked.
#[tokio::test]
async fn imports_without_an_end_are_counted() {
    let next = |name: &str| {
        let number: usize = name.strip_suffix(".proto").unwrap().parse().unwrap();
        let sent = (0..500).map(|step| (number + step, number + step + 1));
        vec![Ok(files(
            sent.map(|(one, next)| file(&format!("{one}.proto"), &[&format!("{next}.proto")], &[])),
        ))]
    };
    let begin = || vec![Ok(sent(&[("a.proto", &["0.proto"], &["x.A"])]))];
    assert_eq!(asked(with(one_service, begin, next)).await.unwrap_err(), "it sent more than 20000 files");
}

#[tokio::test]
async fn answers_are_bounded_each_and_together() {
    let large = |bytes: usize| {
        let comment = [b"\x4a".to_vec(), length(bytes), vec![b' '; bytes]].concat();
        Bytes::from([file("a.proto", &["b.proto"], &["x.A"]), comment].concat())
    };
    let of = |large: Bytes| with(one_service, move || vec![Ok(files([large.to_vec()]))], |_| Vec::new());
    let error = asked(of(large(17 << 20))).await.unwrap_err();
    assert!(error.contains("the limit is: 16777216 bytes"), "{error}");
    // The same file, as often as there are services.
    let again = large(13 << 20);
    let many = with(
        || vec![Ok(listed(["x.A", "x.B", "x.C", "x.D", "x.E"]))],
        move || vec![Ok(files([again.to_vec()]))],
        |_| Vec::new(),
    );
    assert_eq!(asked(many).await.unwrap_err(), "its answers are more than 64 MiB together");
}

fn length(value: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    prost::encoding::encode_varint(value as u64, &mut bytes);
    bytes
}

/// One question has one answer: a server that goes on for ever is not listened to.
#[tokio::test]
async fn a_stream_without_an_end_is_left() {
    let endless =
        with(one_service, || vec![Ok(sent(&[("a.proto", &[], &["x.A"])])); 100_000], |_| Vec::new());
    assert_eq!(asked(endless).await.unwrap().services, ["x.A"]);
    let endless = with(|| vec![one_service().remove(0); 100_000], its_file, |_| Vec::new());
    let error = asked(endless).await.unwrap_err();
    assert_eq!(error, "asked for the file of x.A, it answered with something else");
}

/// The clock stands still but for timers, so that the ten seconds pass at once.
#[tokio::test(start_paused = true)]
async fn a_server_that_says_nothing_is_given_up() {
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    for scheme in ["http", "https"] {
        let target = format!("{scheme}://{}", silent.local_addr().unwrap());
        let target = HttpUrl::parse(&target, PlainHttp::LoopbackOnly).unwrap();
        let server = Server { target: &target, token: None, roots: &[], services: &[], ruled: &[] };
        assert_eq!(fetch(server).await.unwrap_err(), format!("{target}: no whole answer within 10 s"));
    }
}
