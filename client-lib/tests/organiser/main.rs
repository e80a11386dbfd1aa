//! A petition's folder, from the template to the published manifest.

mod draft;
mod hints;
mod key;
mod notices;
mod overdue;
mod parse;
mod picture;
mod publish;
mod samples;
mod support;
mod template;
