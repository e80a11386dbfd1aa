//! Developer tasks: the two commands of the README and their pieces. It compiles before any set-up, with a C linker alone.

mod benchmark;
mod browser;
mod client;
mod command;
mod demo;
mod lighthouse;
mod linkage;
mod log;
mod outcome;
mod prove;
mod setup;
mod steps;
mod stopwatch;
mod wasm;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Undersign's developer tasks. Each does the set-up that it needs.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", disable_help_subcommand = true)]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Build and run the demo: three sample petitions, served on this machine
    Demo {
        /// Passed on to `undersign-server demo`, for example `-- --listen 127.0.0.1:9000`
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<OsString>,
    },
    /// Format, lints, licences, build, tests, documentation, wasm32 and a browser, in this order
    Test {
        /// Run only this step; on a new machine `--only setup` comes first
        #[arg(long, value_name = "STEP")]
        only: Option<steps::Step>,
    },
    /// The tests with larger numbers, for an hour or two; the result is added to specs/proofs.md
    Prove,
    /// Write a petition's log of any size, as files that `undersign audit` reads and any web server serves
    GenerateLog {
        /// Passed on, for example `--signatures 100000 --out DIR`
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<OsString>,
    },
    /// Measure the server and the audit, each number beside a peer; the result is added to specs/benchmarks.md
    Bench(benchmark::Options),
    /// Pair addresses with signatures by what is seized, watched or mailed; the result is added to specs/linkage.md
    Linkage(linkage::Options),
    /// Build what browsers run, as an npm package in target/client
    Client,
    /// Take pictures of every page and every state of the signing, into target/screenshots
    Screenshots {
        /// Make the README's picture too
        #[arg(long)]
        readme: bool,
    },
    /// Ask Lighthouse about the petition page, five times; the medians are added to specs/lighthouse.md
    Lighthouse,
    /// Install what the other tasks need
    Setup,
}

fn main() -> ExitCode {
    let result = match Arguments::parse().task {
        Task::Demo { arguments } => demo::run_demo(&arguments),
        Task::Test { only } => steps::run_steps(only),
        Task::Prove => prove::run_proofs(),
        Task::GenerateLog { arguments } => log::generate(&arguments),
        Task::Bench(options) => benchmark::run_benchmarks(&options),
        Task::Linkage(options) => linkage::play(&options),
        Task::Client => wasm::toolchain().and_then(|toolchain| client::build_package(toolchain, client::Extent::Whole)),
        Task::Screenshots { readme } => browser::take_screenshots(readme),
        Task::Lighthouse => lighthouse::write_report(),
        Task::Setup => setup::everything(),
    };
    let Err(error) = result else { return ExitCode::SUCCESS };
    // Not returned from `main`, which would add a backtrace where RUST_BACKTRACE is set.
    eprintln!("\n{error:#}");
    ExitCode::FAILURE
}
