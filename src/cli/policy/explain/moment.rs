//! `--at`: the time by which a call is judged, which stands still.

use std::time::{Duration, SystemTime};

use clap::{Arg, ArgMatches};
use prost_types::Timestamp;
use sekisho::clock::{Clock, SystemClock};

/// The end of the year 9999, in seconds since 1970: no token is of a later time.
pub(super) const LAST_SECOND: u64 = 253_402_300_799;

/// A time that stands still.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Moment(SystemTime);

impl Moment {
    /// As the flags say: now, unless there is another.
    ///
    /// # Errors
    /// What is given is no time.
    pub(super) fn by(flags: &ArgMatches) -> Result<Self, String> {
        match flags.get_one::<String>("at") {
            Some(text) => Self::parse(text).map_err(|reason| format!("--at: {reason}")),
            None => Ok(Self(SystemClock::new().now())),
        }
    }

    /// # Errors
    /// It is neither of RFC 3339 nor a number of seconds since 1970, or not from 1970 to 9999.
    fn parse(text: &str) -> Result<Self, String> {
        let expected = || {
            format!("{text:?} is no time; expected one like 2027-01-15T08:00:00Z, or the seconds since 1970")
        };
        let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let time = if is_number {
            text.parse().ok().map(Duration::from_secs)
        } else {
            let timestamp: Timestamp = Some(text)
                .filter(|text| has_zone(text))
                .and_then(|text| text.parse().ok())
                .ok_or_else(expected)?;
            SystemTime::try_from(timestamp)
                .ok()
                .and_then(|time| time.duration_since(SystemTime::UNIX_EPOCH).ok())
        };
        let time = time.filter(|time| time.as_secs() <= LAST_SECOND);
        time.and_then(|time| SystemTime::UNIX_EPOCH.checked_add(time))
            .map(Self)
            .ok_or_else(|| format!("{text:?} is not within the years 1970 to 9999"))
    }

    pub(super) fn seconds(self) -> u64 {
        self.0.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs()
    }

    /// In the form of RFC 3339, in whole seconds.
    pub(super) fn to_rfc3339(self) -> String {
        let seconds = i64::try_from(self.seconds()).unwrap_or_default();
        Timestamp { seconds, nanos: 0 }.to_string()
    }
}

pub(super) fn argument() -> Arg {
    Arg::new("at")
        .long("at")
        .value_name("TIME")
        .help_heading("The call")
        .help("When the call is made: like 2027-01-15T08:00:00Z, or in seconds since 1970 [default: now]")
}

/// RFC 3339 §5.6: a time without a zone is nobody's.
fn has_zone(text: &str) -> bool {
    let bytes = text.as_bytes();
    let is_offset = |end: &[u8; 6]| matches!(end, [b'+' | b'-', _, _, b':', _, _]);
    let has_time = matches!(bytes.get(10), Some(b'T' | b't' | b' '));
    has_time && (bytes.ends_with(b"Z") || bytes.ends_with(b"z") || bytes.last_chunk().is_some_and(is_offset))
}

impl Clock for Moment {
    fn now(&self) -> SystemTime {
        self.0
    }

    fn elapsed(&self) -> Duration {
        Duration::ZERO
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_of_rfc_3339_or_a_number_of_seconds() {
        let cases = [
            ("2027-01-15T08:00:00Z", 1_800_000_000, "2027-01-15T08:00:00Z"),
            ("1800000000", 1_800_000_000, "2027-01-15T08:00:00Z"),
            ("2027-01-15T09:30:00+01:30", 1_800_000_000, "2027-01-15T08:00:00Z"),
            ("2027-01-15t07:00:00-01:00", 1_800_000_000, "2027-01-15T08:00:00Z"),
            ("2027-01-15T08:00:00.75Z", 1_800_000_000, "2027-01-15T08:00:00Z"),
            ("0", 0, "1970-01-01T00:00:00Z"),
            ("9999-12-31T23:59:59Z", LAST_SECOND, "9999-12-31T23:59:59Z"),
        ];
        for (text, seconds, shown) in cases {
            let moment = Moment::parse(text).unwrap();
            assert_eq!((moment.seconds(), moment.to_rfc3339().as_str()), (seconds, shown), "{text}");
        }
    }

    #[test]
    fn what_is_no_time_is_told() {
        let no_time =
            ["", "now", "-1", "1.5", "2027-01-15", "2027-01-15T08:00:00", "2027-13-15T08:00:00Z", "名前"];
        for text in no_time {
            assert!(Moment::parse(text).is_err_and(|told| told.contains("is no time")), "{text}");
        }
        for text in
            ["253402300800", "99999999999999999999999", "1969-12-31T23:59:59Z", "9999-12-31T23:59:59-01:00"]
        {
            assert!(Moment::parse(text).is_err_and(|told| told.contains("1970 to 9999")), "{text}");
        }
    }
}
