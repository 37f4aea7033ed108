//! What the servers beside this have in common: whose tokens they take.

use std::error::Error;

use sekisho::Issuer;
use sekisho::jwks::{JwksFile, Keys};
use sekisho::token::Verifier;

/// Those of `benches/load/tokens.mjs`.
const ISSUER: &str = "https://issuer.example/";
const AUDIENCE: &str = "load";

/// The issuer whose keys are in this file.
pub fn issuer(jwks: Option<String>) -> Result<Issuer, Box<dyn Error>> {
    let fetched = JwksFile::new(ISSUER, jwks.ok_or("a file of keys is missing")?).read()?;
    Ok(Issuer::new(Keys::fixed(fetched.issuer, fetched.set), Verifier::new(AUDIENCE)))
}
