//! JSON from strangers: chosen members of one object, without surprises.
//!
//! None of it goes through serde. Any crate of the build may switch on features of `serde_json` that change what
//! its `Value` reads: under `raw_value` and `arbitrary_precision` an object with one certain name is a text or a
//! number, and the depth is counted anew within it. DESIGN.md says which other readers were looked at.

mod members;
mod reader;
#[cfg(test)]
mod tests;
mod value;
mod wanted;

pub(crate) use members::{FaultKind, Members};
pub(crate) use reader::{Kind, MAX_DEPTH, Malformed, Reader};
pub(crate) use value::Value;
pub(crate) use wanted::Wanted;

/// Reads the `wanted` members of one JSON object, with nothing after it.
pub(crate) fn read_object(json: &[u8], wanted: &[Wanted]) -> Result<Members, Malformed> {
    let mut reader = Reader::new(json)?;
    let members = Members::read(&mut reader, wanted)?;
    reader.end()?;
    Ok(members)
}
