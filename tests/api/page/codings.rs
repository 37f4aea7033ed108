//! What is asked for again and again costs a look-up: nothing is compressed for a request, and what a browser holds
//! is not sent again.

use std::collections::BTreeSet;
use std::io::Read as _;

use super::*;

/// Every path that there is, and some that are none.
async fn paths(address: SocketAddr) -> Vec<String> {
    let mut paths = assets(send(address, get("/")).await.text());
    paths.extend(["/", "/favicon.svg", "/licenses.txt"].map(str::to_owned));
    paths
}

async fn accepting(address: SocketAddr, path: &str, accepted: &str) -> Answer {
    send(address, get(path).header("accept-encoding", accepted)).await
}

fn decoded(answer: &Answer) -> Vec<u8> {
    let mut bytes = Vec::new();
    match answer.header("content-encoding") {
        "" => bytes.clone_from(&answer.body),
        "gzip" => {
            flate2::read::GzDecoder::new(&answer.body[..]).read_to_end(&mut bytes).expect("gzip");
        }
        "br" => brotli::BrotliDecompress(&mut &answer.body[..], &mut bytes).expect("brotli"),
        other => panic!("a coding that nobody asked for: {other}"),
    }
    bytes
}

#[tokio::test]
async fn row_107_every_coding_is_there_before_it_is_asked_for() {
    let (_app, address) = app().await;
    for path in paths(address).await {
        let plain = send(address, get(&path)).await;
        let (mut tags, mut sizes) = (vec![plain.header("etag").to_owned()], vec![plain.body.len()]);
        for (accepted, coding) in [("gzip", "gzip"), ("gzip, br", "br")] {
            let answer = accepting(address, &path, accepted).await;
            assert_eq!((answer.status, answer.header("content-encoding")), (200, coding), "{path}");
            // Whatever is compressed on its way has no length that is known beforehand, and no strong tag.
            assert_eq!(answer.header("content-length"), answer.body.len().to_string(), "{path}");
            assert_eq!(decoded(&answer), plain.body, "{path}");
            for same in ["content-type", "cache-control", "vary"] {
                assert_eq!(answer.header(same), plain.header(same), "{path}");
            }
            tags.push(answer.header("etag").to_owned());
            sizes.push(answer.body.len());
        }
        assert_eq!(plain.header("vary"), "accept-encoding", "{path}");
        assert!(tags.iter().all(|tag| tag.starts_with('"') && tag.len() > 2), "{path}: {tags:?}");
        assert_eq!(tags.iter().collect::<BTreeSet<_>>().len(), 3, "{path}: {tags:?}");
        assert!(sizes.is_sorted_by(|one, other| one > other), "{path}: {sizes:?}");
    }
}

#[tokio::test]
async fn row_107_what_is_accepted_is_chosen() {
    let (_app, address) = app().await;
    let path = assets(send(address, get("/")).await.text()).remove(0);
    let cases = [
        ("", ""),
        ("gzip, deflate, br, zstd", "br"),
        ("gzip, br;q=0.5", "gzip"),
        ("identity, br;q=0.5", ""),
        ("*", "br"),
        ("br;q=0, *", "gzip"),
        ("identity;q=0, gzip", "gzip"),
        ("gzip;q=0, br;q=0.000", ""),
        ("deflate", ""),
        ("gzip;q=7, ;;,\"br\"", ""),
    ];
    for (accepted, coding) in cases {
        let answer = accepting(address, &path, accepted).await;
        assert_eq!((answer.status, answer.header("content-encoding")), (200, coding), "{accepted:?}");
    }
    let several = get(&path).header("accept-encoding", "gzip;q=0.9").header("accept-encoding", "br");
    assert_eq!(send(address, several).await.header("content-encoding"), "br");
    for nothing in ["identity;q=0", "*;q=0", "zstd, *;q=0"] {
        let answer = accepting(address, &path, nothing).await;
        assert_eq!((answer.status, answer.header("vary")), (406, "accept-encoding"), "{nothing:?}");
    }
}

#[tokio::test]
async fn row_107_what_a_browser_holds_is_not_sent_again() {
    let (_app, address) = app().await;
    for path in paths(address).await {
        for accepted in ["identity", "gzip", "br"] {
            let ask = || get(&path).header("accept-encoding", accepted);
            let first = send(address, ask()).await;
            let etag = first.header("etag");
            for held in [etag.to_owned(), format!("\"other\", W/{etag}"), "*".to_owned()] {
                let answer = send(address, ask().header("if-none-match", &held)).await;
                assert_eq!((answer.status, answer.body.len()), (304, 0), "{path} {held}");
                for same in ["etag", "cache-control", "vary"] {
                    assert_eq!(answer.header(same), first.header(same), "{path}");
                }
                assert_eq!(answer.header("content-security-policy"), first.header("content-security-policy"));
            }
            let other = send(address, ask().header("if-none-match", "\"other\"")).await;
            assert_eq!((other.status, other.body), (200, first.body), "{path}");
        }
    }
    // What another coding is known by is not this one.
    let plain = send(address, get("/")).await;
    let compressed = get("/").header("accept-encoding", "br").header("if-none-match", plain.header("etag"));
    assert_eq!(send(address, compressed).await.status, 200);
}

#[tokio::test]
async fn row_107_what_is_no_file_is_not_compressed() {
    let (_app, address) = app().await;
    for accepted in ["gzip", "br", "*", "identity;q=0, gzip"] {
        for (path, status) in [("/auth_config.json", 200), ("/no/such/file", 404)] {
            let answer = accepting(address, path, accepted).await;
            assert_eq!((answer.status, answer.header("content-encoding")), (status, ""), "{path}");
            assert_eq!(answer.header("content-length"), answer.body.len().to_string(), "{path}");
        }
    }
    let by_address = Request::get("/").header("host", "127.0.0.1:8080").header("accept-encoding", "gzip");
    let answer = send(address, by_address).await;
    assert_eq!((answer.status, answer.header("content-encoding")), (307, ""));
}
