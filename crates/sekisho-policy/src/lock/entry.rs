//! One method of a lock, which is one line of its file.

use std::fmt;

use super::{Fingerprint, LockFault};
use crate::compare::Admission;
use crate::lines::excerpt;
use crate::method::is_name;
use crate::{DeclaredRule, Method};

/// One method: its name, what it takes and answers, and its rule in the canonical form.
///
/// `Display` writes its line, which is that of an `rpc` in a `.proto`:
/// `orders.v1.Orders/Watch (orders.v1.WatchRequest) returns (stream orders.v1.Order) { all_of: ["orders:read"] }`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    name: String,
    signature: Signature,
    rule: DeclaredRule,
}

/// What a method takes and answers.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Signature {
    pub(super) request: Message,
    pub(super) response: Message,
}

/// A message, or a stream of such messages.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Message {
    pub(super) type_name: String,
    pub(super) is_stream: bool,
}

impl Entry {
    pub(super) fn of(method: &Method) -> Self {
        let message = |type_name: &str, is_stream| Message { type_name: type_name.to_owned(), is_stream };
        Self {
            name: format!("{}/{}", method.service(), method.name()),
            signature: Signature {
                request: message(method.request(), method.client_streaming()),
                response: message(method.response(), method.server_streaming()),
            },
            rule: method.declared_rule().canonical(method.is_streaming()),
        }
    }

    /// Reads a line.
    pub(super) fn parse(line: &str) -> Result<Self, LockFault> {
        let form = || LockFault::Form { found: excerpt(line) };
        let (name, request, response, rule) = parts(line).ok_or_else(form)?;
        check_method(name)?;
        let signature = Signature {
            request: Message::parse(request).ok_or_else(form)??,
            response: Message::parse(response).ok_or_else(form)??,
        };
        let unreadable = |reason: String| LockFault::Rule { method: name.to_owned(), reason };
        let rule: DeclaredRule = rule.parse().map_err(|error| unreadable(format!("{error}")))?;
        let rule = rule.canonical(signature.is_streaming());
        Ok(Self { name: name.to_owned(), signature, rule })
    }

    /// `package.Service/Method`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The full name of its service: `package.Service`.
    pub fn service(&self) -> &str {
        self.name.split_once('/').map_or("", |(service, _)| service)
    }

    /// The method's own name.
    pub fn method(&self) -> &str {
        self.name.split_once('/').map_or("", |(_, method)| method)
    }

    /// The full name of the message that it takes.
    pub fn request(&self) -> &str {
        &self.signature.request.type_name
    }

    /// The full name of the message that it answers.
    pub fn response(&self) -> &str {
        &self.signature.response.type_name
    }

    /// Whether the caller sends a stream.
    pub fn client_streaming(&self) -> bool {
        self.signature.request.is_stream
    }

    /// Whether the answer is a stream.
    pub fn server_streaming(&self) -> bool {
        self.signature.response.is_stream
    }

    /// Whether the caller sends a stream, the answer is one, or both.
    pub fn is_streaming(&self) -> bool {
        self.signature.is_streaming()
    }

    /// The rule, in the canonical form.
    pub fn rule(&self) -> &DeclaredRule {
        &self.rule
    }

    /// Of its line, for an acknowledgement.
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of(&self.to_string())
    }

    /// Whether whoever has no token may call.
    pub fn admits_without_token(&self) -> bool {
        Admission::of(&self.rule, self.is_streaming()).admits_without_token()
    }

    /// What a comparison asks for: the rule, and whether the method has a stream.
    pub(super) fn compared(&self) -> (&DeclaredRule, bool) {
        (&self.rule, self.is_streaming())
    }

    pub(super) fn signature(&self) -> &Signature {
        &self.signature
    }
}

impl Signature {
    fn is_streaming(&self) -> bool {
        self.request.is_stream || self.response.is_stream
    }
}

impl Message {
    /// `None` where it has not the form of one.
    fn parse(text: &str) -> Option<Result<Self, LockFault>> {
        let words: Vec<&str> = text.split_ascii_whitespace().take(3).collect();
        let (name, is_stream) = match words[..] {
            [name] => (name, false),
            ["stream", name] => (name, true),
            _ => return None,
        };
        let message = Self { type_name: name.to_owned(), is_stream };
        let fault = || LockFault::Name { name: excerpt(name), what: "a message" };
        Some(if is_name(name) { Ok(message) } else { Err(fault()) })
    }
}

/// Name, request, response and rule.
fn parts(line: &str) -> Option<(&str, &str, &str, &str)> {
    let (name, rest) = line.split_once('(')?;
    let (request, rest) = rest.split_once(')')?;
    let rest = rest.trim_ascii_start().strip_prefix("returns")?.trim_ascii_start().strip_prefix('(')?;
    let (response, rule) = rest.split_once(')')?;
    Some((name.trim_ascii(), request, response, rule.trim_ascii()))
}

fn check_method(name: &str) -> Result<(), LockFault> {
    if is_method_name(name) {
        return Ok(());
    }
    Err(LockFault::Name { name: excerpt(name), what: "a method (package.Service/Method)" })
}

/// Whether it is `package.Service/Method`.
pub(crate) fn is_method_name(name: &str) -> bool {
    name.split_once('/')
        .is_some_and(|(service, method)| is_name(service) && is_name(method) && !method.contains('.'))
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Signature { request, response } = &self.signature;
        write!(f, "{} ({request}) returns ({response}) {}", self.name, self.rule)
    }
}

impl fmt::Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_stream { "stream " } else { "" })?;
        f.write_str(&self.type_name)
    }
}
