//! JSON from strangers: chosen members of one object, without surprises.
//!
//! A derived `Deserialize` takes an array for an object and a map type keeps the last of two equal
//! names, so both are read here by hand, within objects too. `serde_json` bounds the depth (128 levels).

use std::fmt;

use serde_core::Deserializer;
use serde_core::de::{Error, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

/// The members that were asked for, as they stood in the object. Of a member that is an object itself, there is
/// only what was asked for within it.
#[derive(Debug, Default)]
pub(crate) struct Members {
    values: Map<String, Value>,
    repeated: Option<String>,
}

impl Members {
    /// Takes a member out.
    pub(crate) fn take(&mut self, name: &str) -> Option<Value> {
        self.values.remove(name)
    }

    /// A member.
    pub(crate) fn get(&self, name: &str) -> Option<&Value> {
        self.values.get(name)
    }

    /// A member of a member, by the names from outside in. Every name but the last has to be an object's.
    pub(crate) fn within(&self, names: &[String]) -> Option<&Value> {
        let (first, rest) = names.split_first()?;
        rest.iter().try_fold(self.get(first)?, |value, name| value.get(name))
    }

    /// The first of the asked members that occurred twice, as the path to it.
    pub(crate) fn repeated(&self) -> Option<&str> {
        self.repeated.as_deref()
    }
}

/// The bytes are not one JSON object (and nothing else).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NotAnObject;

/// Whether a member is read, or something within it: its name, after the names around it.
type Wanted<'w> = &'w dyn Fn(&[&str]) -> bool;

/// Reads the members of one JSON object for which `wanted` says yes.
pub(crate) fn read_members(json: &[u8], wanted: Wanted<'_>) -> Result<Members, NotAnObject> {
    let mut deserializer = serde_json::Deserializer::from_slice(json);
    let visitor = MembersVisitor { around: &[], wanted };
    let members = deserializer.deserialize_map(visitor).map_err(|_| NotAnObject)?;
    deserializer.end().map_err(|_| NotAnObject)?;
    Ok(members)
}

struct MembersVisitor<'w> {
    around: &'w [&'w str],
    wanted: Wanted<'w>,
}

impl<'de> Visitor<'de> for MembersVisitor<'_> {
    type Value = Members;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Members, A::Error> {
        let mut members = Members::default();
        while let Some(name) = object.next_key::<String>()? {
            let names = [self.around, &[name.as_str()]].concat();
            if !(self.wanted)(&names) {
                // Read even when unwanted: only a whole value is checked for depth and UTF-8.
                object.next_value::<Value>()?;
                continue;
            }
            let (value, repeated) = read_value(object.next_value()?, &names, self.wanted)?;
            let repeated = repeated.or_else(|| members.values.contains_key(&name).then(|| path(&names)));
            members.values.insert(name, value);
            members.repeated = members.repeated.or(repeated);
        }
        Ok(members)
    }
}

/// Names from outside in, written as the way to a claim is configured: a dot that belongs to a name has a backslash
/// before it, and a URL is a name as it is.
fn path(names: &[&str]) -> String {
    match names {
        [url] if url.contains("://") => (*url).to_owned(),
        _ => names
            .iter()
            .map(|name| name.replace('\\', r"\\").replace('.', r"\."))
            .collect::<Vec<_>>()
            .join("."),
    }
}

/// A value, and which of its asked members occurred twice. `wanted` ends where nothing further is asked for, and
/// with it the recursion.
fn read_value<E: Error>(
    json: &RawValue,
    around: &[&str],
    wanted: Wanted<'_>,
) -> Result<(Value, Option<String>), E> {
    let value: Value = serde_json::from_str(json.get()).map_err(E::custom)?;
    if !value.is_object() {
        return Ok((value, None));
    }
    // A `Value` has forgotten which members there were twice.
    let visitor = MembersVisitor { around, wanted };
    let members =
        serde_json::Deserializer::from_str(json.get()).deserialize_map(visitor).map_err(E::custom)?;
    Ok((members.values.into(), members.repeated))
}

/// Why one member of an object cannot be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoMember {
    /// There is no JSON object.
    NotAnObject,
    /// It is not there, or twice.
    NotOnce,
}

/// The text of one member of an object, not read itself: what is wrong within it is not wrong with the object.
pub(crate) fn raw_member<'a>(json: &'a [u8], name: &str) -> Result<&'a RawValue, NoMember> {
    let mut deserializer = serde_json::Deserializer::from_slice(json);
    let found = deserializer.deserialize_map(RawVisitor(name)).map_err(|_| NoMember::NotAnObject)?;
    deserializer.end().map_err(|_| NoMember::NotAnObject)?;
    let [member] = found[..] else { return Err(NoMember::NotOnce) };
    Ok(member)
}

struct RawVisitor<'n>(&'n str);

