//! The built files, which are a part of the program.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

// `FILES`: path below `web/dist`, and contents. Written by `build.rs`.
include!(concat!(env!("OUT_DIR"), "/web_files.rs"));

/// A file by its path, or 404.
pub(super) fn answer(path: &str) -> Response {
    let name = if path == "/" { Some("index.html") } else { path.strip_prefix('/') };
    let Some((name, contents)) = FILES.iter().find(|(known, _)| Some(*known) == name) else {
        return (StatusCode::NOT_FOUND, "There is no such page.\n").into_response();
    };
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(media_type(name))),
        (header::CACHE_CONTROL, HeaderValue::from_static(cache_control(name))),
    ];
    (headers, *contents).into_response()
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
