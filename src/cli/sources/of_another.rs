//! Flags that say something of another server than the one whose configuration is judged, and have the names of its flags.

use super::Sources;
use crate::cli::options::Opt;

impl Sources<'_> {
    /// The same, where the flags of these options are for another server, which has their variables as well.
    pub(in crate::cli) fn without_flags_of(self, of_another: &'static [&'static Opt]) -> Self {
        Self { of_another, ..self }
    }

    pub(super) fn is_of_another(&self, option: &Opt) -> bool {
        self.of_another.iter().any(|other| other.name == option.name)
    }
}
