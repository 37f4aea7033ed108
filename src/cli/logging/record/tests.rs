use std::sync::{Arc, Mutex};
use std::time::{Duration, UNIX_EPOCH};

use tracing::field::debug;
use tracing::{Dispatch, Subscriber, dispatcher};
use tracing_subscriber::Layer;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::{Context, SubscriberExt as _};

use super::*;
use crate::cli::logging::format::{Form, Lines};
use crate::config::LogFormat;

/// A time, and how it is shown.
const AT: (Duration, &str) = (Duration::from_micros(1_700_000_000_000_042), "2023-11-14T22:13:20.000042Z");

/// Lines as they are made in place, and as they are made of records.
#[derive(Clone, Default)]
struct Both {
    in_place: Arc<Mutex<Vec<u8>>>,
    of_records: Arc<Mutex<Vec<u8>>>,
}

struct Recording {
    lines: Lines,
    to: Arc<Mutex<Vec<u8>>>,
}

impl<S: Subscriber> Layer<S> for Recording {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let take = |recorded: Option<(Record, &str)>| {
            let (record, texts) = recorded.unwrap();
            self.to.lock().unwrap().extend(self.lines.of_record(&record, texts));
        };
        Record::of(event, UNIX_EPOCH + AT.0, take).unwrap();
    }
}

struct Writer(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Writer {
    fn write(&mut self, line: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(line);
        Ok(line.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Both {
    type Writer = Writer;

    fn make_writer(&'a self) -> Writer {
        Writer(Arc::clone(&self.in_place))
    }
}

impl Both {
    /// The lines of what `log` logs, both ways, but for their times.
    fn of(format: LogFormat, log: impl FnOnce()) -> [Vec<String>; 2] {
        let (both, form) = (Self::default(), Form::new(format));
        let recording = Recording { lines: Lines::new(form), to: Arc::clone(&both.of_records) };
        let subscriber = tracing_subscriber::registry().with(form.layer(both.clone())).with(recording);
        dispatcher::with_default(&Dispatch::new(subscriber), log);
        [&both.in_place, &both.of_records].map(|lines| {
            let lines = String::from_utf8(lines.lock().unwrap().clone()).unwrap();
            lines.lines().map(|line| line.split_once('Z').unwrap().1.to_owned()).collect()
        })
    }
}

fn log_all_kinds() {
    let (subject, client, nobody) = ("a\"b\\ 山田", Some("c\td".to_owned()), None::<&str>);
    tracing::info!(
        target: "sekisho::call::allowed",
        method = "/a.B/C",
        subject,
        client = client.as_deref(),
        outcome = "allowed",
        "call"
    );
    let (shown, plain) = (debug(Some("x y")), display("x y"));
    tracing::warn!(nobody, number = 7_u64, negative = -7, truth = true, shown, plain, "other values");
    tracing::error!(message = "a text", empty = "");
    tracing::info!("no fields");
    tracing::info!(number = 1);
}

#[test]
fn a_line_of_a_record_is_that_which_is_made_in_place() {
    for format in [LogFormat::Text, LogFormat::Json] {
        let [in_place, of_records] = Both::of(format, log_all_kinds);
        assert_eq!(in_place.len(), 5, "{in_place:#?}");
        assert_eq!(of_records, in_place, "{format:?}");
    }
}

#[test]
fn a_line_of_a_record_has_the_time_of_the_event() {
    for (format, before) in [(LogFormat::Text, ""), (LogFormat::Json, r#"{"timestamp":""#)] {
        let both = Both::default();
        let lines = Lines::new(Form::new(format));
        let recording = Recording { lines, to: Arc::clone(&both.of_records) };
        let subscriber = tracing_subscriber::registry().with(recording);
        dispatcher::with_default(&Dispatch::new(subscriber), || tracing::info!("at that time"));
        let line = String::from_utf8(both.of_records.lock().unwrap().clone()).unwrap();
        assert!(line.starts_with(&format!("{before}{}", AT.1)), "{line}");
    }
}

/// Counts what `log` logs that is recorded, that is too long, and that has too many fields.
struct Counting(Arc<Mutex<[u32; 3]>>);

impl<S: Subscriber> Layer<S> for Counting {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut counts = self.0.lock().unwrap();
        let recorded = Record::of(event, UNIX_EPOCH, |recorded| match recorded {
            Some((_, texts)) => {
                assert!(texts.len() <= LONGEST);
                counts[0] += 1;
            }
            None => counts[1] += 1,
        });
        counts[2] += u32::from(recorded == Err(TooManyFields));
    }
}

#[test]
fn what_is_recorded_is_bounded() {
    let counts = Arc::default();
    let subscriber = tracing_subscriber::registry().with(Counting(Arc::clone(&counts)));
    let fits = "x".repeat(LONGEST);
    dispatcher::with_default(&Dispatch::new(subscriber), || {
        tracing::info!(message = &*fits);
        tracing::info!(message = &*fits, more = "x");
        tracing::info!(message = &*fits, more = debug(""));
        tracing::info!(a = 1, b = 2, c = 3, d = 4, e = 5, f = 6, g = 7, h = 8, i = 9, j = 10, k = 11, l = 12);
        tracing::info!(
            a = 1,
            b = 2,
            c = 3,
            d = 4,
            e = 5,
            f = 6,
            g = 7,
            h = 8,
            i = 9,
            j = 10,
            k = 11,
            l = 12,
            m = 13
        );
    });
    assert_eq!(*counts.lock().unwrap(), [2, 2, 1]);
}
