//! Sets of scopes by what they are made of: whether one of many is within another set.

use std::collections::HashMap;
use std::ops::Range;

use super::Alternatives;
use super::scope::ScopeSet;

/// A scope by its number in one index. The rarest has the lowest.
type Number = u32;

/// An index of sets. Each is a sorted row of numbers, and the rows are sorted, so that those with one beginning stand together:
/// the paths of a tree. A search goes down only where all numbers so far are in the set that is asked about. Since rows
/// begin with what is rarest, most of the tree is left out at its root.
///
/// Sets can be chosen so that a search goes down almost everywhere. One that has taken many steps is given up, and every row
/// is looked at instead, by one word each that says which of the most frequent scopes it has. To find what is superfluous
/// among 100,000 sets takes 0.1 s for sets of one or two scopes; 2 to 9 s for sets of which each has 10 to 45 of 24 to 60
/// scopes, drawn so as to be hard (a rule of 7 to 21 MB). No known way does better than the square of their number for all.
#[derive(Debug)]
pub(super) struct Subsets<'r> {
    numbers: HashMap<&'r str, Number>,
    rows: Vec<Row<'r>>,
    /// A word for each row.
    frequent: Vec<u64>,
}

#[derive(Debug)]
struct Row<'r> {
    numbers: Vec<Number>,
    set: &'r ScopeSet,
}

/// How many rows are looked at in the time that a step of a search takes.
const ROWS_A_STEP: usize = 128;

/// How many rows a scan looks at together.
const CHUNK: usize = 32;

/// Rows whose first numbers, as many as the depth, are the same, and all in the set that is asked about.
struct Search {
    rows: Range<usize>,
    depth: usize,
}

impl<'r> Subsets<'r> {
    /// Of all alternatives, each once.
    pub(super) fn of(alternatives: &'r Alternatives) -> Self {
        let numbers = number(alternatives);
        let row = |set: &'r ScopeSet| Row { numbers: known(&numbers, set), set };
        let mut rows: Vec<Row<'r>> = alternatives.iter().map(row).collect();
        rows.sort_by(|one, other| one.numbers.cmp(&other.numbers));
        rows.dedup_by(|one, other| one.numbers == other.numbers);
        let frequent = rows.iter().map(|row| frequent(&row.numbers, numbers.len())).collect();
        Self { numbers, rows, frequent }
    }

    /// Those within which there is no other one. Together they admit whom all of them admit.
    pub(super) fn minimal(&self) -> impl Iterator<Item = &'r ScopeSet> {
        self.rows.iter().filter(|row| !self.has_within(&row.numbers, row.numbers.len())).map(|row| row.set)
    }

    /// Whether one of them is within this set.
    pub(super) fn has_subset_of(&self, set: &ScopeSet) -> bool {
        self.has_within(&known(&self.numbers, set), usize::MAX)
    }

    /// Whether a row of fewer numbers than `below` is within `wanted`, which is sorted.
    fn has_within(&self, wanted: &[Number], below: usize) -> bool {
        // As much work as to look at every row.
        let steps = self.rows.len() / ROWS_A_STEP + ROWS_A_STEP;
        self.search(wanted, below, steps).unwrap_or_else(|| self.scan(wanted, below))
    }

    /// The answer, or none after so many steps.
    fn search(&self, wanted: &[Number], below: usize, steps: usize) -> Option<bool> {
        let mut open = vec![Search { rows: 0..self.rows.len(), depth: 0 }];
        for _ in 0..steps {
            let Some(Search { mut rows, depth }) = open.pop() else { return Some(false) };
            // The shortest stands first. There is but one, since each row is there once.
            if self.rows[rows.start].numbers.len() == depth {
                if depth < below {
                    return Some(true);
                }
                rows.start += 1;
            }
            while let Some(alike) = self.next_alike(&mut rows, depth, wanted) {
                open.push(Search { rows: alike, depth: depth + 1 });
            }
        }
        None
    }

    fn scan(&self, wanted: &[Number], below: usize) -> bool {
        let absent = !frequent(wanted, self.numbers.len());
        let is_within = |(word, row): (&u64, &Row<'_>)| {
            word & absent == 0 && row.numbers.len() < below && is_subset(&row.numbers, wanted)
        };
        let mut chunks = self.frequent.chunks(CHUNK).zip(self.rows.chunks(CHUNK));
        chunks.any(|(words, rows)| {
            // All are counted, so that there is no branch for each.
            let may_be_within = words.iter().filter(|word| **word & absent == 0).count() > 0;
            may_be_within && words.iter().zip(rows).any(is_within)
        })
    }

    /// The next rows that have one of the wanted numbers at this depth, taken off `rows`.
    fn next_alike(&self, rows: &mut Range<usize>, depth: usize, wanted: &[Number]) -> Option<Range<usize>> {
        while rows.start < rows.end {
            let here = self.rows[rows.start].numbers[depth];
            let number = *wanted.get(wanted.partition_point(|number| *number < here))?;
            let end = |is_before: &dyn Fn(Number) -> bool| {
                rows.start + self.rows[rows.clone()].partition_point(|row| is_before(row.numbers[depth]))
            };
            if number == here {
                let alike = rows.start..end(&|at| at == here);
                rows.start = alike.end;
                return Some(alike);
            }
            rows.start = end(&|at| at < number);
        }
        None
    }
}

/// A bit for each of the most frequent scopes that is among these.
fn frequent(numbers: &[Number], count: usize) -> u64 {
    let bit = |number: &Number| count.checked_sub(*number as usize + 1).filter(|bit| *bit < 64);
    numbers.iter().rev().map_while(bit).fold(0, |word, bit| word | 1 << bit)
}

/// Of sorted numbers.
fn is_subset(row: &[Number], wanted: &[Number]) -> bool {
    let mut wanted = wanted.iter();
    row.iter().all(|number| wanted.find(|other| *other >= number) == Some(number))
}

/// The numbers of the scopes of a set that are in the index, sorted.
fn known(numbers: &HashMap<&str, Number>, set: &ScopeSet) -> Vec<Number> {
    let mut known: Vec<Number> = set.iter().filter_map(|scope| numbers.get(scope).copied()).collect();
    known.sort_unstable();
    known
}

fn number(alternatives: &Alternatives) -> HashMap<&str, Number> {
    let mut uses: HashMap<&str, usize> = HashMap::new();
    for scope in alternatives.iter().flat_map(ScopeSet::iter) {
        *uses.entry(scope).or_default() += 1;
    }
    let mut by_use: Vec<(usize, &str)> = uses.into_iter().map(|(scope, uses)| (uses, scope)).collect();
    by_use.sort_unstable();
    by_use.into_iter().map(|(_, scope)| scope).zip(0..).collect()
}

#[cfg(test)]
mod tests;
