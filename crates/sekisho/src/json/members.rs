//! The members of an object that were asked for.

use std::fmt;

use super::mark::Mark;
use super::reader::{Malformed, Reader};
use super::value::Value;
use super::wanted::Wanted;

/// The members that were asked for, as they stood in the object. Of a member that is an object itself, there is
/// only what was asked for within it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Members<'j> {
    values: Vec<Member<'j>>,
    /// Rare, and larger than the rest.
    fault: Option<Box<Fault>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Member<'j> {
    mark: Mark,
    name: &'j str,
    value: Value<'j>,
}

impl<'j> Members<'j> {
    /// Reads an object.
    ///
    /// # Errors
    /// [`Malformed`] where there is none.
    pub fn read(reader: &mut Reader<'j>, wanted: &'j [Wanted]) -> Result<Self, Malformed> {
        let mut members = Self { values: Vec::with_capacity(wanted.len().min(USUAL)), fault: None };
        reader.object(|reader, name| {
            let Some(wanted) = Wanted::find(wanted, name) else { return reader.skip() };
            let value = Value::read(reader, &wanted.within)?;
            members.insert(wanted, value);
            Ok(())
        })?;
        Ok(members)
    }

    fn insert(&mut self, wanted: &'j Wanted, value: Value<'j>) {
        let name = &*wanted.name;
        if self.fault.is_none() {
            let is_fault = |fault: &Fault| wanted.must_be_readable || fault.kind != FaultKind::Unreadable;
            let within = value.fault().filter(is_fault);
            let within = within.or_else(|| self.get(name).map(|_| Fault::repeated()));
            self.fault = within.map(|fault| Box::new(fault.of(name)));
        }
        self.values.push(Member { mark: Mark::of(name), name, value });
    }

    /// A member; the first of this name.
    pub fn get(&self, name: &str) -> Option<&Value<'j>> {
        self.all(name).next()
    }

    /// All members of this name. More than one is a fault.
    pub fn all(&self, name: &str) -> impl Iterator<Item = &Value<'j>> {
        let is_named = is_named(name);
        self.values.iter().filter(move |member| is_named(member)).map(|member| &member.value)
    }

    /// The same, taken out.
    pub(crate) fn take(&mut self, name: &str) -> Option<Value<'j>> {
        let index = self.values.iter().position(is_named(name))?;
        Some(self.values.remove(index).value)
    }

    /// A member of a member, by the names from outside in. Every name but the last has to be an object's.
    pub fn within(&self, names: &[String]) -> Option<&Value<'j>> {
        self.reach(names).unwrap_or_default()
    }

    /// The same, where it matters why there is none.
    ///
    /// # Errors
    /// [`NoObject`] where one of the names but the last is that of something else.
    pub fn reach(&self, names: &[String]) -> Result<Option<&Value<'j>>, NoObject> {
        let Some((first, rest)) = names.split_first() else { return Ok(None) };
        rest.iter().try_fold(self.get(first), |value, name| match value {
            Some(Value::Object(members)) => Ok(members.get(name)),
            Some(_) => Err(NoObject),
            None => Ok(None),
        })
    }

    /// The first of the asked members that was there twice, or that cannot be read.
    pub fn fault(&self) -> Option<&Fault> {
        self.fault.as_deref()
    }
}

/// A value on the way to a member is there, and is no object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoObject;

fn is_named(name: &str) -> impl Fn(&Member<'_>) -> bool {
    let mark = Mark::of(name);
    move |member| member.mark == mark && member.name == name
}

/// As many of the wanted members as an object usually has: a guess, for the allocation.
const USUAL: usize = 12;

/// What is wrong with a member that was asked for. It is shown as the path to the member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// What it is.
    pub kind: FaultKind,
    /// From inside out.
    names: Vec<String>,
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

    fn of(mut self, name: &str) -> Self {
        self.names.push(name.to_owned());
        self
    }
}

/// As the path to a claim is configured: a dot that belongs to a name has a backslash before it, and a URL is a
/// name as it is.
impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_path(f, self.names.iter().rev())
    }
}

/// Writes names as the path to a claim is configured. No name in a path of several has `://` in it.
pub(crate) fn write_path<'n>(
    f: &mut fmt::Formatter<'_>,
    names: impl Iterator<Item = &'n String>,
) -> fmt::Result {
    for (index, name) in names.enumerate() {
        let dot = if index == 0 { "" } else { "." };
        if name.contains("://") {
            write!(f, "{dot}{name}")?;
        } else {
            write!(f, "{dot}{}", name.replace('\\', r"\\").replace('.', r"\."))?;
        }
    }
    Ok(())
}
