//! The option of `sekisho/v1/access.proto`, read from a descriptor whose own version of that file need
//! not be ours. What is not known for certain is a fault: to pass it over could let too much in.

pub(crate) mod setting;

use prost_reflect::{DescriptorPool, DynamicMessage, ExtensionDescriptor, FieldDescriptor, Kind, Value};

use super::source::{Positions, Target};
use super::{AccessRule, DeclaredRule, Fault, FaultKind};
use setting::{MODE, STREAM_END, is_setting};

/// The field number of both options. It stays for good: another would break every descriptor set.
pub(super) const NUMBER: u32 = 57205;

const RULE: &str = "sekisho.v1.AccessRule";

/// How `sekisho/v1/access.proto` declares an option.
struct Declaration {
    name: &'static str,
    extendee: &'static str,
}

const ACCESS: Declaration =
    Declaration { name: "sekisho.v1.access", extendee: "google.protobuf.MethodOptions" };
const DEFAULT_ACCESS: Declaration =
    Declaration { name: "sekisho.v1.default_access", extendee: "google.protobuf.ServiceOptions" };

/// `sekisho.v1.access` and `sekisho.v1.default_access`, as far as a pool has them.
#[derive(Debug)]
pub(super) struct AccessOptions {
    pub(super) access: Option<ExtensionDescriptor>,
    pub(super) default_access: Option<ExtensionDescriptor>,
}

impl AccessOptions {
    /// Finds them; a set whose files never import the option has neither.
    pub(super) fn find(pool: &DescriptorPool) -> Result<Self, Vec<Fault>> {
        let mut positions = Positions::default();
        let faults: Vec<Fault> =
            pool.all_extensions().filter_map(|found| not_ours(&found, &mut positions)).collect();
        if !faults.is_empty() {
            return Err(faults);
        }
        Ok(Self {
            access: pool.get_extension_by_name(ACCESS.name),
            default_access: pool.get_extension_by_name(DEFAULT_ACCESS.name),
        })
    }
}

/// Whether this is one of the options by its name or by its number, and not by both.
fn not_ours(extension: &ExtensionDescriptor, positions: &mut Positions) -> Option<Fault> {
    let kind = [ACCESS, DEFAULT_ACCESS].iter().find_map(|option| compare(extension, option))?;
    let position = positions.of(Target::Extension(extension));
    Some(Fault { position, subject: extension.full_name().to_owned(), kind })
}

fn compare(extension: &ExtensionDescriptor, option: &Declaration) -> Option<FaultKind> {
    let same_name = extension.full_name() == option.name;
    let same_place =
        extension.number() == NUMBER && extension.containing_message().full_name() == option.extendee;
    let is_rule = !extension.is_list()
        && matches!(extension.kind(), Kind::Message(message) if message.full_name() == RULE);
    match (same_name, same_place) {
        (false, false) => None,
        (true, true) if is_rule => None,
        (true, _) => {
            Some(FaultKind::ForeignOption { number: NUMBER, extendee: option.extendee, expected: RULE })
        }
        // Under another name it would be passed over, and one of the two would be read as the other.
        (false, true) => Some(FaultKind::NumberTaken { number: NUMBER, by: option.name }),
    }
}

/// The rule that an option's message says, if it says exactly one thing.
pub(super) fn rule_of(message: &DynamicMessage) -> Result<DeclaredRule, Vec<FaultKind>> {
    let mut faults = unknown_parts(message, "");
    let mode = MODE.read(message, &mut faults);
    let stream_end = STREAM_END.read(message, &mut faults);
    let access = access_of(message, faults)?;
    Ok(access.with_mode(mode).with_stream_end(stream_end))
}

