//! An authorization request (RFC 6749 §4.1.1, OpenID Connect Core §3.1.2.1), read and judged.

use url::Url;

use super::AuthorizationServer;
use super::account::Account;
use super::authorization_response::{AuthorizationError, ResponseTarget};
use super::client::Client;
use super::fault::Fault;
use super::id_token;
use super::parameters::Parameters;
use super::pkce::{self, Challenge};
use super::prompt::Prompt;
use super::scope::{Scope, is_scope_token};
use super::target::check_target;

/// The one response type, by its name in metadata: nothing but a code goes through the browser
/// (RFC 9700 §2.1.2).
pub(super) const RESPONSE_TYPE: &str = "code";

/// The one response mode.
pub(super) const RESPONSE_MODE: &str = "query";

/// A request that may be answered.
pub(super) struct AuthorizationRequest<'a> {
    pub(super) client: &'a Client,
    pub(super) target: ResponseTarget,
    /// What the client asks for and may have, of which the person grants what she likes.
    pub(super) scope: Scope,
    /// What it asks for beyond that, and the person who is logged in cannot grant.
    pub(super) withheld: Scope,
    pub(super) challenge: Challenge,
    pub(super) nonce: Option<String>,
    pub(super) prompt: Prompt,
    /// How long ago, in seconds, she may have logged in.
    pub(super) max_age: Option<u64>,
    pub(super) login_hint: Option<String>,
    /// The subject of the ID token by which the client says whom it takes her for.
    pub(super) expected_subject: Option<String>,
    /// The request as it was sent: what forms carry, so that it is read anew and nothing need be remembered.
    pub(super) query: String,
}

/// Why a request is not answered with a code.
pub(super) enum Refused {
    /// Whom to tell is not known: the person is told, and nobody is redirected (RFC 6749 §4.1.2.1).
    ToPerson(Fault),
    /// The client is told.
    ToClient(Box<ResponseTarget>, AuthorizationError),
}

impl<'a> AuthorizationRequest<'a> {
    pub(super) fn read(server: &'a AuthorizationServer, query: &str) -> Result<Self, Refused> {
        let parameters = Parameters::parse(query);
        // Client and redirect URI first: until they are known to be good, nothing else is worth a look.
        let client = client(server, &parameters).map_err(Refused::ToPerson)?;
        let target = target(server, client, &parameters).map_err(Refused::ToPerson)?;
        match Asked::read(server, client, &parameters) {
            Err(error) => Err(Refused::ToClient(Box::new(target), error)),
            Ok(Asked { scope, challenge, prompt, max_age, expected_subject }) => Ok(Self {
                client,
                target,
                scope,
                withheld: Scope::default(),
                challenge,
                nonce: parameters.get("nonce").map(str::to_owned),
                prompt,
                max_age,
                login_hint: parameters.get("login_hint").map(str::to_owned),
                expected_subject,
                query: query.to_owned(),
            }),
        }
    }

    /// The same request, for what this person can grant of it.
    pub(super) fn to(self, account: &Account) -> Self {
        let scope = account.narrow(&self.scope);
        let withheld = self.scope.filter(|token| !scope.contains(token));
        Self { scope, withheld, ..self }
    }
}

fn client<'a>(server: &'a AuthorizationServer, parameters: &Parameters) -> Result<&'a Client, Fault> {
    let id = parameters.once("client_id").ok_or(Fault::UnknownClient)?;
    server.client(id).filter(|client| !client.redirect_uris().is_empty()).ok_or(Fault::UnknownClient)
}

/// A redirect URI is one of those that are registered, character by character (RFC 9700 §2.1).
fn target(
    server: &AuthorizationServer,
    client: &Client,
    parameters: &Parameters,
) -> Result<ResponseTarget, Fault> {
    let given = parameters.once("redirect_uri").ok_or(Fault::RedirectUri)?;
    let registered = client.redirect_uris().iter().find(|uri| *uri == given).ok_or(Fault::RedirectUri)?;
    let uri = Url::parse(registered).map_err(|_no_url| Fault::RedirectUri)?;
    Ok(ResponseTarget {
        registered: registered.clone(),
        uri,
        state: parameters.once("state").map(str::to_owned),
        issuer: server.issuer.clone(),
    })
}

