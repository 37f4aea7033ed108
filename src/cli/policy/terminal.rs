//! What the output is for: a terminal, whose width and colours count, or a file.

use std::ffi::OsStr;
use std::io::{self, IsTerminal as _};

use super::Environment;

/// Where a terminal does not tell its width.
const USUAL_WIDTH: u16 = 80;

/// Where stdout leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Terminal {
    /// In columns; none where stdout is no terminal, and nothing has to fit.
    pub(super) width: Option<u16>,
    /// Whether colours are wanted: it is a terminal that has some, and there is no `NO_COLOR`.
    pub(super) has_colour: bool,
}

impl Terminal {
    /// That of stdout.
    pub(super) fn of_stdout(environment: &Environment) -> Self {
        if !io::stdout().is_terminal() {
            return Self { width: None, has_colour: false };
        }
        // Nothing, where the terminal says that it has no columns.
        let width = terminal_size::terminal_size_of(io::stdout()).map_or(USUAL_WIDTH, |(width, _)| width.0);
        Self { width: Some(width), has_colour: wants_colour(environment) }
    }
}

/// Sources: no-color.org, by which an empty `NO_COLOR` says nothing; and bixense.com/clicolors.
fn wants_colour(environment: &Environment) -> bool {
    let is = |name, text: &str| environment.get(name) == Some(OsStr::new(text));
    environment.get("NO_COLOR").is_none() && !is("CLICOLOR", "0") && !is("TERM", "dumb")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_wanted_but_where_a_variable_says_otherwise() {
        for (variables, wanted) in [
            (&[][..], true),
            (&[("TERM", "xterm"), ("NO_COLOR", ""), ("CLICOLOR", "1")], true),
            (&[("NO_COLOR", "1")], false),
            (&[("NO_COLOR", "0")], false),
            (&[("CLICOLOR", "0")], false),
            (&[("TERM", "dumb")], false),
        ] {
            let environment = variables.iter().map(|(name, text)| (name.into(), text.into())).collect();
            assert_eq!(wants_colour(&Environment(environment)), wanted, "{variables:?}");
        }
    }
}
