//! A value that was asked for.

use super::members::{Fault, Members};
use super::reader::{Kind, Malformed, Reader};
use super::wanted::Wanted;

/// A value, as far as anybody here looks at one.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Value {
    /// `null`
    Null,
    /// `true` or `false`; nobody has asked which.
    Boolean,
    /// As it is written. An `f64` can hold it.
    Number(Box<str>),
    /// What a string says, its escapes resolved.
    Text(Box<str>),
    /// Its elements, of which arrays and objects are [`Value::Nested`].
    Array(Vec<Value>),
    /// What was asked for within it.
    Object(Members),
    /// An array or an object within an array: nobody asks what is in it.
    Nested,
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
            Kind::Array => {
                let mut elements = Vec::new();
                reader.array(|reader| {
                    elements.push(Self::read_element(reader)?);
                    Ok(())
                })?;
                Ok(Self::Array(elements))
            }
            _ => Self::read_scalar(reader),
        }
    }

    fn read_element(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        match reader.kind()? {
            Kind::Object | Kind::Array => reader.skip().map(|()| Self::Nested),
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
            Self::Array(elements) if elements.contains(&Self::Unreadable) => Some(Fault::unreadable()),
            Self::Unreadable => Some(Fault::unreadable()),
            _ => None,
        }
    }
}
