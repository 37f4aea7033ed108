//! A value that was asked for.

use super::members::{Fault, Members};
use super::reader::{Kind, Malformed, Reader};
use super::wanted::Wanted;

/// The value of a member that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Value {
    /// `null`
    Null,
    /// `true` or `false`. Which of the two is not kept.
    Boolean,
    /// As it is written. An `f64` can hold it.
    Number(Box<str>),
    /// What a string says, its escapes resolved.
    Text(Box<str>),
    /// Its texts, and whether there is anything else in it.
    Array(Array),
    /// What was asked for within it.
    Object(Members),
    /// A text with half of a surrogate pair, or a number that no `f64` can hold.
    Unreadable,
}

impl Value {
    /// The text, if it is one.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Reads a value, and of an object what is `wanted` within it.
    pub(super) fn read(reader: &mut Reader<'_>, wanted: &[Wanted]) -> Result<Self, Malformed> {
        match reader.kind()? {
            Kind::Object => Members::read(reader, wanted).map(Self::Object),
            Kind::Array => Array::read(reader).map(Self::Array),
            _ => Self::read_scalar(reader),
        }
    }

    fn read_scalar(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        Ok(match reader.kind()? {
            Kind::Text => reader.text()?.decode().map_or(Self::Unreadable, |text| Self::Text(text.into())),
            Kind::Number => {
                let number = reader.number()?;
                let is_in_range = number.parse().is_ok_and(f64::is_finite);
                if is_in_range { Self::Number(number.into()) } else { Self::Unreadable }
            }
            _ if reader.literal()? == "null" => Self::Null,
            _ => Self::Boolean,
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

/// The texts of an array, and whether it has other elements. Those are not kept, so that an array of a great many
/// numbers costs no memory.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Array {
    texts: Vec<Box<str>>,
    has_others: bool,
    has_unreadable: bool,
}

impl Array {
    /// Its texts, if it has nothing else.
    pub fn only_texts(&self) -> Option<&[Box<str>]> {
        (!self.has_others).then_some(&*self.texts)
    }

    /// Whether this text is among its elements.
    pub fn contains(&self, text: &str) -> bool {
        self.texts.iter().any(|own| **own == *text)
    }

    /// Whether it has no element.
    pub fn is_empty(&self) -> bool {
        self.texts.is_empty() && !self.has_others
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        let mut array = Self::default();
        reader.array(|reader| {
            match reader.kind()? {
                Kind::Object | Kind::Array => {
                    array.has_others = true;
                    reader.skip()?;
                }
                _ => match Value::read_scalar(reader)? {
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
