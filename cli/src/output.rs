//! Everything the command says goes through here: sentences for people, or with `--json` one object a line on standard output.

use std::fmt::Display;
use std::io::{IsTerminal as _, Write as _};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressState, ProgressStyle};
use serde_json::{Map, Value};

use crate::exit::Failure;

/// Where a command tells what it does.
#[derive(Debug, Clone, Copy)]
pub struct Output {
    json: bool,
}

/// Shown while something is waited for; gone when dropped.
#[derive(Debug)]
#[must_use = "the sign of waiting is gone as soon as this is dropped"]
pub struct Waiting(Option<ProgressBar>);

/// Shown while something is counted; gone when dropped.
#[derive(Debug)]
#[must_use = "the bar is gone as soon as this is dropped"]
pub struct Counting(Option<ProgressBar>);

impl Output {
    /// For people, or for programs.
    pub fn new(json: bool) -> Self {
        Self { json }
    }

    /// Whether a person reads, and not a program.
    pub fn is_for_people(&self) -> bool {
        !self.json
    }

    /// Something happened that the caller asked for: `text` for people, `{"event": event, …fields}` for programs. `fields` must be
    /// an object; a test of each command reads it.
    pub fn event(&self, event: &str, fields: Value, text: impl Display) {
        if self.json {
            print_line(&object(event, fields));
        } else {
            print_line(&text);
        }
    }

    /// Something worth knowing that is not the result: on standard error for people, an event for programs.
    pub fn note(&self, text: impl Display) {
        if self.json {
            print_line(&object("note", serde_json::json!({ "text": text.to_string() })));
        } else {
            eprint_line(&text);
        }
    }

    /// The last word of a command that is not done.
    pub fn failure(&self, failure: &Failure) {
        if self.json {
            let fields = serde_json::json!({
                "exit": failure.exit.code(),
                "problem": failure.problem.map(|problem| problem.slug()),
                "message": failure.message,
            });
            print_line(&object("error", fields));
        } else {
            eprint_line(&failure.message);
        }
    }

    /// A moving sign on a terminal, one plain line elsewhere, nothing for programs.
    pub fn waiting(&self, text: impl Display) -> Waiting {
        if self.json {
            return Waiting(None);
        }
        if !std::io::stderr().is_terminal() {
            eprint_line(&text);
            return Waiting(None);
        }
        let bar =
            ProgressBar::new_spinner().with_style(ProgressStyle::default_spinner()).with_message(text.to_string());
        bar.enable_steady_tick(Duration::from_millis(120));
        Waiting(Some(bar))
    }
}

impl Output {
    /// A bar with rate and time left on a terminal, one plain line elsewhere, nothing for programs.
    pub fn counting(&self, text: &str, length: u64) -> Counting {
        if self.json {
            return Counting(None);
        }
        if !std::io::stderr().is_terminal() {
            eprint_line(&format!("{text} …"));
            return Counting(None);
        }
        let template = "{msg} {wide_bar} {human_pos} of {human_len}, {per_sec}, {eta} left";
        // Unwrap safety: the template is a constant.
        let style = ProgressStyle::with_template(template).expect("the template is well-formed");
        let style = style.with_key("per_sec", |state: &ProgressState, out: &mut dyn std::fmt::Write| {
            // A terminal that cannot be written to is no error of the command.
            let _ = write!(out, "{:.0}/s", state.per_sec());
        });
        Counting(Some(ProgressBar::new(length).with_style(style).with_message(text.to_owned())))
    }
}

impl Counting {
    /// How far it is.
    pub fn set(&self, position: u64) {
        if let Some(bar) = &self.0 {
            bar.set_position(position);
        }
    }
}

impl Drop for Counting {
    fn drop(&mut self) {
        if let Some(bar) = &self.0 {
            bar.finish_and_clear();
        }
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        if let Some(bar) = &self.0 {
            bar.finish_and_clear();
        }
    }
}

fn object(event: &str, fields: Value) -> Value {
    let mut members = Map::new();
    members.insert("event".to_owned(), event.into());
    if let Value::Object(fields) = fields {
        members.extend(fields);
    }
    Value::Object(members)
}

/// A reader that went away (`undersign show … | head`) is no error of the command.
fn print_line(text: &dyn Display) {
    let mut stdout = std::io::stdout().lock();
    let _ = writeln!(stdout, "{text}").and_then(|()| stdout.flush());
}

fn eprint_line(text: &dyn Display) {
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}
