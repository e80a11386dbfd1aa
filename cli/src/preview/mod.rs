//! A petition's folder as the pages that it will be. The pages are those of the server, made by the same crate; what a folder has not
//! got, such as a count, is an example that says so.

mod example;
mod http;
mod site;
mod version;
mod watched;

pub use http::serve;
pub use watched::Watched;
