//! What `sekisho` prints once it serves: addresses, and commands to copy.

use std::net::SocketAddr;

/// What the banner tells of.
#[derive(Debug, Clone)]
pub struct BannerFacts<'a> {
    /// The program, as it was called: it need not be on the path.
    pub program: &'a str,
    /// The gRPC server.
    pub grpc: SocketAddr,
    /// The development issuer.
    pub issuer: SocketAddr,
    /// The page's origin, if there is a page.
    pub page: Option<String>,
    /// Whether it speaks TLS.
    pub tls: bool,
    /// A token for api1 and api2.
    pub token: &'a str,
}

/// The banner.
pub fn banner(facts: &BannerFacts<'_>) -> String {
    let BannerFacts { program, grpc, issuer, page, tls, token } = facts;
    let page = page
        .as_ref()
        .map(|page| format!("  Page                                 {page}/\n"))
        .unwrap_or_default();
    // On loopback, with a token that is good nowhere else; who has a root for it knows how to say so.
    let transport = if *tls { "-insecure" } else { "-plaintext" };
    format!(
        "\
Sekisho, in development: everything on this machine, and a token for api1 and api2, good for an hour.

{page}  gRPC, gRPC-Web, health, reflection   {grpc}
  Issuer (development)                 http://{issuer}/

What is served, and the scopes that it asks for:

  grpcurl {transport} {grpc} list
  grpcurl {transport} {grpc} describe api1.v1.Api1

Allowed:

  grpcurl {transport} -H 'authorization: Bearer {token}' {grpc} api1.v1.Api1/GetStatus

Refused, for its scope:

  grpcurl {transport} -H 'authorization: Bearer {token}' {grpc} api3.v1.Api3/GetStatus

Another token:

  {program} token --issuer-listen {issuer} --scope api3:read:status

Ctrl-C ends it.
"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_command_can_be_pasted() {
        let facts = BannerFacts {
            program: "target/debug/sekisho",
            grpc: ([127, 0, 0, 1], 50051).into(),
            issuer: ([127, 0, 0, 1], 9000).into(),
            page: Some("http://localhost:8080".to_owned()),
            tls: false,
            token: "a.b.c",
        };
        let text = banner(&facts);
        let call = "grpcurl -plaintext -H 'authorization: Bearer a.b.c' 127.0.0.1:50051";
        for command in [
            "grpcurl -plaintext 127.0.0.1:50051 list",
            "grpcurl -plaintext 127.0.0.1:50051 describe api1.v1.Api1",
            &format!("{call} api1.v1.Api1/GetStatus"),
            &format!("{call} api3.v1.Api3/GetStatus"),
            "target/debug/sekisho token --issuer-listen 127.0.0.1:9000 --scope api3:read:status",
        ] {
            // A line of its own, so that it can be marked by a triple click.
            assert!(text.lines().any(|line| line.trim() == command), "{command}");
        }
        assert!(
            text.lines().any(
                |line| line.trim_start().starts_with("Page") && line.ends_with(" http://localhost:8080/")
            )
        );
        let over_tls = banner(&BannerFacts { tls: true, ..facts });
        assert!(over_tls.contains("grpcurl -insecure 127.0.0.1:50051 list"), "{over_tls}");
        assert!(!over_tls.contains("-plaintext"), "{over_tls}");
    }
}
