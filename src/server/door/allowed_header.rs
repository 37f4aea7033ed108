//! What pages may send besides what every client of gRPC-Web does (the Fetch standard's CORS protocol).

use std::fmt;
use std::str::FromStr;

use http::HeaderName;

/// The name of a header that a page may send with its calls, in lower case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AllowedHeader(HeaderName);

/// Why a name is none that a page could send.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidHeader {
    /// It is no token (RFC 9110 §5.6.2).
    #[error("it is no header's name; expected one like traceparent")]
    NoName,
    /// Names are compared whole. A `*` of the protocol would let pages send whatever proxies and handlers trust.
    #[error("headers are allowed one by one; name each of them, without *")]
    Pattern,
    /// A forbidden request-header of the Fetch standard.
    #[error("browsers let no page send it")]
    Forbidden,
}

/// What the Fetch standard forbids, besides `proxy-` and `sec-`.
const FORBIDDEN: [&str; 22] = [
    "accept-charset",
    "accept-encoding",
    "access-control-request-headers",
    "access-control-request-method",
    "access-control-request-private-network",
    "connection",
    "content-length",
    "cookie",
    "cookie2",
    "date",
    "dnt",
    "expect",
    "host",
    "keep-alive",
    "origin",
    "referer",
    "set-cookie",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "via",
];

impl AllowedHeader {
    pub(super) fn name(&self) -> HeaderName {
        self.0.clone()
    }
}

impl FromStr for AllowedHeader {
    type Err = InvalidHeader;

    fn from_str(text: &str) -> Result<Self, InvalidHeader> {
        if text.contains('*') {
            return Err(InvalidHeader::Pattern);
        }
        let name = HeaderName::from_bytes(text.as_bytes()).map_err(|_| InvalidHeader::NoName)?;
        let lower = name.as_str();
        if FORBIDDEN.contains(&lower) || lower.starts_with("proxy-") || lower.starts_with("sec-") {
            return Err(InvalidHeader::Forbidden);
        }
        Ok(Self(name))
    }
}

impl fmt::Display for AllowedHeader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_a_page_can_send() {
        for (text, name) in [
            ("traceparent", "traceparent"),
            ("X-Request-ID", "x-request-id"),
            // Allowed already, or always: no harm done.
            ("Authorization", "authorization"),
            ("accept-language", "accept-language"),
            ("x_odd!name", "x_odd!name"),
        ] {
            assert_eq!(text.parse::<AllowedHeader>().map(|header| header.to_string()), Ok(name.to_owned()));
        }
        for text in ["", " ", "a b", ":path", "x:y", "trace,parent", "é", "x\r\ny"] {
            assert_eq!(text.parse::<AllowedHeader>(), Err(InvalidHeader::NoName), "{text:?}");
        }
        for text in
            ["Host", "cookie", "Origin", "content-length", "TE", "Sec-Fetch-Site", "proxy-authorization"]
        {
            assert_eq!(text.parse::<AllowedHeader>(), Err(InvalidHeader::Forbidden), "{text}");
        }
        for hop_by_hop in ["connection", "keep-alive", "trailer", "transfer-encoding", "upgrade"] {
            assert_eq!(hop_by_hop.parse::<AllowedHeader>(), Err(InvalidHeader::Forbidden), "{hop_by_hop}");
        }
        for text in ["*", "x-*"] {
            assert_eq!(text.parse::<AllowedHeader>(), Err(InvalidHeader::Pattern), "{text}");
        }
    }
}
