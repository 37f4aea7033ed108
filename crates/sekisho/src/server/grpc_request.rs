//! What is no gRPC call is answered in HTTP's words, before a method is looked for: tonic would hand it to the handler.

use http::header::{ALLOW, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode};
use tonic::body::Body;

/// The answer to a request that is no call; none to one that is.
pub(super) fn refusal_of<B>(request: &Request<B>) -> Option<Response<Body>> {
    if request.method() != Method::POST {
        let mut response = refusal(StatusCode::METHOD_NOT_ALLOWED, "gRPC is called by POST.\n");
        response.headers_mut().insert(ALLOW, HeaderValue::from_static("POST"));
        return Some(response);
    }
    let told = "The content type of gRPC is application/grpc.\n";
    (!is_grpc(request.headers())).then(|| refusal(StatusCode::UNSUPPORTED_MEDIA_TYPE, told))
}

fn refusal(status: StatusCode, text: &'static str) -> Response<Body> {
    let mut response = Response::new(Body::new(text.to_owned()));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

/// One content type, in any case and with any parameters (RFC 9110 §8.3.1).
fn is_grpc(headers: &HeaderMap) -> bool {
    let mut values = headers.get_all(CONTENT_TYPE).iter();
    let (Some(value), None) = (values.next(), values.next()) else { return false };
    let Ok(value) = value.to_str() else { return false };
    let essence = value.split(';').next().unwrap_or_default().trim();
    ["application/grpc", "application/grpc+proto"].iter().any(|known| essence.eq_ignore_ascii_case(known))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_post_of_a_grpc_type_is_a_call() {
        let post = Method::POST;
        let cases: [(&Method, &[&'static str], Option<u16>); 12] = [
            (&post, &["application/grpc"], None),
            (&post, &["Application/GRPC+proto; charset=utf-8"], None),
            (&post, &["application/grpc+json"], Some(415)),
            (&post, &["application/grpc-web"], Some(415)),
            (&post, &["application/grpcx"], Some(415)),
            (&post, &["text/plain"], Some(415)),
            (&post, &[""], Some(415)),
            (&post, &[], Some(415)),
            (&post, &["application/grpc", "application/grpc"], Some(415)),
            (&Method::GET, &["application/grpc"], Some(405)),
            (&Method::OPTIONS, &[], Some(405)),
            (&Method::HEAD, &["application/grpc"], Some(405)),
        ];
        for (method, types, expected) in cases {
            let mut request = Request::builder().method(method);
            for value in types {
                request = request.header(CONTENT_TYPE, *value);
            }
            let answer = refusal_of(&request.body(()).expect("a request"));
            assert_eq!(
                answer.as_ref().map(|answer| answer.status().as_u16()),
                expected,
                "{method} {types:?}"
            );
            let allowed = answer.as_ref().and_then(|answer| answer.headers().get(ALLOW));
            assert_eq!(allowed.is_some(), expected == Some(405), "{method}");
        }
    }
}
