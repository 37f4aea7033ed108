//! JSON from strangers: chosen members of one object, without surprises.
//!
//! A derived `Deserialize` takes an array for an object and a map type keeps the last of two equal
//! names, so both are read here by hand. `serde_json` bounds the depth (128 levels).

use std::collections::HashMap;
use std::fmt;

use serde_core::Deserializer;
use serde_core::de::{IgnoredAny, MapAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

/// The members that were asked for, as they stood in the object.
#[derive(Debug, Default)]
pub(crate) struct Members {
    values: HashMap<String, Value>,
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

    /// The first of the asked members that occurred twice.
    pub(crate) fn repeated(&self) -> Option<&str> {
        self.repeated.as_deref()
    }
}

/// The bytes are not one JSON object (and nothing else).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NotAnObject;

/// Reads the members of one JSON object for which `wanted` says yes.
pub(crate) fn read_members(json: &[u8], wanted: impl Fn(&str) -> bool) -> Result<Members, NotAnObject> {
    let mut deserializer = serde_json::Deserializer::from_slice(json);
    let members = deserializer.deserialize_map(MembersVisitor(wanted)).map_err(|_| NotAnObject)?;
    deserializer.end().map_err(|_| NotAnObject)?;
    Ok(members)
}

struct MembersVisitor<F>(F);

impl<'de, F: Fn(&str) -> bool> Visitor<'de> for MembersVisitor<F> {
    type Value = Members;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Members, A::Error> {
        let mut members = Members::default();
        while let Some(name) = object.next_key::<String>()? {
            // Read even when unwanted: only a whole value is checked for depth and UTF-8.
            let value: Value = object.next_value()?;
            if !(self.0)(&name) {
                continue;
            }
            if members.values.insert(name.clone(), value).is_some() {
                members.repeated.get_or_insert(name);
            }
        }
        Ok(members)
    }
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
        read_members(json.as_bytes(), |name| name == "a")
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
        ];
        for (name, json) in cases {
            assert_eq!(read(json).err(), Some(NotAnObject), "{name}");
        }
        assert_eq!(read_members(b"{\"b\":\"\xff\"}", |_| false).err(), Some(NotAnObject), "bad UTF-8");
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
    }
}
