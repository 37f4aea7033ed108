//! `sekisho check-config`

use std::net::TcpListener;
use std::path::PathBuf;

use crate::support::{Ended, end, sekisho};

/// A folder with a configuration, and the files that it names.
struct Folder(tempfile::TempDir);

impl Folder {
    fn new(config: &str) -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        std::fs::write(folder.path("sekisho.toml"), config).unwrap();
        folder
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    async fn check(&self, arguments: &str) -> Ended {
        let mut command = sekisho(&format!("check-config --config sekisho.toml {arguments}"));
        command.current_dir(self.0.path());
        end(command).await
    }
}

#[tokio::test]
async fn a_configuration_in_order_ends_with_0_and_a_summary() {
    // Whoever listens here would be asked for keys, and this port would be taken.
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    taken.set_nonblocking(true).unwrap();
    let address = taken.local_addr().unwrap();
    let folder = Folder::new(&format!(
        "grpc-listen = '{address}'\ntls-certificate = 'certificate.pem'\ntls-key = 'key.pem'\n\
         [[issuers]]\nname = 'auth0'\nissuer = 'http://{address}/'\naudience = 'api'\n\
         [[issuers]]\nname = 'ci'\nissuer = 'urn:ci'\naudience = 'api'\njwks = 'jwks.json'\nrequired = false\n"
    ));
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    std::fs::write(folder.path("certificate.pem"), made.cert.pem()).unwrap();
    std::fs::write(folder.path("key.pem"), made.signing_key.serialize_pem()).unwrap();
    std::fs::write(folder.path("jwks.json"), sekisho::testing::TestIssuer::new("urn:ci", "api").jwks())
        .unwrap();
    let ended = folder.check("").await;
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""));
    assert_eq!(
        ended.stdout,
        format!(
            "The configuration is in order.\n\
             Issuers:\n  auth0: http://{address}/, audience api, keys found by discovery\n  \
             ci: urn:ci, audience api, keys from the file jwks.json, not required\n\
             Listeners:\n  gRPC: {address}, TLS\n"
        )
    );
    let asked = taken.accept().map(|(_, peer)| peer).map_err(|error| error.kind());
    assert_eq!(asked, Err(std::io::ErrorKind::WouldBlock), "nothing is fetched");
}

/// Whoever runs it asks for the exit code.
#[cfg(unix)]
#[tokio::test]
async fn the_exit_code_is_the_verdict_be_the_summary_read_or_not() {
    use std::process::Stdio;
    let in_order = "issuer = 'https://tenant.example/'\naudience = 'api'\n";
    for (config, code) in [(in_order, 0), ("leeway = 'soon'\n", 2)] {
        let folder = Folder::new(config);
        let code_of = async |stdout: Stdio| {
            let mut command = sekisho("check-config --config sekisho.toml");
            command.current_dir(folder.0.path()).stdout(stdout).stderr(Stdio::null());
            command.status().await.unwrap().code()
        };
        assert_eq!(code_of(Stdio::null()).await, Some(code));
        let (reader, closed) = std::io::pipe().unwrap();
        drop(reader);
        assert_eq!(code_of(closed.into()).await, Some(code), "nobody reads it");
        if let Ok(full) = std::fs::OpenOptions::new().write(true).open("/dev/full") {
            assert_eq!(code_of(full.into()).await, Some(code), "there is no room for it");
        }
    }
}

#[tokio::test]
async fn all_faults_of_a_configuration_end_with_2() {
    let folder = Folder::new(
        "grpc-listen = '0.0.0.0:1'\ntls-certificate = 'certificate.pem'\ntls-key = 'key.pem'\nleeway = 'soon'\n\
         [[issuers]]\nname = 'auth0'\nissuer = 'http://tenant.example/'\naudience = 'api'\n\
         [[issuers]]\nname = 'ci'\nissuer = 'urn:ci'\naudience = 'api'\njwks = 'jwks.json'\n",
    );
    std::fs::write(folder.path("certificate.pem"), "nothing").unwrap();
    std::fs::write(folder.path("jwks.json"), "[]").unwrap();
    let ended = folder.check("--log-level=a=b=c").await;
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(2), ""));
    let expected = [
        "error: tls-certificate in sekisho.toml: certificate.pem: there is no PEM certificate in it",
        "error: tls-key in sekisho.toml: key.pem: No such file or directory (os error 2)",
        "error: --log-level: \"a=b=c\" names no levels: ",
        "error: issuers[1] \"auth0\": issuer in sekisho.toml: \"http://tenant.example/\": http without TLS ",
        "error: leeway in sekisho.toml: \"soon\" is no duration",
        "error: issuers[2] \"ci\": jwks in sekisho.toml: jwks.json is no usable set of keys",
    ];
    let found: Vec<_> = ended.stderr.lines().collect();
    assert_eq!(found.len(), expected.len(), "{found:#?}");
    for (found, expected) in found.iter().zip(expected) {
        assert!(found.starts_with(expected), "{found}");
    }
}
