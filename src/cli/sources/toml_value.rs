//! Values of a TOML file, as the texts that flags have.

use crate::cli::options::Kind;

/// What a table says of a name, or why it cannot be read. That is told once: it is then taken out.
pub(super) fn take(table: &mut toml::Table, name: &str, kind: Kind) -> Option<Result<Vec<String>, String>> {
    let value = table.get(name)?;
    let texts = texts_of(value, kind).map_err(|expected| {
        let found = if kind == Kind::List { kind_in_list(value) } else { kind_of(value) };
        format!("expected {expected}, found {found}")
    });
    if texts.is_err() {
        table.remove(name);
    }
    Some(texts)
}

pub(super) fn toml_fault(text: &str, error: &toml::de::Error) -> String {
    let before = error.span().and_then(|span| text.get(..span.start));
    let line = before.map(|before| before.matches('\n').count() + 1);
    let at = line.map(|line| format!("line {line}: ")).unwrap_or_default();
    format!("{at}{}", error.message())
}

fn texts_of(value: &toml::Value, kind: Kind) -> Result<Vec<String>, &'static str> {
    match (kind, value) {
        (Kind::Value, toml::Value::String(text)) => Ok(vec![text.clone()]),
        (Kind::Value, toml::Value::Integer(number)) => Ok(vec![number.to_string()]),
        (Kind::Value, _) => Err("a string or a whole number"),
        (Kind::Switch, toml::Value::Boolean(on)) => Ok(vec![on.to_string()]),
        (Kind::Switch, _) => Err("true or false"),
        (Kind::List, toml::Value::Array(items)) => {
            let texts = items.iter().map(|item| item.as_str().map(ToOwned::to_owned));
            texts.collect::<Option<_>>().ok_or("an array of strings")
        }
        (Kind::List, _) => Err("an array of strings"),
    }
}

fn kind_in_list(value: &toml::Value) -> &'static str {
    if value.is_array() { "an array with something else in it" } else { kind_of(value) }
}

pub(super) fn kind_of(value: &toml::Value) -> &'static str {
    match value {
        toml::Value::String(_) => "a string",
        toml::Value::Integer(_) => "a whole number",
        toml::Value::Float(_) => "a number with a fraction",
        toml::Value::Boolean(_) => "a boolean",
        toml::Value::Datetime(_) => "a date",
        toml::Value::Array(_) => "an array",
        toml::Value::Table(_) => "a table",
    }
}
