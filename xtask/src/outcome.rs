//! Runs the tests and counts them, with whichever of the two runners is there.

use std::env;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::ops::AddAssign;
use std::process::{Command, Stdio};
use std::thread;

use anyhow::{Context, Result, ensure};

use crate::command::{announce, cargo, in_path, line, root, run};
use crate::setup::postgres;

/// Numbers of tests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    pub passed: u64,
    pub failed: u64,
}

/// Tests of the whole system that servers on PostgreSQL go through too: where something is stored, once, and outlives a kill.
const ON_POSTGRES: [&str; 12] = [
    "backup::",
    "bundles::",
    "close::",
    "crash::",
    "issuance::",
    "journey::",
    "one_token::",
    "publication::",
    "publication_races::",
    "redemption::",
    "together::",
    "withdrawals::",
];
/// Reads files of SQLite's.
const ON_SQLITE_ALONE: &str = "a_backup_and_all_keys_that_are_left_test_no_address_after_the_close";

/// Runs every test of the workspace, then those of servers on PostgreSQL, the examples in the documentation last.
///
/// Stops with an error at the first program of tests that fails; a thorough run uses larger numbers, goes on to the end
/// and only counts what failed.
pub fn of_all_tests(thorough: bool) -> Result<Outcome> {
    let clusters = postgres::clusters();
    let mut total = Outcome::default();
    for mut command in [tests(thorough), tests_on_postgres(thorough), examples(thorough)] {
        postgres::give(&mut command, &clusters);
        if thorough {
            command.env("UNDERSIGN_PROVE", "1");
        }
        let (outcome, succeeded) = count(&mut command)?;
        ensure!(thorough || succeeded, "`{}` failed", line(&command));
        // A runner that fails without a failed test did not get as far as testing.
        ensure!(succeeded || outcome.failed > 0, "`{}` failed before it could test", line(&command));
        total += outcome;
    }
    Ok(total)
}

/// Runs the whole life of a petition with the programs as they are released, optimised, and larger numbers.
pub fn of_the_released_programs() -> Result<Outcome> {
    run(&mut cargo(["build", "--release", "--package", "undersign-server", "--package", "undersign-cli"]))?;
    let mut command = runner(&["--package", "undersign-tests", "--test", "system"], &[]);
    command.args(["--", "whole_life::"]).env("UNDERSIGN_PROVE", "1");
    of(command.env("UNDERSIGN_PROGRAMS", root().join("target/release")))
}

/// Runs one program of tests, and stops with an error if anything in it fails.
pub fn of(command: &mut Command) -> Result<Outcome> {
    let (outcome, succeeded) = count(command)?;
    ensure!(succeeded, "`{}` failed", line(command));
    Ok(outcome)
}

fn tests(thorough: bool) -> Command {
    // Without nextest, all but the examples in the documentation, which have their own run.
    let mut command = runner(&["--workspace"], &["--lib", "--bins", "--tests"]);
    command.args(to_the_end(thorough));
    command
}

fn tests_on_postgres(thorough: bool) -> Command {
    let mut command = runner(&["--package", "undersign-tests", "--test", "system"], &[]);
    command.args(to_the_end(thorough)).arg("--").args(ON_POSTGRES).args(["--skip", ON_SQLITE_ALONE]);
    command.env("UNDERSIGN_TEST_POSTGRES", "1");
    command
}

fn examples(thorough: bool) -> Command {
    let mut command = cargo(["test", "--workspace", "--doc"]);
    command.args(to_the_end(thorough));
    command
}

fn to_the_end(thorough: bool) -> Option<&'static str> {
    thorough.then_some("--no-fail-fast")
}

/// nextest runs the tests of several programs side by side; cargo's own runner is on every machine.
fn runner(which: &[&str], of_cargo_s: &[&str]) -> Command {
    let mut command = if in_path("cargo-nextest") {
        cargo([&["nextest", "run"], which].concat())
    } else {
        cargo([&["test"], which, of_cargo_s].concat())
    };
    // Most tests of the whole system wait, for a mail or a tick: two for each core.
    let cores = thread::available_parallelism().map_or(1, usize::from);
    for name in ["NEXTEST_TEST_THREADS", "RUST_TEST_THREADS"] {
        if env::var_os(name).is_none() {
            command.env(name, (2 * cores).to_string());
        }
    }
    command
}

