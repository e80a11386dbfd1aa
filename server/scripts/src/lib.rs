//! What browsers get of the pages' scripts. It runs while the server is built: neither the compiler of JavaScript nor this is in the
//! program.

mod bundle;
mod minified;

pub use bundle::bundle;
pub use minified::minified;
