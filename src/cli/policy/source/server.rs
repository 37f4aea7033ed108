//! What a server says of itself by gRPC reflection, as a descriptor set.
//!
//! The server is a stranger: what it answers is bounded in time, size and number, and nothing of it is taken that was
//! not asked for. Files are kept byte for byte, so that options are there which nobody here knows.

mod call;
mod codec;
mod connection;
mod counts;
mod dialog;
mod files;
mod head;
mod question;
mod target;
mod wire;

use std::time::Duration;

use sekisho::jwks::HttpUrl;

use crate::cli::text::one_line;
use crate::config::Secret;
use dialog::Dialog;
use files::Files;

pub(super) use target::target;

/// Longest time that the whole of it may take.
const TIMEOUT: Duration = Duration::from_secs(10);

/// The variable that the token comes by.
pub(super) const TOKEN_VARIABLE: &str = "SEKISHO_ACCESS_TOKEN";

/// Who is asked, and for what.
#[derive(Debug, Clone, Copy)]
pub(super) struct Server<'a> {
    /// As [`target`] reads it.
    pub(super) target: &'a HttpUrl,
    /// Sent as `authorization: Bearer …`.
    pub(super) token: Option<&'a Secret>,
    /// Roots that are trusted besides the usual ones, as PEM.
    pub(super) roots: &'a [u8],
    /// The services that are asked for. Where the server lists none of them, all that it lists are.
    pub(super) services: &'a [String],
    /// Services that are not left out where the server lists them, be they of gRPC itself: those that have rules by another
    /// way than their `.proto`, or of which something is asked.
    pub(super) wanted: &'a [String],
}

/// What a server serves.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Served {
    /// An encoded `google.protobuf.FileDescriptorSet`: the files of [`Served::services`] and all that they import,
    /// imports first.
    pub(super) descriptor_set: Vec<u8>,
    /// The full names of the services, sorted. Files may declare others, which are not served.
    pub(super) services: Vec<String>,
}

/// Asks a server for the files of its services, by `grpc.reflection.v1` or else by `v1alpha`.
///
/// Services of packages `grpc.*` (reflection itself, health, channelz) none of whose methods has a rule are left out, unless
/// they are named.
///
/// # Errors
/// One line, which begins with the target and never has the token.
pub(super) async fn fetch(server: Server<'_>) -> Result<Served, String> {
    let asked = tokio::time::timeout(TIMEOUT, ask(&server)).await;
    let asked = asked.unwrap_or_else(|_| Err(format!("no whole answer within {} s", TIMEOUT.as_secs())));
    asked.map_err(|reason| format!("{}: {}", server.target, printable(&reason, server.token)))
}

async fn ask(server: &Server<'_>) -> Result<Served, String> {
    let token = server.token.map(question::credentials).transpose()?;
    let channel = connection::connect(server.target, server.roots).await?;
    // Whoever speaks TLS, but no gRPC, does not speak plain text either.
    let is_plain = server.target.url().scheme() == "http";
    let hint = if is_plain { connection::hint(server.target) } else { String::new() };
    let (mut dialog, listed) = Dialog::open(channel, token, &hint).await?;
    let is_named = |name: &str| server.services.iter().chain(server.wanted).any(|named| named == name);
    let asked = asked_for(listed, server.services);
    let is_dispensable = |name: &str| question::is_of_grpc(name) && !is_named(name);
    let mut files = Files::default();
    dialog.files_of_services(&asked, is_dispensable, &mut files).await?;
    dialog.missing_imports(&mut files).await?;
    files.served(asked, is_dispensable)
}

/// The services whose files are asked for, of those that the server lists.
fn asked_for(listed: Vec<String>, services: &[String]) -> Vec<String> {
    let narrowed: Vec<String> = listed.iter().filter(|name| services.contains(name)).cloned().collect();
    if narrowed.is_empty() { listed } else { narrowed }
}

/// What a server says is printed to a terminal; it may have repeated what it was sent.
fn printable(text: &str, token: Option<&Secret>) -> String {
    const MOST: usize = 500;
    let mut line = one_line(text);
    if let Some(token) = token.map(|token| token.0.trim()).filter(|token| !token.is_empty()) {
        line = line.replace(token, "[token]");
    }
    line.chars().take(MOST).collect()
}

#[cfg(test)]
mod tests;