/// Runs the command, shows what it prints, and adds up the summaries in it. Tells too whether it succeeded.
fn count(command: &mut Command) -> Result<(Outcome, bool)> {
    announce(command);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().with_context(|| format!("could not start `{}`", line(command)))?;
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    // Both at once: a program that waits for the reader of one of its two pipes would wait for ever.
    let (mut outcome, other) = thread::scope(|scope| {
        let errors = scope.spawn(|| pass_on(stderr, io::stderr()));
        (pass_on(stdout, io::stdout()), errors.join())
    });
    outcome += other.unwrap_or_default();
    Ok((outcome, child.wait()?.success()))
}

fn pass_on(from: Option<impl Read>, mut to: impl Write) -> Outcome {
    let mut total = Outcome::default();
    let lines = from.into_iter().flat_map(|pipe| BufReader::new(pipe).split(b'\n')).map_while(io::Result::ok);
    for mut line in lines {
        total += Outcome::in_summary(&String::from_utf8_lossy(&line)).unwrap_or_default();
        line.push(b'\n');
        // The counts stay right even where nobody reads what is shown.
        let _ = to.write_all(&line);
    }
    total
}

impl Outcome {
    /// Reads a runner's last line: `test result: ok. 3 passed; 0 failed; …` of cargo's,
    /// `Summary [   0.1s] 4 tests run: 3 passed (1 slow), 1 failed, …` of nextest's; or one of the last lines of Node's, `ℹ pass 3`.
    fn in_summary(printed: &str) -> Option<Self> {
        let line = printed.trim_start();
        if let Some((what, number)) = line.strip_prefix("ℹ ").and_then(|words| words.split_once(' ')) {
            let number = number.parse().ok()?;
            return match what {
                "pass" => Some(Self { passed: number, failed: 0 }),
                // Cancelled: the test did not end, or its file did before it.
                "fail" | "cancelled" => Some(Self { passed: 0, failed: number }),
                _ => None,
            };
        }
        // Further right, nextest repeats what the program of a failed test printed: that test is in its own summary already.
        let is_summary =
            printed.starts_with("test result: ") || (line.starts_with("Summary [") && line.contains(" run: "));
        let words: Vec<_> = line.split([' ', ',', ';']).collect();
        let before = |what| words.windows(2).find(|pair| pair[1] == what).and_then(|pair| pair[0].parse().ok());
        is_summary.then(|| Self { passed: before("passed").unwrap_or(0), failed: before("failed").unwrap_or(0) })
    }
}

impl AddAssign for Outcome {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

#[cfg(test)]
mod tests {
    use super::Outcome;

    #[test]
    fn reads_the_summaries_of_all_runners() {
        let read = |line| Outcome::in_summary(line).map(|Outcome { passed, failed }| (passed, failed));
        assert_eq!(read("test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; finished in 0.00s"), Some((3, 0)));
        assert_eq!(read("test result: FAILED. 3 passed; 12 failed; 0 ignored; 0 measured"), Some((3, 12)));
        assert_eq!(read("    test result: FAILED. 0 passed; 1 failed; 0 ignored; 0 measured"), None);
        assert_eq!(read("     Summary [   0.103s] 4 tests run: 3 passed (1 slow), 1 failed, 0 skipped"), Some((3, 1)));
        assert_eq!(read("     Summary [   0.103s] 1 test run: 1 passed, 0 skipped"), Some((1, 0)));
        assert_eq!(read("ℹ pass 41"), Some((41, 0)));
        assert_eq!(read("ℹ fail 2"), Some((0, 2)));
        assert_eq!(read("ℹ cancelled 1"), Some((0, 1)));
        assert_eq!(read("ℹ tests 44"), None);
        assert_eq!(read("ℹ duration_ms 1234.5"), None);
        assert_eq!(read("test journey::signs_once ... ok, 3 passed"), None);
    }
}
