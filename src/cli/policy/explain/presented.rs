//! What the call is made with: a token of a file, scopes, or nothing.

use std::fmt;
use std::io::{self, Read as _};

use clap::{Arg, ArgAction, ArgMatches};
use http::HeaderValue;
use sekisho::scope::ScopeSet;

use crate::cli::bounded_file::{self, Reading};
use crate::cli::text::has_token;

/// The largest file that may have a token in it, in bytes.
const LARGEST: u64 = 1024 * 1024;

/// What a caller presents.
pub(super) enum Presented {
    /// No `authorization` entry.
    Nothing,
    /// A valid token with these scopes, whoever issued it.
    Scopes(ScopeSet),
    /// These `authorization` entries.
    Sent(Vec<HeaderValue>),
}

/// A token is never shown.
impl fmt::Debug for Presented {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nothing => f.write_str("Nothing"),
            Self::Scopes(scopes) => f.debug_tuple("Scopes").field(scopes).finish(),
            Self::Sent(entries) => write!(f, "Sent({} entries, redacted)", entries.len()),
        }
    }
}

pub(super) fn arguments() -> [Arg; 3] {
    const HEADING: &str = "The call";
    let argument = |name: &'static str| Arg::new(name).long(name).help_heading(HEADING);
    [
        argument("token-file").value_name("FILE|-").conflicts_with("scopes").help(
            "The token of the call: a file with it alone, or with lines `authorization: …` as they were sent; - is stdin. \
             It is not shown",
        ),
        argument("scopes").value_name("SCOPES").action(ArgAction::Append).help(
            "In place of a token: a valid one with these scopes, like \"orders:read orders:list\"; no issuer has to be \
             configured",
        ),
        argument("dangerous-skip-signature").requires("token-file").action(ArgAction::SetTrue).help(
            "Explain a token whose signature is not checked, so that anybody may have made it; every line says so",
        ),
    ]
}

impl Presented {
    /// # Errors
    /// What cannot be read, and never what is in it.
    pub(super) fn by(flags: &ArgMatches) -> Result<Self, String> {
        if let Some(texts) = flags.get_many::<String>("scopes") {
            let text = texts.map(String::as_str).collect::<Vec<_>>().join(" ");
            if has_token(&text) {
                return Err("--scopes: it is a token; name a file with it by --token-file".to_owned());
            }
            return text.parse().map(Self::Scopes).map_err(|error| format!("--scopes: {error}"));
        }
        let Some(path) = flags.get_one::<String>("token-file") else { return Ok(Self::Nothing) };
        // Not the path: whoever gives the token in its place has it in no error.
        let at_fault = |reason: &dyn fmt::Display| format!("--token-file: {reason}");
        let contents = read(path).map_err(|error| at_fault(&error))?;
        entries(&contents).map(Self::Sent).map_err(|reason| at_fault(&reason))
    }
}

fn read(path: &str) -> io::Result<Vec<u8>> {
    if path != "-" {
        return bounded_file::read(path, Reading::First);
    }
    let mut contents = Vec::new();
    io::stdin().lock().take(LARGEST + 1).read_to_end(&mut contents)?;
    if contents.len() as u64 > LARGEST {
        return Err(io::Error::other(format!("it is larger than {LARGEST} bytes")));
    }
    Ok(contents)
}

/// One token, with or without `Bearer` before it; or a line for each entry, as it was sent.
fn entries(contents: &[u8]) -> Result<Vec<HeaderValue>, &'static str> {
    let contents = contents.strip_prefix(b"\xef\xbb\xbf").unwrap_or(contents).trim_ascii();
    let lines: Vec<_> = contents
        .split(|byte| *byte == b'\n')
        .map(<[u8]>::trim_ascii)
        .filter(|line| !line.is_empty())
        .collect();
    if lines.iter().any(|line| value_of(line).is_some()) {
        let values = lines.iter().map(|line| {
            let value = value_of(line)
                .ok_or("one of its lines does not begin with `authorization:`, as others do")?;
            HeaderValue::from_bytes(value).map_err(|_| "it has a control character, which no entry has")
        });
        return values.collect();
    }
    let token = match lines.as_slice() {
        [] => return Err("it is empty; expected an access token"),
        [token] => *token,
        _ => {
            return Err(
                "it has several lines; expected one token, or lines that begin with `authorization:`",
            );
        }
    };
    let has_scheme = token.get(..7).is_some_and(|start| start.eq_ignore_ascii_case(b"Bearer "));
    let entry = if has_scheme { token.to_vec() } else { [b"Bearer ", token].concat() };
    HeaderValue::from_bytes(&entry)
        .map(|entry| vec![entry])
        .map_err(|_| "it has a control character, which no token has")
}

/// What stands behind `authorization:`, without the white space around it (RFC 9110 §5.5).
fn value_of(line: &[u8]) -> Option<&[u8]> {
    const NAME: &[u8] = b"authorization:";
    let (name, value) = line.split_at_checked(NAME.len())?;
    name.eq_ignore_ascii_case(NAME).then_some(value.trim_ascii())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_holds_one_token_or_entries_as_they_were_sent() {
        let cases: [(&str, &[&str]); 8] = [
            ("a.b.c", &["Bearer a.b.c"]),
            ("\u{feff}\n a.b.c \r\n\n", &["Bearer a.b.c"]),
            ("bearer  a.b.c\n", &["bearer  a.b.c"]),
            ("a b", &["Bearer a b"]),
            ("authorization: Bearer a.b.c\r\n", &["Bearer a.b.c"]),
            ("Authorization:Basic x\n\nAUTHORIZATION:   Bearer a.b.c  ", &["Basic x", "Bearer a.b.c"]),
            ("authorization:", &[""]),
            ("Bearer", &["Bearer Bearer"]),
        ];
        for (text, expected) in cases {
            assert_eq!(entries(text.as_bytes()).unwrap(), expected, "{text:?}");
        }
    }

    #[test]
    fn what_is_neither_is_told_without_any_of_it() {
        let cases = [
            ("", "it is empty"),
            (" \r\n\t", "it is empty"),
            ("a.b.c\nd.e.f", "it has several lines"),
            ("a.b.c\nauthorization: Bearer d.e.f", "one of its lines does not begin"),
            ("a.b\u{7}.c", "it has a control character"),
            ("authorization: a\u{0}", "it has a control character"),
        ];
        for (text, expected) in cases {
            assert!(entries(text.as_bytes()).unwrap_err().starts_with(expected), "{text:?}");
        }
        let sent = Presented::Sent(entries(b"a.b.c").unwrap());
        assert_eq!(format!("{sent:?}"), "Sent(1 entries, redacted)");
    }
}