impl<'de> Visitor<'de> for RawVisitor<'_> {
    type Value = Vec<&'de RawValue>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Self::Value, A::Error> {
        let mut found = Vec::new();
        while let Some(name) = object.next_key::<String>()? {
            if name == self.0 {
                found.push(object.next_value()?);
            } else {
                // Passed over without recursion, however deep it is.
                object.next_value::<IgnoredAny>()?;
            }
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<Members, NotAnObject> {
        read_members(json.as_bytes(), &|names| matches!(names, ["a" | "o"] | ["o", "i"] | ["o", "i", "a"]))
    }

    #[test]
    fn only_one_object_is_read() {
        assert_eq!(read(r#"{"a":1}"#).expect("an object").get("a"), Some(&Value::from(1)));
        let deep = format!(r#"{{"b":{}{}}}"#, "[".repeat(2_900), "]".repeat(2_900));
        let cases = [
            ("an array", "[1]"),
            ("a string", r#""a""#),
            ("nothing", ""),
            ("bytes after it", r#"{"a":1}x"#),
            ("two objects", r#"{"a":1}{"a":1}"#),
            ("a byte order mark", "\u{feff}{\"a\":1}"),
            ("nested too deep, in a member not asked for", &deep),
            ("nested too deep, in a member asked for", &deep.replace('b', "a")),
            ("nested too deep, within one asked for", &format!(r#"{{"o":{deep}}}"#)),
            ("half a surrogate, within one asked for", r#"{"o":{"i":{"a":"\ud800"}}}"#),
        ];
        for (name, json) in cases {
            assert_eq!(read(json).err(), Some(NotAnObject), "{name}");
        }
        assert_eq!(read_members(b"{\"b\":\"\xff\"}", &|_| false).err(), Some(NotAnObject), "bad UTF-8");
    }

    #[test]
    fn one_member_is_taken_out_unread() {
        let raw = |json: &'static str| raw_member(json.as_bytes(), "a").map(RawValue::get);
        assert_eq!(raw(r#"{"b":{},"a":[1e400, "\ud800"]}"#), Ok(r#"[1e400, "\ud800"]"#));
        assert_eq!(raw(r#"{"a":1,"a":1}"#), Err(NoMember::NotOnce));
        assert_eq!(raw("{}"), Err(NoMember::NotOnce));
        assert_eq!(raw("[]"), Err(NoMember::NotAnObject));
        assert_eq!(raw(r#"{"a":1}x"#), Err(NoMember::NotAnObject));
    }

    #[test]
    fn a_member_that_was_asked_for_twice_is_told() {
        assert_eq!(read(r#"{"a":1,"\u0061":1}"#).expect("an object").repeated(), Some("a"));
        assert_eq!(read(r#"{"a":1,"b":1,"b":1}"#).expect("an object").repeated(), None);
        let within = [
            ("the object", r#"{"o":{},"o":{}}"#, Some("o")),
            ("an object in it", r#"{"o":{"i":{"a":1},"i":{"a":1}}}"#, Some("o.i")),
            ("a member of that", r#"{"o":{"i":{"a":1,"a":1}}}"#, Some("o.i.a")),
            ("in the second of two", r#"{"o":1,"o":{"i":{"a":1,"a":1}}}"#, Some("o.i.a")),
            ("what is not asked for", r#"{"o":{"b":1,"b":1,"i":{"b":1,"b":1}}}"#, None),
            ("within what was asked for", r#"{"a":{"b":1,"b":1}}"#, None),
            ("within an array", r#"{"o":[{"i":1,"i":1}]}"#, None),
        ];
        for (name, json, expected) in within {
            assert_eq!(read(json).expect("an object").repeated(), expected, "{name}");
        }
    }

    #[test]
    fn a_member_that_was_there_twice_is_told_as_its_path_is_configured() {
        let cases = [
            (r#"{"my.api":{"r":1,"r":1}}"#, r"my\.api.r"),
            (r#"{"a\\b":1,"a\\b":1}"#, r"a\\b"),
            (r#"{"https://a.example/r":1,"https://a.example/r":1}"#, "https://a.example/r"),
        ];
        for (json, expected) in cases {
            let members = read_members(json.as_bytes(), &|_| true).expect("an object");
            assert_eq!(members.repeated(), Some(expected));
        }
    }

    #[test]
    fn a_member_of_a_member_is_had_by_their_names() {
        let names = |path: &str| path.split('.').map(ToOwned::to_owned).collect::<Vec<_>>();
        let cases = [
            (r#"{"o":{"i":{"a":1,"b":2}}}"#, "o.i.a", Some(Value::from(1))),
            (r#"{"o":{"i":{"a":1,"b":2}}}"#, "o.i", Some(serde_json::json!({"a": 1}))),
            (r#"{"o":{"i":{"a":1,"b":2}}}"#, "o.i.b", None),
            (r#"{"o":{"i":[{"a":1}]}}"#, "o.i.a", None),
            (r#"{"o":{"i":[7]}}"#, "o.i.0", None),
            (r#"{"o":"i"}"#, "o.i", None),
            (r#"{"a":1}"#, "o.i", None),
        ];
        for (json, path, expected) in cases {
            let members = read(json).expect("an object");
            assert_eq!(members.within(&names(path)), expected.as_ref(), "{json} {path}");
        }
        assert_eq!(read(r#"{"a":1}"#).expect("an object").within(&[]), None);
    }
}