/// What is left to judge once it is known whom to tell.
struct Asked {
    scope: Scope,
    challenge: Challenge,
    prompt: Prompt,
    max_age: Option<u64>,
    expected_subject: Option<String>,
}

impl Asked {
    fn read(
        server: &AuthorizationServer,
        client: &Client,
        parameters: &Parameters,
    ) -> Result<Self, AuthorizationError> {
        if parameters.has_repeated() {
            return Err(AuthorizationError::invalid_request("A parameter is given more than once"));
        }
        check_response(parameters)?;
        check_target(parameters, &server.audience)
            .map_err(|_elsewhere| AuthorizationError::INVALID_TARGET)?;
        Ok(Self {
            scope: scope(client, parameters)?,
            challenge: challenge(parameters)?,
            prompt: Prompt::read(parameters.get("prompt"))?,
            max_age: max_age(parameters)?,
            expected_subject: expected_subject(server, parameters)?,
        })
    }
}

fn check_response(parameters: &Parameters) -> Result<(), AuthorizationError> {
    match parameters.get("response_type") {
        Some(RESPONSE_TYPE) => {}
        Some(_) => return Err(AuthorizationError::UNSUPPORTED_RESPONSE_TYPE),
        None => return Err(AuthorizationError::invalid_request("response_type is missing")),
    }
    if parameters.get("response_mode").is_some_and(|mode| mode != RESPONSE_MODE) {
        return Err(AuthorizationError::invalid_request("response_mode must be query"));
    }
    // What they hold could contradict what was judged here (OpenID Connect Core §3.1.2.6).
    match ["request", "request_uri"].map(|name| parameters.get(name).is_some()) {
        [false, false] => Ok(()),
        [true, _] => Err(AuthorizationError::REQUEST_NOT_SUPPORTED),
        [false, true] => Err(AuthorizationError::REQUEST_URI_NOT_SUPPORTED),
    }
}

/// There is no default (RFC 6749 §3.3): the page would show what nobody asked for.
fn scope(client: &Client, parameters: &Parameters) -> Result<Scope, AuthorizationError> {
    let requested = parameters
        .get("scope")
        .filter(|requested| requested.split(' ').all(is_scope_token))
        .ok_or(AuthorizationError::invalid_scope(
            "Scope must be scope tokens with one space between two of them",
        ))?;
    let narrowed = client
        .narrow(Some(requested))
        .ok_or(AuthorizationError::invalid_scope("The client may have none of the scope it asks for"))?;
    Ok(Scope::of(&narrowed))
}

fn challenge(parameters: &Parameters) -> Result<Challenge, AuthorizationError> {
    // None at all means plain (RFC 7636 §4.3).
    if parameters.get("code_challenge_method") != Some(pkce::METHOD) {
        return Err(AuthorizationError::invalid_request("code_challenge_method must be S256"));
    }
    parameters.get("code_challenge").and_then(Challenge::new).ok_or(AuthorizationError::invalid_request(
        "code_challenge must be the base64url of a SHA-256 digest",
    ))
}

fn max_age(parameters: &Parameters) -> Result<Option<u64>, AuthorizationError> {
    let seconds = parameters.get("max_age").map(str::parse);
    seconds
        .transpose()
        .map_err(|_no_number| AuthorizationError::invalid_request("max_age must be whole seconds"))
}

fn expected_subject(
    server: &AuthorizationServer,
    parameters: &Parameters,
) -> Result<Option<String>, AuthorizationError> {
    let Some(hint) = parameters.get("id_token_hint") else { return Ok(None) };
    let hint = id_token::Hint::read(server, hint);
    hint.map(|hint| Some(hint.subject))
        .ok_or(AuthorizationError::invalid_request("id_token_hint is no ID token of this issuer"))
}
