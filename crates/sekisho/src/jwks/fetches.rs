//! When keys may have changed, of several issuers.

use std::future::poll_fn;
use std::task::Poll;

#[cfg(feature = "discovery")]
use super::Inner;
use super::Keys;

/// Tells of fetches that are over, whatever they brought. It keeps no issuer from being given up.
pub(crate) struct Fetches {
    #[cfg(feature = "discovery")]
    remote: Vec<super::remote::Ended>,
}

impl Fetches {
    /// Those that end from now on.
    #[cfg_attr(
        not(feature = "discovery"),
        expect(unused_variables, clippy::needless_pass_by_value, reason = "what is fixed is not fetched")
    )]
    pub(crate) fn of<'a>(keys: impl Iterator<Item = &'a Keys>) -> Self {
        Self {
            #[cfg(feature = "discovery")]
            remote: keys
                .filter_map(|keys| match &keys.0 {
                    Inner::Fixed(_) => None,
                    Inner::Remote(remote) => Some(remote.ended()),
                })
                .collect(),
        }
    }

    /// Waits until one has ended since the last time that this did, or since it was made; for ever where all keys are
    /// fixed.
    pub(crate) async fn next(&mut self) {
        #[cfg(feature = "discovery")]
        let mut waiting: Vec<_> = self.remote.iter_mut().map(|ended| Box::pin(ended.next())).collect();
        #[cfg(not(feature = "discovery"))]
        let mut waiting: Vec<std::pin::Pin<Box<std::future::Pending<()>>>> = Vec::new();
        poll_fn(|cx| {
            let any = waiting.iter_mut().any(|fetch| fetch.as_mut().poll(cx).is_ready());
            if any { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    }
}
