//! Files that are read again: within a limit, for a disk of another machine may not answer.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Mutex;

/// How long files may take to be read, all of them together.
const LIMIT: Duration = Duration::from_secs(10);

/// One reading at a time: where a disk does not answer, one thread waits for it, however often it is read again.
#[derive(Clone, Default)]
pub(super) struct Reading(Arc<Mutex<()>>);

impl Reading {
    /// Reads on a thread of its own, once the reading before is over.
    ///
    /// # Errors
    /// It takes longer than [`LIMIT`], or panicked.
    pub(super) async fn in_time<T: Send + 'static>(
        &self,
        read: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, String> {
        let read = async {
            let alone = Arc::clone(&self.0).lock_owned().await;
            let read = move || {
                let _alone = alone;
                read()
            };
            tokio::task::spawn_blocking(read).await
        };
        match tokio::time::timeout(LIMIT, read).await {
            Ok(read) => read.map_err(|error| error.to_string()),
            Err(_) => Err(format!("the files were not read within {} s", LIMIT.as_secs())),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    /// Moves the clock until it is over: as long as a thread reads, it does not go on by itself.
    async fn after_a_while<T>(task: tokio::task::JoinHandle<T>) -> T {
        for _ in 0..60 {
            tokio::time::advance(Duration::from_secs(1)).await;
        }
        assert!(task.is_finished(), "it still waits after a minute");
        task.await.unwrap()
    }

    #[tokio::test]
    async fn who_reads_waits_no_longer_than_the_limit_and_one_thread_does() {
        tokio::time::pause();
        let reading = Reading::default();
        let (answer, disk) = mpsc::channel::<()>();
        let (begun, begins) = tokio::sync::oneshot::channel();
        let hanging = reading.clone();
        let hanging = tokio::spawn(async move {
            hanging
                .in_time(move || {
                    let _ = begun.send(());
                    disk.recv().is_ok()
                })
                .await
        });
        begins.await.unwrap();
        let too_long = Err("the files were not read within 10 s".to_owned());
        assert_eq!(after_a_while(hanging).await, too_long);
        let (report, has_begun) = mpsc::channel::<()>();
        let next = reading.clone();
        let next = tokio::spawn(async move { next.in_time(move || report.send(())).await.map(|_| true) });
        assert_eq!(after_a_while(next).await, too_long);
        assert!(has_begun.recv().is_err(), "it was never begun");
        answer.send(()).unwrap();
        assert_eq!(reading.in_time(|| 7).await, Ok(7));
    }

    #[tokio::test]
    async fn a_reading_that_panics_is_told_and_is_not_the_last() {
        let reading = Reading::default();
        assert!(
            reading.in_time(|| panic!("out of order")).await.is_err_and(|told| told.contains("panicked"))
        );
        assert_eq!(reading.in_time(|| 7).await, Ok(7));
    }
}