/// Who may call, if nothing is wrong with that and nothing was before.
fn access_of(message: &DynamicMessage, mut faults: Vec<FaultKind>) -> Result<AccessRule, Vec<FaultKind>> {
    let mut says = Vec::new();
    for (field, value) in message.fields().filter(|(field, _)| !is_setting(field)) {
        match kind_of(&field, value) {
            Some(kind) => says.push(kind),
            None => faults.push(unknown(field.name())),
        }
    }
    if says.len() > 1 {
        let kinds = says.iter().map(|(kind, _)| *kind).collect();
        faults.push(FaultKind::SeveralKinds { kinds });
    }
    let mut rule = None;
    for (_, said) in says {
        match said {
            Ok(said) => rule = Some(said),
            Err(wrong) => faults.extend(wrong),
        }
    }
    match rule {
        Some(rule) if faults.is_empty() => Ok(rule),
        None if faults.is_empty() => Err(vec![FaultKind::NoKind]),
        _ => Err(faults),
    }
}

type Said = Result<AccessRule, Vec<FaultKind>>;

/// A field by its number and its name: a foreign copy that exchanged two of them must not be
/// misunderstood.
fn kind_of(field: &FieldDescriptor, value: &Value) -> Option<(&'static str, Said)> {
    let no_kind = || Err(vec![FaultKind::NoKind]);
    Some(match (field.number(), field.name(), value) {
        (1, "public", Value::Bool(true)) => ("public", Ok(AccessRule::Public)),
        (2, "authenticated", Value::Bool(true)) => ("authenticated", Ok(AccessRule::Authenticated)),
        (5, "optional", Value::Bool(true)) => ("optional", Ok(AccessRule::Optional)),
        // Where a foreign copy tells `false` from nothing, its author meant something by it.
        (1, "public", Value::Bool(false)) => ("public: false", no_kind()),
        (2, "authenticated", Value::Bool(false)) => ("authenticated: false", no_kind()),
        (5, "optional", Value::Bool(false)) => ("optional: false", no_kind()),
        (3, "all_of", Value::List(scopes)) => ("all_of", scopes_rule([texts(scopes)])),
        (4, "any_of", Value::List(sets)) => ("any_of", scope_sets(sets).and_then(scopes_rule)),
        _ => return None,
    })
}

fn scopes_rule(sets: impl IntoIterator<Item = Vec<String>>) -> Said {
    AccessRule::of_sets(sets).map_err(|faults| faults.into_iter().map(FaultKind::Rule).collect())
}

fn scope_sets(sets: &[Value]) -> Result<Vec<Vec<String>>, Vec<FaultKind>> {
    let mut faults = Vec::new();
    let mut read = Vec::new();
    for set in sets {
        match scope_set(set) {
            Ok(scopes) => read.push(scopes),
            Err(unknown) => faults.extend(unknown),
        }
    }
    if faults.is_empty() { Ok(read) } else { Err(faults) }
}

fn scope_set(set: &Value) -> Result<Vec<String>, Vec<FaultKind>> {
    let Value::Message(set) = set else { return Err(vec![unknown("any_of")]) };
    let mut faults = unknown_parts(set, "any_of.");
    let mut scopes = Vec::new();
    for (field, value) in set.fields() {
        match (field.number(), field.name(), value) {
            (1, "all_of", Value::List(found)) => scopes.extend(texts(found)),
            _ => faults.push(unknown(&format!("any_of.{}", field.name()))),
        }
    }
    if faults.is_empty() { Ok(scopes) } else { Err(faults) }
}

/// What a message carries beside the fields that it declares: bytes, and extensions.
fn unknown_parts(message: &DynamicMessage, within: &str) -> Vec<FaultKind> {
    let bytes = message.unknown_fields().map(|field| unknown(&format!("{within}{}", field.number())));
    let extensions =
        message.extensions().map(|(field, _)| unknown(&format!("{within}({})", field.full_name())));
    bytes.chain(extensions).collect()
}

fn unknown(field: &str) -> FaultKind {
    FaultKind::UnknownField { field: field.to_owned() }
}

/// A value that is no text is no scope either, and is refused as one.
fn texts(values: &[Value]) -> Vec<String> {
    values.iter().map(|value| value.as_str().unwrap_or_default().to_owned()).collect()
}
