//! The built files, which are a part of the program, each in every coding that makes it smaller. A request chooses
//! among what is there, and makes no work beyond that.

use std::cmp::Reverse;

use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::coding::{Accepted, Coding};

/// A file, by its path below `web/dist`.
struct File {
    name: &'static str,
    /// The file as it is comes first.
    representations: &'static [Representation],
}

struct Representation {
    coding: Coding,
    /// Strong, and of this representation alone (RFC 9110 §8.8.1).
    etag: &'static str,
    contents: &'static [u8],
}

// `FILES`. Written by `build.rs`.
include!(concat!(env!("OUT_DIR"), "/web_files.rs"));

/// A file by its path, as the request wants it, or 404.
pub(super) fn answer(path: &str, headers: &HeaderMap) -> Response {
    let name = if path == "/" { Some("index.html") } else { path.strip_prefix('/') };
    let Some(file) = FILES.iter().find(|file| Some(file.name) == name) else {
        return (StatusCode::NOT_FOUND, "There is no such page.\n").into_response();
    };
    let vary = [(header::VARY, HeaderValue::from_static("accept-encoding"))];
    match choose(file.representations, Accepted::of(headers)) {
        Some(chosen) => (vary, file.answer(chosen, headers)).into_response(),
        None => (StatusCode::NOT_ACCEPTABLE, vary, "No coding that is accepted is there.\n").into_response(),
    }
}

impl File {
    fn answer(&self, chosen: &'static Representation, headers: &HeaderMap) -> Response {
        let mut kept = HeaderMap::from_iter([
            (header::CACHE_CONTROL, HeaderValue::from_static(cache_control(self.name))),
            (header::ETAG, HeaderValue::from_static(chosen.etag)),
        ]);
        if is_held(headers, chosen.etag) {
            return (StatusCode::NOT_MODIFIED, kept).into_response();
        }
        kept.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type(self.name)));
        kept.extend(content_encoding(chosen.coding));
        (kept, chosen.contents).into_response()
    }
}

/// The one that is wanted most; the smallest of those that are wanted alike.
fn choose(all: &'static [Representation], accepted: Accepted) -> Option<&'static Representation> {
    let weighed = all.iter().filter_map(|each| Some((accepted.weight(each.coding)?, each)));
    weighed.max_by_key(|(weight, each)| (*weight, Reverse(each.contents.len()))).map(|(_, each)| each)
}

/// Whether the request says that it has this representation already (RFC 9110 §13.1.2).
fn is_held(headers: &HeaderMap, etag: &str) -> bool {
    let lines = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|line| line.to_str().ok());
    let mut tags = lines.flat_map(|line| line.split(',')).map(str::trim);
    tags.any(|tag| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == etag)
}

fn content_encoding(coding: Coding) -> Option<(HeaderName, HeaderValue)> {
    coding.name().map(|name| (header::CONTENT_ENCODING, HeaderValue::from_static(name)))
}

/// The name of an asset has a digest of its contents: what it names does not change.
fn cache_control(name: &str) -> &'static str {
    if name.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" }
}

fn media_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, extension)| extension) {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("txt") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_coding_has_its_own_tag_and_makes_the_file_smaller() {
        let mut tags = std::collections::BTreeSet::new();
        for file in FILES {
            let [plain, compressed @ ..] = file.representations else { panic!("{}", file.name) };
            assert_eq!(plain.coding, Coding::Identity, "{}", file.name);
            for each in compressed {
                assert!(each.contents.len() < plain.contents.len(), "{}: {:?}", file.name, each.coding);
            }
            for each in file.representations {
                assert!(tags.insert(each.etag), "{}: {:?}", file.name, each.coding);
            }
        }
        assert!(tags.len() > 10, "{tags:?}");
    }

    #[test]
    fn the_smallest_of_those_that_are_wanted_alike() {
        static ALL: [Representation; 3] = [
            Representation { coding: Coding::Identity, etag: "i", contents: &[0; 3] },
            Representation { coding: Coding::Gzip, etag: "g", contents: &[0; 2] },
            Representation { coding: Coding::Brotli, etag: "b", contents: &[0; 1] },
        ];
        let cases = [
            ("", Some("i")),
            ("gzip", Some("g")),
            ("gzip, br", Some("b")),
            ("*", Some("b")),
            ("gzip, br;q=0.9", Some("g")),
            ("identity, gzip;q=0.9", Some("i")),
            ("zstd", Some("i")),
            ("zstd, *;q=0", None),
            ("identity;q=0", None),
        ];
        for (text, expected) in cases {
            let headers = HeaderMap::from_iter([(header::ACCEPT_ENCODING, HeaderValue::from_static(text))]);
            let chosen = choose(&ALL, Accepted::of(&headers)).map(|chosen| chosen.etag);
            assert_eq!(chosen, expected, "{text:?}");
        }
    }

    #[test]
    fn what_is_held_is_not_sent_again() {
        let cases: [(&[&str], bool); 9] = [
            (&[], false),
            (&["\"a\""], true),
            (&["W/\"a\""], true),
            (&["\"b\", \"a\""], true),
            (&["\"b\"", "\"a\""], true),
            (&["*"], true),
            (&["a"], false),
            (&["\"A\""], false),
            (&["\"b\", w/\"a\", \"\", ,"], false),
        ];
        for (lines, expected) in cases {
            let mut headers = HeaderMap::new();
            for line in lines {
                headers.append(header::IF_NONE_MATCH, line.parse().unwrap());
            }
            assert_eq!(is_held(&headers, "\"a\""), expected, "{lines:?}");
        }
    }
}
