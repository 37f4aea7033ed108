//! What a content type stands for, in any case and with any parameters (RFC 9110 §8.3.1).

use http::header::{ACCEPT, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::server) enum ContentType {
    /// gRPC over HTTP/2.
    Grpc,
    /// gRPC-Web, as bytes.
    GrpcWeb,
    /// gRPC-Web, as base64.
    GrpcWebText,
}

const KNOWN: [(&str, ContentType); 6] = [
    ("application/grpc", ContentType::Grpc),
    ("application/grpc+proto", ContentType::Grpc),
    ("application/grpc-web", ContentType::GrpcWeb),
    ("application/grpc-web+proto", ContentType::GrpcWeb),
    ("application/grpc-web-text", ContentType::GrpcWebText),
    ("application/grpc-web-text+proto", ContentType::GrpcWebText),
];

impl ContentType {
    /// Of a request that has just one.
    pub(in crate::server) fn of(headers: &HeaderMap) -> Option<Self> {
        let mut values = headers.get_all(CONTENT_TYPE).iter();
        let (Some(value), None) = (values.next(), values.next()) else { return None };
        Self::parse(value.to_str().ok()?)
    }

    /// The first one that is asked for.
    pub(super) fn accepted(headers: &HeaderMap) -> Option<Self> {
        let values = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
        values.flat_map(|value| value.split(',')).find_map(Self::parse)
    }

    fn parse(text: &str) -> Option<Self> {
        let essence = text.split(';').next().unwrap_or_default().trim();
        let known = KNOWN.iter().find(|(name, _)| essence.eq_ignore_ascii_case(name));
        known.map(|(_, content_type)| *content_type)
    }

    /// As tonic-web knows it.
    pub(in crate::server) fn canonical(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::Grpc => "application/grpc",
            Self::GrpcWeb => "application/grpc-web+proto",
            Self::GrpcWebText => "application/grpc-web-text+proto",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_content_type_that_is_known() {
        let cases: [(&[&'static str], Option<ContentType>); 14] = [
            (&["application/grpc"], Some(ContentType::Grpc)),
            (&["Application/GRPC+proto; charset=utf-8"], Some(ContentType::Grpc)),
            (&["application/grpc-web"], Some(ContentType::GrpcWeb)),
            (&["APPLICATION/grpc-WEB+Proto ;a=b"], Some(ContentType::GrpcWeb)),
            (&["application/grpc-web-text"], Some(ContentType::GrpcWebText)),
            (&["application/grpc-web-text+proto; x"], Some(ContentType::GrpcWebText)),
            (&["application/grpc+json"], None),
            (&["application/grpc-web+json"], None),
            (&["application/grpcx"], None),
            (&["text/plain, application/grpc-web"], None),
            (&["text/plain"], None),
            (&[""], None),
            (&[], None),
            (&["application/grpc", "application/grpc"], None),
        ];
        for (values, expected) in cases {
            let headers = values.iter().map(|value| (CONTENT_TYPE, HeaderValue::from_static(value)));
            assert_eq!(ContentType::of(&headers.collect()), expected, "{values:?}");
        }
    }

    #[test]
    fn the_first_that_is_accepted_and_known() {
        let cases = [
            ("application/grpc-web-text", Some(ContentType::GrpcWebText)),
            ("*/*, Application/gRPC-Web-Text;q=1", Some(ContentType::GrpcWebText)),
            ("application/grpc-web, application/grpc-web-text", Some(ContentType::GrpcWeb)),
            ("*/*", None),
        ];
        for (value, expected) in cases {
            let headers = HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static(value))]);
            assert_eq!(ContentType::accepted(&headers), expected, "{value}");
        }
    }
}
