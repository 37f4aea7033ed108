//! The reference scenario, as the development issuer is told of it.

use crate::config::DevelopmentSettings;
use sekisho_issuer::{Account, Builder, Client, Issuer, ScopeDescription};

/// What each of the three APIs asks for.
const STATUS_SCOPES: [&str; 3] = ["api1:read:status", "api2:read:status", "api3:read:status"];

/// What the page may ask a person for herself: her name, and to be renewed without asking.
const PERSONAL_SCOPES: [&str; 4] = ["openid", "profile", "email", "offline_access"];

/// Two persons, and as clients the command line and the page, where there is one.
pub(super) fn scenario(settings: &DevelopmentSettings, page_origin: Option<&str>) -> Builder {
    let page = settings.server.page.as_ref().zip(page_origin);
    let page = page.map(|(page, origin)| {
        let page = Client::page(&page.client_id, origin).scopes(PERSONAL_SCOPES).scopes(STATUS_SCOPES);
        // A machine says for itself how long.
        page.access_token_lifetime(settings.token_lifetime)
    });
    let alice = Account::new("alice").name("Alice Liddell").email("alice@example.com");
    let bob = Account::new("bob").name("Bob Cratchit").email("bob@example.com");
    let builder = Issuer::builder()
        .audience(&settings.token.audience)
        .account(alice.subject("development|alice"))
        .account(bob.subject("development|bob"))
        .client(Client::confidential("cli", "cli-secret").scopes(STATUS_SCOPES));
    let builder = page.into_iter().fold(builder, Builder::client);
    STATUS_SCOPES.into_iter().zip(1..).fold(builder, |builder, (scope, number)| {
        let description = ScopeDescription::new(scope, format!("Read the status of API{number}"));
        builder.scope(description.japanese(format!("API{number}のステータスを取得する")))
    })
}
