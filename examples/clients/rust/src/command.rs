//! What the command line and the environment ask for, and what is printed.

use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};
use std::{env, fs};

use oauth2::{ClientId, ClientSecret};
use sekisho_client::authorize::Credentials;
use sekisho_client::code_name;
use sekisho_client::follow::Renewal;
use sekisho_client::issuer::{ClientCredentials, Registration};
use sekisho_client::secure_url::SecureUrl;
use sekisho_client::tokens::Tokens;
use tonic::Code;
use tonic::transport::{Certificate, ClientTlsConfig, Endpoint};
use tonic_types::ErrorInfo;

const USAGE: &str = "usage: client [api1|api2|api3|health|reflection|stream|follow]…";

#[derive(Clone, Copy)]
pub(crate) enum What {
    Api1,
    Api2,
    Api3,
    Health,
    Reflection,
    Stream,
    Follow,
}

impl What {
    const ALL: [Self; 7] =
        [Self::Api1, Self::Api2, Self::Api3, Self::Health, Self::Reflection, Self::Stream, Self::Follow];
}

impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Api1 => "api1",
            Self::Api2 => "api2",
            Self::Api3 => "api3",
            Self::Health => "health",
            Self::Reflection => "reflection",
            Self::Stream => "stream",
            Self::Follow => "follow",
        })
    }
}

pub(crate) struct Settings {
    pub(crate) endpoint: Endpoint,
    pub(crate) credentials: Credentials,
    pub(crate) renewal: Renewal,
    /// How many events to follow; until somebody ends it where none is named.
    pub(crate) events: Option<u64>,
}

impl Settings {
    /// Of this process, with what it is to call.
    pub(crate) fn read() -> Result<(Self, Vec<What>), Box<dyn Error>> {
        let named = env::args().skip(1).map(|name| {
            What::ALL.into_iter().find(|what| what.to_string() == name).ok_or_else(|| USAGE.into())
        });
        let asked: Vec<_> = named.collect::<Result<_, Box<dyn Error>>>()?;
        let asked = if asked.is_empty() { What::ALL[..3].to_vec() } else { asked };
        let roots = variable("SEKISHO_CA_FILE").map(fs::read).transpose()?;
        if let Some(pem) = &roots
            && reqwest::Certificate::from_pem_bundle(pem)?.is_empty()
        {
            return Err("SEKISHO_CA_FILE has no certificate".into());
        }
        let credentials = credentials(roots.as_deref().unwrap_or_default())?;
        let renewal = match variable("SEKISHO_RENEWAL").as_deref() {
            None | Some("before") => Renewal::Before,
            Some("after") => Renewal::After,
            Some(_) => return Err("SEKISHO_RENEWAL is neither before nor after".into()),
        };
        let events = variable("SEKISHO_EVENTS").map(|number| number.parse()).transpose();
        let events = events.map_err(|error| format!("SEKISHO_EVENTS: {error}"))?;
        Ok((Self { endpoint: endpoint(roots)?, credentials, renewal, events }, asked))
    }
}

fn endpoint(roots: Option<Vec<u8>>) -> Result<Endpoint, Box<dyn Error>> {
    let url = variable("SEKISHO_URL").unwrap_or_else(|| "http://127.0.0.1:50051".to_owned());
    let url = SecureUrl::try_from(url)?;
    let endpoint = Endpoint::from_shared(url.to_string())?;
    if !url.is_https() {
        return Ok(endpoint);
    }
    let config = ClientTlsConfig::new();
    Ok(endpoint.tls_config(match roots {
        Some(pem) => config.ca_certificate(Certificate::from_pem(pem)),
        None => config.with_native_roots(),
    })?)
}

fn credentials(roots: &[u8]) -> Result<Credentials, Box<dyn Error>> {
    if let Some(token) = variable("TOKEN") {
        if !token.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
            return Err("TOKEN has a character that no token has".into());
        }
        return Ok(Credentials::token(&token)?);
    }
    let Some(id) = variable("SEKISHO_TOKEN_CLIENT_ID") else { return Ok(Credentials::Nothing) };
    let needed =
        |name: &str| variable(name).ok_or_else(|| format!("SEKISHO_TOKEN_CLIENT_ID wants {name} as well"));
    let registration = Registration {
        issuer: needed("SEKISHO_ISSUER")?.try_into()?,
        id: ClientId::new(id),
        secret: ClientSecret::new(needed("SEKISHO_TOKEN_CLIENT_SECRET")?),
        audience: variable("SEKISHO_AUDIENCE"),
        scope: variable("SEKISHO_SCOPE"),
    };
    let client = ClientCredentials::new(registration, roots)?;
    Ok(Credentials::Renewed(Tokens::new(client, Arc::new(Instant::now))))
}

/// An empty variable is unset.
fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

/// What a caller who was refused gets to see.
pub(crate) struct Refusal<'a> {
    pub(crate) code: Code,
    pub(crate) message: &'a str,
    pub(crate) info: Option<ErrorInfo>,
    pub(crate) challenges: Vec<&'a str>,
    pub(crate) retry_after: Option<Duration>,
}

impl fmt::Display for Refusal<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} {}", code_name(self.code), self.message)?;
        if let Some(info) = &self.info {
            writeln!(f, "  reason: {}", info.reason)?;
            for (title, entry) in [("required", "requiredScopes"), ("missing", "missingScopes")] {
                if let Some(scopes) = info.metadata.get(entry) {
                    writeln!(f, "  {title}: {scopes}")?;
                }
            }
        }
        for challenge in &self.challenges {
            writeln!(f, "  challenge: {challenge}")?;
        }
        if let Some(delay) = self.retry_after {
            writeln!(f, "  retry after: {}s", delay.as_secs_f64())?;
        }
        Ok(())
    }
}
