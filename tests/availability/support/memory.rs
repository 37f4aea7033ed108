//! How much memory a process has, as Linux tells it.

use std::fmt;
use std::fs;

const MIB: u64 = 1024 * 1024;

/// What is resident at a time.
#[derive(Debug, Clone, Copy)]
pub struct Memory {
    pub resident: u64,
    /// The most that it was since the process began.
    pub peak: u64,
}

impl Memory {
    pub fn of(process: u32) -> Self {
        let status = fs::read_to_string(format!("/proc/{process}/status")).expect("a process that lives");
        Self { resident: bytes(&status, "VmRSS:"), peak: bytes(&status, "VmHWM:") }
    }

    /// Tells what it was and is, and that it is at most so much more: `peak` at any time, `after` now.
    #[track_caller]
    pub fn assert_growth(self, now: Self, peak: u64, after: u64) {
        println!("memory: before {self}, now {now}");
        assert!(now.peak <= self.resident + peak * MIB, "over {peak} MiB more at the peak");
        assert!(now.resident <= self.resident + after * MIB, "over {after} MiB more in the end");
    }
}

impl fmt::Display for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} MiB (peak {} MiB)", self.resident / MIB, self.peak / MIB)
    }
}

fn bytes(status: &str, name: &str) -> u64 {
    let line = status.lines().find_map(|line| line.strip_prefix(name)).expect("a line of that name");
    line.trim().trim_end_matches(" kB").parse::<u64>().expect("a number") * 1024
}
