//! What is logged, which may change while the program runs.

use std::fmt;
use std::sync::Arc;

use tracing::{Level, Metadata, Subscriber};
use tracing_subscriber::filter::{EnvFilter, FilterFn, ParseError};
use tracing_subscriber::reload;

use crate::config::LogSettings;

/// Crates that warn of what a peer does, as often as it likes and with its words in it.
const WARN_OF_PEERS: [&str; 2] = ["h2", "rustls"];

type Wanted = FilterFn<Box<dyn Fn(&Metadata<'_>) -> bool + Send + Sync>>;

/// Changes what is logged. Cheap to clone.
#[derive(Clone)]
pub(in crate::cli) struct Filters(Arc<Prepare>);

type Prepare = dyn Fn(&LogSettings) -> Result<Prepared, ParseError> + Send + Sync;

/// What will be logged, once it is set.
#[must_use]
pub(in crate::cli) struct Prepared(Box<dyn FnOnce() + Send>);

impl Filters {
    /// Reads what these settings say: levels, and which calls. Nothing is changed yet.
    ///
    /// # Errors
    /// Levels that are none.
    pub(in crate::cli) fn prepare(&self, settings: &LogSettings) -> Result<Prepared, ParseError> {
        (self.0)(settings)
    }

    #[cfg(test)]
    pub(in crate::cli) fn by(set: impl Fn(&LogSettings) + Clone + Send + Sync + 'static) -> Self {
        Self(Arc::new(move |settings| {
            EnvFilter::try_new(&settings.filter)?;
            let (set, settings) = (set.clone(), settings.clone());
            Ok(Prepared(Box::new(move || set(&settings))))
        }))
    }
}

impl Prepared {
    /// Logs so from now on.
    pub(in crate::cli) fn set(self) {
        (self.0)();
    }
}

impl fmt::Debug for Filters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Filters")
    }
}

/// The levels that are asked for; what of them is logged; and what changes both.
#[expect(clippy::type_complexity, reason = "two layers, as tracing-subscriber has them")]
pub(super) fn of<S, T>(
    settings: &LogSettings,
) -> Result<(reload::Layer<EnvFilter, S>, reload::Layer<Wanted, T>, Filters), ParseError>
where
    S: Subscriber + 'static,
    T: Subscriber + 'static,
{
    let (levels, levels_handle) = reload::Layer::new(EnvFilter::try_new(&settings.filter)?);
    // A filter of its own, since one of the levels' could name a part of these and win.
    let (wanted, wanted_handle) = reload::Layer::new(wanted_by(settings));
    let filters = Filters(Arc::new(move |settings| {
        let (levels, wanted) = (EnvFilter::try_new(&settings.filter)?, wanted_by(settings));
        let (levels_handle, wanted_handle) = (levels_handle.clone(), wanted_handle.clone());
        Ok(Prepared(Box::new(move || {
            // They fail where nothing is logged any more.
            let _ = levels_handle.reload(levels);
            let _ = wanted_handle.reload(wanted);
        })))
    }));
    Ok((levels, wanted, filters))
}

fn wanted_by(settings: &LogSettings) -> Wanted {
    let calls = settings.calls;
    FilterFn::new(Box::new(move |line: &Metadata<'_>| calls.logs(line.target()) && !is_of_peers(line)))
}

/// What h2 says of its peers: below warnings, heads that it cannot read, and whatever token somebody put into them; and
/// a warning for each frame that is out of place, as many as a stranger likes. rustls warns of each name of a server
/// that is none, and shows it.
fn is_of_peers(line: &Metadata<'_>) -> bool {
    let name = line.target().split("::").next().unwrap_or_default();
    WARN_OF_PEERS.contains(&name) && *line.level() != Level::ERROR
}
