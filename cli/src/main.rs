//! The `undersign` command. This file only wires: what is understood is in `args`, what is said in `output`, how it ends in `exit`.

mod args;
mod audit;
mod clock;
mod commands;
mod exit;
mod files;
mod following;
mod output;
mod overdue;
mod petition;
mod preview;
mod problems;
mod relays;
mod report;
mod signing;
mod text;

use std::process::ExitCode;

use clap::Parser as _;

use crate::args::{Arguments, Command, ReceiptCommand};
use crate::exit::CommandResult;
use crate::output::Output;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let output = Output::new(arguments.json);
    match run(arguments.command, &output).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            output.failure(&failure);
            ExitCode::from(failure.exit.code())
        }
    }
}

async fn run(command: Command, output: &Output) -> CommandResult {
    match command {
        Command::Show(arguments) => commands::show::run(arguments, output).await,
        Command::Sign(arguments) => commands::sign::run(arguments, output).await,
        Command::Resume(arguments) => commands::resume::run(arguments, output).await,
        Command::Withdraw(arguments) => commands::withdraw::run(arguments, output).await,
        Command::Receipt { command: ReceiptCommand::Verify(arguments) } => {
            commands::receipt::verify(arguments, output).await
        }
        Command::Receipt { command: ReceiptCommand::Evidence(arguments) } => {
            commands::evidence::run(arguments, output).await
        }
        Command::Audit(arguments) => commands::audit::run(arguments, output).await,
        Command::Organiser { command } => commands::organiser::run(command, output).await,
    }
}
