//! What the text of a rule is made of.

use super::{RuleTextError, RuleTextFault};

/// How much of a stranger's text an error quotes, in characters.
const MAX_QUOTED: usize = 40;

/// One of the smallest parts of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token<'t> {
    /// `{`, `}`, `[`, `]`, `:`, `,`, `;`; or a character that no token begins with.
    Sign(char),
    /// A name, or a number.
    Word(&'t str),
    /// What stands between two quotes.
    Text(&'t str),
    End,
}

impl Token<'_> {
    /// For an error: what a terminal would obey is escaped.
    pub(super) fn quoted(self) -> String {
        match self {
            Token::Sign(sign) => format!("`{}`", sign.escape_debug()),
            Token::Word(word) => format!("`{}`", excerpt(word).escape_debug()),
            Token::Text(text) => format!("{:?}", excerpt(text)),
            Token::End => "the end of the text".to_owned(),
        }
    }
}

/// The beginning of a long text.
pub(super) fn excerpt(text: &str) -> String {
    match text.char_indices().nth(MAX_QUOTED) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// Goes through a text, token by token.
#[derive(Debug)]
pub(super) struct Tokens<'t> {
    text: &'t str,
    /// Where the next token is looked for, in bytes.
    at: usize,
    /// Where the last token began, in bytes.
    begin: usize,
}

impl<'t> Tokens<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, at: 0, begin: 0 }
    }

    pub(super) fn next(&mut self) -> Result<Token<'t>, RuleTextError> {
        self.skip_space();
        self.begin = self.at;
        let rest = &self.text[self.at..];
        let Some(first) = rest.chars().next() else { return Ok(Token::End) };
        let (token, length) = match first {
            '"' | '\'' => {
                let within = &rest[1..];
                let end = within.find(first).ok_or_else(|| self.error(RuleTextFault::OpenText))?;
                (Token::Text(&within[..end]), end + 2)
            }
            _ if is_of_word(first) => {
                let end = rest.find(|c| !is_of_word(c)).unwrap_or(rest.len());
                (Token::Word(&rest[..end]), end)
            }
            sign => (Token::Sign(sign), sign.len_utf8()),
        };
        self.at += length;
        Ok(token)
    }

    /// Passes over this sign, if it is the next token.
    pub(super) fn skip(&mut self, sign: char) -> bool {
        self.skip_space();
        let is_next = self.text[self.at..].starts_with(sign);
        if is_next {
            self.at += sign.len_utf8();
        }
        is_next
    }

    /// Whether this sign is the next token.
    pub(super) fn is_next(&mut self, sign: char) -> bool {
        self.skip_space();
        self.text[self.at..].starts_with(sign)
    }

    fn skip_space(&mut self) {
        let rest = &self.text[self.at..];
        self.at += rest.len() - rest.trim_start_matches([' ', '\t', '\n', '\r', '\x0b', '\x0c']).len();
    }

    /// The place of the last token, for an error that is found later.
    pub(super) fn place(&self) -> usize {
        self.begin
    }

    /// At the last token.
    pub(super) fn error(&self, fault: RuleTextFault) -> RuleTextError {
        self.error_at(self.begin, fault)
    }

    pub(super) fn error_at(&self, place: usize, fault: RuleTextFault) -> RuleTextError {
        RuleTextError { character: self.text[..place].chars().count() + 1, fault }
    }

    pub(super) fn expected(&self, expected: &'static str, found: Token<'_>) -> RuleTextError {
        self.error(RuleTextFault::Expected { expected, found: found.quoted() })
    }
}

fn is_of_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-' | '+')
}
