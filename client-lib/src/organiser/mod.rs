//! The organiser's tools: a petition's folder as a person writes it, the key that signs it, and the requests that publish it.
//!
//! ```
//! # use std::collections::BTreeMap;
//! use undersign_client_lib::organiser::{Folder, new_folder};
//!
//! let slug = "night-bus".parse()?;
//! let files = new_folder(&slug, &["en".parse()?]);
//! // As it stands, it says what is still to be filled in, with file and line.
//! let problems = Folder::parse(&files).unwrap_err();
//! assert!(problems.iter().any(|problem| problem.to_string().starts_with("en/petition.md:")));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod facts;
mod facts_reader;
mod facts_words;
mod folder;
mod hints;
mod key;
mod languages;
mod markdown;
mod notice_folder;
mod overdue;
#[cfg(not(target_arch = "wasm32"))]
mod picture;
mod problem;
mod publish;
#[cfg(not(target_arch = "wasm32"))]
mod read_folder;
mod sections_reader;
mod settings;
mod settings_reader;
mod template;
mod text_rules;
mod toml_reader;
mod toml_values;

pub use facts::{Day, Facts, FactsError};
pub use folder::{Folder, SETTINGS_FILE, sign};
pub use key::{KeyFileError, format_key, generate_key, parse_key};
pub use notice_folder::{NOTICE_FILE, NoticeFolder, NoticeKind, notice_request, read_notice_answer, sign_notice};
pub use overdue::{Overdue, overdue};
#[cfg(not(target_arch = "wasm32"))]
pub use picture::{MAX_PICTURE, PictureError, ShownPicture, picture_hash, shown_picture};
pub use problem::{FolderProblem, Severity};
pub use publish::{
    PublicationError, PublishError, format_publication, parse_publication, picture_request, prepare_request,
    publish_request, read_picture_answer, read_prepared_anonymous, read_prepared_identified, read_published,
};
pub use settings::{DEFAULT_EPOCH, DEFAULT_GOALS, DEFAULT_GRACE, DEFAULT_PUBLICATION, Settings};
pub use template::new_folder;
