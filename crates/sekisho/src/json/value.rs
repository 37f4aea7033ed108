//! A value that was asked for.

use std::borrow::Cow;

use super::members::{Fault, Members};
use super::reader::{Kind, Malformed, Reader};
use super::wanted::Wanted;

/// The value of a member that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Value<'j> {
    /// `null`
    Null,
    /// `true` or `false`.
    Boolean(bool),
    /// As it is written. It is not beyond what an `f64` can hold.
    Number(&'j str),
    /// What a string says, its escapes resolved.
    Text(Cow<'j, str>),
    /// Its texts, and whether there is anything else in it.
    Array(Array<'j>),
    /// What was asked for within it.
    Object(Members<'j>),
    /// A text with half of a surrogate pair, or a number that no `f64` can hold.
    Unreadable,
}

impl<'j> Value<'j> {
    /// The text, if it is one.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Reads a value, and of an object what is `wanted` within it.
    pub(super) fn read(reader: &mut Reader<'j>, wanted: &'j [Wanted]) -> Result<Self, Malformed> {
        match reader.kind()? {
            Kind::Object => Members::read(reader, wanted).map(Self::Object),
            Kind::Array => Array::read(reader).map(Self::Array),
            scalar => Self::read_scalar(reader, scalar),
        }
    }

    fn read_scalar(reader: &mut Reader<'j>, kind: Kind) -> Result<Self, Malformed> {
        Ok(match kind {
            Kind::Text => reader.text()?.decode().map_or(Self::Unreadable, Self::Text),
            Kind::Number => {
                let number = reader.number()?;
                if is_in_range(number) { Self::Number(number) } else { Self::Unreadable }
            }
            _ => match reader.literal()? {
                "null" => Self::Null,
                word => Self::Boolean(word == "true"),
            },
        })
    }

    /// What of it cannot be read, or is there twice.
    pub(super) fn fault(&self) -> Option<Fault> {
        match self {
            Self::Object(members) => members.fault().cloned(),
            Self::Array(array) if array.has_unreadable => Some(Fault::unreadable()),
            Self::Unreadable => Some(Fault::unreadable()),
            _ => None,
        }
    }
}

/// Whether an `f64` can hold it. It can hold every number of few digits that has no exponent, and those need not be
/// computed: dates have ten.
fn is_in_range(number: &str) -> bool {
    const FEW: usize = 300;
    let is_plain = number.len() <= FEW && !number.bytes().any(|byte| matches!(byte, b'e' | b'E'));
    is_plain || number.parse().is_ok_and(f64::is_finite)
}

/// The texts of an array, and whether it has other elements. Those are not kept, so that an array of a great many
/// numbers costs no memory.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Array<'j> {
    texts: Vec<Cow<'j, str>>,
    has_others: bool,
    has_unreadable: bool,
}

impl<'j> Array<'j> {
    /// Its texts, if it has nothing else.
    pub fn only_texts(&self) -> Option<&[Cow<'j, str>]> {
        (!self.has_others).then_some(&*self.texts)
    }

    /// Whether this text is among its elements.
    pub fn contains(&self, text: &str) -> bool {
        self.texts.iter().any(|own| own == text)
    }

    /// Whether it has no element.
    pub fn is_empty(&self) -> bool {
        self.texts.is_empty() && !self.has_others
    }

    fn read(reader: &mut Reader<'j>) -> Result<Self, Malformed> {
        let mut array = Self::default();
        reader.array(|reader| {
            match reader.kind()? {
                Kind::Object | Kind::Array => {
                    array.has_others = true;
                    reader.skip()?;
                }
                scalar => match Value::read_scalar(reader, scalar)? {
                    Value::Text(text) => array.texts.push(text),
                    other => {
                        array.has_others = true;
                        array.has_unreadable |= other == Value::Unreadable;
                    }
                },
            }
            Ok(())
        })?;
        Ok(array)
    }
}
