//! The members of an object that were asked for.

use std::borrow::Cow;
use std::fmt;

use super::raw_text::RawText;
use super::reader::{Malformed, Reader};
use super::value::Value;
use super::wanted::Wanted;

/// The members that were asked for, as they stood in the object. Of a member that is an object itself, there is
/// only what was asked for within it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Members {
    values: Vec<(Cow<'static, str>, Value)>,
    fault: Option<Fault>,
}

impl Members {
    /// Reads an object.
    ///
    /// # Errors
    /// [`Malformed`] where there is none.
    pub fn read(reader: &mut Reader<'_>, wanted: &[Wanted]) -> Result<Self, Malformed> {
        let mut members = Self { values: Vec::with_capacity(wanted.len().min(USUAL)), fault: None };
        reader.object(|reader, name| {
            let Some(wanted) = find(wanted, name) else { return reader.skip() };
            let value = Value::read(reader, &wanted.within)?;
            members.insert(wanted.name.clone(), value);
            Ok(())
        })?;
        Ok(members)
    }

    fn insert(&mut self, name: Cow<'static, str>, value: Value) {
        if self.fault.is_none() {
            let within = value.fault().or_else(|| self.get(&name).map(|_| Fault::repeated()));
            self.fault = within.map(|fault| fault.of(name.clone()));
        }
        self.values.push((name, value));
    }

    /// A member; the first of this name.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.all(name).next()
    }

    /// All members of this name. More than one is a fault.
    pub fn all(&self, name: &str) -> impl Iterator<Item = &Value> {
        self.values.iter().filter(move |(own, _)| own == name).map(|(_, value)| value)
    }

    /// The same, taken out.
    pub(crate) fn take(&mut self, name: &str) -> Option<Value> {
        let index = self.values.iter().position(|(own, _)| own == name)?;
        Some(self.values.remove(index).1)
    }

    /// A member of a member, by the names from outside in. Every name but the last has to be an object's.
    pub fn within(&self, names: &[String]) -> Option<&Value> {
        let (first, rest) = names.split_first()?;
        rest.iter().try_fold(self.get(first)?, |value, name| match value {
            Value::Object(members) => members.get(name),
            _ => None,
        })
    }

    /// The first of the asked members that was there twice, or that cannot be read.
    pub fn fault(&self) -> Option<&Fault> {
        self.fault.as_ref()
    }
}

/// As many of the wanted members as an object usually has: a guess, for the allocation.
const USUAL: usize = 12;

/// Names are compared as what they say: `\u0065xp` is `exp`. Nearly all are written without an escape.
fn find<'w>(wanted: &'w [Wanted], name: RawText<'_>) -> Option<&'w Wanted> {
    match name.as_written() {
        Some(name) => wanted.iter().find(|wanted| is_same(&wanted.name, name)),
        None => wanted.iter().find(|wanted| name.is(&wanted.name)),
    }
}

/// Most claims have three letters: their ends tell them apart before a comparison has to be called.
fn is_same(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    one.len() == other.len() && one.first() == other.first() && one.last() == other.last() && one == other
}

/// What is wrong with a member that was asked for. It is shown as the path to the member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// What it is.
    pub kind: FaultKind,
    /// From inside out.
    names: Vec<Cow<'static, str>>,
}

/// Which of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum FaultKind {
    /// It is there twice.
    Repeated,
    /// It is a text with half of a surrogate pair, or a number that no `f64` can hold, or has one in its array.
    Unreadable,
}

impl Fault {
    fn repeated() -> Self {
        Self { kind: FaultKind::Repeated, names: Vec::new() }
    }

    pub(super) fn unreadable() -> Self {
        Self { kind: FaultKind::Unreadable, names: Vec::new() }
    }

    fn of(mut self, name: Cow<'static, str>) -> Self {
        self.names.push(name);
        self
    }
}

/// As the path to a claim is configured: a dot that belongs to a name has a backslash before it, and a URL is a
/// name as it is.
impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let [url] = self.names.as_slice()
            && url.contains("://")
        {
            return f.write_str(url);
        }
        for (index, name) in self.names.iter().rev().enumerate() {
            let dot = if index == 0 { "" } else { "." };
            write!(f, "{dot}{}", name.replace('\\', r"\\").replace('.', r"\."))?;
        }
        Ok(())
    }
}
