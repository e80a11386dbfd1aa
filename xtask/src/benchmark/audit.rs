//! How fast `undersign audit` recounts a log of local files, beside a bare loop around OpenSSL's RSA-PSS verification on the same cores,
//! before and after it, and how much memory it takes.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};

use crate::command::{announce, cargo, line, root, run};
use crate::log::PACKAGE;
use crate::setup;
use crate::stopwatch::{Elapsed, Stopwatch};

/// Measures. Gives lines for the record.
pub fn measure(signatures: u64) -> Result<String> {
    setup::compiler()?;
    run(&mut cargo(["build", "--release", "--package", "undersign-cli", "--package", PACKAGE]))?;
    let log = root().join(format!("target/benchmark/{signatures}"));
    let copy = copy_of(&log, signatures)?;
    let before = bare(&copy)?;
    let audit = measured(Command::new(program("undersign")).args(["--json", "audit"]).arg(&copy))?;
    let after = bare(&copy)?;
    let rate = signatures as f64 / audit.elapsed.seconds();
    let (loop_rate, loop_cost) = ((before.rate + after.rate) / 2.0, (before.cost + after.cost) / 2.0);
    let cost = audit.processor / signatures as f64 * 1e6;
    Ok(format!(
        "- signatures: {signatures}\n- audit: {}, {rate:.0} signatures/s, {cost:.1} µs of processor time each\n- bare loop: {:.0} \
         signatures/s before, {:.0} after, {loop_cost:.1} µs of processor time each\n- the audit reaches {:.0} % of the bare loop's \
         rate; where other work shares the processor, what compares is its time: {:.0} %\n- memory of the audit at most (VmHWM): {} \
         kB\n",
        audit.elapsed,
        before.rate,
        after.rate,
        rate / loop_rate * 100.0,
        loop_cost / cost * 100.0,
        audit.memory,
    ))
}

/// The petition's folder in a generated log, which is made once.
fn copy_of(log: &Path, signatures: u64) -> Result<PathBuf> {
    let petitions = log.join("v1/petitions");
    let find = || -> Option<PathBuf> {
        let folders = fs::read_dir(&petitions).ok()?.filter_map(Result::ok).map(|entry| entry.path());
        // Written last.
        folders.into_iter().find(|folder| folder.join("total").is_file())
    };
    if let Some(copy) = find() {
        return Ok(copy);
    }
    let mut generate = Command::new(program("undersign-generate-log"));
    run(generate.args(["--signatures", &signatures.to_string(), "--out"]).arg(log))?;
    find().with_context(|| format!("there is no log in {}", log.display()))
}

fn program(name: &str) -> PathBuf {
    root().join("target/release").join(name)
}

/// What the bare loop came to.
struct Bare {
    /// Signatures a second.
    rate: f64,
    /// Processor time of each in µs, with that of reading it.
    cost: f64,
}

fn bare(copy: &Path) -> Result<Bare> {
    let run = measured(Command::new(program("undersign-bare-verify")).arg(copy))?;
    let mut numbers = run.said.split_whitespace().map(str::parse::<f64>);
    match (numbers.next(), numbers.next()) {
        (Some(Ok(rate)), Some(Ok(count))) => Ok(Bare { rate, cost: run.processor / count * 1e6 }),
        _ => bail!("the bare loop prints two numbers"),
    }
}

/// A program that was watched to its end.
struct Run {
    said: String,
    elapsed: Elapsed,
    /// Seconds of all its threads.
    processor: f64,
    /// The most memory that it had, in kB.
    memory: u64,
}

fn measured(command: &mut Command) -> Result<Run> {
    announce(command);
    let stopwatch = Stopwatch::start();
    let mut child = command.stdout(Stdio::piped()).spawn()?;
    let (mut memory, mut processor) = (0, 0.0);
    while child.try_wait()?.is_none() {
        memory = peak(&child).unwrap_or(memory);
        processor = processor_time(&child).unwrap_or(processor);
        thread::sleep(Duration::from_millis(5));
    }
    let elapsed = stopwatch.elapsed();
    // What each of them says fits into the pipe.
    let output = child.wait_with_output()?;
    ensure!(output.status.success(), "`{}` failed: {}", line(command), output.status);
    Ok(Run { said: String::from_utf8_lossy(&output.stdout).into_owned(), elapsed, processor, memory })
}

fn peak(child: &Child) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{}/status", child.id())).ok()?;
    status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?.trim().strip_suffix(" kB")?.parse().ok()
}

/// In seconds. The kernel counts it in hundredths, on every machine on which Linux runs today (proc(5)).
fn processor_time(child: &Child) -> Option<f64> {
    let stat = fs::read_to_string(format!("/proc/{}/stat", child.id())).ok()?;
    // The program's name, in parentheses, may hold anything; behind it follow the third field and the others.
    let (_, fields) = stat.rsplit_once(')')?;
    let mut times = fields.split_whitespace().skip(11).map(str::parse::<f64>);
    Some((times.next()?.ok()? + times.next()?.ok()?) / 100.0)
}
