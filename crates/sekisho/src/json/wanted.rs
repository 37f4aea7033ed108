//! Which members are read.

use std::borrow::Cow;

/// A member that is read, and what is read within it where it is an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    pub(super) name: Cow<'static, str>,
    pub(super) within: Vec<Wanted>,
}

impl Wanted {
    /// A member of this name. Of an object there is then nothing to be had but that it is one.
    pub const fn member(name: &'static str) -> Self {
        Self { name: Cow::Borrowed(name), within: Vec::new() }
    }

    /// Adds a member of a member, by the names from outside in.
    pub fn add(all: &mut Vec<Self>, names: &[String]) {
        let Some((first, rest)) = names.split_first() else { return };
        let index = all.iter().position(|wanted| wanted.name == *first).unwrap_or_else(|| {
            all.push(Self { name: Cow::Owned(first.clone()), within: Vec::new() });
            all.len() - 1
        });
        Self::add(&mut all[index].within, rest);
    }
}
