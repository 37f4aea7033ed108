//! Which members are read.

use std::borrow::Cow;

use super::mark::Mark;
use super::raw_text::RawText;

/// A member that is read, and what is read within it where it is an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    mark: Mark,
    pub(super) name: Cow<'static, str>,
    pub(super) within: Vec<Wanted>,
    /// Whether it is a fault where it is there and cannot be read.
    pub(super) must_be_readable: bool,
}

impl Wanted {
    /// A member of this name. Of an object there is then nothing to be had but that it is one.
    pub const fn member(name: &'static str) -> Self {
        Self { mark: Mark::of(name), name: Cow::Borrowed(name), within: Vec::new(), must_be_readable: true }
    }

    /// Adds a member of a member, by the names from outside in.
    pub fn add(all: &mut Vec<Self>, names: &[String]) {
        Self::add_each(all, names, true);
    }

    /// The same of a member that is no fault where it cannot be read. It is one still where the member is wanted by
    /// [`Self::add`] too, and where it is there twice.
    pub fn add_tolerated(all: &mut Vec<Self>, names: &[String]) {
        Self::add_each(all, names, false);
    }

    fn add_each(all: &mut Vec<Self>, names: &[String], must_be_readable: bool) {
        let Some((first, rest)) = names.split_first() else { return };
        let index = all.iter().position(|wanted| wanted.name == *first).unwrap_or_else(|| {
            all.push(Self::owned(first));
            all.len() - 1
        });
        all[index].must_be_readable |= must_be_readable;
        Self::add_each(&mut all[index].within, rest, must_be_readable);
    }

    fn owned(name: &str) -> Self {
        let (mark, name) = (Mark::of(name), Cow::Owned(name.to_owned()));
        Self { mark, name, within: Vec::new(), must_be_readable: false }
    }

    /// The one of this name, if it is wanted. Names are compared as what they say: `\u0065xp` is `exp`. Nearly all are written
    /// without an escape.
    pub(super) fn find<'w>(all: &'w [Self], name: RawText<'_>) -> Option<&'w Self> {
        let Some(written) = name.as_written() else {
            return all.iter().find(|wanted| name.is(&wanted.name));
        };
        let mark = Mark::of(written);
        all.iter().find(|wanted| wanted.mark == mark && wanted.name == written)
    }
}
