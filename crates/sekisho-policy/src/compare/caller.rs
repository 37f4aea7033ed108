//! Who calls, and what a change means to one of them.

use std::fmt;

use crate::scope::ScopeSet;

/// Who calls, as far as a rule makes a difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Caller {
    /// One who sends no access token.
    NoToken,
    /// One whose access token is not valid.
    InvalidToken,
    /// One whose access token is valid, and has these scopes.
    Token(ScopeSet),
}

/// Such as `a token with only "a" and "b"`, with backquotes.
impl fmt::Display for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Caller::NoToken => f.write_str("a caller without a token"),
            Caller::InvalidToken => f.write_str("a caller with an invalid token"),
            Caller::Token(scopes) if scopes.is_empty() => f.write_str("a token without scopes"),
            Caller::Token(scopes) => {
                f.write_str("a token with only ")?;
                let last = scopes.len() - 1;
                for (index, scope) in scopes.iter().enumerate() {
                    f.write_str(match index {
                        0 => "",
                        _ if index == last => " and ",
                        _ => ", ",
                    })?;
                    write!(f, "`{scope}`")?;
                }
                Ok(())
            }
        }
    }
}

/// What a change of a rule means to a caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// It was refused, and is admitted now.
    CanCall,
    /// It was admitted, and is refused now.
    CannotCall,
    /// Its stream was ended when its token expired, and goes on now.
    StreamGoesOn,
    /// Its stream went on after its token had expired, and is ended then now.
    StreamEnds,
}

/// A smallest caller to whom a change makes a difference: one without a token before one with an invalid
/// token, and that before a valid token with the fewest scopes. A caller who is admitted now or no longer is shown before one whose
/// stream goes on or ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Witness {
    caller: Caller,
    effect: Effect,
}

impl Witness {
    pub(super) fn new(caller: Caller, effect: Effect) -> Self {
        Self { caller, effect }
    }

    /// Who it is.
    pub fn caller(&self) -> &Caller {
        &self.caller
    }

    /// What the change means to it.
    pub fn effect(&self) -> Effect {
        self.effect
    }

    /// The same in words, of a method as `package.Service/Method`.
    #[must_use]
    pub fn tell(&self, method: &str) -> String {
        let began = format!("a stream of `{method}` that {} began", self.caller);
        match self.effect {
            Effect::CanCall => format!("{} can now call `{method}`", self.caller),
            Effect::CannotCall => format!("{} no longer can call `{method}`", self.caller),
            Effect::StreamGoesOn => format!("{began} now goes on after the token has expired"),
            Effect::StreamEnds => format!("{began} is now ended when the token expires"),
        }
    }
}
