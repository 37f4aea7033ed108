//! A head over HTTP/1.1 that is beyond the limit. hyper bounds the buffer that it reads heads into, and lets
//! those pass that came in one piece; over HTTP/2, h2 counts as it is done here.

use http::header::{CONNECTION, HeaderValue};
use http::{Request, Response, StatusCode, Version};
use tonic::body::Body;

/// What each field counts besides its name and its value (RFC 9113 §6.5.2).
const FIELD: usize = 32;

pub(super) fn exceeds_limit<B>(request: &Request<B>, limit: u32) -> bool {
    request.version() != Version::HTTP_2 && size(request) > limit as usize
}

fn size<B>(request: &Request<B>) -> usize {
    let target = request.uri().path_and_query().map_or(0, |target| target.as_str().len());
    let fields = request.headers().iter();
    target + fields.map(|(name, value)| name.as_str().len() + value.len() + FIELD).sum::<usize>()
}

pub(super) fn refusal() -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE;
    response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_counts_as_over_http_2() {
        let request = Request::post("/a?b").header("x", "yz").header("x", "").body(()).unwrap();
        assert_eq!(size(&request), 4 + (1 + 2 + 32) + (1 + 32));
        assert!(exceeds_limit(&request, 71) && !exceeds_limit(&request, 72));
    }
}
