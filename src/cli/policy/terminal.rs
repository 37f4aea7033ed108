//! What the output is for: a terminal, whose width and colours count, or a file.

/// Where stdout leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Terminal {
    /// In columns; none where stdout is no terminal, and nothing has to fit.
    pub(super) width: Option<u16>,
    /// Whether colours are wanted: a terminal that has some, and no `NO_COLOR`.
    pub(super) has_colour: bool,
}

impl Terminal {
    /// That of stdout.
    pub(super) fn of_stdout() -> Self {
        Self { width: None, has_colour: false }
    }
}
