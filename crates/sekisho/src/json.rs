//! JSON from strangers: chosen members of one object, without surprises.
//!
//! None of it goes through serde. Any crate of the build may switch on features of `serde_json` that change what
//! its `Value` reads: under `raw_value` and `arbitrary_precision` an object with one certain name is a text or a
//! number, and the depth is counted anew within it. The library reads tokens, keys and metadata with this module.
//!
//! ```
//! use sekisho::json::{self, FaultKind, Malformed, Value, Wanted};
//!
//! static METADATA: [Wanted; 2] = [Wanted::member("issuer"), Wanted::member("token_endpoint")];
//!
//! let members = json::read_object(br#"{"issuer": "https://tenant.example/", "x": [1e400]}"#, &METADATA)?;
//! assert_eq!(members.get("issuer").and_then(Value::as_text), Some("https://tenant.example/"));
//! assert_eq!(members.get("token_endpoint"), None);
//!
//! // A member that was asked for and is there twice is a fault. A document that is nested too deeply is not read.
//! let members = json::read_object(br#"{"issuer": "a", "\u0069ssuer": "b"}"#, &METADATA)?;
//! assert_eq!(members.fault().map(|fault| fault.kind), Some(FaultKind::Repeated));
//! let deep = format!("{{\"x\": {}", "[".repeat(100_000));
//! assert_eq!(json::read_object(deep.as_bytes(), &METADATA), Err(Malformed::TooDeep));
//! # Ok::<(), Malformed>(())
//! ```

mod mark;
mod members;
mod raw_text;
mod reader;
#[cfg(test)]
mod tests;
mod value;
mod wanted;

pub(crate) use members::write_path;
pub use members::{Fault, FaultKind, Members, NoObject};

pub use raw_text::RawText;
pub use reader::{Kind, MAX_DEPTH, Malformed, Reader};
pub use value::{Array, Value};
pub use wanted::Wanted;

/// Reads the `wanted` members of one JSON object in UTF-8, with nothing before it or after it. They borrow from it: a text
/// is copied only where it has escapes.
///
/// # Errors
/// [`Malformed`], wherever in the document it is. What is wrong with the members is told by [`Members::fault`].
pub fn read_object<'j>(json: &'j [u8], wanted: &'j [Wanted]) -> Result<Members<'j>, Malformed> {
    let mut reader = Reader::new(json)?;
    let members = Members::read(&mut reader, wanted)?;
    reader.end()?;
    Ok(members)
}
