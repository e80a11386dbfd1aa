use serde_json::json;

use super::folder::{self, Publishable};
use crate::args::CheckArguments;
use crate::exit::CommandResult;
use crate::output::Output;

/// `undersign organiser check DIR`.
pub fn run(arguments: &CheckArguments, output: &Output) -> CommandResult {
    let Publishable { folder, hints, .. } = folder::read(&arguments.directory, output)?;
    let settings = &folder.settings;
    let languages: Vec<&str> = folder.texts.keys().map(|language| language.as_str()).collect();
    output.event(
        "checked",
        json!({ "slug": settings.slug, "languages": languages, "hints": hints }),
        format!(
            "{} in {}, open from {} to {}: it can be published. Hints: {hints}.",
            settings.slug,
            languages.join(", "),
            settings.opens_at,
            settings.closes_at
        ),
    );
    Ok(())
}
