use std::collections::BTreeSet;

use serde_json::json;
use tokio::net::TcpListener;
use undersign_pages::InterfaceLanguage;
use undersign_protocol::petition::{Language, Slug};

use crate::args::PreviewArguments;
use crate::exit::{CommandResult, Exit, Failure};
use crate::output::Output;
use crate::preview::{Watched, serve};

/// `undersign organiser preview DIR`: shows the folder until it is stopped. A folder that is broken is shown, too: that is when one
/// wants to see what is wrong.
pub async fn run(arguments: &PreviewArguments, output: &Output) -> CommandResult {
    let directory = &arguments.directory;
    if !directory.is_dir() {
        let message =
            format!("{} is not a folder. `undersign organiser new` makes one to fill in.", directory.display());
        return Err(Failure::new(Exit::File, message));
    }
    let cannot = |error: std::io::Error| {
        let message = format!("{} cannot be listened on: {error}. Name another with --listen.", arguments.listen);
        Failure::new(Exit::Unreachable, message)
    };
    let listener = TcpListener::bind(arguments.listen).await.map_err(cannot)?;
    let origin = format!("http://{}", listener.local_addr().map_err(cannot)?);
    let watched = Watched::new(directory.clone());
    let shown = watched.look();
    let urls: Vec<String> = match &shown.shown {
        Some(shown) => {
            let manifest = shown.petition.verified.manifest();
            let paths: BTreeSet<String> =
                manifest.texts.keys().map(|language| path(language, &manifest.slug)).collect();
            paths.into_iter().map(|path| format!("{origin}{path}")).collect()
        }
        None => vec![format!("{origin}/")],
    };
    let problems = shown.draft.findings.iter().filter(|finding| !finding.is_hint).count();
    output.event(
        "preview",
        json!({ "origin": origin, "urls": urls, "problems": problems }),
        format!(
            "Open this in a browser on this machine; it follows what you change in {}:\n{}\nCtrl-C stops it.",
            directory.display(),
            urls.join("\n")
        ),
    );
    tokio::select! {
        served = serve(listener, watched) => served.map_err(cannot),
        _ = tokio::signal::ctrl_c() => Ok(()),
    }
}

/// The page in a language; in the reader's own, where the interface has not got it.
fn path(language: &Language, slug: &Slug) -> String {
    match InterfaceLanguage::ALL.into_iter().find(|known| known.tag() == language.as_str()) {
        Some(known) => format!("/{}/p/{slug}", known.tag()),
        None => format!("/p/{slug}"),
    }
}
