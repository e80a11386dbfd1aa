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

mod counts;
mod draft;
mod folder;
mod hints;
mod key;
mod languages;
mod lost;
mod markdown;
mod notice_folder;
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

pub use counts::{counts_request, read_counts};
pub use folder::{Folder, SETTINGS_FILE, sign};
pub use key::{KeyFileError, format_key, generate_key, parse_key};
pub use notice_folder::{
    NOTICE_FILE, NoticeFolder, NoticeKind, is_recovery_key, notice_request, read_notice_answer, recovery_key_hash,
    sign_notice,
};
#[cfg(not(target_arch = "wasm32"))]
pub use picture::{MAX_PICTURE, PictureError, ShownPicture, picture_hash, shown_picture};
pub use problem::{FolderProblem, Severity};
pub use publish::{
    PublicationError, PublishError, format_publication, parse_publication, picture_request, prepare_request,
    publish_request, read_handed_in, read_picture_answer, read_prepared_anonymous, read_prepared_identified,
    read_published, read_review, review_request,
};
pub use settings::{DEFAULT_EPOCH, DEFAULT_GOALS, DEFAULT_GRACE, DEFAULT_PUBLICATION, Settings};
pub use template::new_folder;
