//! The only file that reads clocks: wall, this thread's processor time, and another process's.

use std::fs;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use rustix::time::{ClockId, clock_gettime};

/// A moment of the wall clock that never goes back.
#[derive(Debug, Clone, Copy)]
pub struct Moment(Instant);

impl Moment {
    /// This moment.
    #[expect(clippy::disallowed_methods, reason = "a benchmark measures time")]
    pub fn now() -> Self {
        Self(Instant::now())
    }

    /// Time since.
    pub fn elapsed(self) -> Duration {
        self.0.elapsed()
    }
}

/// Processor time of this thread that a piece of work takes, in µs a repetition.
pub fn thread_cost(repetitions: usize, mut work: impl FnMut()) -> f64 {
    let before = thread_time();
    (0..repetitions).for_each(|_| work());
    (thread_time() - before) * 1e6 / repetitions as f64
}

fn thread_time() -> f64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

/// Another process, by its id.
#[derive(Debug, Clone, Copy)]
pub struct Process(pub u32);

impl Process {
    /// Seconds of processor time of all its threads, those that have ended too. The kernel tells hundredths (proc(5)); what is measured
    /// takes seconds.
    pub fn time(self) -> Result<f64> {
        let [user, system, ..] = self.times()?;
        Ok(user + system)
    }

    /// The same with its children's, those that have ended too.
    pub fn time_with_children(self) -> Result<f64> {
        let mut time: f64 = self.times()?.into_iter().sum();
        for child in fs::read_to_string(format!("/proc/{0}/task/{0}/children", self.0))?.split_whitespace() {
            // One that has just ended is counted with its parent from now on.
            time += Self(child.parse()?).time().unwrap_or(0.0);
        }
        Ok(time)
    }

    /// User and system time of its own, and of its children that have ended.
    fn times(self) -> Result<[f64; 4]> {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.0))?;
        // The program's name, in parentheses, may hold anything; behind it follow the third field and the others.
        let (_, fields) = stat.rsplit_once(')').context("a line of proc(5)")?;
        let mut times = fields.split_whitespace().skip(11).map(str::parse::<f64>);
        let mut next = || anyhow::Ok(times.next().context("a time of proc(5)")?? / 100.0);
        Ok([next()?, next()?, next()?, next()?])
    }

    /// Memory that is resident now, in kB.
    pub fn memory(self) -> Result<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.0))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("VmRSS")?;
        Ok(line.trim().trim_end_matches(" kB").parse()?)
    }
}
