use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::json;
use undersign_client_lib::audit::Growth;

use crate::args::{AuditSource, ReportArguments, SourceArguments};
use crate::audit::{Audited, Keeping, audited};
use crate::clock;
use crate::exit::{CommandResult, Exit, Failure};
use crate::files::replace;
use crate::output::Output;
use crate::report::{Report, page, paper};
use crate::text::{plain, signatures_count};

/// The report's files, beside each other.
struct Files {
    html: PathBuf,
    pdf: PathBuf,
    json: PathBuf,
    /// The copy of the log; of a copy none is made.
    copy: Option<PathBuf>,
}

/// `undersign organiser report URL|COPY --to FILE.html`: no report is written before the log was found true.
pub async fn run(arguments: &ReportArguments, output: &Output) -> CommandResult {
    let files = Files::of(arguments)?;
    let keeping = Keeping { export: files.copy.as_deref(), ..Keeping::default() };
    let (audited, growth) = survey(&arguments.log, keeping, output).await?;
    audited.pack()?;
    let copy = files.copy.as_deref().and_then(Path::file_name).map(|name| name.to_string_lossy().into_owned());
    let report = Report::new(audited, growth, &arguments.log.source, copy, clock::now());
    let unexpected = |error: &dyn std::fmt::Display| Failure::new(Exit::Unexpected, format!("The report: {error}."));
    let html = page(&report).map_err(|error| unexpected(&error))?;
    let printed = paper(&report).print().map_err(|error| unexpected(&error))?;
    write(&files.html, html.as_bytes())?;
    write(&files.pdf, &printed.bytes)?;
    write(&files.json, format!("{:#}\n", report.fields()).as_bytes())?;
    if !printed.without_letters.is_empty() {
        let letters: String = printed.without_letters.iter().take(20).collect();
        let message = format!("The PDF has no letters for {}; the page has them: print that.", plain(&letters));
        output.note(&message);
    }
    let (verdict, tally) = (report.verdict(), report.verdict().tally());
    output.event(
        "report",
        json!({
            "file": files.html, "pdf_file": files.pdf, "json_file": files.json, "copy": files.copy,
            "petition_id": verdict.petition().petition_id(), "total": tally.total(), "tree_size": verdict.tree_size(),
            "root": verdict.root(), "verify": report.verify, "without_letters": printed.without_letters,
        }),
        format!(
            "CONFIRMED: {}. The report is in {} and {}, its numbers in {}{}.",
            signatures_count(tally.total()),
            files.pdf.display(),
            files.html.display(),
            files.json.display(),
            files.copy.as_ref().map(|copy| format!(", the copy of the log in {}", copy.display())).unwrap_or_default(),
        ),
    );
    Ok(())
}

impl Files {
    fn of(arguments: &ReportArguments) -> CommandResult<Self> {
        let named = &arguments.to;
        if !named.extension().is_some_and(|extension| extension == "html" || extension == "pdf") {
            let message = "Name a file that ends in .pdf or .html with --to; the others are written beside it.";
            return Err(Failure::new(Exit::Usage, message));
        }
        let makes_copy = !arguments.no_copy && matches!(arguments.log.source, AuditSource::Server { .. });
        let [html, pdf, json, copy] = ["html", "pdf", "json", "tar"].map(|extension| named.with_extension(extension));
        Ok(Self { html, pdf, json, copy: makes_copy.then_some(copy) })
    }
}

/// Audits a log and looks how it grew.
pub async fn survey(
    arguments: &SourceArguments,
    keeping: Keeping<'_>,
    output: &Output,
) -> CommandResult<(Audited, Growth)> {
    let growth = Arc::new(Mutex::new(Growth::default()));
    let seeing = Arc::clone(&growth);
    let see = move |path, bundle: &[u8]| seeing.lock().unwrap_or_else(PoisonError::into_inner).see(path, bundle);
    let audited = audited(arguments, keeping, see, output).await?;
    let growth = growth.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let growth = growth.confirmed_by(&audited.verdict);
    let differs = || Failure::new(Exit::Unexpected, "The growth is not that of the audit. Please report it.");
    Ok((audited, growth.ok_or_else(differs)?))
}

fn write(path: &Path, content: &[u8]) -> CommandResult {
    replace(path, content)
        .map_err(|error| Failure::new(Exit::File, format!("{} cannot be written: {error}.", path.display())))
}
