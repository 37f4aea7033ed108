//! How much a server may answer, and how long it may take.

use prost::bytes::Bytes;
use sekisho::jwks::{HttpUrl, PlainHttp};
use tokio::net::TcpListener;

use super::scripted::{file, files, listed, numbers};
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

/// Two bytes each on the wire: counted before they are decoded, which would fail at the last one.
#[tokio::test]
async fn what_takes_more_memory_than_it_takes_bytes_is_counted_first() {
    const NO_TEXT: &[u8] = b"\x0a\x01\xff";
    let many = |part: &[u8], times: usize| [part.repeat(times), NO_TEXT.to_vec()].concat();
    let within = |key: &[u8], content: &[u8]| [key, &length(content.len()), content].concat();
    let imports = "its files have more than 200000 imports";
    let memory = "its files would take more than 400 MiB of memory";
    let cases = [
        ("imports", many(b"\x1a\x00", 200_001), imports),
        ("options imported", many(b"\x7a\x00", 200_001), imports),
        ("services", many(b"\x32\x00", 250_000), memory),
        ("methods", many(&within(b"\x32", &b"\x12\x00".repeat(250_000)), 1), memory),
        ("messages", many(b"\x22\x00", 250_000), memory),
        ("fields", many(&within(b"\x22", &b"\x12\x00".repeat(250_000)), 1), memory),
        ("places", many(&within(b"\x4a", &b"\x0a\x00".repeat(700_000)), 1), memory),
        ("unknown", many(b"\x98\x06\x01", 4_400_000), memory),
    ];
    for (name, file, told) in cases {
        let error = asked(with(one_service, move || vec![Ok(files([file.clone()]))], |_| Vec::new())).await;
        assert_eq!(error.unwrap_err(), told, "{name}");
    }
    // As many as there may be are decoded.
    let file = many(b"\x32\x00", 195_000);
    let error = asked(with(one_service, move || vec![Ok(files([file.clone()]))], |_| Vec::new())).await;
    assert!(error.unwrap_err().contains("invalid string value"));
    // Several files are counted together.
    let half = |name: &str| [file_of(name), b"\x32\x00".repeat(130_000)].concat();
    let both = [half("a.proto"), half("b.proto")];
    let error = asked(with(one_service, move || vec![Ok(files(both.clone()))], |_| Vec::new())).await;
    assert_eq!(error.unwrap_err(), memory);
}

fn file_of(name: &str) -> Vec<u8> {
    file(name, &[], &[])
}

#[tokio::test]
async fn the_parts_of_an_answer_are_counted_first() {
    let told = "Some resource has been exhausted: an answer has more than 20000 parts";
    let services = with(|| vec![Ok(listed(vec![""; 20_001]))], Vec::new, |_| Vec::new());
    assert_eq!(asked(services).await.unwrap_err(), told);
    let numbers = with(|| vec![Ok(numbers(20_001))], Vec::new, |_| Vec::new());
    assert_eq!(asked(numbers).await.unwrap_err(), told);
    let sent = with(one_service, || vec![Ok(files(vec![Vec::new(); 20_001]))], |_| Vec::new());
    assert_eq!(asked(sent).await.unwrap_err(), told);
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
        let server = Server { target: &target, token: None, roots: &[], services: &[], wanted: &[] };
        assert_eq!(fetch(server).await.unwrap_err(), format!("{target}: no whole answer within 10 s"));
    }
}
