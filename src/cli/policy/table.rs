//! A table for people: it fits the terminal, or has all of its width where there is none.

use comfy_table::presets::NOTHING;
use comfy_table::{Attribute, Cell, Color, ColumnConstraint, ContentArrangement, Table, Width};

use super::terminal::Terminal;
use crate::cli::text::one_line;

/// How wide a column may be where nothing has to fit. Each row has the width of the widest: one rule of a thousand scopes
/// would fill a disk with spaces.
const WIDEST: u16 = 1000;

/// How a text is meant, where there are colours.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Tone {
    /// As all else.
    #[default]
    Plain,
    /// To be looked at.
    Notable,
    /// Wrong, or a refusal.
    Bad,
    /// In order.
    Good,
}

/// One field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Field {
    pub(super) text: String,
    pub(super) tone: Tone,
}

impl Field {
    /// A text, made fit to be printed.
    pub(super) fn new(text: &str, tone: Tone) -> Self {
        Self { text: one_line(text), tone }
    }

    fn cell(&self) -> Cell {
        let cell = Cell::new(&self.text);
        match self.tone {
            Tone::Plain => cell,
            Tone::Notable => cell.fg(Color::DarkYellow),
            Tone::Bad => cell.fg(Color::DarkRed),
            Tone::Good => cell.fg(Color::DarkGreen),
        }
    }
}

impl From<&str> for Field {
    fn from(text: &str) -> Self {
        Self::new(text, Tone::Plain)
    }
}

impl From<String> for Field {
    fn from(text: String) -> Self {
        Self::new(&text, Tone::Plain)
    }
}

/// The lines of a table, each with its end. Columns are kept whole from the left for as long as the others get some room;
/// a row then begins with what it is about, and what is wrapped goes on below its own column.
pub(super) fn table(terminal: Terminal, header: &[&str], rows: &[Vec<Field>]) -> String {
    let mut table = Table::new();
    table.load_style(NOTHING).force_no_tty().set_header(header.iter().map(|title| title_cell(title)));
    table.add_rows(rows.iter().map(|row| row.iter().map(Field::cell)));
    // Between two columns there are two spaces, and none at the left.
    table.column_iter_mut().for_each(|column| {
        column.set_padding((0, 2));
    });
    if terminal.has_colour {
        table.enforce_styling();
    }
    if let Some(width) = terminal.width {
        table.set_width(width).set_content_arrangement(ContentArrangement::Dynamic);
        let kept = kept_whole(&table.column_max_content_widths(), width);
        constrain(&mut table, kept, ColumnConstraint::ContentWidth);
    } else {
        constrain(&mut table, header.len(), ColumnConstraint::UpperBoundary(Width::Fixed(WIDEST)));
    }
    table.trim_fmt() + "\n"
}

fn constrain(table: &mut Table, columns: usize, constraint: ColumnConstraint) {
    table.column_iter_mut().take(columns).for_each(|column| {
        column.set_constraint(constraint);
    });
}

fn title_cell(title: &str) -> Cell {
    Cell::new(title).add_attribute(Attribute::Bold)
}

/// How many columns from the left have all of their width.
fn kept_whole(widths: &[u16], available: u16) -> usize {
    /// Room for a word or two.
    const LEAST: u32 = 14;
    const PADDING: u32 = 2;
    let mut taken = 0;
    let whole = widths.iter().enumerate().take_while(|(index, width)| {
        taken += u32::from(**width) + PADDING;
        let others = widths.iter().skip(index + 1).map(|width| u32::from(*width).min(LEAST) + PADDING);
        // Behind the last one there is nothing.
        taken + others.sum::<u32>() <= u32::from(available) + PADDING
    });
    whole.count()
}
