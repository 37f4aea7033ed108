//! The option of `sekisho/v1/access.proto`, read from a descriptor whose own version of that file need
//! not be ours.

use prost_reflect::{DescriptorPool, DynamicMessage, ExtensionDescriptor, Kind, Value};

use super::{AccessRule, FaultKind};

/// The field number of both options. It stays for good: another would break every descriptor set.
const NUMBER: u32 = 57205;

/// `sekisho.v1.access` and `sekisho.v1.default_access`, as far as a pool has them.
#[derive(Debug)]
pub(super) struct AccessOptions {
    pub(super) access: Option<ExtensionDescriptor>,
    pub(super) default_access: Option<ExtensionDescriptor>,
}

impl AccessOptions {
    /// Finds them; a set whose files never import the option has neither.
    pub(super) fn find(pool: &DescriptorPool) -> Result<Self, FaultKind> {
        Ok(Self {
            access: find(pool, "sekisho.v1.access", "google.protobuf.MethodOptions")?,
            default_access: find(pool, "sekisho.v1.default_access", "google.protobuf.ServiceOptions")?,
        })
    }
}

fn find(
    pool: &DescriptorPool,
    name: &'static str,
    extendee: &str,
) -> Result<Option<ExtensionDescriptor>, FaultKind> {
    const RULE: &str = "sekisho.v1.AccessRule";
    let by_name = pool.get_extension_by_name(name);
    let Some(extension) = by_name else {
        // Under its number but another name it would be passed over.
        let taken = pool.get_message_by_name(extendee).and_then(|options| options.get_extension(NUMBER));
        return match taken {
            Some(_) => Err(FaultKind::ForeignOption { name, number: NUMBER, expected: RULE }),
            None => Ok(None),
        };
    };
    let is_rule = matches!(extension.kind(), Kind::Message(message) if message.full_name() == RULE);
    let is_ours = extension.number() == NUMBER
        && is_rule
        && !extension.is_list()
        && extension.containing_message().full_name() == extendee;
    if is_ours {
        Ok(Some(extension))
    } else {
        Err(FaultKind::ForeignOption { name, number: NUMBER, expected: RULE })
    }
}

/// The rule that an option's message says, if it says exactly one thing.
pub(super) fn rule_of(message: &DynamicMessage) -> Result<AccessRule, FaultKind> {
    let mut kinds = Vec::new();
    let mut rule = Err(FaultKind::NoKind);
    for (field, value) in message.fields() {
        let (kind, says) = match (field.number(), value) {
            (1, Value::Bool(true)) => ("public", Ok(AccessRule::Public)),
            (2, Value::Bool(true)) => ("authenticated", Ok(AccessRule::Authenticated)),
            // Not even `false` beside another kind is passed over: its author meant something by it.
            (1, Value::Bool(false)) => ("public: false", Err(FaultKind::NoKind)),
            (2, Value::Bool(false)) => ("authenticated: false", Err(FaultKind::NoKind)),
            (3, Value::List(scopes)) => ("all_of", from_sets([texts(scopes)])),
            (4, Value::List(sets)) => ("any_of", scope_sets(sets).and_then(from_sets)),
            _ => return Err(FaultKind::UnknownField { field: field.name().to_owned() }),
        };
        kinds.push(kind);
        rule = says;
    }
    refuse_unknown(message)?;
    if kinds.len() > 1 { Err(FaultKind::SeveralKinds { kinds }) } else { rule }
}

fn refuse_unknown(message: &DynamicMessage) -> Result<(), FaultKind> {
    match message.unknown_fields().next() {
        Some(field) => Err(FaultKind::UnknownField { field: format!("number {}", field.number()) }),
        None => Ok(()),
    }
}

fn from_sets(sets: impl IntoIterator<Item = Vec<String>>) -> Result<AccessRule, FaultKind> {
    AccessRule::any_of(sets).map_err(FaultKind::Rule)
}

fn scope_sets(sets: &[Value]) -> Result<Vec<Vec<String>>, FaultKind> {
    sets.iter().map(scope_set).collect()
}

fn scope_set(set: &Value) -> Result<Vec<String>, FaultKind> {
    let Value::Message(set) = set else { return Err(FaultKind::UnknownField { field: "any_of".to_owned() }) };
    refuse_unknown(set)?;
    let mut scopes = Vec::new();
    for (field, value) in set.fields() {
        match (field.number(), value) {
            (1, Value::List(found)) => scopes.extend(texts(found)),
            _ => return Err(FaultKind::UnknownField { field: format!("any_of.{}", field.name()) }),
        }
    }
    Ok(scopes)
}

/// A value that is no text is no scope either, and is refused as one.
fn texts(values: &[Value]) -> Vec<String> {
    values.iter().map(|value| value.as_str().unwrap_or_default().to_owned()).collect()
}
