//! `--dangerous-skip-signature`: the token's signature is replaced by one of a key that is made on the spot. Header and
//! payload stay as they were sent, so that every other check sees what it would see. No path of the library skips anything.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::HeaderValue;
use sekisho::json::{self, Value, Wanted};
use sekisho::jwks::Algorithm;
use sekisho::token::BearerToken;

use super::made_key::{MadeKey, Published};

/// An entry with a signature that verifies, and the key for it.
pub(super) struct Resigned {
    pub(super) entry: HeaderValue,
    pub(super) keys: Published,
    /// The issuer that the token names.
    pub(super) claimed_issuer: Option<String>,
}

static HEADER: [Wanted; 2] = [Wanted::member("alg"), Wanted::member("kid")];
static PAYLOAD: [Wanted; 1] = [Wanted::member("iss")];

/// The same entry, with another signature. What is no signed JWT, has a character that no token has, or is longer than
/// `max_size`, is as it was sent: it is refused before any signature is looked at. A signature that was cut off is made up for.
///
/// # Errors
/// No key can be made.
pub(super) fn resigned(entry: &HeaderValue, max_size: usize) -> Result<Resigned, String> {
    let Some((scheme, input)) = signing_input(entry.as_bytes(), max_size) else {
        let keys = MadeKey::new(Algorithm::EdDsa)?.published(None);
        return Ok(Resigned { entry: entry.clone(), keys, claimed_issuer: None });
    };
    let [algorithm, kid] = texts(input.split('.').next(), &HEADER, ["alg", "kid"]);
    let [claimed_issuer] = texts(input.split('.').nth(1), &PAYLOAD, ["iss"]);
    // For an algorithm that is not known here the token is refused, whatever its signature.
    let key = MadeKey::new(algorithm.and_then(|name| name.parse().ok()).unwrap_or(Algorithm::EdDsa))?;
    let value = [scheme, key.signed(input)?.as_bytes()].concat();
    let entry = HeaderValue::from_bytes(&value).map_err(|_| "the token cannot be signed".to_owned())?;
    Ok(Resigned { entry, keys: key.published(kid.as_deref()), claimed_issuer })
}

/// `Bearer` and its spaces; header and payload. What the library refuses as credentials has none: what stands behind a
/// signature is judged as well, before that is replaced.
fn signing_input(entry: &[u8], max_size: usize) -> Option<(&[u8], &str)> {
    let token = BearerToken::parse([entry], max_size).ok()?.as_str();
    let scheme = entry.get(..entry.len().checked_sub(token.len())?)?;
    let input = match token.split('.').collect::<Vec<_>>().as_slice() {
        [_, _] => token,
        [_, _, _] => token.rsplit_once('.')?.0,
        _ => return None,
    };
    Some((scheme, input))
}

/// Members of a part that are texts; none of a part that cannot be read.
fn texts<const N: usize>(part: Option<&str>, wanted: &[Wanted], names: [&str; N]) -> [Option<String>; N] {
    let json = part.and_then(|part| URL_SAFE_NO_PAD.decode(part).ok()).unwrap_or_default();
    let members = json::read_object(&json, wanted).ok();
    names.map(|name| members.as_ref()?.get(name).and_then(Value::as_text).map(ToOwned::to_owned))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(entry: &str) -> String {
        let entry = HeaderValue::from_str(entry).unwrap();
        resigned(&entry, 100).unwrap().entry.to_str().unwrap().to_owned()
    }

    #[test]
    fn header_and_payload_stay_as_they_were_sent_and_a_lost_signature_is_made_up_for() {
        for sent in [
            "Bearer e30.e30.c2ln",
            "Bearer e30.e30.c2ln==",
            "Bearer e30.e30.",
            "Bearer e30.e30",
            "bearer   e30.+.c2ln",
            "Bearer ..",
        ] {
            let (resigned, input) =
                (of(sent), sent.rsplit_once('.').filter(|_| sent.matches('.').count() == 2));
            let input = input.map_or(sent, |(input, _)| input);
            let signature = resigned.strip_prefix(input).and_then(|rest| rest.strip_prefix('.')).unwrap();
            assert!(signature.len() > 40 && !signature.contains('.'), "{sent}: {resigned}");
        }
    }

    #[test]
    fn what_is_refused_before_any_signature_is_as_it_was_sent() {
        let too_long = format!("Bearer e30.{}.c2ln", "e".repeat(100));
        let cases = [
            "Basic e30.e30.e30",
            "Bearer",
            "Bearer ",
            "Bearer opaque",
            "Bearer a.b.c.d.e",
            "Bearer e30 .e30.c",
            "Bearer e30.e30.c2ln\"",
            "Bearer \"e30.e30.c2ln\"",
            "Bearer e30.e30.c2ln,",
            "Bearer e30.e30.c2ln;",
            "Bearer e30.e30.c2ln x",
            "Bearer e30.e30.c2ln, Bearer e30.e30.c2ln",
            "Bearer e30.e30.c2=ln",
            "Bearer e30.e30. ",
            "Bearer e30.e30,",
            &too_long,
        ];
        for sent in cases {
            assert_eq!(of(sent), sent);
        }
    }
}
