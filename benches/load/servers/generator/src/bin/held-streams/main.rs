//! Many streams that are held open, and how other calls fare beside them.
//!
//! usage: held-streams PORT PID METHOD CONNECTIONS TOKENS TOKEN
//!
//! Opens a stream of `held.v1.Held/METHOD` for each line of the file `TOKENS`, which is the time at which it is to end
//! (microseconds since 1970), a space, and a token; over so many connections. Other calls are made with the token in the
//! file `TOKEN` on connections of their own, in a quiet second and in the one that begins with the first end. Prints
//! lines of a name and numbers: the resident memory of the process `PID` in KiB, all other times in microseconds.
#![allow(clippy::disallowed_methods, reason = "it measures")]

mod client;
mod held;
mod others;

use std::time::{Duration, SystemTime};

use client::{Outcome, entry};
use held::Stream;
use others::Others;

/// How long the process is left alone before its memory is looked at.
const SETTLE: Duration = Duration::from_millis(500);

/// A stream that has not ended by then does not end.
const PATIENCE: Duration = Duration::from_secs(10);

const SECOND: Duration = Duration::from_secs(1);

#[tokio::main(flavor = "current_thread")]
async fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [port, pid, method, connections, tokens, token] = arguments.as_slice() else {
        return Err("usage: held-streams PORT PID METHOD CONNECTIONS TOKENS TOKEN".into());
    };
    let port = port.parse()?;
    let streams = streams(tokens)?;
    let others = Others::start(port, entry(std::fs::read_to_string(token)?.trim())?)?;
    let begins = streams.iter().map(|stream| stream.ends_at).min().ok_or("there is no stream")?;

    let connections = held::connect(port, connections.parse()?).await?;
    others.during(SECOND)?.await?;
    tell_memory("before", pid).await?;
    let open = held::open(&connections, port, method, streams).await?;
    tell_memory("held", pid).await?;
    tell("quiet", &others.during(SECOND)?.await?);
    if method == "Unwatched" {
        return Ok(());
    }
    tokio::time::sleep(left_until(begins).ok_or("it took too long to open all streams")?).await;
    let beside = others.during(SECOND)?;
    let ended = tokio::time::timeout(PATIENCE, held::ends(open)).await?;
    tell("ending", &beside.await?);
    tell("told", &ended.late);
    tell("right", &[ended.right]);
    tell("dropped", &held::lateness(&connections, port, others.token()).await?);
    tokio::time::sleep(2 * SECOND).await;
    tell_memory("after", pid).await
}

fn streams(file: &str) -> Outcome<Vec<Stream>> {
    let stream = |line: &str| -> Outcome<Stream> {
        let (ends_at, token) = line.split_once(' ').ok_or("a line is a time and a token")?;
        Ok(Stream { ends_at: ends_at.parse()?, token: entry(token)? })
    };
    std::fs::read_to_string(file)?.lines().map(stream).collect()
}

/// Since 1970.
fn now() -> Duration {
    SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default()
}

fn left_until(micros: u64) -> Option<Duration> {
    Duration::from_micros(micros).checked_sub(now())
}

fn tell(name: &str, figures: &[i64]) {
    let figures: Vec<_> = figures.iter().map(ToString::to_string).collect();
    println!("{name} {}", figures.join(" "));
}

/// The number of `status` is not exact.
async fn tell_memory(name: &str, pid: &str) -> Outcome<()> {
    tokio::time::sleep(SETTLE).await;
    let mappings = std::fs::read_to_string(format!("/proc/{pid}/smaps_rollup"))?;
    let resident = mappings.lines().find_map(|line| line.strip_prefix("Rss:")).ok_or("no Rss")?;
    tell(name, &[resident.trim_end_matches("kB").trim().parse()?]);
    Ok(())
}

fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}
