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
pub(in crate::cli) struct Filters(Arc<Change>);

type Change = dyn Fn(&LogSettings) -> Result<(), NotChanged> + Send + Sync;

/// What is logged is what was logged before.
#[derive(Debug, thiserror::Error)]
pub(in crate::cli) enum NotChanged {
    #[error(transparent)]
    Levels(#[from] ParseError),
    #[error(transparent)]
    Gone(#[from] reload::Error),
}

impl Filters {
    /// Logs from now on what these settings say: levels, and which calls.
    pub(in crate::cli) fn set(&self, settings: &LogSettings) -> Result<(), NotChanged> {
        (self.0)(settings)
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
        levels_handle.reload(EnvFilter::try_new(&settings.filter)?)?;
        wanted_handle.reload(wanted_by(settings))?;
        Ok(())
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
