//! What an issuer writes.

use serde_json::{Map, Value};

/// The claims of a token besides its dates and its scopes, and what is otherwise in other tokens of the same issuer. A
/// `null` takes a member away (RFC 7396).
#[derive(Debug)]
pub(in super::super) struct Written {
    pub(in super::super) header: Map<String, Value>,
    pub(in super::super) claims: Map<String, Value>,
    /// Whether it says from when on it is valid.
    pub(in super::super) has_nbf: bool,
    pub(in super::super) for_another_audience: Map<String, Value>,
    /// The ID token that comes with it, where there is one.
    pub(in super::super) id_token: Option<Map<String, Value>>,
}

impl Written {
    /// An access token that says for whom it is in `aud`.
    pub(super) fn new(claims: Value) -> Self {
        Self {
            header: Map::new(),
            claims: object(claims),
            has_nbf: false,
            for_another_audience: object(serde_json::json!({ "aud": "another-audience" })),
            id_token: None,
        }
    }

    pub(super) fn typ(mut self, typ: &str) -> Self {
        self.header.insert("typ".to_owned(), typ.into());
        self
    }

    pub(super) fn header(mut self, name: &str, value: &str) -> Self {
        self.header.insert(name.to_owned(), value.into());
        self
    }

    pub(super) fn nbf(mut self) -> Self {
        self.has_nbf = true;
        self
    }

    pub(super) fn for_another_audience(mut self, claims: Value) -> Self {
        self.for_another_audience = object(claims);
        self
    }

    pub(super) fn id_token(mut self, claims: Value) -> Self {
        self.id_token = Some(object(claims));
        self
    }

    /// The same with other claims in it.
    pub(super) fn with(mut self, claims: Value) -> Self {
        merge(&mut self.claims, object(claims));
        self
    }
}

/// Puts members into an object, or takes them away (RFC 7396).
pub(in super::super) fn merge(into: &mut Map<String, Value>, members: Map<String, Value>) {
    for (name, value) in members {
        match (into.get_mut(&name), value) {
            (_, Value::Null) => drop(into.remove(&name)),
            (Some(Value::Object(own)), Value::Object(more)) => merge(own, more),
            (_, value) => drop(into.insert(name, value)),
        }
    }
}

/// Of a constant that is one.
pub(in super::super) fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(object) => object,
        _ => Map::new(),
    }
}
