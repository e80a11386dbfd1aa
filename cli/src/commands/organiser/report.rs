use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::json;
use undersign_client_lib::audit::Growth;

use crate::args::{ReportArguments, SourceArguments};
use crate::audit::{Audited, Keeping, audited};
use crate::clock;
use crate::exit::{CommandResult, Exit, Failure};
use crate::files::replace;
use crate::output::Output;
use crate::report::{Report, page};

/// `undersign organiser report URL|COPY --to FILE.html`: nothing is written before the log was found true.
pub async fn run(arguments: &ReportArguments, output: &Output) -> CommandResult {
    if arguments.to.extension().is_none_or(|extension| extension != "html") {
        return Err(Failure::new(
            Exit::Usage,
            "Name a file that ends in .html with --to; its JSON is written beside it.",
        ));
    }
    let (audited, growth) = survey(&arguments.log, output).await?;
    let report = Report::new(audited, growth, &arguments.log.source, clock::now());
    let html = page(&report).map_err(|error| Failure::new(Exit::Unexpected, format!("The report: {error}.")))?;
    let json_file = arguments.to.with_extension("json");
    write(&arguments.to, html.as_bytes())?;
    write(&json_file, format!("{:#}\n", report.fields()).as_bytes())?;
    let (verdict, tally) = (report.verdict(), report.verdict().tally());
    output.event(
        "report",
        json!({
            "file": arguments.to, "json_file": json_file, "petition_id": verdict.petition().petition_id(),
            "total": tally.total(), "tree_size": verdict.tree_size(), "root": verdict.root(), "verify": report.verify,
        }),
        format!(
            "CONFIRMED: {} signatures count. The report is in {}, its numbers in {}.",
            tally.total(),
            arguments.to.display(),
            json_file.display()
        ),
    );
    Ok(())
}

/// Audits a log and looks how it grew.
pub async fn survey(arguments: &SourceArguments, output: &Output) -> CommandResult<(Audited, Growth)> {
    let growth = Arc::new(Mutex::new(Growth::default()));
    let seeing = Arc::clone(&growth);
    let see = move |path, bundle: &[u8]| seeing.lock().unwrap_or_else(PoisonError::into_inner).see(path, bundle);
    let audited = audited(arguments, Keeping::default(), see, output).await?;
    let growth = growth.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let growth = growth.confirmed_by(&audited.verdict);
    let differs = || Failure::new(Exit::Unexpected, "The growth is not that of the audit. Please report it.");
    Ok((audited, growth.ok_or_else(differs)?))
}

fn write(path: &Path, content: &[u8]) -> CommandResult {
    replace(path, content)
        .map_err(|error| Failure::new(Exit::File, format!("{} cannot be written: {error}.", path.display())))
}
