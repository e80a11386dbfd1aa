mod check;
mod days;
/// What is wrong with a folder.
pub mod folder;
mod kept;
mod keygen;
mod new;
mod notice;
mod picture;
mod preview;
mod publish;
mod report;
mod review;
mod stats;

use crate::args::OrganiserCommand;
use crate::exit::CommandResult;
use crate::output::Output;

/// `undersign organiser`.
pub async fn run(command: OrganiserCommand, output: &Output) -> CommandResult {
    match command {
        OrganiserCommand::Keygen(arguments) => keygen::run(&arguments, output),
        OrganiserCommand::New(arguments) => new::run(&arguments, output),
        OrganiserCommand::Check(arguments) => check::run(&arguments, output),
        OrganiserCommand::Preview(arguments) => preview::run(&arguments, output).await,
        OrganiserCommand::Publish(arguments) => publish::run(&arguments, output).await,
        OrganiserCommand::Update(arguments) => notice::update(&arguments, output).await,
        OrganiserCommand::Deliver(arguments) => notice::deliver(&arguments, output).await,
        OrganiserCommand::Answer(arguments) => notice::answer(&arguments, output).await,
        OrganiserCommand::Correct(arguments) => notice::correct(&arguments, output).await,
        OrganiserCommand::EarlierTotal(arguments) => notice::earlier_total(&arguments, output).await,
        OrganiserCommand::Stats(arguments) => stats::run(&arguments, output).await,
        OrganiserCommand::Report(arguments) => report::run(&arguments, output).await,
        OrganiserCommand::Close(arguments) => notice::close(&arguments, output).await,
    }
}
