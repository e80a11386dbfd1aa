//! `cargo xtask test`: everything that must hold before a change lands, the quickest first.

use anyhow::{Context, Result};
use clap::ValueEnum;

use crate::command::{cargo, run};
use crate::outcome::{self, Outcome};
use crate::stopwatch::Stopwatch;
use crate::{browser, client, setup, wasm};

/// The steps, in their order.
#[derive(Clone, Copy, ValueEnum)]
pub enum Step {
    /// Install what the others need
    Setup,
    /// cargo fmt
    Format,
    /// cargo clippy
    Lint,
    /// cargo deny: licences, sources, banned crates
    Deny,
    /// cargo build
    Build,
    /// The tests, by nextest if it is installed, and the examples in the documentation
    Tests,
    /// cargo doc
    Docs,
    /// `protocol` and `client-lib` for wasm32, as the package that browsers load
    Wasm,
    /// The pages in Chromium: types of their scripts, then signing as people do, in `tests/browser`
    Browser,
}

/// Runs all steps, or the given one, up to the first that fails.
pub fn run_steps(only: Option<Step>) -> Result<()> {
    let steps = only.as_ref().map_or(Step::value_variants(), std::slice::from_ref);
    let total = Stopwatch::start();
    let mut times = Vec::new();
    let mut tests: Option<Outcome> = None;
    for step in steps {
        let name = step.name();
        let stopwatch = Stopwatch::start();
        eprintln!("\n== {name}");
        if let Some(outcome) = step.run().with_context(|| advice(&name, only.is_some()))? {
            *tests.get_or_insert_default() += outcome;
        }
        eprintln!("== {name}: {}", stopwatch.elapsed());
        times.push((name, stopwatch.elapsed()));
    }

    eprintln!();
    for (name, time) in times {
        eprintln!("{name:<8}{time}");
    }
    eprintln!("{:<8}{}", "total", total.elapsed());
    // Last, and alone on its line: programs that watch a run look for it there.
    if let Some(Outcome { passed, failed }) = tests {
        println!("{passed} passed, {failed} failed");
    }
    Ok(())
}

impl Step {
    fn name(self) -> String {
        self.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
    }

    fn run(self) -> Result<Option<Outcome>> {
        match self {
            Self::Setup => setup::everything()?,
            Self::Format => run(&mut cargo(["fmt", "--all", "--check"]))?,
            Self::Lint => run(&mut cargo(["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]))?,
            // Not the advisories: their database is elsewhere than the crates, and not every machine reaches it.
            Self::Deny => run(setup::cargo_deny().args(["check", "bans", "licenses", "sources"]))?,
            // The tests start the programs themselves.
            Self::Build => run(&mut cargo(["build", "--workspace"]))?,
            Self::Tests => return outcome::of_all_tests(false).map(Some),
            Self::Docs => run(cargo(["doc", "--workspace", "--no-deps"]).env("RUSTDOCFLAGS", "-D warnings"))?,
            Self::Wasm => client::build_package(wasm::toolchain()?, client::Extent::Whole)?,
            Self::Browser => return browser::test().map(Some),
        }
        Ok(None)
    }
}

fn advice(step: &str, alone: bool) -> String {
    if alone {
        format!("The step `{step}` failed")
    } else {
        format!(
            "The step `{step}` failed, and those after it did not run. Repeat it alone: cargo xtask test --only {step}"
        )
    }
}
