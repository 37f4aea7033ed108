//! From the text to the rule. The grammar nests three deep, and no function calls itself.

use super::fields::Fields;
use super::token::{Token, Tokens, excerpt};
use super::{MAX_LENGTH, RuleTextError, RuleTextFault};
use crate::option::setting::{MODE, STREAM_END, Setting};
use crate::rule::Alternatives;
use crate::scope::{ScopeSet, ScopeToken};
use crate::{AccessRule, DeclaredRule, FaultKind, InvalidRule};

type Read<T> = Result<T, RuleTextError>;

const FIELDS: [&str; 7] = ["public", "authenticated", "optional", "all_of", "any_of", "mode", "stream_end"];

pub(super) fn rule(text: &str) -> Read<DeclaredRule> {
    let mut tokens = Tokens::new(text);
    if text.len() > MAX_LENGTH {
        let end = (0..=MAX_LENGTH).rev().find(|end| text.is_char_boundary(*end)).unwrap_or_default();
        return Err(tokens.error_at(end, RuleTextFault::TooLong));
    }
    open(&mut tokens, "the `{` that a rule begins with")?;
    let begin = tokens.place();
    let mut fields = Fields::default();
    while let Some(name) = field_name(&mut tokens, &FIELDS)? {
        fields.check(name).map_err(|fault| tokens.error(fault))?;
        read_field(&mut tokens, name, &mut fields)?;
        separator(&mut tokens);
    }
    match tokens.next()? {
        Token::End => fields.finish().map_err(|fault| tokens.error_at(begin, fault)),
        found => Err(tokens.expected("the end of the text, after the `}` of the rule,", found)),
    }
}

fn read_field(tokens: &mut Tokens<'_>, name: &'static str, fields: &mut Fields) -> Read<()> {
    match name {
        "mode" => fields.set_mode(setting(tokens, name, &MODE)?),
        "stream_end" => fields.set_stream_end(setting(tokens, name, &STREAM_END)?),
        "all_of" => {
            let set = scopes(tokens)?;
            fields.set_kind(name, AccessRule::Scopes(Alternatives::of(vec![set])));
        }
        "any_of" => {
            let sets = sets(tokens)?;
            fields.set_kind(name, AccessRule::Scopes(Alternatives::of(sets)));
        }
        kind => {
            expect_true(tokens, kind)?;
            let access = match kind {
                "public" => AccessRule::Public,
                "authenticated" => AccessRule::Authenticated,
                _ => AccessRule::Optional,
            };
            fields.set_kind(kind, access);
        }
    }
    Ok(())
}

/// The name of the next field, or none where the `}` comes that ends its message.
fn field_name(tokens: &mut Tokens<'_>, known: &'static [&'static str]) -> Read<Option<&'static str>> {
    match tokens.next()? {
        Token::Sign('}') => Ok(None),
        Token::Word(word) => {
            let unknown = || RuleTextFault::UnknownField { field: Token::Word(word).quoted(), known };
            let name = known.iter().find(|name| **name == word);
            name.map(|name| Some(*name)).ok_or_else(|| tokens.error(unknown()))
        }
        found => Err(tokens.expected("a field, or the `}` after the last one,", found)),
    }
}

/// What may stand after a field, once.
fn separator(tokens: &mut Tokens<'_>) {
    let _ = tokens.skip(',') || tokens.skip(';');
}

fn open(tokens: &mut Tokens<'_>, expected: &'static str) -> Read<()> {
    match tokens.next()? {
        Token::Sign('{') => Ok(()),
        found => Err(tokens.expected(expected, found)),
    }
}

fn colon(tokens: &mut Tokens<'_>) -> Read<()> {
    match tokens.next()? {
        Token::Sign(':') => Ok(()),
        found => Err(tokens.expected("the `:` after the name of a field", found)),
    }
}

fn expect_true(tokens: &mut Tokens<'_>, field: &'static str) -> Read<()> {
    colon(tokens)?;
    match tokens.next()? {
        Token::Word("true") => Ok(()),
        Token::Word("false") => Err(tokens.error(RuleTextFault::Rule(FaultKind::NoKind))),
        found => Err(unknown_value(tokens, field, found, vec!["true"])),
    }
}

fn setting<T: Copy + Default + PartialEq>(
    tokens: &mut Tokens<'_>,
    field: &'static str,
    setting: &Setting<T>,
) -> Read<T> {
    colon(tokens)?;
    let found = tokens.next()?;
    let value = if let Token::Word(word) = found { setting.value_of(word) } else { None };
    value.ok_or_else(|| unknown_value(tokens, field, found, setting.names().collect()))
}

fn unknown_value(
    tokens: &Tokens<'_>,
    field: &'static str,
    found: Token<'_>,
    known: Vec<&'static str>,
) -> RuleTextError {
    tokens.error(RuleTextFault::UnknownValue { field, value: found.quoted(), known })
}

/// `: "a"`, or `: ["a", "b"]`.
fn scopes(tokens: &mut Tokens<'_>) -> Read<ScopeSet> {
    colon(tokens)?;
    let mut set = ScopeSet::new();
    each(tokens, |tokens| {
        set.insert(&scope(tokens)?);
        Ok(())
    })?;
    Ok(set)
}

fn scope(tokens: &mut Tokens<'_>) -> Read<ScopeToken> {
    let text = match tokens.next()? {
        Token::Text(text) => text,
        found => return Err(tokens.expected("a scope as \"SCOPE\"", found)),
    };
    ScopeToken::parse(text)
        .map_err(|reason| invalid(tokens, InvalidRule::Scope { scope: excerpt(text), reason }))
}

/// `: { all_of: "a" }`, or `: [{ all_of: "a" }, …]`. Before a `{` the colon may be left out.
fn sets(tokens: &mut Tokens<'_>) -> Read<Vec<ScopeSet>> {
    if !tokens.is_next('{') {
        colon(tokens)?;
    }
    let mut sets = Vec::new();
    each(tokens, |tokens| {
        sets.push(scope_set(tokens)?);
        Ok(())
    })?;
    Ok(sets)
}

fn scope_set(tokens: &mut Tokens<'_>) -> Read<ScopeSet> {
    open(tokens, "a set of scopes as { all_of: \"SCOPE\" }")?;
    let begin = tokens.place();
    let mut set = None;
    while let Some(field) = field_name(tokens, &["all_of"])? {
        if set.is_some() {
            return Err(tokens.error(RuleTextFault::Repeated { field }));
        }
        set = Some(scopes(tokens)?);
        separator(tokens);
    }
    set.ok_or_else(|| tokens.error_at(begin, RuleTextFault::Rule(FaultKind::Rule(InvalidRule::NoScopes))))
}

/// Reads one item, or those of a list, which has at least one.
fn each(tokens: &mut Tokens<'_>, mut item: impl FnMut(&mut Tokens<'_>) -> Read<()>) -> Read<()> {
    if !tokens.is_next('[') {
        return item(tokens);
    }
    tokens.next()?;
    if tokens.is_next(']') {
        return Err(invalid(tokens, InvalidRule::NoScopes));
    }
    loop {
        item(tokens)?;
        match tokens.next()? {
            Token::Sign(',') => {}
            Token::Sign(']') => return Ok(()),
            found => return Err(tokens.expected("a `,` or the `]` of the list", found)),
        }
    }
}

fn invalid(tokens: &Tokens<'_>, fault: InvalidRule) -> RuleTextError {
    tokens.error(RuleTextFault::Rule(FaultKind::Rule(fault)))
}
