use crate::args::AuditArguments;
use crate::audit::{Keeping, audited, show};
use crate::exit::CommandResult;
use crate::output::Output;

/// `undersign audit URL|COPY`.
pub async fn run(arguments: AuditArguments, output: &Output) -> CommandResult {
    let keeping = Keeping { state: arguments.state.as_deref(), export: arguments.export.as_deref() };
    let audited = audited(&arguments.log, keeping, |_, _| {}, output).await?;
    show(&audited.verdict, &audited.circumstances(arguments.locale.as_ref()), output);
    audited.pack()
}
