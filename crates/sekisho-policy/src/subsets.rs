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
/// The number of steps is at most that of the subsets of the set that is asked about, and at most that of all scopes of
/// all rows. Both are only reached where sets are many, large, and alike.
#[derive(Debug)]
pub(super) struct Subsets<'r> {
    numbers: HashMap<&'r str, Number>,
    rows: Vec<Row<'r>>,
}

#[derive(Debug)]
struct Row<'r> {
    numbers: Vec<Number>,
    set: &'r ScopeSet,
}

/// Rows that begin alike, and what of the set that is asked about may still come in them.
struct Search {
    rows: Range<usize>,
    depth: usize,
    next: usize,
}

impl<'r> Subsets<'r> {
    /// Of all alternatives, each once.
    pub(super) fn of(alternatives: &'r Alternatives) -> Self {
        let numbers = number(alternatives);
        let row = |set: &'r ScopeSet| Row { numbers: known(&numbers, set), set };
        let mut rows: Vec<Row<'r>> = alternatives.iter().map(row).collect();
        rows.sort_by(|one, other| one.numbers.cmp(&other.numbers));
        rows.dedup_by(|one, other| one.numbers == other.numbers);
        Self { numbers, rows }
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
        let mut open = vec![Search { rows: 0..self.rows.len(), depth: 0, next: 0 }];
        while let Some(search) = open.pop() {
            let Search { mut rows, depth, mut next } = search;
            // The shortest stands first. There is but one, since each row is there once.
            if self.rows[rows.start].numbers.len() == depth {
                if depth < below {
                    return true;
                }
                rows.start += 1;
            }
            while let Some((alike, following)) = self.next_alike(&mut rows, depth, &wanted[next..]) {
                next += following;
                open.push(Search { rows: alike, depth: depth + 1, next });
            }
        }
        false
    }

    /// The next rows that have one of the wanted numbers at this depth, taken off `rows`; and how many of the wanted ones are
    /// used up by that.
    fn next_alike(
        &self,
        rows: &mut Range<usize>,
        depth: usize,
        wanted: &[Number],
    ) -> Option<(Range<usize>, usize)> {
        let mut used = 0;
        while rows.start < rows.end {
            let here = self.rows[rows.start].numbers[depth];
            used += wanted[used..].partition_point(|number| *number < here);
            let number = *wanted.get(used)?;
            let end = |rows: &Range<usize>, is_before: &dyn Fn(Number) -> bool| {
                rows.start + self.rows[rows.clone()].partition_point(|row| is_before(row.numbers[depth]))
            };
            if number == here {
                let alike = rows.start..end(rows, &|at| at == here);
                rows.start = alike.end;
                return Some((alike, used + 1));
            }
            rows.start = end(rows, &|at| at < number);
        }
        None
    }
}

/// The numbers of the scopes of a set that has one of them in the index, sorted.
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
