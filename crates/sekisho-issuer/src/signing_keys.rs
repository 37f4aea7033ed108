//! The key that signs, and those that did before it and are still published.

use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use aws_lc_rs::error::Unspecified;
use serde_json::{Value, json};

use super::signing_key::SigningKey;

/// How many are published at most, so that a key set stays one that anybody reads.
const MAX_KEYS: usize = 8;

/// The keys that are published, the newest last: it signs.
pub(super) struct SigningKeys(RwLock<Keys>);

struct Keys {
    former: Vec<SigningKey>,
    current: SigningKey,
}

impl SigningKeys {
    pub(super) fn generate() -> Result<Self, Unspecified> {
        Ok(Self(RwLock::new(Keys { former: Vec::new(), current: SigningKey::generate()? })))
    }

    /// Makes a new key that signs from now on. The former ones stay published, so that their tokens stay good.
    pub(super) fn rotate(&self) -> Result<(), Unspecified> {
        let next = SigningKey::generate()?;
        let mut keys = self.write();
        let former = std::mem::replace(&mut keys.current, next);
        keys.former.push(former);
        if keys.former.len() >= MAX_KEYS {
            keys.former.remove(0);
        }
        Ok(())
    }

    /// Publishes the newest key alone.
    pub(super) fn withdraw_former(&self) {
        self.write().former.clear();
    }

    /// The name of the key that signs.
    pub(super) fn current_id(&self) -> String {
        self.read().current.kid().to_owned()
    }

    /// The JWK Set (RFC 7517 §5), the newest key first.
    pub(super) fn jwk_set(&self) -> Value {
        let keys = self.read();
        let published = std::iter::once(&keys.current).chain(keys.former.iter().rev());
        json!({ "keys": published.map(SigningKey::jwk).collect::<Vec<_>>() })
    }

    /// Signs `claims` by the newest key.
    pub(super) fn sign(&self, claims: &Value) -> Result<String, Unspecified> {
        self.read().current.sign(claims)
    }

    /// The claims of a token that one of the published keys signed, whenever that was.
    pub(super) fn verify(&self, token: &str) -> Option<Value> {
        let keys = self.read();
        std::iter::once(&keys.current).chain(&keys.former).find_map(|key| key.verify(token))
    }

    fn read(&self) -> RwLockReadGuard<'_, Keys> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Keys> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kids(keys: &SigningKeys) -> Vec<String> {
        let set = keys.jwk_set();
        let kids = set["keys"].as_array().unwrap().iter().map(|key| key["kid"].as_str().unwrap().to_owned());
        kids.collect()
    }

    #[test]
    fn there_are_so_many_and_the_oldest_goes() {
        let keys = SigningKeys::generate().unwrap();
        let oldest = keys.current_id();
        for rotations in 1..=MAX_KEYS {
            keys.rotate().unwrap();
            let kids = kids(&keys);
            assert_eq!(kids.first(), Some(&keys.current_id()));
            assert_eq!(kids.len(), (rotations + 1).min(MAX_KEYS));
            assert_eq!(kids.contains(&oldest), rotations < MAX_KEYS, "{rotations}");
        }
    }
}
