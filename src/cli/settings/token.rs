//! `sekisho token`: whom it asks, as whom, for what.

use std::net::SocketAddr;

use super::{DEVELOPMENT_AUDIENCE, unspecified};
use crate::cli::judge::Judge;
use crate::cli::options as option;
use crate::cli::sources::{Given, Origin};
use crate::cli::values;
use crate::config::{Secret, TokenSettings};
use sekisho::jwks::{HttpUrl, PlainHttp};

impl Judge<'_> {
    pub(in crate::cli) fn token(&mut self) -> Option<TokenSettings> {
        // Each is of use to one of the issuers, and judged whichever is asked.
        let address = self.with_default(&option::ISSUER_LISTEN, unspecified(), values::loopback);
        if let Some(named) = self.sources.get(&option::ISSUER_NAME) {
            let plain_http = self.plain_http();
            return self.token_of_table(&named, plain_http);
        }
        let (ca_file, plain_http) = (self.ca_file(), self.plain_http());
        if self.sources.get(&option::ISSUER_URL).is_some() {
            self.token_of_issuer(ca_file, plain_http)
        } else {
            self.token_of_development(address)
        }
    }

    /// Of an issuer that the file describes.
    fn token_of_table(&mut self, named: &Given, plain_http: PlainHttp) -> Option<TokenSettings> {
        for opt in [&option::ISSUER_URL, &option::CA_FILE, &option::AUDIENCE] {
            let audience = Origin::Flag(option::AUDIENCE.name);
            for origin in self.sources.outside_of_tables(opt).into_iter().filter(|origin| *origin != audience)
            {
                self.fault(format!("{origin}: with {} it is that of the table; leave it out", named.origin));
            }
        }
        let audience = self.by_flag(&option::AUDIENCE, values::name);
        let index = self.table_called(&named.texts.concat(), &named.origin)?;
        let settings = self.in_table(index, |table| {
            let ca_file = table.ca_file();
            table.token_of_issuer(ca_file, plain_http)
        });
        settings.map(|settings| TokenSettings { audience: audience.or(settings.audience), ..settings })
    }

    fn token_of_development(&mut self, address: SocketAddr) -> Option<TokenSettings> {
        let issuer = HttpUrl::parse(&format!("http://{address}/"), PlainHttp::LoopbackOnly).ok()?;
        let audience = self.optional(&option::AUDIENCE, values::name);
        let mut settings = TokenSettings::of_development(
            issuer,
            audience.unwrap_or_else(|| DEVELOPMENT_AUDIENCE.to_owned()),
        );
        if let Some(scope) = self.optional(&option::SCOPE, scopes) {
            settings.scope = Some(scope);
        }
        if let Some(expires_in) = self.optional(&option::EXPIRES_IN, values::whole_seconds) {
            settings.expires_in = Some(expires_in);
        }
        // The variables hold another issuer's credentials: they are not for whoever listens here.
        if let Some(id) = self.by_flag(&option::CLIENT_ID, values::name) {
            settings.client_id = id;
        }
        if let Some(secret) = self.by_flag(&option::CLIENT_SECRET, values::name) {
            settings.client_secret = Secret(secret);
        }
        Some(settings)
    }

    fn token_of_issuer(&mut self, ca_file: Vec<u8>, plain_http: PlainHttp) -> Option<TokenSettings> {
        let issuer = self.required(&option::ISSUER_URL, |text| values::issuer(text, plain_http));
        let client_id = self.required(&option::CLIENT_ID, values::name);
        let client_secret = self.required(&option::CLIENT_SECRET, values::name);
        if let Some(given) = self.sources.get(&option::EXPIRES_IN) {
            self.fault(format!(
                "{}: only the development issuer lets a caller choose; leave it out with --issuer and --issuer-name",
                given.origin
            ));
        }
        Some(TokenSettings {
            plain_http,
            ca_file,
            scope: self.optional(&option::SCOPE, scopes),
            audience: self.optional(&option::AUDIENCE, values::name),
            expires_in: None,
            issuer: issuer?,
            client_id: client_id?,
            client_secret: Secret(client_secret?),
        })
    }
}

fn scopes(text: &str) -> Result<String, String> {
    let scopes = text.parse::<sekisho::scope::ScopeSet>().map_err(|error| format!("{text:?}: {error}"))?;
    if scopes.is_empty() { Err("it names no scope".to_owned()) } else { Ok(scopes.to_string()) }
}
